import type { MessageCursor, RecordedMessage } from "../recording.ts";

const MOST_MESSAGES = 64;
const MOST_BYTES = 16 * 2 ** 20;

/**
 * A cursor that can read on while there is time, so that reading a chunk, decompressing it and copying a large message are
 * done when the message is due. What was read ahead are copies; stepping back or seeking forgets them.
 *
 *   passed ◄── this cursor ──► [ read ahead, in order ] ◄── the recording's cursor ──► not read yet
 */
export class ReadAheadCursor implements MessageCursor {
  readonly #inner: MessageCursor;
  /** Oldest last: `pop` costs nothing. Turned round when it is used up. */
  #ahead: RecordedMessage[] = [];
  #arriving: RecordedMessage[] = [];
  #bytes = 0;
  #current: MessageCursor | RecordedMessage;

  constructor(inner: MessageCursor) {
    this.#inner = inner;
    this.#current = inner;
  }

  /** Reads one more message ahead. False when enough is there, or there is no more. */
  readAhead(): boolean {
    if (this.#count >= MOST_MESSAGES || this.#bytes >= MOST_BYTES) return false;
    return this.#inner.next() && this.#keep();
  }

  /** The message that the cursor is on becomes a copy, so that the recording's cursor can go on. */
  detach(): void {
    if (this.#current === this.#inner) this.#current = copyOf(this.#inner);
  }

  /** Whether `data` is a copy that nobody else looks at: it may be kept, or given away. */
  get owned(): boolean {
    return this.#current !== this.#inner;
  }

  next(): boolean {
    if (this.#count === 0) {
      this.#current = this.#inner;
      return this.#inner.next();
    }
    if (this.#ahead.length === 0) {
      [this.#ahead, this.#arriving] = [this.#arriving.reverse(), this.#ahead];
    }
    const message = this.#ahead.pop()!;
    this.#bytes -= message.data.length;
    this.#current = message;
    return true;
  }

  previous(): boolean {
    for (let count = this.#count; count > 0; count--) this.#inner.previous();
    this.#forget();
    return this.#inner.previous();
  }

  seek(timeNs: bigint): void {
    this.#forget();
    this.#inner.seek(timeNs);
  }

  get channel(): RecordedMessage["channel"] {
    return this.#current.channel;
  }
  get logTimeNs(): bigint {
    return this.#current.logTimeNs;
  }
  get publishTimeNs(): bigint {
    return this.#current.publishTimeNs;
  }
  get sequence(): number {
    return this.#current.sequence;
  }
  get data(): Uint8Array {
    return this.#current.data;
  }

  [Symbol.dispose](): void {
    this.#forget();
    this.#inner[Symbol.dispose]();
  }

  get #count(): number {
    return this.#ahead.length + this.#arriving.length;
  }

  #keep(): true {
    const message = copyOf(this.#inner);
    this.#bytes += message.data.length;
    this.#arriving.push(message);
    return true;
  }

  #forget(): void {
    this.#ahead.length = this.#arriving.length = 0;
    this.#bytes = 0;
    this.#current = this.#inner;
  }
}

function copyOf({ channel, logTimeNs, publishTimeNs, sequence, data }: MessageCursor): RecordedMessage {
  return { channel, logTimeNs, publishTimeNs, sequence, data: data.slice() };
}
