const words = new Uint32Array(2);
const whole = new BigUint64Array(words.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const LOW = littleEndian ? 0 : 1;
const HIGH = 1 - LOW;

/** `high * 2³² + low`, with one allocation only: the bigint itself. */
export function joinNs(high: number, low: number): bigint {
  words[LOW] = low;
  words[HIGH] = high;
  return whole[0]!;
}

/** The upper half of an unsigned 64-bit time; times outside the range are clamped to it. */
export function highOf(ns: bigint): number {
  return Number(clampNs(ns) >> 32n);
}

export function lowOf(ns: bigint): number {
  return Number(clampNs(ns) & 0xffffffffn);
}

function clampNs(ns: bigint): bigint {
  return ns < 0n ? 0n : ns > 0xffff_ffff_ffff_ffffn ? 0xffff_ffff_ffff_ffffn : ns;
}

/** Lower half of `seconds * 10⁹ + nanoseconds` (both u32, as in ROS). */
export function secondsLow(seconds: number, nanoseconds: number): number {
  return (Math.imul(seconds, 1_000_000_000) + nanoseconds) >>> 0;
}

/** Upper half of the same, given its lower half: the double is off by less than 2¹¹, so rounding finds the exact value. */
export function secondsHigh(seconds: number, nanoseconds: number, low: number): number {
  return Math.round((seconds * 1e9 + nanoseconds - low) / 2 ** 32);
}
