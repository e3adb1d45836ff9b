import { apollo } from "@delos/msgs";
import { type Component, defineComponent } from "@delos/runtime";
import { PedalMap, SimulatedMkz, simulatedMkzComponent } from "@delos/vehicle";
import { mkzDefaults } from "../defaults.ts";
import { roadOf } from "./roads.ts";
import { canFromCarTopic, canPort, canToCarTopic, driverTopic, gnssStatusTopic, insStatusTopic } from "./topics.ts";

/** Hands and feet that say nothing for so long are gone. */
const HANDS_OFF_MS = 500;
const FULL_LOCK_DEG = 470;

interface CarConfig {
  readonly road: string;
  readonly seed: number;
}

/** The simulated Lincoln MKZ at the beginning of a road: CAN, GNSS, IMU, and a driver who may take the wheel. */
export const car: Component<CarConfig> = defineComponent<CarConfig>({
  name: "car",
  summary: "A simulated Lincoln MKZ with its sensors",
  configure: (fields) => ({ road: fields.text("road"), seed: fields.integer("seed", { default: 1 }) }),
  ports: () => ({
    inputs: [canToCarTopic, driverTopic],
    outputs: [canFromCarTopic, gnssStatusTopic, insStatusTopic],
  }),
  start({ node, config, beat }) {
    const road = roadOf(config.road);
    const simulated = new SimulatedMkz(canPort(node, canFromCarTopic, canToCarTopic), {
      xM: road.x[0]!,
      yM: road.y[0]!,
      zM: road.z[0]!,
      headingRad: road.theta[0]!,
      pedals: new PedalMap(mkzDefaults().control.longitudinal!.calibration),
      seed: config.seed,
    });
    const { driver } = simulated;
    let heardMs = Number.NEGATIVE_INFINITY;
    node.subscribe(driverTopic).on(({ message }) => {
      heardMs = node.clock.monotonicMs();
      take(driver, "throttle", message.throttle_percent);
      take(driver, "brake", message.brake_percent);
      take(driver, "steeringDeg", message.steering_percent, FULL_LOCK_DEG / 100);
    });
    const stamp = (): { header: apollo.common.Header } => ({ header: { timestamp_sec: node.clock.nowMs() / 1000 } });
    const { Type } = apollo.common.gnss_status.InsStatus;
    node.publisher(insStatusTopic).publish({ ...stamp(), type: Type.GOOD });
    node.publisher(gnssStatusTopic).publish({ ...stamp(), solution_completed: true, num_sats: 18 });
    simulatedMkzComponent(node, simulated);
    node.every(20, () => {
      if (node.clock.monotonicMs() - heardMs > HANDS_OFF_MS) {
        delete driver.throttle;
        delete driver.brake;
        delete driver.steeringDeg;
      }
      beat();
    });
    return simulated;
  },
});

function take<K extends string>(
  driver: Partial<Record<K, number>>,
  name: K,
  percent: number | undefined,
  factor = 1,
): void {
  if (percent === undefined || !Number.isFinite(percent)) delete driver[name];
  else driver[name] = Math.max(-100, Math.min(100, percent)) * factor;
}
