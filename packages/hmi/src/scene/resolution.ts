/**
 * How many pixels to draw: as many as the screen has while the machine keeps up, fewer when frames come late. Going
 * down is quick; going up is tried seldom, and more seldom each time it did not hold, so that the picture does not pump.
 */
const SLOW_MS = 20.5;
const FAST_MS = 17.6;
const FRAMES = 24;
const LOWEST = 0.5;
/** Below this many pixels the picture is no longer what makes a frame late. */
const FEW_PIXELS = 150_000;

export class Resolution {
  ratio: number;
  readonly highest: number;
  #frames = 0;
  #sumMs = 0;
  #goodRuns = 0;
  #patience = 8;
  #lowest = LOWEST;

  constructor(highest: number, start = highest) {
    this.highest = highest;
    this.ratio = Math.min(highest, start);
  }

  /** The picture is this large, CSS pixels. */
  setSize(width: number, height: number): void {
    this.#lowest = Math.min(this.highest, Math.max(LOWEST, Math.sqrt(FEW_PIXELS / (width * height))));
    this.ratio = Math.max(this.ratio, this.#lowest);
  }

  /** A frame took `elapsedMs` since the one before. True when `ratio` has changed. */
  frame(elapsedMs: number): boolean {
    if (elapsedMs > 250) return false; // the page was hidden or stood still
    this.#frames++;
    this.#sumMs += elapsedMs;
    if (this.#frames < FRAMES) return false;
    const mean = this.#sumMs / this.#frames;
    this.#frames = this.#sumMs = 0;
    if (mean > SLOW_MS && this.ratio > this.#lowest) {
      this.#patience = Math.min(240, this.#goodRuns < this.#patience * 2 ? this.#patience * 2 : this.#patience);
      this.#goodRuns = 0;
      this.ratio = Math.max(this.#lowest, this.ratio * Math.max(0.6, Math.sqrt(17 / mean)));
      return true;
    }
    this.#goodRuns = mean < FAST_MS ? this.#goodRuns + 1 : 0;
    if (this.#goodRuns < this.#patience || this.ratio >= this.highest) return false;
    this.#goodRuns = 0;
    this.ratio = Math.min(this.highest, this.ratio * 1.2);
    return true;
  }
}
