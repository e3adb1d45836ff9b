import { headingOf, rotationMatrix } from "@delos/math";
import type { Chassis, LocalizationEstimate } from "./messages.ts";

/**
 * What the controllers know of the vehicle: the centre of the rear axle in the map (ENU), heading 0 east. Values that are
 * missing where Apollo's defaults are NaN are NaN here too.
 */
export class VehicleState {
  xM = 0;
  yM = 0;
  zM = 0;
  headingRad = 0;
  speedMps = 0;
  yawRateRadps = 0;
  /** Along the vehicle, or north without map reference unification. */
  accelerationMps2 = 0;
  pitchRad = 0;
  #rotation: Float64Array | undefined;

  /** @param chassis undefined: speed is the pose's northward velocity, an oddity of 1.0 that planning lives with */
  update(localization: LocalizationEstimate, chassis: Chassis | undefined, mapReferenceUnify: boolean): void {
    const pose = localization.pose ?? {};
    this.#rotation = undefined;
    const { position, orientation } = pose;
    this.xM = position === undefined ? 0 : (position.x ?? Number.NaN);
    this.yM = position === undefined ? 0 : (position.y ?? Number.NaN);
    this.zM = position === undefined ? 0 : (position.z ?? 0);
    const q = {
      w: orientation?.qw ?? Number.NaN,
      x: orientation?.qx ?? Number.NaN,
      y: orientation?.qy ?? Number.NaN,
      z: orientation?.qz ?? Number.NaN,
    };
    if (orientation !== undefined) this.#rotation = rotationMatrix(q);
    this.headingRad = pose.heading ?? headingOf(q);
    this.pitchRad = Math.asin(2 * (q.w * q.x + q.y * q.z));
    const rates = mapReferenceUnify ? pose.angular_velocity_vrf : pose.angular_velocity;
    const accelerations = mapReferenceUnify ? pose.linear_acceleration_vrf : pose.linear_acceleration;
    this.yawRateRadps = rates?.z ?? Number.NaN;
    this.accelerationMps2 = accelerations?.y ?? Number.NaN;
    this.speedMps = chassis === undefined ? (pose.linear_velocity?.y ?? 0) : Math.fround(chassis.speed_mps ?? 0);
  }

  /** The point `distanceM` ahead of the rear axle: [x, y]. Without an orientation, north of it. */
  ahead(distanceM: number): [number, number] {
    const r = this.#rotation;
    if (r === undefined) return [this.xM, distanceM + this.yM];
    return [r[1]! * distanceM + this.xM, r[4]! * distanceM + this.yM];
  }

  /** Where the rear axle is after `t` s at constant speed and yaw rate: [x, y]. */
  after(t: number): [number, number] {
    const v = this.speedMps;
    const w = this.yawRateRadps;
    let right = 0;
    let forward = v * t;
    if (!(Math.abs(w) < 0.0001)) {
      right = (-v / w) * (1 - Math.cos(w * t));
      forward = (Math.sin(w * t) * v) / w;
    }
    const r = this.#rotation;
    if (r === undefined) return [right + this.xM, forward + this.yM];
    return [r[0]! * right + r[1]! * forward + this.xM, r[3]! * right + r[4]! * forward + this.yM];
  }
}
