/** The driven path in map coordinates, of bounded size: when it is full, the older half loses every second point. */
export class Trail {
  readonly capacity: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly timeS: Float64Array;
  length = 0;
  /** Grows when points before the last were changed, not when points were added. */
  revision = 0;
  readonly #minDistanceM: number;

  constructor(capacity = 8192, minDistanceM = 0.5) {
    this.capacity = capacity;
    this.#minDistanceM = minDistanceM;
    this.x = new Float64Array(capacity);
    this.y = new Float64Array(capacity);
    this.timeS = new Float64Array(capacity);
  }

  clear(): void {
    this.length = 0;
    this.revision++;
  }

  /** False when the point is too near to the last one to be worth its place. */
  add(x: number, y: number, timeS: number): boolean {
    const last = this.length - 1;
    if (last >= 0) {
      const distance = Math.hypot(x - this.x[last]!, y - this.y[last]!);
      if (distance < this.#minDistanceM) return false;
    }
    if (this.length === this.capacity) this.#thin();
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.timeS[this.length] = timeS;
    this.length++;
    return true;
  }

  /** How many points are not later than `timeS`. */
  countUntil(timeS: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.timeS[middle]! <= timeS) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #thin(): void {
    const half = this.capacity >> 1;
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      if (i < half && i % 2 === 1) continue;
      this.x[kept] = this.x[i]!;
      this.y[kept] = this.y[i]!;
      this.timeS[kept] = this.timeS[i]!;
      kept++;
    }
    this.length = kept;
    this.revision++;
  }
}
