import type { LoadedBlock } from "../block.ts";
import { secondsHigh, secondsLow } from "../time.ts";
import type { Connections } from "./connections.ts";
import { MAX_HEADER_BYTES, readFields } from "./record.ts";

/** Where reading a run of records ended early, and why. */
export interface RunDamage {
  readonly at: number;
  readonly cut: boolean;
  readonly message: string;
}

const CONN = 0x6e6e6f63; // "conn", read as a little-endian u32
const TIME = 0x656d6974; // "time"
const EQUALS = 0x3d;

/**
 * Lists the message records in `into.bytes[start, end)` and defines the connections met on the way. Ends at the first record
 * that is cut, makes no sense, or is of another kind than message and connection.
 */
export function listMessages(
  into: LoadedBlock,
  start: number,
  end: number,
  connections: Connections,
  unknown: (connection: number, at: number) => void,
): RunDamage | undefined {
  const { bytes, view } = into;
  let record = start;
  while (record < end) {
    if (record + 4 > end) return { at: record, cut: true, message: "the last record is cut" };
    const headerLength = view.getUint32(record, true);
    if (headerLength > MAX_HEADER_BYTES) {
      return { at: record, cut: false, message: `a record header of ${headerLength} bytes` };
    }
    const header = record + 4;
    const headerEnd = header + headerLength;
    if (headerEnd + 4 > end) return { at: record, cut: true, message: "the last record is cut" };
    let op = -1;
    let connection = -1;
    let timeAt = -1;
    for (let field = header; field < headerEnd; ) {
      if (field + 4 > headerEnd) return { at: field, cut: false, message: "a header field is cut" };
      const length = view.getUint32(field, true);
      const name = field + 4;
      field = name + length;
      if (field > headerEnd) return { at: name - 4, cut: false, message: `a header field of ${length} bytes` };
      if (length === 4 && bytes[name] === 0x6f && bytes[name + 1] === 0x70 && bytes[name + 2] === EQUALS) {
        op = bytes[name + 3]!;
      } else if (length === 9 && view.getUint32(name, true) === CONN && bytes[name + 4] === EQUALS) {
        connection = view.getUint32(name + 5, true);
      } else if (length === 13 && view.getUint32(name, true) === TIME && bytes[name + 4] === EQUALS) {
        timeAt = name + 5;
      }
    }
    const length = view.getUint32(headerEnd, true);
    const data = headerEnd + 4;
    const next = data + length;
    if (next > end) return { at: record, cut: true, message: `a record declares ${length} bytes of data` };
    if (op === 2) {
      if (connection < 0 || timeAt < 0) return { at: record, cut: false, message: "a message without conn or time" };
      const channel = connections.indexOf(connection);
      if (channel < 0) {
        unknown(connection, record);
      } else {
        const seconds = view.getUint32(timeAt, true);
        const nanoseconds = view.getUint32(timeAt + 4, true);
        const low = secondsLow(seconds, nanoseconds);
        into.add(secondsHigh(seconds, nanoseconds, low), low, data, length, channel);
      }
    } else if (op === 7) {
      connections.define(readFields(bytes, header, headerEnd, 0), bytes.subarray(data, next), record);
    } else {
      return { at: record, cut: false, message: `a record of kind ${op} among messages` };
    }
    record = next;
  }
  return undefined;
}
