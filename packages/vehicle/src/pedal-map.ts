import type { Table2d } from "@delos/math";

/** What pedals do to a simulated vehicle. */
export interface Pedals {
  /** Acceleration (m/s²) at `speedMps` with a pedal command: throttle % or minus brake %. */
  accelerationAt(speedMps: number, command: number): number;
}

/** One speed's curve: pedal command (%, throttle positive) ascending, with the acceleration it gives. */
interface PedalCurve {
  readonly command: Float64Array;
  readonly acceleration: Float64Array;
}

/**
 * The calibration table the other way round: (speed, pedal) → acceleration, for a simulated vehicle that matches the
 * controller. The measured curves are not monotone, so they are first smoothed to be (pool adjacent violators: the nearest
 * monotone curve in the least-squares sense); where a pedal range has one value, its middle is taken.
 */
export class PedalMap implements Pedals {
  readonly #speeds: Float64Array;
  readonly #curves: readonly PedalCurve[];

  constructor(calibration: Table2d) {
    this.#speeds = calibration.xs;
    this.#curves = Array.from(this.#speeds, (_, i) => {
      const { y: acceleration, z: command } = calibration.curve(i);
      return invertible(command, acceleration);
    });
  }

  accelerationAt(speedMps: number, command: number): number {
    const speeds = this.#speeds;
    const last = speeds.length - 1;
    if (speedMps <= speeds[0]!) return along(this.#curves[0]!, command);
    if (speedMps >= speeds[last]!) return along(this.#curves[last]!, command);
    let i = 1;
    while (speeds[i]! < speedMps) i++;
    const share = (speedMps - speeds[i - 1]!) / (speeds[i]! - speeds[i - 1]!);
    const low = along(this.#curves[i - 1]!, command);
    return low + share * (along(this.#curves[i]!, command) - low);
  }
}

function invertible(command: Float64Array, acceleration: Float64Array): PedalCurve {
  const blocks: { sum: number; count: number; acceleration: number }[] = [];
  command.forEach((value, i) => {
    blocks.push({ sum: value, count: 1, acceleration: acceleration[i]! });
    for (let k = blocks.length - 1; k > 0; k--) {
      const [before, block] = [blocks[k - 1]!, blocks[k]!];
      if (before.sum / before.count < block.sum / block.count) break;
      before.sum += block.sum;
      before.acceleration += block.acceleration;
      before.count += block.count;
      blocks.pop();
    }
  });
  return {
    command: Float64Array.from(blocks, (block) => block.sum / block.count),
    acceleration: Float64Array.from(blocks, (block) => block.acceleration / block.count),
  };
}

function along({ command, acceleration }: PedalCurve, value: number): number {
  const last = command.length - 1;
  if (value <= command[0]!) return acceleration[0]!;
  if (value >= command[last]!) return acceleration[last]!;
  let i = 1;
  while (command[i]! < value) i++;
  const share = (value - command[i - 1]!) / (command[i]! - command[i - 1]!);
  return acceleration[i - 1]! + share * (acceleration[i]! - acceleration[i - 1]!);
}
