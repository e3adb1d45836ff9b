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

const FRACTIONS = 4.294967296; // 2³² / 10⁹
const NS = 1_000_000_000;
const TWO_32 = 0x1_0000_0000;

/*
 * Between bigint ns and two words on every sample: done in 32-bit halves, for bigint division and multiplication allocate.
 * `WORDS` shows the halves of `WHOLE[0]`; which is the low one is the machine's.
 */
const WHOLE = new BigUint64Array(1);
const WORDS = new Uint32Array(WHOLE.buffer);
WHOLE[0] = 1n;
const LOW = WORDS[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

/** A time that is filled again and again. */
export class TimeFields implements RtpsTime {
  seconds = 0;
  fraction = 0;
}

/** Seconds are unsigned on the wire of INFO_TS: until 2106. @returns `into`, filled */
export function timeOfNs(ns: bigint, into = new TimeFields()): RtpsTime {
  WHOLE[0] = ns;
  const low = WORDS[LOW]!;
  // The quotient of the rounded number is off by one at most; the rest, computed modulo 2³², tells.
  let seconds = Math.floor((WORDS[HIGH]! * TWO_32 + low) / NS);
  let rest = (low - Math.imul(seconds, NS)) | 0;
  if (rest < 0) {
    rest += NS;
    seconds--;
  } else if (rest >= NS) {
    rest -= NS;
    seconds++;
  }
  const fraction = Math.round(rest * FRACTIONS);
  into.seconds = seconds | 0;
  into.fraction = fraction > 0xffff_ffff ? 0xffff_ffff : fraction;
  return into;
}

export const nsOfTime = ({ seconds, fraction }: RtpsTime): bigint => nsOfWords(seconds, fraction);

/** ns, for those who ask for them: its halves, of which a bigint is made then. */
export class NsHalves {
  high = 0;
  low = 0;

  set(seconds: number, fraction: number): void {
    const whole = (seconds >>> 0) * NS;
    const low = Math.imul(seconds, NS) >>> 0;
    const sum = low + Math.round(fraction / FRACTIONS);
    this.low = sum | 0;
    this.high = Math.round((whole - low) / TWO_32) + (sum >= TWO_32 ? 1 : 0);
  }
}

const HALVES = new NsHalves();

export function nsOfWords(seconds: number, fraction: number): bigint {
  HALVES.set(seconds, fraction);
  WORDS[LOW] = HALVES.low;
  WORDS[HIGH] = HALVES.high;
  return WHOLE[0]!;
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
