import { ByteReader, ByteWriter, type ByteReader as Reader } from "@delos/wire";
import { type AckNack, ackNackFlags, readAckNack, writeAckNack } from "./acknack.ts";
import { type Data, dataFlags, readData, writeData } from "./data.ts";
import { type DataFrag, dataFragFlags, readDataFrag, writeDataFrag } from "./data-frag.ts";
import { type Gap, readGap, writeGap } from "./gap.ts";
import { bytesOfHex, type GuidPrefix, readPrefix } from "./guid.ts";
import { type Heartbeat, heartbeatFlags, readHeartbeat, writeHeartbeat } from "./heartbeat.ts";
import { type HeartbeatFrag, readHeartbeatFrag, writeHeartbeatFrag } from "./heartbeat-frag.ts";
import { type InfoDestination, readInfoDestination, writeInfoDestination } from "./info-destination.ts";
import { type InfoReply, infoReplyFlags, readInfoReply, writeInfoReply } from "./info-reply.ts";
import { type InfoSource, readInfoSource, writeInfoSource } from "./info-source.ts";
import { INVALIDATE, type InfoTimestamp, readInfoTimestamp, writeInfoTimestamp } from "./info-timestamp.ts";
import { type NackFrag, readNackFrag, writeNackFrag } from "./nack-frag.ts";
import { ID, LITTLE_ENDIAN, SubmessageHeader } from "./submessage.ts";

export const MAGIC = 0x52545053;
export const HEADER_BYTES = 20;
/** What we send. Everything of version 2 is read. */
export const PROTOCOL_VERSION = 0x0203;
/** Not in the registry, and special to neither stack. */
export const VENDOR_DELOS = 0x01de;
export const VENDOR_CYCLONE = 0x0110;
export const VENDOR_FAST = 0x010f;

/**
 * RTPS header, DDSI-RTPS 2.5 §9.4.4.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |      'R'      |      'T'      |      'P'      |      'S'      |
 *  |        version (2 bytes)      |       vendor (2 bytes)        |
 *  |                     guidPrefix, 12 bytes                      |
 *  +---------------------------------------------------------------+
 */
export interface MessageHeader {
  readonly version: number;
  readonly vendor: number;
  readonly prefix: GuidPrefix;
}

/** What a submessage says beyond what we go by: carried along. */
interface More {
  readonly more?: { readonly flags: number; readonly bytes: Uint8Array };
}

/** Flag N of DATA and DATA_FRAG; group information of HEARTBEAT; the same and a count of filtered samples of GAP. §9.4.5. */
const MORE_FLAGS = { DATA: 0x10, DATA_FRAG: 0x08, HEARTBEAT: 0x08, GAP: 0x06 } as const;

export type SubmessageBody =
  | ({ readonly kind: "DATA" } & Data & More)
  | ({ readonly kind: "DATA_FRAG" } & DataFrag & More)
  | ({ readonly kind: "HEARTBEAT" } & Heartbeat & More)
  | ({ readonly kind: "HEARTBEAT_FRAG" } & HeartbeatFrag)
  | ({ readonly kind: "ACKNACK" } & AckNack)
  | ({ readonly kind: "NACK_FRAG" } & NackFrag)
  | ({ readonly kind: "GAP" } & Gap & More)
  | ({ readonly kind: "INFO_TS" } & InfoTimestamp)
  | ({ readonly kind: "INFO_DST" } & InfoDestination)
  | ({ readonly kind: "INFO_SRC" } & InfoSource)
  | ({ readonly kind: "INFO_REPLY" } & InfoReply)
  /** PAD, INFO_REPLY_IP4, and whatever a vendor or a later version adds: passed over. */
  | { readonly kind: "OTHER"; readonly id: number; readonly flags: number; readonly bytes: Uint8Array };

export type Submessage = SubmessageBody & { readonly littleEndian: boolean };

/** A whole message as a value: for tools and tests. Participants go through messages one submessage at a time. */
export interface RtpsMessage extends MessageHeader {
  readonly submessages: readonly Submessage[];
}

/** @throws {MalformedError} `RTPS_MALFORMED` */
export function readMessageHeader(message: Reader): MessageHeader {
  if (message.uint32be() !== MAGIC) throw message.malformed("no RTPS message", 0);
  const word = message.uint32be();
  if (word >>> 24 !== 2) throw message.malformed(`RTPS version ${word >>> 24}`, 4);
  return { version: word >>> 16, vendor: word & 0xffff, prefix: readPrefix(message) };
}

/** @throws {MalformedError} `RTPS_MALFORMED` */
export function readMessage(bytes: Uint8Array): RtpsMessage {
  const reader = new ByteReader(bytes, { code: "RTPS_MALFORMED" });
  const header = readMessageHeader(reader);
  const submessages: Submessage[] = [];
  const next = new SubmessageHeader();
  while (next.read(reader)) {
    const outer = reader.end;
    reader.end = next.end;
    submessages.push({ ...readBody(reader, next.id, next.flags), littleEndian: reader.littleEndian });
    reader.offset = next.end;
    reader.end = outer;
  }
  return { ...header, submessages };
}

