import { clamp } from "@delos/math";
import type { DrivenPath } from "@delos/planning";
import type { DriverInput } from "@delos/vehicle";

/** How far ahead the driver looks: at least this, m, and this long, s. */
const LOOK_AHEAD_M = 2.5;
const LOOK_AHEAD_S = 0.5;

/** What hands must know of the car: a Lincoln MKZ's unless told otherwise. */
export interface SteeringShape {
  readonly wheelbaseM: number;
  readonly steerRatio: number;
  readonly steerLockDeg: number;
}

const MKZ: SteeringShape = { wheelbaseM: 2.8448, steerRatio: 16, steerLockDeg: 470 };

/** Where the rear axle is and how fast it goes. */
export interface DrivenState {
  readonly xM: number;
  readonly yM: number;
  readonly headingRad: number;
  readonly speedMps: number;
}

/** A human on `road`: steering by pure pursuit, pedals by feeling (proportional to the speed that is missing, never both). */
export class HandDriver {
  readonly #road: DrivenPath;
  readonly #shape: SteeringShape;
  #at = 0;

  constructor(road: DrivenPath, shape: SteeringShape = MKZ) {
    this.#road = road;
    this.#shape = shape;
  }

  /** What hands and feet do now. */
  act(state: DrivenState): Required<DriverInput> {
    const road = this.#road;
    const { wheelbaseM, steerRatio, steerLockDeg } = this.#shape;
    const reach = LOOK_AHEAD_M + LOOK_AHEAD_S * state.speedMps;
    while (this.#at + 1 < road.length && ahead(road, this.#at, state) < reach) this.#at++;
    const at = this.#at;
    const angle = Math.atan2(road.y[at]! - state.yM, road.x[at]! - state.xM) - state.headingRad;
    const distance = Math.max(Math.hypot(road.y[at]! - state.yM, road.x[at]! - state.xM), 1);
    const wheelRad = Math.atan((2 * wheelbaseM * Math.sin(angle)) / distance);
    const missing = road.speed[at]! - state.speedMps;
    return {
      steeringDeg: clamp(((wheelRad * 180) / Math.PI) * steerRatio, -steerLockDeg, steerLockDeg),
      throttle: missing > 0 ? clamp(20 + 6 * missing, 0, 45) : 0,
      brake: missing < -0.2 ? clamp(18 - 8 * missing, 0, 40) : 0,
    };
  }

  /** Somebody else has driven meanwhile: goes on from the nearest point of the road. */
  resume(state: DrivenState): void {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#road.length; i++) {
      const distance = ahead(this.#road, i, state);
      if (distance < best - 0.5) [best, this.#at] = [distance, i];
    }
  }
}

function ahead(road: DrivenPath, i: number, at: DrivenState): number {
  return Math.hypot(road.x[i]! - at.xM, road.y[i]! - at.yM);
}
