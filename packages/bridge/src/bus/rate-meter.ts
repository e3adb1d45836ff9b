/** A measurement is taken anew about this often, in bus time. */
const WINDOW_S = 1;
/** After this many periods of silence (and at least two seconds) a topic has no rate any more. */
const SILENT_PERIODS = 4;

/** Rate and throughput of a topic by bus time, over about the last second; a message every few seconds has a rate too. */
export class RateMeter {
  #firstS = Number.NaN;
  #lastS = Number.NaN;
  #count = 0;
  #bytes = 0;
  #hz = 0;
  #bytesPerS = 0;

  add(timeS: number, bytes: number): void {
    if (!(timeS >= this.#lastS)) this.reset(); // the first one, or time has gone back
    if (this.#count === 0) this.#firstS = timeS;
    this.#lastS = timeS;
    const spanS = timeS - this.#firstS;
    // The first message opens the span, so its bytes and itself belong to the time before.
    if (this.#count++ > 0) this.#bytes += bytes;
    if (spanS < WINDOW_S) return;
    this.#hz = (this.#count - 1) / spanS;
    this.#bytesPerS = this.#bytes / spanS;
    this.#firstS = timeS;
    this.#count = 1;
    this.#bytes = 0;
  }

  /** Time has jumped. */
  reset(): void {
    this.#firstS = this.#lastS = Number.NaN;
    this.#count = this.#bytes = this.#hz = this.#bytesPerS = 0;
  }

  read(nowS: number): { readonly hz: number; readonly bytesPerS: number } {
    const periodS = this.#hz > 0 ? 1 / this.#hz : 0;
    if (nowS - this.#lastS > Math.max(2, SILENT_PERIODS * periodS)) return { hz: 0, bytesPerS: 0 };
    if (this.#hz > 0) return { hz: this.#hz, bytesPerS: this.#bytesPerS };
    const spanS = this.#lastS - this.#firstS; // the first window is not full yet
    return spanS > 0.2 ? { hz: (this.#count - 1) / spanS, bytesPerS: this.#bytes / spanS } : { hz: 0, bytesPerS: 0 };
  }
}
