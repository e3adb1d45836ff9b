/**
 * The last seconds of some quantities on one grid of times, ready for the plot: `times` and every column have the same
 * length and are never reallocated. Cell k holds what was measured in [k, k+1)·stepS; of several values the last one.
 * A quantity slower than the grid is held until its next value, at most `holdS`, so that 10 Hz draws a line, not dots,
 * and a gap in the data is a gap in the line.
 */
export class WindowBuffer {
  readonly times: Float64Array;
  readonly columns: readonly Float64Array[];
  readonly stepS: number;
  readonly #holdCells: number;
  readonly #last: { cell: number; value: number }[];
  /** Cell number of times[0]; NaN while empty. */
  #first = Number.NaN;
  /** Seconds that cell numbers count from: small numbers keep their precision. */
  #originS = 0;

  constructor(columnCount: number, windowS = 30, stepS = 0.02, holdS = 1.5) {
    const cells = Math.round(windowS / stepS);
    this.stepS = stepS;
    this.#holdCells = Math.round(holdS / stepS);
    this.times = new Float64Array(cells);
    this.columns = Array.from({ length: columnCount }, () => new Float64Array(cells).fill(Number.NaN));
    this.#last = Array.from({ length: columnCount }, () => ({ cell: Number.NaN, value: Number.NaN }));
  }

  get empty(): boolean {
    return Number.isNaN(this.#first);
  }

  /** Time of the newest cell, unix seconds. */
  get newestS(): number {
    return this.times.at(-1)!;
  }

  clear(): void {
    this.#first = Number.NaN;
    for (const column of this.columns) column.fill(Number.NaN);
    for (const last of this.#last) last.cell = last.value = Number.NaN;
  }

  /** Values of one column, in order of time. Values older than the window are left out. */
  add(column: number, times: readonly number[], values: readonly number[]): void {
    const newest = times.at(-1);
    if (!this.empty && newest !== undefined && Number.isFinite(newest)) this.#makeRoom(newest); // once for all
    for (let i = 0; i < times.length; i++) {
      const value = values[i];
      if (value === undefined || !Number.isFinite(times[i]!)) continue;
      this.#put(column, times[i]!, value);
    }
  }

  #put(column: number, timeS: number, value: number): void {
    if (this.empty) {
      this.#originS = Math.floor(timeS);
      this.#moveTo(this.#cellOf(timeS) - this.times.length + 1);
    }
    const cell = this.#makeRoom(timeS);
    const at = cell - this.#first;
    if (at < 0) return;
    const values = this.columns[column]!;
    const last = this.#last[column]!;
    if (cell - last.cell <= this.#holdCells) {
      for (let i = Math.max(0, last.cell + 1 - this.#first); i < at; i++) values[i] = last.value;
    }
    values[at] = value;
    if (!(cell < last.cell)) {
      last.cell = cell;
      last.value = value;
    }
  }

  /** The cell of a time, with the window moved so far that it is inside or before. */
  #makeRoom(timeS: number): number {
    const cell = this.#cellOf(timeS);
    const beyond = cell - (this.#first + this.times.length) + 1;
    if (beyond > 0) this.#advance(beyond);
    return cell;
  }

  /** Times on a border, which 100 Hz on a grid of 20 ms always are, fall to the same side whatever their last digit. */
  #cellOf(timeS: number): number {
    return Math.floor((timeS - this.#originS) / this.stepS + 0.001);
  }

  #advance(cells: number): void {
    const length = this.times.length;
    const kept = Math.max(0, length - cells);
    for (const column of this.columns) {
      column.copyWithin(0, length - kept);
      column.fill(Number.NaN, kept);
    }
    this.#moveTo(this.#first + cells);
  }

  #moveTo(first: number): void {
    this.#first = first;
    for (let i = 0; i < this.times.length; i++) this.times[i] = this.#originS + (first + i) * this.stepS;
  }
}
