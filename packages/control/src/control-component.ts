import { describeError } from "@delos/core";
import { apollo } from "@delos/msgs";
import { type ComponentPorts, type Node, topic } from "@delos/runtime";
import type { ControlConfig } from "./config.ts";
import { ControlCore } from "./control-core.ts";
import { SPEED_LOG_HEADER, STEER_LOG_HEADER, speedLogLine, steerLogLine } from "./csv-log.ts";
import type { ControlFlags } from "./flags.ts";
import type { ControlCommand } from "./messages.ts";

const Localization = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate, { depth: 10 });
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const Planning = topic("/apollo/planning", apollo.planning.ADCTrajectory, { depth: 10 });
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage, { depth: 10 });
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage, { depth: 10 });
const Control = topic("/apollo/control", apollo.control.ControlCommand, { depth: 10 });

export const controlPorts: ComponentPorts = {
  inputs: [Localization, Chassis, Planning, Pad, Monitor],
  outputs: [Control, Monitor],
};

export interface ControlComponentOptions {
  readonly config: ControlConfig;
  readonly flags: ControlFlags;
  /** Called after every cycle: a heartbeat for the watchdog. */
  readonly onCycle?: (command: apollo.control.ControlCommand) => void;
  /** Cycles are timed to a fraction of a millisecond where the thread is a worker: see `TimerOptions.precise`. */
  readonly precise?: boolean;
  /** Where the controllers' logs go, with the flag `enable_csv_debug`: lines with their ends, the header first. */
  readonly csv?: { readonly steer: (line: string) => void; readonly speed: (line: string) => void };
}

/**
 * The control module on the bus: inputs by subscription, a cycle every `control_period`, always one command. It ends with
 * its node. Should a cycle fail unexpectedly, the stop is latched and the command is the stop's.
 */
export function controlComponent(node: Node, options: ControlComponentOptions): ControlCore {
  const { clock } = node;
  const nowS = (): number => clock.nowMs() / 1000;
  const core = new ControlCore(options.config, options.flags, () => clock.monotonicMs());
  node.subscribe(Localization).on(({ message }) => core.onLocalization(message, nowS()));
  let chassis: apollo.canbus.Chassis | undefined;
  node.subscribe(Chassis).on(({ message }) => {
    chassis = message;
    core.onChassis(message, nowS());
  });
  const csv = options.flags.enable_csv_debug ? options.csv : undefined;
  csv?.steer(STEER_LOG_HEADER);
  csv?.speed(SPEED_LOG_HEADER);
  node.subscribe(Planning).on(({ message }) => core.onTrajectory(message, nowS()));
  node.subscribe(Pad).on(({ message }) => core.onPad(message));
  node.subscribe(Monitor, { ignoreLocal: false }).on(({ message }) => core.onMonitor(message));
  const monitor = node.publisher(Monitor);
  const commands = node.publisher(Control);
  let monitorSequence = 0;
  const report = (text: string, level: apollo.common.monitor.MonitorMessageItem.LogLevel): void => {
    const { MessageSource } = apollo.common.monitor.MonitorMessageItem;
    monitor.publish({
      header: { timestamp_sec: nowS(), module_name: "monitor", sequence_num: ++monitorSequence },
      item: [{ source: MessageSource.CONTROL, msg: text, log_level: level }],
    });
  };
  const { precise = false } = options;
  node.every({ periodMs: options.config.controlPeriodS * 1000, overrun: "skip", precise }, () => {
    let command: ControlCommand;
    try {
      command = core.cycle(nowS());
    } catch (error) {
      core.triggerEstop();
      node.log.error("control cycle failed", { error: describeError(error) });
      command = core.cycle(nowS());
    }
    commands.publish(command);
    options.onCycle?.(command);
    if (csv === undefined) return;
    const [steer, speed] = [steerLogLine(command, chassis), speedLogLine(command)];
    if (steer !== undefined) csv.steer(steer);
    if (speed !== undefined) csv.speed(speed);
  });
  report("control started", apollo.common.monitor.MonitorMessageItem.LogLevel.INFO);
  return core;
}
