import type { Clock } from "@delos/core";

/** Wrong tokens that cost nothing: typing errors. */
const FREE = 4;
const LONGEST_MS = 60_000;
/** After this long without a wrong one, an address begins anew. */
const FORGET_MS = 15 * 60_000;
const MAX_ADDRESSES = 4096;

interface Failures {
  count: number;
  lastMs: number;
}

/** Slows down those who try tokens: after four wrong ones an address waits 1 s, 2 s, 4 s … 60 s between two. */
export class LoginAttempts {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the address must still wait, ms; 0: it may try. */
  waitMs(address: string): number {
    const failures = this.#failures.get(networkOf(address));
    if (failures === undefined || failures.count <= FREE) return 0;
    const pauseMs = Math.min(LONGEST_MS, 1000 * 2 ** (failures.count - FREE - 1));
    return Math.max(0, failures.lastMs + pauseMs - this.#clock.monotonicMs());
  }

  failed(address: string): void {
    const nowMs = this.#clock.monotonicMs();
    const network = networkOf(address);
    const before = this.#failures.get(network);
    const count = before === undefined || nowMs - before.lastMs > FORGET_MS ? 1 : before.count + 1;
    this.#failures.delete(network); // to the end: the one silent for longest is forgotten first
    if (this.#failures.size >= MAX_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value!);
    this.#failures.set(network, { count, lastMs: nowMs });
  }

  succeeded(address: string): void {
    this.#failures.delete(networkOf(address));
  }
}

/** IPv6 hosts have 2^64 addresses each: what is counted is their network. IPv4 written as IPv6 is IPv4. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.toLowerCase().replace(/%.*$/, "").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const groups = plain.includes("::")
    ? [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0"), ...after]
    : before;
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
