import type { Adapter } from "../observation.ts";
import { field, num, rosStampS, vector } from "../read-value.ts";

export const navSatFix: Adapter = {
  types: ["sensor_msgs/NavSatFix"],
  read: (message) => {
    const [latitudeDeg, longitudeDeg] = [num(field(message, "latitude")), num(field(message, "longitude"))];
    // sensor_msgs/NavSatStatus.msg: −1 is no fix.
    if (latitudeDeg === undefined || longitudeDeg === undefined || num(field(message, "status", "status")) === -1)
      return [];
    const altitudeM = num(field(message, "altitude")) ?? 0;
    return [{ kind: "fix", latitudeDeg, longitudeDeg, altitudeM, timeS: rosStampS(message) }];
  },
};

/** Only the turning: where gravity is in the acceleration depends on how the sensor is mounted. */
export const imu: Adapter = {
  types: ["sensor_msgs/Imu"],
  read: (message) => [
    { kind: "motion", yawRateRadps: vector(field(message, "angular_velocity"))?.[2], timeS: rosStampS(message) },
  ],
};
