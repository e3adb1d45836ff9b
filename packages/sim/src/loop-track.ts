import type { DrivenPath } from "@delos/planning";

/** A piece of road: its length and the curvature at its end; curvature changes linearly along it. */
type Segment = readonly [lengthM: number, endCurvaturePerM: number];

const TURN_CURVATURE = 0.08;
/** Half a lap turns by π, so two of them close, whatever is in them: a chicane to both sides and a turn to the left. */
const HALF_LAP: readonly Segment[] = [
  [50, 0],
  [12, -0.03],
  [10, -0.03],
  [24, 0.03],
  [10, 0.03],
  [12, 0],
  [30, 0],
  [15, TURN_CURVATURE],
  [Math.PI / TURN_CURVATURE - 15, TURN_CURVATURE],
  [15, 0],
];

const STEP_M = 0.05;
const MAX_SPEED_MPS = 9;
const MAX_LATERAL_MPS2 = 2;
const MAX_FORWARD_MPS2 = 0.7;
const SAMPLE_S = 0.01;

/**
 * A closed course driven for `durationS` from standstill, as the recorder would have written it: 420 m a lap with turns of
 * 12.5 m radius, chicanes and straights, at most 9 m/s and 2 m/s² to the side.
 */
export function loopTrack(durationS: number, xM = 586385, yM = 4140674, headingRad = 0.3): DrivenPath {
  const lap = [...HALF_LAP, ...HALF_LAP];
  const kappas: number[] = [];
  let carried = 0;
  const lapLength = lap.reduce((sum, [length]) => sum + length, 0);
  const laps = Math.ceil((durationS * MAX_SPEED_MPS) / lapLength) + 1;
  for (let n = 0; n < laps; n++) {
    let from = 0;
    for (const [length, to] of lap) {
      for (; carried < length; carried += STEP_M) kappas.push(from + ((to - from) * carried) / length);
      carried -= length;
      from = to;
    }
  }

  // Speed that the side allows, then what acceleration and braking allow: forward from standstill, then backward.
  const speed = Float64Array.from(kappas, (kappa) =>
    Math.min(MAX_SPEED_MPS, Math.sqrt(MAX_LATERAL_MPS2 / Math.max(Math.abs(kappa), 1e-6))),
  );
  speed[0] = 0;
  const gain = 2 * MAX_FORWARD_MPS2 * STEP_M;
  for (let i = 1; i < speed.length; i++) speed[i] = Math.min(speed[i]!, Math.sqrt(speed[i - 1]! ** 2 + gain));
  for (let i = speed.length - 2; i > 0; i--) speed[i] = Math.min(speed[i]!, Math.sqrt(speed[i + 1]! ** 2 + gain));

  const samples = Math.round(durationS / SAMPLE_S) + 1;
  const column = (): Float64Array => new Float64Array(samples);
  const path = {
    length: samples,
    x: column(),
    y: column(),
    z: column(),
    speed: column(),
    acceleration: column(),
    curvature: column(),
    curvatureChangeRate: column(),
    time: column(),
    theta: column(),
    gear: column().fill(1),
    s: column(),
  };
  let [x, y, theta, time] = [xM, yM, headingRad, 0];
  for (let i = 0, next = 0; i + 1 < kappas.length && next < samples; i++) {
    const dt = (2 * STEP_M) / (speed[i]! + speed[i + 1]!);
    const acceleration = (speed[i + 1]! - speed[i]!) / dt;
    const turn = ((kappas[i]! + kappas[i + 1]!) / 2) * STEP_M;
    for (; next < samples && next * SAMPLE_S < time + dt; next++) {
      const t = next * SAMPLE_S - time;
      const along = speed[i]! * t + (acceleration * t * t) / 2;
      const share = along / STEP_M;
      path.time[next] = next * SAMPLE_S;
      path.x[next] = x + along * Math.cos(theta + (turn * share) / 2);
      path.y[next] = y + along * Math.sin(theta + (turn * share) / 2);
      path.theta[next] = wrap(theta + turn * share);
      path.speed[next] = speed[i]! + acceleration * t;
      path.acceleration[next] = acceleration;
      path.curvature[next] = kappas[i]! + (kappas[i + 1]! - kappas[i]!) * share;
      path.curvatureChangeRate[next] = (kappas[i + 1]! - kappas[i]!) / STEP_M;
      path.s[next] = i * STEP_M + along;
    }
    x += STEP_M * Math.cos(theta + turn / 2);
    y += STEP_M * Math.sin(theta + turn / 2);
    theta += turn;
    time += dt;
  }
  return path;
}

function wrap(angle: number): number {
  return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
}