function readBody(body: Reader, id: number, flags: number): SubmessageBody {
  switch (id) {
    case ID.DATA:
      return { kind: "DATA", ...readData(body, flags), ...moreOf(body, flags & MORE_FLAGS.DATA) };
    case ID.DATA_FRAG:
      return { kind: "DATA_FRAG", ...readDataFrag(body, flags), ...moreOf(body, flags & MORE_FLAGS.DATA_FRAG) };
    case ID.HEARTBEAT:
      return { kind: "HEARTBEAT", ...readHeartbeat(body, flags), ...moreOf(body, flags & MORE_FLAGS.HEARTBEAT) };
    case ID.HEARTBEAT_FRAG:
      return { kind: "HEARTBEAT_FRAG", ...readHeartbeatFrag(body) };
    case ID.ACKNACK:
      return { kind: "ACKNACK", ...readAckNack(body, flags) };
    case ID.NACK_FRAG:
      return { kind: "NACK_FRAG", ...readNackFrag(body) };
    case ID.GAP:
      return { kind: "GAP", ...readGap(body), ...moreOf(body, flags & MORE_FLAGS.GAP) };
    case ID.INFO_TS:
      return { kind: "INFO_TS", ...readInfoTimestamp(body, flags) };
    case ID.INFO_DST:
      return { kind: "INFO_DST", ...readInfoDestination(body) };
    case ID.INFO_SRC:
      return { kind: "INFO_SRC", ...readInfoSource(body) };
    case ID.INFO_REPLY:
      return { kind: "INFO_REPLY", ...readInfoReply(body, flags) };
    default:
      return { kind: "OTHER", id, flags, bytes: body.view8(body.remaining) };
  }
}

/** The flags that are set, and what is left of the body. */
const moreOf = (body: Reader, flags: number): More =>
  flags === 0 ? {} : { more: { flags, bytes: body.view8(body.remaining) } };

/** The message's bytes, in canonical form: minimal octetsToInlineQos, explicit lengths. */
export function writeMessage(message: RtpsMessage): Uint8Array {
  const writer = new ByteWriter();
  writer.uint32be(MAGIC);
  writer.uint32be(((message.version << 16) | message.vendor) >>> 0);
  writer.raw(bytesOfHex(message.prefix));
  for (const submessage of message.submessages) {
    writer.littleEndian = submessage.littleEndian;
    const at = writer.offset;
    writer.zeros(4);
    const [id, known] = writeBody(writer, submessage);
    const more = "more" in submessage ? submessage.more : undefined;
    if (more !== undefined) writer.raw(more.bytes);
    const flags = known | (more?.flags ?? 0);
    writer.zeros(-writer.offset & 3);
    writer.bytes[at] = id;
    writer.bytes[at + 1] = (flags & ~LITTLE_ENDIAN) | (submessage.littleEndian ? LITTLE_ENDIAN : 0);
    const length = writer.offset - at - 4;
    // A body beyond 64 KiB can only stand last, and says so by the length 0.
    writer.patchUint16(at + 2, length > 0xffff ? 0 : length);
  }
  return writer.finish();
}

function writeBody(writer: ByteWriter, body: SubmessageBody): readonly [id: number, flags: number] {
  switch (body.kind) {
    case "DATA":
      writeData(writer, body);
      return [ID.DATA, dataFlags(body)];
    case "DATA_FRAG":
      writeDataFrag(writer, body);
      return [ID.DATA_FRAG, dataFragFlags(body)];
    case "HEARTBEAT":
      writeHeartbeat(writer, body);
      return [ID.HEARTBEAT, heartbeatFlags(body)];
    case "HEARTBEAT_FRAG":
      writeHeartbeatFrag(writer, body);
      return [ID.HEARTBEAT_FRAG, 0];
    case "ACKNACK":
      writeAckNack(writer, body);
      return [ID.ACKNACK, ackNackFlags(body)];
    case "NACK_FRAG":
      writeNackFrag(writer, body);
      return [ID.NACK_FRAG, 0];
    case "GAP":
      writeGap(writer, body);
      return [ID.GAP, 0];
    case "INFO_TS":
      writeInfoTimestamp(writer, body);
      return [ID.INFO_TS, body.time === undefined ? INVALIDATE : 0];
    case "INFO_DST":
      writeInfoDestination(writer, body);
      return [ID.INFO_DST, 0];
    case "INFO_SRC":
      writeInfoSource(writer, body);
      return [ID.INFO_SRC, 0];
    case "INFO_REPLY":
      writeInfoReply(writer, body);
      return [ID.INFO_REPLY, infoReplyFlags(body)];
    case "OTHER":
      writer.raw(body.bytes);
      return [body.id, body.flags];
  }
}
