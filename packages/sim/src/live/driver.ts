import { type Component, defineComponent } from "@delos/runtime";
import { HandDriver } from "../hand-driver.ts";
import { readVehicleField } from "../vehicles/vehicle-field.ts";
import type { VehicleShape } from "../vehicles/vehicle-file.ts";
import { type RoadChoice, readRoad, roadOf } from "./roads.ts";
import { chassisTopic, driverTopic, localizationTopic } from "./topics.ts";

const STEP_MS = 20;

interface DriverConfig {
  readonly road: RoadChoice;
  readonly shape: VehicleShape;
}

/** Somebody who drives the simulated car along its road by hand, so that there is something to record. */
export const driver: Component<DriverConfig> = defineComponent<DriverConfig>({
  name: "driver",
  summary: "Drives the simulated car by hand",
  configure: (fields) => ({ road: readRoad(fields), shape: readVehicleField(fields).shape }),
  ports: () => ({ inputs: [localizationTopic, chassisTopic], outputs: [driverTopic] }),
  start({ node, config, beat }) {
    const human = new HandDriver(roadOf(config.road), config.shape);
    const hands = node.publisher(driverTopic);
    const poses = node.subscribe(localizationTopic, { depth: 1 });
    const chassis = node.subscribe(chassisTopic, { depth: 1 });
    let begun = false;
    node.every(STEP_MS, () => {
      beat();
      const pose = poses.latest({ maxAgeMs: 300 })?.message.pose;
      const speedMps = chassis.latest({ maxAgeMs: 300 })?.message.speed_mps;
      const { x: xM, y: yM } = pose?.position ?? {};
      if (xM === undefined || yM === undefined || pose?.heading === undefined || speedMps === undefined) return;
      const state = { xM, yM, headingRad: pose.heading, speedMps };
      if (!begun) human.resume(state);
      begun = true;
      const { throttle, brake, steeringDeg } = human.act(state);
      hands.publish({
        throttle_percent: throttle,
        brake_percent: brake,
        steering_percent: (steeringDeg / config.shape.steerLockDeg) * 100,
      });
    });
    // Feet on the brake before getting out.
    return {
      [Symbol.dispose]: () => void hands.publish({ throttle_percent: 0, brake_percent: 40, steering_percent: 0 }),
    };
  },
});
