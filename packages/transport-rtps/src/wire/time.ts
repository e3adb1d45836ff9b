import type { ByteReader, ByteWriter } from "@delos/wire";

/**
 * Time and Duration: int32 seconds and a uint32 fraction in units of 2⁻³² s. DDSI-RTPS 2.5 §9.3.2.1, §9.4.2.9.
 * Kept as the two words: fractions of 2⁻³² s are finer than ns, so ns survive the way there and back.
 */
export interface RtpsTime {
  readonly seconds: number;
  readonly fraction: number;
}

export const DURATION_INFINITE: RtpsTime = { seconds: 0x7fff_ffff, fraction: 0xffff_ffff };

export function readTime(reader: ByteReader): RtpsTime {
  return { seconds: reader.int32(), fraction: reader.uint32() };
}

export function writeTime(writer: ByteWriter, time: RtpsTime): void {
  writer.int32(time.seconds);
  writer.uint32(time.fraction);
}

const NS = 1_000_000_000n;
const FRACTIONS = 4.294967296; // 2³² / 10⁹

/** Seconds are unsigned on the wire of INFO_TS: until 2106. */
export function timeOfNs(ns: bigint): RtpsTime {
  const rest = Number(ns % NS);
  const fraction = Math.round(rest * FRACTIONS);
  return { seconds: Number(ns / NS) | 0, fraction: fraction > 0xffff_ffff ? 0xffff_ffff : fraction };
}

export function nsOfTime(time: RtpsTime): bigint {
  return BigInt(time.seconds >>> 0) * NS + BigInt(Math.round(time.fraction / FRACTIONS));
}

/** ms; Infinity for the infinite duration. Negative ones, which mean nothing, count as 0. */
export function msOfDuration({ seconds, fraction }: RtpsTime): number {
  if (seconds === 0x7fff_ffff && fraction >= 0x7fff_ffff) return Infinity;
  return Math.max(0, seconds * 1000 + fraction / 4_294_967.296);
}

export function durationOfMs(ms: number): RtpsTime {
  if (!(ms < 0x7fff_ffff * 1000)) return DURATION_INFINITE;
  const seconds = Math.floor(ms / 1000);
  const fraction = Math.round((ms - seconds * 1000) * 4_294_967.296);
  return fraction > 0xffff_ffff ? { seconds: seconds + 1, fraction: 0 } : { seconds, fraction };
}
