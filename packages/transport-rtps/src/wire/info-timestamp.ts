import type { ByteReader, ByteWriter } from "@delos/wire";
import { type RtpsTime, readTime, writeTime } from "./time.ts";

/** Flag I: the submessages that follow have no source time; there is no body. */
export const INVALIDATE = 0x02;

/**
 * INFO_TS: source time of the submessages that follow. DDSI-RTPS 2.5 §8.3.8.9, §9.4.5.12.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x09      |          I E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |             seconds since 1970, unsigned, unless I            |
 *  |              fraction, units of 2⁻³² s, unless I              |
 *  +---------------------------------------------------------------+
 */
export interface InfoTimestamp {
  readonly time: RtpsTime | undefined;
}

export function readInfoTimestamp(body: ByteReader, flags: number): InfoTimestamp {
  return { time: (flags & INVALIDATE) === 0 ? readTime(body) : undefined };
}

export function writeInfoTimestamp(writer: ByteWriter, { time }: InfoTimestamp): void {
  if (time !== undefined) writeTime(writer, time);
}
