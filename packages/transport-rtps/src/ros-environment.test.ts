import { expect, test } from "vitest";
import { rosReach } from "./ros-environment.ts";

test.for([
  [{}, {}],
  [{ ROS_LOCALHOST_ONLY: "1" }, { interfaces: ["127.0.0.1"] }],
  [{ ROS_LOCALHOST_ONLY: "0", ROS_AUTOMATIC_DISCOVERY_RANGE: "SUBNET" }, {}],
  [{ ROS_AUTOMATIC_DISCOVERY_RANGE: "LOCALHOST" }, { interfaces: ["127.0.0.1"] }],
  [{ ROS_STATIC_PEERS: " 192.168.1.10; robot.local;" }, { peers: ["192.168.1.10", "robot.local"] }],
  [{ ROS_AUTOMATIC_DISCOVERY_RANGE: "LOCALHOST", ROS_STATIC_PEERS: "10.0.0.1" }, { peers: ["10.0.0.1"] }],
] as const)("%o reaches %o", ([env, reach]) => {
  expect(rosReach(env)).toEqual(reach);
});
