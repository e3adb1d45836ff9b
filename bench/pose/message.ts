import { apollo, fieldReader } from "@delos/msgs";
import { topic } from "@delos/runtime";

export const Pose = apollo.localization.LocalizationEstimate;

const point = (): { x: number; y: number; z: number } => ({ x: -0.5, y: 1.25, z: 0.03125 });

/** As localization publishes it a hundred times a second: 25 doubles. */
export const POSE = {
  header: { timestamp_sec: 1173545122.25, module_name: "localization", sequence_num: 4711 },
  pose: {
    position: { x: 586392.84, y: 4140673.23, z: -28.5 },
    orientation: { qx: 0.01, qy: -0.02, qz: 0.7, qw: 0.71 },
    linear_velocity: point(),
    linear_acceleration: point(),
    angular_velocity: point(),
    heading: 1.57,
    linear_acceleration_vrf: point(),
    angular_velocity_vrf: point(),
  },
  measurement_time: 1173545122.2,
};

/** Three numbers of it, without the rest. */
export const where = fieldReader(Pose, { x: "pose.position.x", y: "pose.position.y", heading: "pose.heading" });

export const poseTopic = topic("/bench/pose", Pose, { reliability: "reliable", history: "keep_all" });
