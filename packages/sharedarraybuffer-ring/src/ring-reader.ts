import type { Bell, WaitOptions } from "./bell.ts";
import { RingError } from "./errors.ts";
import { holdProcess, nextTurn } from "./turns.ts";

export interface ListenOptions {
  /** The event loop gets a turn after so many messages (default 256) … */
  readonly messages?: number;
  /** … or so many bytes (default 65536), whichever comes first. */
  readonly bytes?: number;
  readonly signal?: AbortSignal;
}

/** After so many messages in one turn more are probably on their way: look again in the next turn, before sleeping. */
const FLOOD_MESSAGES = 16;

/** Gets a message without anything being allocated for it: `bytes` from `offset`, `length` of them. */
export type Visit = (bytes: Uint8Array, offset: number, length: number) => void;

/**
 * A reading end with a cursor of its own; what all readers can do. The current message is `length` bytes of `bytes` from
 * `offset`, and stays what it is until the next call.
 *
 *   while (reader.next()) use(reader.bytes, reader.offset, reader.length);   // allocates nothing
 *   reader.drain((bytes, offset, length) => …);                              // the same with a callback
 *   for (let message = reader.take(); message; message = reader.take()) …    // copies to keep
 */
export abstract class RingReader implements Disposable {
  /** Memory that holds the current message. */
  bytes: Uint8Array = NOTHING;
  /** Where the current message starts in `bytes`, a multiple of 8. */
  offset = 0;
  /** Its length in bytes. */
  length = 0;
  /** Messages handed out. */
  received = 0;
  /** Messages that were written over before this reader came to them. Known exactly once a later one is read. */
  lost = 0;

  readonly #bell: Bell;
  readonly #ready: () => boolean = () => this.hasNext;

  protected constructor(bell: Bell) {
    this.#bell = bell;
  }

  /**
   * Makes the next message current. False when there is none.
   *
   * @throws {RingError} RING_CORRUPT (the reader then continues at the newest), RING_REAPED, RING_CLOSED
   */
  abstract next(): boolean;

  /** Number of the current message: how many were written to the ring before it. */
  abstract get sequence(): number;

  /** Whether `next` has something to look at, or never will again. */
  abstract get hasNext(): boolean;

  /** The writer has closed the ring, and everything in it was read. */
  abstract get ended(): boolean;

  abstract get closed(): boolean;

  /** Leaves the ring: the writer no longer waits for this reader. */
  abstract close(): void;

  [Symbol.dispose](): void {
    this.close();
  }

  /** Calls `visit` for each new message, at most `max` of them; how many there were. */
  drain(visit: Visit, max = Number.POSITIVE_INFINITY): number {
    let count = 0;
    while (count < max && this.next()) {
      count++;
      visit(this.bytes, this.offset, this.length);
    }
    return count;
  }

  /** A copy of the next message; undefined when there is none. */
  take(): Uint8Array | undefined {
    if (!this.next()) return undefined;
    const copy = new Uint8Array(this.length);
    copy.set(this.bytes.subarray(this.offset, this.offset + this.length));
    return copy;
  }

  /** Blocks until there is a message (true; also when the writer has closed), or the time is over (false). */
  wait(options: WaitOptions = {}): boolean {
    this.#checkOpen();
    return this.#bell.wait(this.#ready, options);
  }

  /** The same without blocking the event loop. @throws {RingError} RING_ABORTED */
  async waitAsync(timeoutMs = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<boolean> {
    this.#checkOpen();
    return await this.#bell.waitAsync(this.#ready, timeoutMs, signal);
  }

  /**
   * One sleep of an event loop, for loops of one's own: a promise of the next time that looking may be worth while, or
   * undefined when it is now. Nothing keeps the process alive meanwhile: see `holdProcess`.
   */
  fallAsleep(): Promise<unknown> | undefined {
    this.#checkOpen();
    return this.#bell.fallAsleep(this.#ready);
  }

  /**
   * Calls `visit` for each message as it comes, on this thread's event loop, which gets a turn after each portion.
   * Resolves when the writer has closed and all is read, when the signal fires, or when the reader is closed.
   */
  async listen(visit: Visit, options: ListenOptions = {}): Promise<void> {
    const { messages = 256, bytes = 65536, signal } = options;
    const stopped = (): boolean => this.closed || signal?.aborted === true;
    const abort = (): void => this.#bell.wake();
    signal?.addEventListener("abort", abort, { once: true });
    using _alive = holdProcess(); // once: a timer set and cleared for each sleep would cost more than the sleep
    try {
      for (let [count, volume] = [0, 0]; !stopped(); ) {
        while (count < messages && volume < bytes && this.next()) {
          count++;
          volume += this.length;
          visit(this.bytes, this.offset, this.length);
          if (stopped()) return;
        }
        if (this.ended) return;
        // A turn that is used up is followed by another one, not by a sleep that every message would have to end.
        if (count >= FLOOD_MESSAGES || volume >= bytes) {
          [count, volume] = [0, 0];
          await nextTurn();
          continue;
        }
        const asleep = this.#bell.fallAsleep(this.#ready);
        if (asleep === undefined)
          count++; // who is always ready also gets to the end of its turn
        else {
          await asleep;
          [count, volume] = [0, 0];
        }
      }
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Copies of the messages as they come. Ends like `listen`. */
  async *messages(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal } = options;
    for (let count = 1; ; count++) {
      if (signal?.aborted === true || this.closed) return;
      const message = this.take();
      if (message !== undefined) {
        yield message;
        if (count % 256 === 0) await nextTurn();
      } else if (this.ended) {
        return;
      } else {
        await this.#waitQuietly(signal);
      }
    }
  }

  async #waitQuietly(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#bell.waitAsync(this.#ready, Number.POSITIVE_INFINITY, signal);
    } catch (error) {
      if (!(error instanceof RingError && error.code === "RING_ABORTED")) throw error;
    }
  }

  #checkOpen(): void {
    if (this.closed) throw new RingError("RING_CLOSED", "the reader is closed");
  }
}

const NOTHING = new Uint8Array(0);
