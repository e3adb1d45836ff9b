import {
  type Channel,
  isBestEffort,
  isLatched,
  type Jump,
  MAX_RATE,
  MIN_RATE,
  type PlayerOptions,
  type PlayerState,
  type Problem,
  playedTopic,
} from "@delos/bag";
import {
  AbortedError,
  type EventMap,
  Events,
  Lifetime,
  type MessageSchema,
  SimulatedClock,
  UsageError,
} from "@delos/core";
import { messageTypes } from "@delos/msgs";
import { type Executor, type Node, open, type Publisher, type Runtime } from "@delos/runtime";
import { CLOCK_TOPIC, type ClockPublisher, clockPublisher } from "./clock-topic.ts";
import { PlayerThread } from "./thread/player-thread.ts";
import { JUMP_REASONS, type RecordingSummary } from "./thread/protocol.ts";
import { RecordKind, type RecordView } from "./thread/records.ts";

export interface ReplayOptions extends PlayerOptions {
  /**
   * On whose bus the messages appear. When it is on a recorded clock, the replay leads that: recorded time is then the
   * runtime's time, told on `/clock` before each message, and jumps back with loops and seeks.
   */
  readonly runtime: Runtime;
  /** Name of the node that publishes. Default `/replay`. */
  readonly node?: string;
  /** Samples that each publisher keeps for slow subscribers; `rosbag play --queue`. Default 100. */
  readonly queue?: number;
  /** False: opened, with its publishers, but nothing is sent before `begin()`. */
  readonly begin?: boolean;
  /** Capacity of the ring between the threads in bytes, rounded up to a power of two. Default 8 MiB. */
  readonly ringBytes?: number;
  /** Called when the files are open, before anything is on the bus: what is to make room there does so now. */
  readonly opened?: (recording: RecordingSummary) => void | Promise<void>;
}

export interface ReplayStats {
  /** Messages that the player has sent. */
  readonly published: number;
  /** Messages that have come to the bus. */
  readonly delivered: number;
  /** Messages sent more than 1 ms after their time. */
  readonly late: number;
  readonly maxLatenessMs: number;
  readonly pass: number;
}

export interface ReplayEvents extends EventMap {
  /** Recorded time does not go on from where it was; announced before the first message of the new time. */
  jump: Jump;
  /** Everything was sent and has come to the bus. A loop, a seek or `play()` may go on. */
  ended: { readonly timeNs: bigint; readonly pass: number };
  /** Something in the file is not as it should be, found while reading; what opening found is in `recording.problems`. */
  problem: Problem;
  /** The player's thread has died, for example of a file that went away. */
  failed: Error;
}

/** How one message came: for measurements. */
export interface Delivery {
  readonly channel: Channel;
  readonly timeNs: bigint;
  /** When it was due and when the player's thread sent it, ms since the epoch; due is NaN for messages without a time. */
  readonly dueMs: number;
  readonly sentMs: number;
}

/** Opens recordings and plays them onto a runtime's bus from a thread whose timing nothing here disturbs. */
export async function openReplay(files: readonly string[], options: ReplayOptions): Promise<Replay> {
  const { runtime, node: name = "/replay", queue = 100, begin = true, ringBytes, opened, ...player } = options;
  const isRecordedClock = runtime.clock instanceof SimulatedClock;
  const stamps = isRecordedClock || player.clockHz !== undefined || player.clockTopics !== undefined;
  // A recorded /clock beside our own would make time jump to and fro.
  const exclude = stamps ? [...(player.exclude ?? []), CLOCK_TOPIC] : player.exclude;
  const lifetime = new Lifetime();
  try {
    const threadOptions = { player: { ...player, exclude }, ...(ringBytes === undefined ? {} : { ringBytes }) };
    const rehearse = await rehearsal(lifetime);
    const thread = await PlayerThread.open(files, { ...threadOptions, rehearse });
    const node = await joined(thread, runtime, name, opened);
    lifetime.own(node); // before the thread, and so closed after it: while that ends, messages still come
    lifetime.own(thread);
    const publishers = publishersOf(node, thread.recording, player, queue);
    // A runtime that follows /clock follows delos.Clock; the others on the bus read the type of their own world.
    const encodings = isRecordedClock ? [] : thread.recording.channels.map((channel) => channel.schema.messageEncoding);
    const clock = stamps ? clockPublisher(node, encodings) : undefined;
    const replay = new Replay(lifetime, thread, publishers, clock, runtime);
    if (begin) replay.begin();
    return replay;
  } catch (error) {
    await lifetime[Symbol.asyncDispose]();
    throw error;
  }
}

