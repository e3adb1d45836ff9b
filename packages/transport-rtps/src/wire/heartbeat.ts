import type { ByteReader, ByteWriter } from "@delos/wire";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

export const HEARTBEAT_FINAL = 0x02;
export const HEARTBEAT_LIVELINESS = 0x04;

/**
 * HEARTBEAT: a writer announces the sequence numbers it can still send. DDSI-RTPS 2.5 §8.3.8.6, §9.4.5.7.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x07      |        L F E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                      firstSN (high, low)                      |
 *  |                      lastSN (high, low)                       |
 *  |                            count                              |
 *  +---------------------------------------------------------------+
 */
export interface Heartbeat {
  readonly readerId: number;
  readonly writerId: number;
  readonly firstSn: number;
  readonly lastSn: number;
  readonly count: number;
  /** No answer is needed if nothing is missing. */
  readonly final: boolean;
  /** The writer asserts its liveliness (manual by topic). */
  readonly liveliness: boolean;
}

/** A heartbeat that is filled again and again: there is one in most datagrams. */
export class HeartbeatFields implements Heartbeat {
  readerId = 0;
  writerId = 0;
  firstSn = 0;
  lastSn = 0;
  count = 0;
  final = false;
  liveliness = false;
}

/** @returns `into`, filled */
export function readHeartbeat(body: ByteReader, flags: number, into = new HeartbeatFields()): Heartbeat {
  into.readerId = body.uint32be();
  into.writerId = body.uint32be();
  const firstSn = readSequenceNumber(body);
  const lastSn = readSequenceNumber(body);
  into.count = body.int32();
  // §8.3.8.6.3. last = first − 1 is valid: there is nothing to send.
  if (firstSn < 1 || lastSn < firstSn - 1) throw body.malformed(`no such range: ${firstSn} to ${lastSn}`);
  into.firstSn = firstSn;
  into.lastSn = lastSn;
  into.final = (flags & HEARTBEAT_FINAL) !== 0;
  into.liveliness = (flags & HEARTBEAT_LIVELINESS) !== 0;
  return into;
}

export const heartbeatFlags = (heartbeat: Pick<Heartbeat, "final" | "liveliness">): number =>
  (heartbeat.final ? HEARTBEAT_FINAL : 0) | (heartbeat.liveliness ? HEARTBEAT_LIVELINESS : 0);

export function writeHeartbeat(writer: ByteWriter, heartbeat: Heartbeat): void {
  writer.uint32be(heartbeat.readerId);
  writer.uint32be(heartbeat.writerId);
  writeSequenceNumber(writer, heartbeat.firstSn);
  writeSequenceNumber(writer, heartbeat.lastSn);
  writer.int32(heartbeat.count);
}
