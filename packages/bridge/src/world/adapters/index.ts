import type { Adapter } from "../observation.ts";
import { chassis } from "./apollo-chassis.ts";
import { control } from "./apollo-control.ts";
import { gnssBestPose } from "./apollo-gnss.ts";
import { apolloImu } from "./apollo-imu.ts";
import { gps, localizationEstimate } from "./apollo-localization.ts";
import { monitor } from "./apollo-monitor.ts";
import { perception, prediction } from "./apollo-perception.ts";
import { planning } from "./apollo-planning.ts";
import {
  foxgloveOdometry,
  frameTransform,
  frameTransforms,
  locationFix,
  locationFixes,
  poseInFrame,
  posesInFrame,
} from "./foxglove-pose.ts";
import { sceneUpdate } from "./foxglove-scene.ts";
import { foxgloveCloud, pointCloud2 } from "./point-clouds.ts";
import { delosLog, foxgloveLog, rosout, rosout2 } from "./ros-log.ts";
import { path } from "./ros-path.ts";
import { odometry, poseStamped, poseWithCovarianceStamped, turtle } from "./ros-pose.ts";
import { imu, navSatFix } from "./ros-sensors.ts";
import { transforms } from "./ros-transforms.ts";
import { ackermann, scalar, twistStamped, wheelSpeeds } from "./ros-vehicle.ts";

export const ADAPTERS: readonly Adapter[] = [
  localizationEstimate,
  gps,
  apolloImu,
  chassis,
  planning,
  control,
  perception,
  prediction,
  monitor,
  gnssBestPose,
  odometry,
  poseStamped,
  poseWithCovarianceStamped,
  turtle,
  path,
  navSatFix,
  imu,
  twistStamped,
  scalar,
  wheelSpeeds,
  ackermann,
  transforms,
  rosout,
  rosout2,
  foxgloveLog,
  delosLog,
  poseInFrame,
  posesInFrame,
  foxgloveOdometry,
  locationFix,
  locationFixes,
  frameTransform,
  frameTransforms,
  sceneUpdate,
  pointCloud2,
  foxgloveCloud,
];

const BY_TYPE: ReadonlyMap<string, Adapter> = new Map(
  ADAPTERS.flatMap((adapter) => adapter.types.map((type): [string, Adapter] => [type, adapter])),
);

/** The adapter for a type as it stands in a schema; ROS 2's `pkg/msg/Type` is ROS 1's `pkg/Type`. */
export function adapterFor(type: string): Adapter | undefined {
  return BY_TYPE.get(type.replace("/msg/", "/"));
}
