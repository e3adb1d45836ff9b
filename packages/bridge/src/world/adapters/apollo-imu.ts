import type { Adapter, Observation } from "../observation.ts";
import { field, num, vector } from "../read-value.ts";

/**
 * Body axes of Apollo: x right, y forward, z up. `apollo.localization.Imu` (1.0; later CorrectedImu) holds them in
 * `imu`, the driver's own message holds them directly; its axes are those of the sensor, so only the turning is used.
 */
export const apolloImu: Adapter = {
  types: [
    "apollo.localization.Imu",
    "apollo.localization.CorrectedImu",
    "pb_msgs/Imu",
    "pb_msgs/CorrectedImu",
    "apollo.drivers.gnss.Imu",
  ],
  read: (message) => {
    const timeS = num(field(message, "header", "timestamp_sec"));
    const corrected = field(message, "imu");
    const yawRateRadps = vector(field(corrected ?? message, "angular_velocity"))?.[2];
    const accelerationMps2 = corrected === undefined ? undefined : vector(field(corrected, "linear_acceleration"))?.[1];
    const observation: Observation = { kind: "motion", yawRateRadps, accelerationMps2, timeS };
    return [observation];
  },
};
