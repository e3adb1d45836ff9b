import { apollo } from "@delos/msgs";
import { type ComponentPorts, type Node, topic } from "@delos/runtime";
import type { CanPort } from "./can-frame.ts";
import { CanbusCore, type CanbusOptions } from "./canbus-core.ts";
import type { MkzParameters } from "./mkz-controller.ts";
import type { SimulatedMkz } from "./simulated-mkz.ts";

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const ChassisDetail = topic("/apollo/canbus/chassis_detail", apollo.canbus.ChassisDetail, { depth: 10 });
const Control = topic("/apollo/control", apollo.control.ControlCommand, { depth: 10 });
const Gps = topic("/apollo/sensor/gnss/odometry", apollo.localization.Gps, { depth: 50 });
const Imu = topic("/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu, { depth: 50 });

const commandsOn = (name: string) =>
  name === Control.name ? Control : topic(name, apollo.control.ControlCommand, { depth: 10 });

export const canbusPorts = (commandTopic: string, chassisDetail: boolean): ComponentPorts => ({
  inputs: [commandsOn(commandTopic)],
  outputs: [Chassis, ...(chassisDetail ? [ChassisDetail] : [])],
});

export interface CanbusComponentOptions extends CanbusOptions {
  readonly parameters: MkzParameters;
  readonly port: CanPort;
  /** Also publish everything the frames say. */
  readonly enableChassisDetail?: boolean;
  /** Where commands come from: the guardian's topic when one stands between. */
  readonly commandTopic?: string;
  /** Called after every step: a heartbeat for the watchdog. */
  readonly onStep?: () => void;
  /** Steps are timed to a fraction of a millisecond where the thread is a worker: see `TimerOptions.precise`. */
  readonly precise?: boolean;
}

/** Step of canbus and of the simulated car, ms. */
const STEP_MS = 5;

/** The canbus module on the bus: commands to frames, frames to Chassis. It ends with its node. */
export function canbusComponent(node: Node, options: CanbusComponentOptions): CanbusCore {
  const {
    parameters,
    port,
    enableChassisDetail = false,
    commandTopic = Control.name,
    onStep,
    precise = false,
    ...rest
  } = options;
  const core = new CanbusCore(parameters, port, rest);
  const nowS = (): number => node.clock.nowMs() / 1000;
  node.subscribe(commandsOn(commandTopic)).on(({ message }) => core.onCommand(message, nowS()));
  const chassis = node.publisher(Chassis);
  const detail = enableChassisDetail ? node.publisher(ChassisDetail) : undefined;
  node.every({ periodMs: STEP_MS, overrun: "skip", precise }, () => {
    const step = core.step(nowS());
    onStep?.();
    if (step.chassis === undefined) return;
    chassis.publish(step.chassis);
    detail?.publish(structuredClone(core.controller.detail));
  });
  return core;
}

export interface SimulatedMkzComponentOptions {
  /** Whether the GNSS receiver is silent now. */
  readonly gnssSilent?: () => boolean;
  /** Called after every step of 5 ms. */
  readonly onStep?: () => void;
}

export const simulatedMkzPorts: ComponentPorts = { inputs: [], outputs: [Gps, Imu] };

/** The simulated car and its sensors on the bus: it moves every 5 ms; GNSS and IMU speak every 10 ms. It ends with its node. */
export function simulatedMkzComponent(
  node: Node,
  car: SimulatedMkz,
  { gnssSilent = () => false, onStep = () => {} }: SimulatedMkzComponentOptions = {},
): void {
  const gps = node.publisher(Gps);
  const imu = node.publisher(Imu);
  let steps = 0;
  node.every({ periodMs: STEP_MS, overrun: "catchUp" }, () => {
    const now = node.clock.nowMs() / 1000;
    car.step(now);
    onStep();
    if (++steps % 2 === 1) return;
    imu.publish(car.imu(now));
    // Measured even when nobody is told: the noise of what follows stays the same.
    const measured = car.gps(now);
    if (!gnssSilent()) gps.publish(measured);
  });
}
