import type { ByteReader, ByteWriter } from "@delos/wire";
import { readSequenceNumber, writeSequenceNumber } from "./sequence-number.ts";

/**
 * HEARTBEAT_FRAG: how far a fragmented sample can be had already. DDSI-RTPS 2.5 §8.3.8.7, §9.4.5.8.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x13      |            E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |                           readerId                            |
 *  |                           writerId                            |
 *  |                     writerSN (high, low)                      |
 *  |                       lastFragmentNum                         |
 *  |                            count                              |
 *  +---------------------------------------------------------------+
 */
export interface HeartbeatFrag {
  readonly readerId: number;
  readonly writerId: number;
  readonly sn: number;
  readonly lastFragment: number;
  readonly count: number;
}

export function readHeartbeatFrag(body: ByteReader): HeartbeatFrag {
  const readerId = body.uint32be();
  const writerId = body.uint32be();
  const sn = readSequenceNumber(body);
  const lastFragment = body.uint32();
  const count = body.int32();
  if (sn < 1 || lastFragment < 1) throw body.malformed(`fragment ${lastFragment} of sample ${sn}`);
  return { readerId, writerId, sn, lastFragment, count };
}

export function writeHeartbeatFrag(writer: ByteWriter, heartbeat: HeartbeatFrag): void {
  writer.uint32be(heartbeat.readerId);
  writer.uint32be(heartbeat.writerId);
  writeSequenceNumber(writer, heartbeat.sn);
  writer.uint32(heartbeat.lastFragment);
  writer.int32(heartbeat.count);
}