/** A recording that plays. Commands take effect in the player's thread, within microseconds; `state` follows them. */
export class Replay implements AsyncDisposable {
  readonly recording: RecordingSummary;
  readonly events: Events<ReplayEvents> = new Events();
  readonly #lifetime: Lifetime;
  readonly #thread: PlayerThread;
  readonly #publishers: readonly (Publisher | undefined)[];
  readonly #clock: ClockPublisher | undefined;
  /** The runtime's clock, when it goes by the recording. */
  readonly #recorded: SimulatedClock | undefined;
  readonly #executor: Executor;
  #delivered = 0;
  #pass = 0;
  #begun = false;
  #timed = false;
  #onDelivery: ((delivery: Delivery) => void) | undefined;

  /** Use `openReplay`. */
  constructor(
    lifetime: Lifetime,
    thread: PlayerThread,
    publishers: readonly (Publisher | undefined)[],
    clock: ClockPublisher | undefined,
    runtime: Runtime,
  ) {
    this.#lifetime = lifetime;
    this.#thread = thread;
    this.#publishers = publishers;
    this.#clock = clock;
    this.recording = thread.recording;
    this.#recorded = runtime.clock instanceof SimulatedClock ? runtime.clock : undefined;
    this.#executor = runtime.executor;
  }

  /** Sets the time base and starts, unless that has happened. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#thread.begin({
      record: (record, payload) => this.#deliver(record, payload),
      problems: (problems) => {
        for (const problem of problems) this.events.emit("problem", problem);
      },
      failed: (error) => this.events.emit("failed", error),
    });
  }

  /** @throws {AbortedError} Resolves when every topic that is played has a subscriber. */
  async waitForSubscribers(signal?: AbortSignal): Promise<void> {
    const waiting = this.#publishers.filter((publisher) => publisher !== undefined);
    await Promise.all(
      waiting.map(
        (publisher) =>
          new Promise<void>((resolve, reject) => {
            if (publisher.matched.length > 0) return resolve();
            if (signal?.aborted) return reject(new AbortedError("waiting for subscribers", signal.reason));
            const abort = (): void => reject(new AbortedError("waiting for subscribers", signal?.reason));
            signal?.addEventListener("abort", abort, { once: true });
            const listener = publisher.on("matched", () => {
              listener[Symbol.dispose]();
              signal?.removeEventListener("abort", abort);
              resolve();
            });
          }),
      ),
    );
  }

  play(): void {
    this.#thread.send({ do: "play" });
  }
  pause(): void {
    this.#thread.send({ do: "pause" });
  }
  /** Pauses, and sends the next `count` messages; negative: goes back and sends the one arrived at. */
  step(count = 1): void {
    this.#thread.send({ do: "step", count: Math.trunc(count) });
  }
  seek(timeNs: bigint): void {
    this.#thread.send({ do: "seek", timeNs });
  }
  /** Recorded seconds a second, 0.01 … 1000 (values beyond are brought in), or Infinity. */
  setRate(rate: number): void {
    if (Number.isNaN(rate)) throw new UsageError("the rate is not a number");
    const within = rate === Number.POSITIVE_INFINITY ? rate : Math.min(MAX_RATE, Math.max(MIN_RATE, rate));
    this.#thread.send({ do: "rate", rate: within });
  }
  setLoop(loop: boolean): void {
    this.#thread.send({ do: "loop", loop });
  }
  /** Loops between two times; undefined: no more. */
  setLoopRange(range: { readonly fromNs: bigint; readonly toNs: bigint } | undefined): void {
    if (range !== undefined && range.toNs < range.fromNs) throw new UsageError("the loop's end is before its start");
    this.#thread.send({ do: "loopRange", range });
  }
  restart(): void {
    this.#thread.send({ do: "restart" });
  }

