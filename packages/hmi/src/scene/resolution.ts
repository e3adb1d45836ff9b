/**
 * How many pixels to draw: as many as the screen has while the machine keeps up, fewer when frames come late. Going
 * down is quick; going up is tried seldom, and more seldom each time it did not hold, so that the picture does not pump.
 */
const FRAMES = 30;
/** A frame this much later than the usual one was missed. */
const LATE = 1.35;
const LOWEST = 0.5;
/** Below this many pixels the picture is no longer what makes a frame late. */
const FEW_PIXELS = 150_000;
/** The first frames are late for other reasons: programs are compiled, panels are laid out. */
const SETTLING = 60;
/** Runs of good frames before more pixels are tried: about six seconds, at most three minutes. */
const PATIENCE = 12;
const MOST_PATIENCE = 360;

export class Resolution {
  ratio: number;
  readonly highest: number;
  #frames = 0;
  #late = 0;
  #settling = SETTLING;
  #sumMs = 0;
  #goodRuns = 0;
  #patience = PATIENCE;
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
    if (this.#settling-- > 0) return false;
    this.#frames++;
    this.#sumMs += elapsedMs;
    if (elapsedMs > (LATE * 1000) / 60) this.#late++;
    if (this.#frames < FRAMES) return false;
    const [late, mean] = [this.#late, this.#sumMs / this.#frames];
    this.#frames = this.#sumMs = this.#late = 0;
    if (late > 2) return this.#lower(mean);
    this.#goodRuns = late === 0 ? this.#goodRuns + 1 : 0;
    if (this.#goodRuns < this.#patience || this.ratio >= this.highest) return false;
    this.#goodRuns = 0;
    this.ratio = Math.min(this.highest, this.ratio * 1.15);
    return true;
  }

  #lower(mean: number): boolean {
    // What has not held for long was too much: it is tried again later than the last time.
    if (this.#goodRuns < this.#patience) this.#patience = Math.min(MOST_PATIENCE, this.#patience * 2);
    this.#goodRuns = 0;
    if (this.ratio <= this.#lowest) return false;
    this.ratio = Math.max(this.#lowest, this.ratio * Math.min(0.85, Math.max(0.6, Math.sqrt(17 / mean))));
    return true;
  }
}
