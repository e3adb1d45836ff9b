import { butterworthLowPass, clamp, filtfilt, normalizeAngle } from "@delos/math";
import type { DrivenPath } from "@delos/planning";

/** While it stops, a car slower than this is drawn by its wheels: what positions do then is mostly drift. */
const CREEPING_MPS = 2.2;
/** Cut-off of the smoothing as a fraction of Nyquist: 1.5 Hz at 100 Hz. */
const CUTOFF = 0.03;
/** Samples to each side over which directions are taken. */
const REACH = 5;
/** The tightest turn that a car drives, 1/m. */
const MAX_CURVATURE = 0.19;

/**
 * Makes a recorded drive consistent with its own positions: heading is the direction of travel, speed and station are those
 * of the positions, curvature is the turn per metre. A real recording is not: in Apollo's garage.csv the inertial heading
 * and the direction of travel differ by 0.06 to 0.1 rad after the turn and the wheels say 10 % less than the positions do, so
 * that no vehicle of any controller could be on its positions and at its headings at once.
 *
 * Positions move by the smoothing only (centimetres), but for the last metres before the stop: there the car rolls straight
 * on, as far as its wheels say.
 */
export function conditionTrack(recorded: DrivenPath): DrivenPath {
  let n = recorded.length;
  while (n > 50 && recorded.speed[n - 1]! < CREEPING_MPS) n--;
  const smooth = butterworthLowPass(2, CUTOFF);
  const x = filtfilt(smooth, recorded.x.subarray(0, n));
  const y = filtfilt(smooth, recorded.y.subarray(0, n));
  const time = recorded.time;

  const s = new Float64Array(n);
  for (let i = 1; i < n; i++) s[i] = s[i - 1]! + Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!);
  const around = (i: number): readonly [number, number] => [Math.max(i - REACH, 0), Math.min(i + REACH, n - 1)];
  const direction = new Float64Array(n);
  const speed = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b] = around(i);
    const raw = Math.atan2(y[b]! - y[a]!, x[b]! - x[a]!);
    // Unwrapped, so that smoothing does not see the jump at ±π.
    direction[i] = i === 0 ? raw : direction[i - 1]! + normalizeAngle(raw - direction[i - 1]!);
    speed[i] = (s[b]! - s[a]!) / (time[b]! - time[a]!);
  }
  const theta = filtfilt(smooth, direction);
  const even = filtfilt(smooth, speed);

  const length = recorded.length;
  const columns = Array.from({ length: 7 }, () => new Float64Array(length));
  const [xs, ys, thetas, speeds, accelerations, curvatures, changeRates] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const stations = new Float64Array(length);
  const slope = (values: Float64Array, by: Float64Array, i: number): number => {
    const [a, b] = around(i);
    const span = by[b]! - by[a]!;
    return span > 1e-6 ? (values[b]! - values[a]!) / span : 0;
  };
  const last = theta[n - 1]!;
  // Wheels and positions disagree by a factor: the one where they part keeps the speed steady.
  const scale = even[n - 1]! / recorded.speed[n - 1]!;
  for (let i = 0; i < length; i++) {
    if (i < n) {
      xs[i] = x[i]!;
      ys[i] = y[i]!;
      thetas[i] = normalizeAngle(theta[i]!);
      speeds[i] = Math.max(even[i]!, 0);
      accelerations[i] = slope(even, time, i);
      curvatures[i] = clamp(slope(theta, s, i), -MAX_CURVATURE, MAX_CURVATURE);
      stations[i] = s[i]!;
    } else {
      const dt = time[i]! - time[i - 1]!;
      speeds[i] = Math.max(recorded.speed[i]! * scale, 0);
      const step = ((speeds[i - 1]! + speeds[i]!) / 2) * dt;
      xs[i] = xs[i - 1]! + step * Math.cos(last);
      ys[i] = ys[i - 1]! + step * Math.sin(last);
      thetas[i] = normalizeAngle(last);
      accelerations[i] = dt > 0 ? (speeds[i]! - speeds[i - 1]!) / dt : 0;
      stations[i] = stations[i - 1]! + step;
    }
  }
  for (let i = 0; i < n; i++) changeRates[i] = slope(curvatures, s, i);
  return {
    length,
    x: xs,
    y: ys,
    z: recorded.z,
    speed: speeds,
    acceleration: accelerations,
    curvature: curvatures,
    curvatureChangeRate: changeRates,
    time,
    theta: thetas,
    gear: recorded.gear,
    s: stations,
  };
}
