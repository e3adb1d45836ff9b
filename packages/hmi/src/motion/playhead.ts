/**
 * The moment that is drawn. Frames arrive unevenly; drawing each as it comes makes the car stutter. The playhead runs
 * a little behind the newest state, at the speed at which recorded time has been advancing, so that there is nearly
 * always a state on both sides to interpolate between. It never runs past the newest state: nothing is guessed.
 */
const SPEED_MEMORY = 0.9;
const CATCH_UP_S = 0.12;
const REST_S = 5e-4;
/** A pause longer than this says nothing about speed: playback was stopped, or stepped. */
const SILENCE_MS = 400;

export class Playhead {
  #newestS = Number.NaN;
  #newestAtMs = 0;
  #renderedAtMs = 0;
  #speed = 1;
  #gapMs = 33;
  #timeS = Number.NaN;

  /** A state of recorded time `timeS` has come at `nowMs`. True when time went backwards: forget what was before. */
  arrive(timeS: number, nowMs: number): boolean {
    const first = Number.isNaN(this.#newestS);
    const backwards = !first && timeS < this.#newestS;
    if (first || backwards) {
      this.#timeS = timeS;
      this.#renderedAtMs = nowMs;
    } else if (timeS > this.#newestS) {
      const elapsedMs = nowMs - this.#newestAtMs;
      if (elapsedMs > 0 && elapsedMs < SILENCE_MS) {
        const speed = ((timeS - this.#newestS) * 1000) / elapsedMs;
        this.#speed = SPEED_MEMORY * this.#speed + (1 - SPEED_MEMORY) * speed;
        this.#gapMs = SPEED_MEMORY * this.#gapMs + (1 - SPEED_MEMORY) * elapsedMs;
      }
    } else return false; // the same moment again says nothing new
    this.#newestS = timeS;
    this.#newestAtMs = nowMs;
    return backwards;
  }

  /** Recorded time to draw at `nowMs`, unix seconds; NaN before anything has arrived. */
  at(nowMs: number): number {
    if (Number.isNaN(this.#newestS)) return Number.NaN;
    const elapsedS = Math.max(0, nowMs - this.#renderedAtMs) / 1000;
    this.#renderedAtMs = nowMs;
    const sinceNewestS = Math.max(0, nowMs - this.#newestAtMs) / 1000;
    const target = Math.min(this.#newestS, this.#newestS + (sinceNewestS - this.delayS) * this.#speed);
    const expected = this.#timeS + elapsedS * this.#speed;
    const error = target - expected;
    const tooFar = Math.abs(error) > Math.max(0.5, this.#speed) * 0.6;
    const next = tooFar ? target : expected + error * (1 - Math.exp(-elapsedS / CATCH_UP_S));
    // Neither past the newest state nor back: a car that trembles backwards is worse than one that waits.
    this.#timeS = Math.min(this.#newestS, Math.max(next, this.#timeS));
    if (target === this.#newestS && target - this.#timeS < REST_S) this.#timeS = target; // comes to rest, not ever nearer
    return this.#timeS;
  }

  /** How far behind the newest state the picture runs, in wall seconds. */
  get delayS(): number {
    return Math.min(0.2, Math.max(0.02, (1.6 * this.#gapMs) / 1000));
  }

  reset(): void {
    this.#newestS = Number.NaN;
    this.#timeS = Number.NaN;
    this.#speed = 1;
  }
}
