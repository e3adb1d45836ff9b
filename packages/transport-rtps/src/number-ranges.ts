/**
 * Sequence numbers that need not be waited for, as ranges: a GAP may name 2⁵³ of them in one submessage, and costs no more
 * than one entry.
 */
export class NumberRanges {
  /** Ascending, disjoint; both ends inclusive. */
  readonly #ranges: { first: number; last: number }[] = [];
  readonly #limit: number;

  constructor(limit = 256) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#ranges.length;
  }

  add(first: number, last: number): void {
    if (last < first) return;
    let at = 0;
    while (at < this.#ranges.length && this.#ranges[at]!.last < first - 1) at++;
    let end = at;
    while (end < this.#ranges.length && this.#ranges[end]!.first <= last + 1) end++;
    const [low, high] = [this.#ranges[at], this.#ranges[end - 1]];
    const merged =
      end > at ? { first: Math.min(first, low!.first), last: Math.max(last, high!.last) } : { first, last };
    this.#ranges.splice(at, end - at, merged);
    // The farthest are forgotten first: the writer says it again when they are asked for.
    if (this.#ranges.length > this.#limit) this.#ranges.pop();
  }

  /** The end of the range that `n` is in; undefined when it is in none. */
  endOf(n: number): number | undefined {
    for (const { first, last } of this.#ranges) {
      if (n < first) return undefined;
      if (n <= last) return last;
    }
    return undefined;
  }

  /** Where the first range begins that does not end before `n`; Infinity when there is none. */
  nextStart(n: number): number {
    return this.#ranges.find(({ last }) => last >= n)?.first ?? Infinity;
  }

  /** Forgets everything below `n`. */
  dropBelow(n: number): void {
    while (this.#ranges.length > 0 && this.#ranges[0]!.last < n) this.#ranges.shift();
  }
}
