import { malformed } from "./wire.ts";

const lenientUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Node decodes without making a view first, and from shared memory too. */
const nodeUtf8 =
  typeof Buffer === "undefined"
    ? undefined
    : (Buffer.prototype as { utf8Slice?: (this: Uint8Array, start: number, end: number) => string }).utf8Slice;

/**
 * UTF-8 from `pos` to `end`. proto3 refuses other bytes; proto2 never checked, so there they read as U+FFFD.
 */
export function text(bytes: Uint8Array, pos: number, end: number, strict: boolean): string {
  if (end - pos > 10) return longText(bytes, pos, end, strict);
  let out = "";
  for (let i = pos; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return longText(bytes, pos, end, strict);
    out += String.fromCharCode(byte);
  }
  return out;
}

function longText(bytes: Uint8Array, pos: number, end: number, strict: boolean): string {
  if (nodeUtf8 !== undefined) {
    const decoded = nodeUtf8.call(bytes, pos, end);
    if (!strict || !decoded.includes("\ufffd")) return decoded;
  }
  // A decoder refuses memory that other threads see: copy it first.
  const shared = typeof SharedArrayBuffer !== "undefined" && bytes.buffer instanceof SharedArrayBuffer;
  const part = shared ? Uint8Array.prototype.slice.call(bytes, pos, end) : bytes.subarray(pos, end);
  if (!strict) return lenientUtf8.decode(part);
  try {
    return strictUtf8.decode(part);
  } catch (cause) {
    throw malformed("MSG_BAD_UTF8", "string is not UTF-8", pos, cause);
  }
}
