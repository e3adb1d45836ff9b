import type { Series } from "../protocol.ts";

/** At most so many samples of a series between two frames; at more, every other one is left out. */
const MAX_SAMPLES = 4096;

/** Collects the samples of plotted quantities between two frames. */
export class SeriesBuffer {
  readonly #series = new Map<string, { time: number[]; value: number[]; stride: number; skip: number }>();

  add(id: string, timeS: number, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value)) return;
    let series = this.#series.get(id);
    if (series === undefined) {
      series = { time: [], value: [], stride: 1, skip: 0 };
      this.#series.set(id, series);
    }
    if (series.skip-- > 0) return;
    series.skip = series.stride - 1;
    series.time.push(timeS);
    series.value.push(value);
    if (series.time.length < MAX_SAMPLES) return;
    const odd = (_: number, i: number): boolean => i % 2 === 1;
    series.time = series.time.filter(odd);
    series.value = series.value.filter(odd);
    series.stride *= 2;
  }

  take(): Series[] {
    const taken: Series[] = [];
    for (const [id, { time, value }] of this.#series) {
      if (time.length > 0) taken.push({ id, time_s: time, value });
    }
    this.#series.clear();
    return taken;
  }
}
