import type { LoadedBlock } from "../block.ts";
import { joinNs } from "../time.ts";
import { MESSAGE_HEAD, OPCODE, RECORD_HEAD } from "./records.ts";

/** Where reading a run of records ended early, and why. */
export interface RunDamage {
  readonly at: number;
  readonly message: string;
}

/**
 * Lists the Message records in `into.bytes[start, end)`. `channels.indexes` gives the channel index by channel id; other records
 * are handed to `other`, which may define channels. Ends at the first record that is cut or makes no sense.
 */
export function listMessages(
  into: LoadedBlock,
  start: number,
  end: number,
  channels: { readonly indexes: Int32Array },
  unknown: (channelId: number, at: number) => void,
  other: (opcode: number, start: number, end: number) => void,
): RunDamage | undefined {
  const { bytes, view } = into;
  let record = start;
  while (record < end) {
    const body = record + RECORD_HEAD;
    if (body > end) return { at: record, message: "the last record is cut" };
    const opcode = bytes[record]!;
    const length = view.getUint32(record + 1, true);
    const next = body + length;
    if (view.getUint32(record + 5, true) !== 0 || next > end) {
      return { at: record, message: "a record runs past the end" };
    }
    if (opcode === OPCODE.message) {
      if (length < MESSAGE_HEAD) return { at: record, message: `a message record of ${length} bytes` };
      const channelId = view.getUint16(body, true);
      const { indexes } = channels;
      const channel = channelId < indexes.length ? indexes[channelId]! : -1;
      if (channel < 0) unknown(channelId, record);
      else {
        into.add(
          view.getUint32(body + 10, true),
          view.getUint32(body + 6, true),
          body + MESSAGE_HEAD,
          length - MESSAGE_HEAD,
          channel,
        );
      }
    } else if (opcode === 0) {
      return { at: record, message: "a record with opcode 0" };
    } else {
      other(opcode, body, next);
    }
    record = next;
  }
  return undefined;
}

/** Publish time of a listed message, which stands before its data. */
export function publishTimeNs(loaded: LoadedBlock, entry: number): bigint {
  const at = loaded.offset[entry]! - 8;
  return joinNs(loaded.view.getUint32(at + 4, true), loaded.view.getUint32(at, true));
}

/** Sequence number of a listed message. */
export function sequence(loaded: LoadedBlock, entry: number): number {
  return loaded.view.getUint32(loaded.offset[entry]! - 20, true);
}
