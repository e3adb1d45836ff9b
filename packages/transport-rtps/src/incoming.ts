import type { DataFields } from "./wire/data.ts";
import type { ParameterList } from "./wire/parameter-list.ts";
import type { RtpsTime } from "./wire/time.ts";

const NOTHING = new Uint8Array(0);

/**
 * A sample on its way to a reader's user: a cursor over the datagram that it came in, filled anew for each DATA, so that
 * receiving allocates nothing. Valid until the call that hands it over returns; what is kept longer is kept by `keep()`.
 */
export class Incoming implements DataFields {
  readerId = 0;
  writerId = 0;
  sn = 0;
  isKey = false;
  inlineQos: ParameterList | undefined = undefined;
  /** The memory that the payload lies in, and where; from −1 when there is none. */
  bytes: Uint8Array = NOTHING;
  from = -1;
  to = -1;
  /** Source time; `timed` says whether there is one. */
  timed = false;
  seconds = 0;
  fraction = 0;
  /** The payload is a buffer of its own, not a part of a datagram. */
  owned = false;

  get payloadBytes(): number {
    return this.to - this.from;
  }

  /** A view, made anew for each call. */
  get payload(): Uint8Array | undefined {
    if (this.from < 0) return undefined;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + this.from, this.to - this.from);
  }

  get time(): RtpsTime | undefined {
    return this.timed ? { seconds: this.seconds, fraction: this.fraction } : undefined;
  }

  /** The same with memory of its own: holding a small sample must not hold the 64 KiB that it came in. */
  keep(): Incoming {
    const kept = new Incoming();
    kept.readerId = this.readerId;
    kept.writerId = this.writerId;
    kept.sn = this.sn;
    kept.isKey = this.isKey;
    kept.inlineQos = copyOf(this.inlineQos);
    kept.timed = this.timed;
    kept.seconds = this.seconds;
    kept.fraction = this.fraction;
    if (this.from >= 0) {
      kept.bytes = this.owned ? this.bytes : this.bytes.slice(this.from, this.to);
      kept.from = 0;
      kept.to = this.payloadBytes;
      kept.owned = true;
    }
    return kept;
  }
}

/** A parameter list whose values are no views of a datagram. */
export function copyOf(list: ParameterList | undefined): ParameterList | undefined {
  if (list === undefined) return undefined;
  const parameters = list.parameters.map(({ pid, value }) => ({ pid, value: Uint8Array.from(value) }));
  return { littleEndian: list.littleEndian, parameters };
}
