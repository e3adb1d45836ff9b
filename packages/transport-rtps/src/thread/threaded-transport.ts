import { once } from "node:events";
import { MessageChannel } from "node:worker_threads";
import { ClosedError, DelosError } from "@delos/core";
import { loadOrdinaryView } from "@delos/core/native";
import { spawnWorker, type Worker } from "@delos/core/worker";
import {
  DiscoveryTable,
  type EndpointId,
  type EndpointInfo,
  type NodeInfo,
  type PairEnd,
  type ParticipantId,
  type ParticipantInfo,
  type ReaderOptions,
  type Transport,
  type TransportContext,
  type WriterOptions,
} from "@delos/transport";
import type { RtpsOptions } from "../rtps-transport.ts";
import { type Command, decodeReport, EndpointState, encodeCall, MOST_ENDPOINTS, type ThreadData } from "./calls.ts";
import { ChannelReader, type ChannelSample, type ChannelVisitor, ChannelWriter } from "./channel.ts";
import { CountersBoard } from "./counters-board.ts";
import { ThreadedReader } from "./threaded-reader.ts";
import { ThreadedWriter } from "./threaded-writer.ts";

/**
 * The network with its sockets and protocol in a thread of their own: whatever the user's code does with its event loop, leases
 * are renewed, heartbeats answered and lost fragments sent again. What is written and what arrives goes through rings in
 * shared memory; QoS that looks at a reader's own queue is applied here, everything else there.
 */
export class ThreadedTransport implements Transport, ChannelVisitor {
  readonly name = "rtps";
  readonly discovery = new DiscoveryTable();
  readonly context: TransportContext;
  readonly state: EndpointState;
  readonly down: ChannelWriter;
  readonly #worker: Worker;
  readonly #up: ChannelReader;
  readonly #exited: Promise<unknown>;
  readonly #writers = new Map<number, ThreadedWriter>();
  readonly #readers = new Map<number, ThreadedReader>();
  readonly #replies = new Map<number, () => void>();
  readonly #free: number[] = [];
  #indices = 0;
  #calls = 0;
  readonly #counters: CountersBoard;
  #closed = false;

