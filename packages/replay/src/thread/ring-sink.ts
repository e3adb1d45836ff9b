import type { Jump, MessageCursor, PlayerSink, RecordedMessage } from "@delos/bag";
import type { Clock } from "@delos/core";
import { JUMP_REASONS } from "./protocol.ts";
import { RecordKind, type RecordWriter } from "./records.ts";
import type { WakeWord } from "./wake-word.ts";

/** At most so many messages that are too long for the ring are on their way at once. */
const LARGE_ON_THE_WAY = 4;
/** Of a large message that is not delivered anyway, so much is sent. */
const REHEARSED_BYTES = 1024;

/** Puts what a player plays into the ring. Stamps are wall-clock ms: threads do not share a monotonic origin. */
export class RingSink implements PlayerSink {
  readonly #records: RecordWriter;
  readonly #wakes: WakeWord;
  readonly #clock: Clock;
  readonly #sendLarge: (data: Uint8Array) => void;
  readonly #wallMinusMonotonicMs: number;
  #largeSent = 0;
  /** What kept something from being taken: no room in the ring, or too many large messages on the way. */
  blockedBy: "ring" | "large" | undefined;

  constructor(records: RecordWriter, wakes: WakeWord, clock: Clock, sendLarge: (data: Uint8Array) => void) {
    this.#records = records;
    this.#wakes = wakes;
    this.#clock = clock;
    this.#sendLarge = sendLarge;
    this.#wallMinusMonotonicMs = clock.nowMs() - clock.monotonicMs();
  }

  message(message: RecordedMessage | MessageCursor, dueMs: number, timeNs: bigint, owned: boolean): boolean {
    let data = payloadOf(message);
    const dueWallMs = dueMs + this.#wallMinusMonotonicMs;
    if (data.length > this.#records.largestPayload) {
      if (!this.#records.rehearsing) return this.#large(message, data, dueWallMs, timeNs, owned);
      data = data.subarray(0, REHEARSED_BYTES);
    }
    return this.#taken(
      this.#records.push(
        RecordKind.message,
        message.channel.index,
        timeNs,
        dueWallMs,
        // Without a time to hold nobody asks when it went, and at full speed the clock would cost as much as the rest.
        Number.isNaN(dueMs) ? Number.NaN : this.#clock.nowMs(),
        message.sequence,
        data,
      ),
    );
  }

  clock(timeNs: bigint): boolean {
    return this.#taken(this.#records.push(RecordKind.clock, 0, timeNs, Number.NaN, this.#clock.nowMs(), 0, undefined));
  }

  jump({ reason, timeNs, pass }: Jump): boolean {
    const code = JUMP_REASONS.indexOf(reason);
    const sentMs = this.#clock.nowMs();
    return this.#taken(this.#records.push(RecordKind.jump, code, timeNs, Number.NaN, sentMs, 0, undefined, pass));
  }

  ended(timeNs: bigint, pass: number): boolean {
    const sentMs = this.#clock.nowMs();
    return this.#taken(this.#records.push(RecordKind.ended, 0, timeNs, Number.NaN, sentMs, 0, undefined, pass));
  }

  /** The payload goes by the port; its place in the order is a record in the ring. */
  #large(
    { channel, sequence }: RecordedMessage | MessageCursor,
    data: Uint8Array,
    dueMs: number,
    timeNs: bigint,
    owned: boolean,
  ): boolean {
    if (this.#largeSent - this.#wakes.largeTaken >= LARGE_ON_THE_WAY) {
      this.blockedBy = "large";
      return false;
    }
    if (!this.#records.hasRoom) return this.#taken(false);
    const { length } = data;
    this.#sendLarge(owned ? data : data.slice()); // ahead of its record: whoever reads that finds it
    this.#largeSent++;
    const sentMs = this.#clock.nowMs();
    return this.#records.push(RecordKind.large, channel.index, timeNs, dueMs, sentMs, sequence, undefined, length);
  }

  #taken(taken: boolean): boolean {
    if (!taken) this.blockedBy = "ring";
    return taken;
  }
}

function payloadOf({ data, channel }: RecordedMessage | MessageCursor): Uint8Array {
  const { payloadOffset = 0 } = channel;
  return payloadOffset === 0 ? data : data.subarray(payloadOffset);
}
