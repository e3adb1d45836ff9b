import type { Adapter } from "../observation.ts";
import { field, num } from "../read-value.ts";

/** The receiver's best position: modules/drivers/gnss/proto/gnss_best_pose.proto. Degrees and m above the sea. */
export const gnssBestPose: Adapter = {
  types: ["apollo.drivers.gnss.GnssBestPose", "pb_msgs/GnssBestPose"],
  read: (message) => {
    const [latitudeDeg, longitudeDeg] = [num(field(message, "latitude")), num(field(message, "longitude"))];
    if (latitudeDeg === undefined || longitudeDeg === undefined) return [];
    const altitudeM = num(field(message, "height_msl")) ?? 0;
    const timeS = num(field(message, "header", "timestamp_sec"));
    return [{ kind: "fix", latitudeDeg, longitudeDeg, altitudeM, timeS }];
  },
};
