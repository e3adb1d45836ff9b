import { ClosedError, DelosError, type EventMap, Events } from "@delos/core";
import { openReplay, type Replay, type ReplayOptions } from "./replay.ts";
import type { RecordingSummary } from "./thread/protocol.ts";

export interface ReplayDeckEvents extends EventMap {
  /** Another recording is in: its publishers are on the bus, and it begins as soon as all listeners have returned. */
  exchanged: { readonly replay: Replay; readonly before: RecordingSummary };
}

/** What was selected of the first recording says nothing about another one. */
const OF_THE_FIRST_ALONE = { topics: undefined, startS: undefined, durationS: undefined, paused: false } as const;

/** Opens recordings and keeps a place for others after them. */
export async function openReplayDeck(files: readonly string[], options: ReplayOptions): Promise<ReplayDeck> {
  return new ReplayDeck(await openReplay(files, options), options);
}

/** Plays one recording at a time; another one can be put in its place while everything around it goes on. */
export class ReplayDeck implements AsyncDisposable {
  readonly events: Events<ReplayDeckEvents> = new Events();
  readonly #options: ReplayOptions;
  #replay: Replay;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Use `openReplayDeck`. */
  constructor(replay: Replay, options: ReplayOptions) {
    this.#options = options;
    this.#replay = replay;
  }

  /** What plays now. */
  get replay(): Replay {
    return this.#replay;
  }

  /**
   * Puts other recordings in and plays them, at the rate of those before. Those play on until the new ones are open, and play on
   * undisturbed when they cannot be opened. One exchange at a time: the next one waits.
   * @throws {DelosError} what opening fails with; `REPLAY_EMPTY`: nothing in there can be played
   */
  exchange(files: readonly string[]): Promise<Replay> {
    const exchanged = this.#last.then(() => this.#exchange(files));
    this.#last = exchanged.catch(() => {});
    return exchanged;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#replay[Symbol.asyncDispose]();
  }

  async #exchange(files: readonly string[]): Promise<Replay> {
    const old = this.#replay;
    const { rate, loop, recording: before } = old;
    const replay = await openReplay(files, {
      ...this.#options,
      ...OF_THE_FIRST_ALONE,
      rate,
      loop,
      begin: false,
      opened: async (recording) => {
        if (this.#closed) throw new ClosedError("The player");
        if (recording.messageCount === 0)
          throw new DelosError("REPLAY_EMPTY", `there is no message to be played in ${files.join(", ")}`);
        await old[Symbol.asyncDispose]();
      },
    });
    this.#replay = replay;
    this.events.emit("exchanged", { replay, before });
    replay.begin();
    return replay;
  }
}
