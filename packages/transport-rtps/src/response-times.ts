/** Of how many it is told… */
const SAMPLES = 8;
/** …and how many there must be, of no more than this age, ms. */
const LEAST = 4;
const RECENT_MS = 2000;
/** What is waited for goes into what is expected: it must not grow of itself. */
const MOST_MS = 500;

/**
 * How long participants take to answer for the first time where many come at once: as long as all have their hands full. What is asked
 * again sooner would only give them more to do.
 *
 * The quarter that answers soonest counts: on a link that loses much the others had to be asked twice, and are not to be left waiting.
 */
export class ResponseTimes {
  #samples: { readonly ms: number; readonly atMs: number }[] = [];
  #expectedMs = 0;
  #lastMs = -Infinity;

  add(ms: number, atMs: number): void {
    this.#samples = [...this.#samples.slice(1 - SAMPLES), { ms, atMs }];
    const recent = this.#samples.filter((sample) => atMs - sample.atMs < RECENT_MS);
    const sorted = recent.map((sample) => sample.ms).sort((a, b) => a - b);
    this.#expectedMs = sorted.length < LEAST ? 0 : Math.min(sorted[sorted.length >> 2]!, MOST_MS);
    this.#lastMs = atMs;
  }

  /** What is to be expected now, ms; 0 when few have come lately. */
  expectedMs(nowMs: number): number {
    return nowMs - this.#lastMs < RECENT_MS ? this.#expectedMs : 0;
  }
}
