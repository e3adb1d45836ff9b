import { apollo } from "@delos/msgs";
import type { DrivenPath } from "@delos/planning";
import { type Component, defineComponent } from "@delos/runtime";
import {
  canFromCarTopic,
  canToCarTopic,
  SimulatedMkz,
  simulatedMkzComponent,
  simulatedMkzPorts,
  topicCanPort,
} from "@delos/vehicle";
import { physicsOf, readVehicleField } from "../vehicles/vehicle-field.ts";
import type { Vehicle } from "../vehicles/vehicle-file.ts";
import { type RoadChoice, readRoad, roadOf } from "./roads.ts";
import { driverTopic, gnssStatusTopic, insStatusTopic, truthTopic } from "./topics.ts";

/** Hands and feet that say nothing for so long are gone. */
const HANDS_OFF_MS = 500;

interface CarConfig {
  readonly vehicle: Vehicle;
  readonly road: RoadChoice;
  readonly seed: number;
  /** Silence of the frames after which the by-wire units let go, s. */
  readonly byWireSilenceS: number;
  /** Times without GNSS, s after the start. */
  readonly gnssGaps: readonly (readonly [fromS: number, toS: number])[];
}

/** A simulated vehicle, the Lincoln MKZ unless `vehicle` names another, at the beginning of a road: CAN, GNSS, IMU, and a driver who may take the wheel. */
export const car: Component<CarConfig> = carOn(roadOf);

/** The same on whatever road `pathOf` gives: for programs that launch it in their own thread. */
export function carOn(pathOf: (choice: RoadChoice) => DrivenPath): Component<CarConfig> {
  return defineComponent<CarConfig>({
    name: "car",
    summary: "A simulated car with its sensors",
    configure: (fields) => ({
      vehicle: readVehicleField(fields),
      road: readRoad(fields),
      seed: fields.integer("seed", { default: 1 }),
      byWireSilenceS: fields.number("by_wire_silence_s", { default: 0.1, min: 0.01 }),
      gnssGaps: fields.list("gnss_gaps", (gap) => [gap.number("from_s", { min: 0 }), gap.number("to_s", { min: 0 })]),
    }),
    ports: () => ({
      inputs: [canToCarTopic, driverTopic],
      outputs: [...simulatedMkzPorts.outputs, canFromCarTopic, gnssStatusTopic, insStatusTopic, truthTopic],
    }),
    start({ node, config, beat }) {
      const road = pathOf(config.road);
      const { bicycle, body, pedals } = physicsOf(config.vehicle);
      const simulated = new SimulatedMkz(topicCanPort(node, "car"), {
        xM: road.x[0]!,
        yM: road.y[0]!,
        zM: road.z[0]!,
        headingRad: road.theta[0]!,
        pedals,
        bicycle,
        body,
        seed: config.seed,
        byWireSilenceS: config.byWireSilenceS,
      });
      const { driver } = simulated;
      let heardMs = Number.NEGATIVE_INFINITY;
      node.subscribe(driverTopic).on(({ message }) => {
        heardMs = node.clock.monotonicMs();
        take(driver, "throttle", message.throttle_percent);
        take(driver, "brake", message.brake_percent);
        take(driver, "steeringDeg", message.steering_percent, body.steerLockDeg / 100);
      });
      const stamp = (): { header: apollo.common.Header } => ({ header: { timestamp_sec: node.clock.nowMs() / 1000 } });
      const { Type } = apollo.common.gnss_status.InsStatus;
      node.publisher(insStatusTopic).publish({ ...stamp(), type: Type.GOOD });
      node.publisher(gnssStatusTopic).publish({ ...stamp(), solution_completed: true, num_sats: 18 });
      const truth = node.publisher(truthTopic);
      const startMs = node.clock.monotonicMs();
      let steps = 0;
      simulatedMkzComponent(node, simulated, {
        gnssSilent: () => {
          const runS = (node.clock.monotonicMs() - startMs) / 1000;
          return config.gnssGaps.some(([fromS, toS]) => runS >= fromS && runS < toS);
        },
        onStep: () => {
          if (node.clock.monotonicMs() - heardMs > HANDS_OFF_MS) {
            delete driver.throttle;
            delete driver.brake;
            delete driver.steeringDeg;
          }
          beat();
          if (++steps % 2 === 0) truth.publish(truthOf(simulated, node.clock.nowMs() / 1000));
        },
      });
      return simulated;
    },
  });
}

function truthOf({ bicycle: b }: SimulatedMkz, nowS: number): apollo.localization.LocalizationEstimate {
  const [x, y] = b.velocityMps;
  return {
    header: { timestamp_sec: nowS, module_name: "car" },
    pose: {
      position: { x: b.xM, y: b.yM, z: 0 },
      heading: b.headingRad,
      linear_velocity: { x, y, z: 0 },
    },
  };
}

function take<K extends string>(
  driver: Partial<Record<K, number>>,
  name: K,
  percent: number | undefined,
  factor = 1,
): void {
  if (percent === undefined || !Number.isFinite(percent)) delete driver[name];
  else driver[name] = Math.max(-100, Math.min(100, percent)) * factor;
}
