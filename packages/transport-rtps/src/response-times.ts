/** Of how many it is told… */
const SAMPLES = 8;
/** …and how many there must be, of no more than this age, ms. */
const LEAST = 4;
const RECENT_MS = 2000;

/**
 * How long participants take to answer for the first time where many come at once: as long as all have their hands full. What is asked
 * again sooner would only give them more to do.
 *
 * The quarter that answers soonest counts: on a link that loses much the others had to be asked twice, and are not to be left waiting.
 */
export class ResponseTimes {
  #samples: { readonly ms: number; readonly atMs: number }[] = [];

  add(ms: number, atMs: number): void {
    this.#samples = [...this.#samples.slice(1 - SAMPLES), { ms, atMs }];
  }

  /** What is to be expected now, ms; 0 when few have come lately. */
  expectedMs(nowMs: number): number {
    const recent = this.#samples.filter(({ atMs }) => nowMs - atMs < RECENT_MS).map(({ ms }) => ms);
    return recent.length < LEAST ? 0 : recent.sort((a, b) => a - b)[recent.length >> 2]!;
  }
}
