import { DelosError } from "@delos/core";

/**
 * Messages on the socket between two processes: JSON with bytes beside it. Both lengths little-endian.
 *
 *   0            4            8
 *  +------------+------------+------------------+-----------------------+
 *  | JSON bytes | more bytes | JSON, UTF-8      | bytes that JSON names |
 *  +------------+------------+------------------+-----------------------+
 *
 * What JSON does not have: {"$int": "…"} is a bigint, {"$num": "Infinity"} a number that is not finite, {"$bytes": [offset,
 * length]} a Uint8Array. Objects of ours have no key that begins with $.
 */
const HEAD_BYTES = 8;
/** Nobody sends more: a longer frame is none of ours. */
export const MAX_JSON_BYTES = 2 ** 26;
export const MAX_EXTRA_BYTES = 2 ** 29;

export function encodeFrame(message: unknown): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let extra = 0;
  // By the holder's field and not by `value`: a Buffer's `toJSON` has been at work on that.
  const json = JSON.stringify(message, function (this: Record<string, unknown>, key) {
    const value = this[key];
    if (typeof value === "bigint") return { $int: value.toString() };
    if (typeof value === "number" && !Number.isFinite(value)) return { $num: String(value) };
    if (value instanceof Uint8Array) {
      parts.push(value);
      const at = extra;
      extra += value.length;
      return { $bytes: [at, value.length] };
    }
    return value;
  });
  const text = Buffer.from(json);
  if (text.length > MAX_JSON_BYTES || extra > MAX_EXTRA_BYTES) {
    throw new DelosError("SHM_PEER", `a message of ${text.length} + ${extra} bytes is too large to send`);
  }
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(extra, 4);
  return [head, text, ...parts];
}

/** Puts the pieces of a stream together to messages. @throws {DelosError} SHM_PEER when it is no such stream */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** So much must have come before it is worth looking again. */
  #wanted = HEAD_BYTES;

  *push(piece: Uint8Array): Generator<unknown, void, undefined> {
    this.#pieces.push(piece);
    this.#held += piece.length;
    while (this.#held >= this.#wanted) {
      const whole = Buffer.concat(this.#pieces, this.#held);
      const [json, extra] = [whole.readUInt32LE(0), whole.readUInt32LE(4)];
      if (json === 0 || json > MAX_JSON_BYTES || extra > MAX_EXTRA_BYTES) {
        throw new DelosError("SHM_PEER", `a frame of ${json} + ${extra} bytes`);
      }
      const total = HEAD_BYTES + json + extra;
      this.#pieces = [whole];
      this.#wanted = total;
      if (this.#held < total) return;
      const message = decode(
        whole.toString("utf8", HEAD_BYTES, HEAD_BYTES + json),
        whole.subarray(HEAD_BYTES + json, total),
      );
      this.#pieces = [whole.subarray(total)];
      this.#held -= total;
      this.#wanted = HEAD_BYTES;
      yield message;
    }
  }
}

function decode(json: string, extra: Uint8Array): unknown {
  try {
    return JSON.parse(json, (_key, value: unknown) => {
      if (typeof value !== "object" || value === null) return value;
      if ("$int" in value) return BigInt(value.$int as string);
      if ("$num" in value) return Number(value.$num);
      if ("$bytes" in value) {
        const [at, length] = value.$bytes as [number, number];
        if (!(at >= 0 && length >= 0 && at + length <= extra.length)) throw new RangeError("bytes that are not there");
        return new Uint8Array(extra.subarray(at, at + length)); // a copy: `slice` of a Buffer is none
      }
      return value;
    });
  } catch (cause) {
    throw new DelosError("SHM_PEER", "a frame that is not what it should be", { cause });
  }
}