  private constructor(
    context: TransportContext,
    state: EndpointState,
    counters: CountersBoard,
    worker: Worker,
    down: ChannelWriter,
    up: (visitor: ChannelVisitor) => ChannelReader,
  ) {
    this.context = context;
    this.state = state;
    this.#counters = counters;
    this.#worker = worker;
    this.down = down;
    this.#up = up(this);
    this.discovery.addParticipant(context.participant);
    this.#exited = new Promise((resolve) => worker.once("exit", resolve));
    worker.on("error", (error) => {
      context.log.error("The protocol's thread has ended", { error: String(error) });
      this.#end();
    });
    down.onRoom = () => {
      for (const writer of this.#writers.values()) writer.flush();
    };
    void this.#up.run();
  }

  /** @throws {DelosError} `RTPS_NO_PORT` */
  static async open(context: TransportContext, options: RtpsOptions): Promise<ThreadedTransport> {
    const [downPorts, upPorts] = [new MessageChannel(), new MessageChannel()];
    const view = await loadOrdinaryView();
    const down = new ChannelWriter(downPorts.port1, view);
    const [state, counters] = [new EndpointState(), new CountersBoard()];
    const workerData: ThreadData = {
      participant: context.participant,
      options: { ...options, thread: false },
      state: state.buffer,
      counters: counters.buffer,
      down: { ring: down.ring, port: downPorts.port2 },
      up: { port: upPorts.port2 },
    };
    const transferList = [downPorts.port2, upPorts.port2];
    const worker = spawnWorker(workerEntry(), { workerData, transferList, name: "rtps" });
    const [started] = (await once(worker, "message")) as [
      { ring: SharedArrayBuffer } | { error: { code?: string; message: string } },
    ];
    if ("error" in started) throw new DelosError(started.error.code ?? "RTPS_THREAD", started.error.message);
    const memory = { ring: started.ring, port: upPorts.port1 };
    return new ThreadedTransport(
      context,
      state,
      counters,
      worker,
      down,
      (visitor) => new ChannelReader(memory, view, visitor),
    );
  }

  /** Asked of the thread, which is waited for: some tens of microseconds, unless it has ended. */
  get counters(): Readonly<Record<string, number>> {
    return this.#counters.ask(() => this.#worker.postMessage("counters"));
  }

  announceNode(name: string): Disposable {
    const node: NodeInfo = { participant: this.context.participant, name };
    this.discovery.addNode(node);
    this.call({ call: "announceNode", name });
    let there = true;
    return {
      [Symbol.dispose]: () => {
        if (!there) return;
        there = false;
        this.discovery.removeNode(node);
        this.call({ call: "leaveNode", name });
      },
    };
  }

  createWriter(options: WriterOptions): ThreadedWriter {
    const index = this.#index();
    const writer: ThreadedWriter = new ThreadedWriter(this, index, options, () => this.#gone(index, options.id));
    this.#writers.set(index, writer);
    this.discovery.addEndpoint(writer.info);
    return writer;
  }

  createReader(options: ReaderOptions): ThreadedReader {
    const index = this.#index();
    const reader: ThreadedReader = new ThreadedReader(this, index, options, () => this.#gone(index, options.id));
    this.#readers.set(index, reader);
    this.discovery.addEndpoint(reader.info);
    return reader;
  }

  renew(): void {
    this.call({ call: "renew", transports: this.context.participant.transports });
  }

  reconsider(participant: ParticipantId): void {
    const there = this.discovery.participants.get(participant);
    if (there === undefined) return;
    const carried = this.context.carries(anEndpointOf(this.context.participant), anEndpointOf(there));
    const released: (readonly [EndpointId, EndpointId])[] = [];
    for (const reader of this.#readers.values()) {
      for (const publication of reader.matched) {
        if (publication.participant.id !== participant || this.context.carries(reader.info, publication)) continue;
        released.push([reader.info.id, publication.id]);
        reader.release(publication);
      }
    }
    this.call({ call: "reconsider", verdict: { participant, carried, released } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    await Promise.all([...this.#writers.values(), ...this.#readers.values()].map((one) => one[Symbol.asyncDispose]()));
    if (this.#closed) return;
    const answered = this.ask((reply) => ({ call: "close", reply }));
    this.#closed = true;
    await answered;
    this.#end();
    await this.#exited;
  }

  // ------------------------------------------------------------------------------------------- for its endpoints

  call(command: Command): void {
    if (!this.#closed) this.down.call(encodeCall(command));
  }

  /** Sends a command that is answered. */
  ask(command: (reply: number) => Command): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const reply = ++this.#calls;
    const answered = new Promise<void>((resolve) => this.#replies.set(reply, resolve));
    this.call(command(reply));
    return answered;
  }

  // ------------------------------------------------------------------------------------------------ what is told

  onSample(sample: ChannelSample): void {
    const reader = this.#readers.get(sample.endpoint);
    if (reader === undefined) sample.pinned?.release();
    else reader.sample(sample);
  }

  onCall(bytes: Uint8Array): void {
    const report = decodeReport(bytes);
    const { discovery } = this;
    switch (report.call) {
      case "reply": {
        const resolve = this.#replies.get(report.reply);
        this.#replies.delete(report.reply);
        resolve?.();
        return;
      }
      case "participantJoined":
        return discovery.addParticipant(report.participant);
      case "participantRenewed":
        return discovery.renewParticipant(report.participant);
      case "participantLeft":
        return discovery.removeParticipant(report.participant.id);
      case "nodeJoined":
        return discovery.addNode(report.node);
      case "nodeLeft":
        return discovery.removeNode(report.node);
      case "endpointJoined":
        return discovery.addEndpoint(report.endpoint);
      case "endpointLeft":
        return discovery.removeEndpoint(report.endpoint.id);
      case "log":
        return this.context.log[report.level](report.message, report.fields);
      default:
        (this.#writers.get(report.index) ?? this.#readers.get(report.index))?.report(report);
        if (report.call === "matched") this.#welcome(report.index, report.other);
    }
  }

  /** The network may have matched a pair when it had been given to another transport already. */
  #welcome(index: number, other: EndpointInfo): void {
    const reader = this.#readers.get(index);
    if (reader !== undefined && !this.context.carries(reader.info, other)) this.reconsider(other.participant.id);
  }

  #index(): number {
    if (this.#closed) throw new ClosedError("The RTPS transport");
    const index = this.#free.pop() ?? this.#indices++;
    if (index >= MOST_ENDPOINTS) throw new DelosError("RTPS_THREAD", `more than ${MOST_ENDPOINTS} endpoints`);
    this.state.reset(index);
    return index;
  }

  /** The protocol's thread has let go of an endpoint. */
  #gone(index: number, id: string): void {
    this.#writers.delete(index);
    this.#readers.delete(index);
    this.#free.push(index);
    this.discovery.removeEndpoint(id);
  }

  /** Nothing more comes. */
  #end(): void {
    this.#closed = true;
    this.#up.close();
    this.down.close();
    for (const resolve of this.#replies.values()) resolve();
    this.#replies.clear();
  }
}

/** Of no pair in particular: asks about those that are to come. */
const anEndpointOf = (participant: ParticipantInfo): PairEnd => ({ id: "", kind: "subscription", participant });

function workerEntry(): string {
  return typeof import.meta.resolve === "function"
    ? import.meta.resolve("#rtps.worker")
    : new URL("./rtps.worker.ts", import.meta.url).href;
}
