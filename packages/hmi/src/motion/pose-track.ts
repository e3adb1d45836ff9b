/** Where the car was at one moment. Map frame, metres, radians. */
export interface TimedPose {
  timeS: number;
  x: number;
  y: number;
  heading: number;
  speedMps: number;
}

const CAPACITY = 256;
/** Faster than any car: such a step is a new place, not a movement. */
const JUMP_MPS = 120;

/** The last poses, to be read between their times. Fixed memory. */
export class PoseTrack {
  readonly #poses: TimedPose[] = [];
  #start = 0;

  get length(): number {
    return this.#poses.length;
  }

  get newest(): TimedPose | undefined {
    return this.#poses.length === 0 ? undefined : this.#at(this.#poses.length - 1);
  }

  clear(): void {
    this.#poses.length = 0;
    this.#start = 0;
  }

  /** Poses must come in order of time; false when this one did not and was left out. */
  add(pose: TimedPose): boolean {
    const last = this.newest;
    if (last !== undefined && pose.timeS <= last.timeS) return false;
    if (this.#poses.length < CAPACITY) this.#poses.push({ ...pose });
    else {
      Object.assign(this.#poses[this.#start]!, pose); // the oldest makes room, in place
      this.#start = (this.#start + 1) % CAPACITY;
    }
    return true;
  }

  /** Writes the pose at `timeS` to `out`; the first or last one known outside of what is known. False when empty. */
  sample(timeS: number, out: TimedPose): boolean {
    const count = this.#poses.length;
    if (count === 0) return false;
    let low = 0;
    let high = count; // the first pose later than timeS
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at(middle).timeS > timeS) high = middle;
      else low = middle + 1;
    }
    const before = this.#at(Math.max(0, low - 1));
    const after = this.#at(Math.min(count - 1, low));
    Object.assign(out, before);
    const spanS = after.timeS - before.timeS;
    if (spanS <= 0 || timeS <= before.timeS) return true;
    if (Math.hypot(after.x - before.x, after.y - before.y) > JUMP_MPS * spanS + 5) return true;
    const part = Math.min(1, (timeS - before.timeS) / spanS);
    out.timeS = timeS;
    out.x += part * (after.x - before.x);
    out.y += part * (after.y - before.y);
    out.speedMps += part * (after.speedMps - before.speedMps);
    out.heading += part * turn(before.heading, after.heading);
    return true;
  }

  #at(index: number): TimedPose {
    return this.#poses[(this.#start + index) % CAPACITY]!;
  }
}

/** The shorter way from one heading to another, radians in [−π, π]. */
export function turn(from: number, to: number): number {
  const difference = (to - from) % (2 * Math.PI);
  if (difference > Math.PI) return difference - 2 * Math.PI;
  if (difference < -Math.PI) return difference + 2 * Math.PI;
  return difference;
}
