import { apollo } from "@delos/msgs";
import { type Node, topic } from "@delos/runtime";
import type { CanPort } from "./can-frame.ts";
import { CanbusCore, type CanbusOptions } from "./canbus-core.ts";
import type { MkzParameters } from "./mkz-controller.ts";
import type { SimulatedMkz } from "./simulated-mkz.ts";

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const ChassisDetail = topic("/apollo/canbus/chassis_detail", apollo.canbus.ChassisDetail, { depth: 10 });
const Control = topic("/apollo/control", apollo.control.ControlCommand, { depth: 10 });
const Gps = topic("/apollo/sensor/gnss/odometry", apollo.localization.Gps, { depth: 50 });
const Imu = topic("/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu, { depth: 50 });

export interface CanbusComponentOptions extends CanbusOptions {
  readonly parameters: MkzParameters;
  readonly port: CanPort;
  /** Also publish everything the frames say. */
  readonly enableChassisDetail?: boolean;
  /** Where commands come from: the guardian's topic when one stands between. */
  readonly commandTopic?: string;
  /** Called after every step: a heartbeat for the watchdog. */
  readonly onStep?: () => void;
}

/** Step of canbus and of the simulated car, ms. */
const STEP_MS = 5;

/** The canbus module on the bus: commands to frames, frames to Chassis. It ends with its node. */
export function canbusComponent(node: Node, options: CanbusComponentOptions): CanbusCore {
  const { parameters, port, enableChassisDetail = false, commandTopic, onStep, ...rest } = options;
  const core = new CanbusCore(parameters, port, rest);
  const nowS = (): number => node.clock.nowMs() / 1000;
  const commands =
    commandTopic === undefined ? Control : topic(commandTopic, apollo.control.ControlCommand, { depth: 10 });
  node.subscribe(commands).on(({ message }) => core.onCommand(message, nowS()));
  const chassis = node.publisher(Chassis);
  const detail = enableChassisDetail ? node.publisher(ChassisDetail) : undefined;
  node.every({ periodMs: STEP_MS, overrun: "skip" }, () => {
    const step = core.step(nowS());
    onStep?.();
    if (step.chassis === undefined) return;
    chassis.publish(step.chassis);
    detail?.publish(structuredClone(core.controller.detail));
  });
  return core;
}

/** The simulated car and its sensors on the bus: it moves every 5 ms; GNSS and IMU speak every 10 ms. It ends with its node. */
export function simulatedMkzComponent(node: Node, car: SimulatedMkz): void {
  const gps = node.publisher(Gps);
  const imu = node.publisher(Imu);
  let steps = 0;
  node.every({ periodMs: STEP_MS, overrun: "catchUp" }, () => {
    const now = node.clock.nowMs() / 1000;
    car.step(now);
    if (++steps % 2 === 1) return;
    imu.publish(car.imu(now));
    gps.publish(car.gps(now));
  });
}