  get state(): PlayerState {
    return this.#thread.status.state;
  }
  /** Recorded time that the player has reached, ns. */
  get positionNs(): bigint {
    return this.#thread.status.positionNs;
  }
  get rate(): number {
    return this.#thread.status.rate;
  }
  get loop(): boolean {
    return this.#thread.status.loop;
  }
  /** The part that is looped over, as `setLoopRange` said; undefined: none. */
  get loopRange(): { readonly fromNs: bigint; readonly toNs: bigint } | undefined {
    return this.#thread.status.loopRange;
  }
  /** The pass that the messages on the bus belong to. */
  get pass(): number {
    return this.#pass;
  }
  get stats(): ReplayStats {
    const { published, late, maxLatenessMs } = this.#thread.status;
    return { published, delivered: this.#delivered, late, maxLatenessMs, pass: this.#pass };
  }
  get closed(): boolean {
    return this.#lifetime.closed;
  }

  /** Tells of every message before it is published. For measurements; one listener at most. */
  onDelivery(listener: ((delivery: Delivery) => void) | undefined): void {
    this.#onDelivery = listener;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }

  #deliver(record: Readonly<RecordView>, payload: Uint8Array): void {
    const { kind, timeNs } = record;
    if (kind === RecordKind.message || kind === RecordKind.large) {
      this.#delivered++;
      if (this.#onDelivery !== undefined) this.#tell(record);
      if (this.#recorded !== undefined) this.#tellTime(this.#recorded, timeNs, false);
      this.#publishers[record.channel]?.publishBytes(payload, { sourceTimeNs: timeNs });
    } else if (kind === RecordKind.clock) {
      if (this.#recorded !== undefined) this.#tellTime(this.#recorded, timeNs, false);
      else this.#clock?.publish(timeNs, this.#speed, this.#pass);
    } else if (kind === RecordKind.jump) {
      this.#pass = record.number;
      if (this.#recorded !== undefined) this.#tellTime(this.#recorded, timeNs, true);
      this.events.emit("jump", { reason: JUMP_REASONS[record.channel]!, timeNs, pass: record.number });
    } else this.events.emit("ended", { timeNs, pass: record.number });
  }

  /** Recorded seconds a second: 0 while standing still. */
  get #speed(): number {
    return this.state === "playing" ? this.rate : 0;
  }

  /** By `/clock`, which a runtime opened with `clock: "recorded"` follows; a clock that does not follow is set itself. */
  #tellTime(clock: SimulatedClock, timeNs: bigint, jumped: boolean): void {
    const isFirst = !this.#timed;
    this.#timed = true;
    if (!jumped && !isFirst && timeNs === clock.nowNs()) return;
    this.#clock?.publish(timeNs, this.#speed, this.#pass);
    if (clock.nowNs() === timeNs) return;
    if (jumped || isFirst) clock.jumpTo(timeNs);
    else this.#executor.ahead(() => clock.advanceTo(timeNs));
  }

  #tell({ channel, timeNs, dueMs, sentMs }: Readonly<RecordView>): void {
    this.#onDelivery?.({ channel: this.recording.channels[channel]!, timeNs, dueMs, sentMs });
  }
}

async function joined(
  thread: PlayerThread,
  runtime: Runtime,
  name: string,
  opened: ReplayOptions["opened"],
): Promise<Node> {
  try {
    await opened?.(thread.recording);
    return runtime.node(name);
  } catch (error) {
    await thread[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * What the player's thread sends to warm up goes to a bus that nobody else is on: the code between the ring and a callback is
 * then compiled when the first message comes.
 */
async function rehearsal(lifetime: Lifetime): Promise<(record: Readonly<RecordView>) => void> {
  const runtime = lifetime.own(await open({ name: "rehearsal" }));
  const node = runtime.node("/rehearsal");
  const schema = { name: "bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
  const publisher = node.publisherOfBytes("/rehearsal", schema, { depth: 100 });
  node.subscribeAny("/rehearsal").on(({ bytes }) => void bytes);
  return ({ payload, timeNs }) => void publisher.publishBytes(payload, { sourceTimeNs: timeNs });
}

/** A publisher for each channel that is played, in the order of the channels. */
function publishersOf(
  node: Node,
  { channels, topics }: RecordingSummary,
  options: PlayerOptions,
  queue: number,
): (Publisher | undefined)[] {
  const played = topics === undefined ? undefined : new Set(topics);
  return channels.map((channel) => {
    if (played?.has(channel.topic) === false) return undefined;
    const latched = isLatched(channel);
    return node.publisherOfBytes(playedTopic(channel.topic, options), schemaOf(channel), {
      depth: latched ? 1 : queue,
      durability: latched ? "transient_local" : "volatile",
      reliability: isBestEffort(channel) ? "best_effort" : "reliable",
    });
  });
}

/** Apollo's ROS bags name a type by its short name and bring no descriptor: the type is one of ours. */
function schemaOf({ schema, topic }: Channel): MessageSchema {
  if (schema.messageEncoding !== "protobuf" || schema.data.length > 0) return schema;
  return messageTypes.find(schema.name, { topic })?.schema ?? schema;
}
