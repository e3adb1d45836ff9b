import { appendFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  CONTROL_FLAGS,
  type ControlCommand,
  ControlCore,
  readControlConfig,
  SPEED_LOG_HEADER,
  STEER_LOG_HEADER,
  speedLogLine,
  steerLogLine,
} from "@delos/control";
import { DelosError, describeError } from "@delos/core";
import { apollo } from "@delos/msgs";
import type { Command } from "../command.ts";
import { FLAG_HELP, FLAG_OPTIONS, flagsOf, readTextMessage, required } from "../input-file.ts";
import { jsonLines, messageOf, numberOf, writeLine } from "../json-lines.ts";

const replay: Command = {
  name: "control replay",
  usage:
    "control replay --conf FILE [--vehicle FILE] [--flags LIST] [--flagfile FILE] [--csv DIR] < in.jsonl > out.jsonl",
  summary: "Run the control module over recorded inputs, one cycle a line",
  description:
    'Each input line is {"now":<unix s>,"localization"?,"chassis"?,"trajectory"?,"pad"?,"monitor"?,"reset"?:true}; the latest ' +
    "of each message is kept. Each output line is the ControlCommand of that cycle with its debug messages. State carries " +
    'from line to line as in the running module; "reset" starts the module anew. Times in latency_stats are 0: the clock is ' +
    "the input's.",
  examples: ["delos control replay --conf lincoln.pb.txt --flags use_state_exact_match=true < in.jsonl > out.jsonl"],
  options: { conf: { type: "string" }, vehicle: { type: "string" }, csv: { type: "string" }, ...FLAG_OPTIONS },
  optionHelp: {
    conf: "ControlConf in text format, as Apollo's control/conf/lincoln.pb.txt",
    vehicle: "VehicleConfig in text format: geometry for configurations that have none (Apollo 1.5)",
    csv: "Write the controllers' logs (steer_log.csv, speed_log.csv) into this folder",
    ...FLAG_HELP,
  },
  async run(context) {
    const file = required(context, "conf");
    const conf = readTextMessage(context, file, apollo.control.ControlConf);
    const vehicleFile = context.values["vehicle"];
    const vehicle =
      typeof vehicleFile === "string"
        ? readTextMessage(context, vehicleFile, apollo.common.config.VehicleConfig).vehicle_param
        : undefined;
    const config = readControlConfig(conf, file, vehicle);
    const flags = flagsOf(context, CONTROL_FLAGS);
    let core = new ControlCore(config, flags);
    let latest: apollo.canbus.Chassis | undefined;
    const folder = context.values["csv"];
    const logs = typeof folder === "string" ? openLogs(resolve(context.cwd, folder)) : undefined;
    for await (const line of jsonLines(context)) {
      const now = numberOf(line, "now");
      const reset = line.value["reset"];
      if (reset !== undefined && typeof reset !== "boolean") {
        throw new DelosError("INPUT_LINE", `line ${line.number}: reset is true or absent`);
      }
      if (reset === true) core = new ControlCore(config, flags);
      const localization = messageOf(line, "localization", apollo.localization.LocalizationEstimate);
      const chassis = messageOf(line, "chassis", apollo.canbus.Chassis);
      const trajectory = messageOf(line, "trajectory", apollo.planning.ADCTrajectory);
      const pad = messageOf(line, "pad", apollo.control.PadMessage);
      const monitor = messageOf(line, "monitor", apollo.common.monitor.MonitorMessage);
      if (localization !== undefined) core.onLocalization(localization, now);
      if (chassis !== undefined) core.onChassis(chassis, now);
      if (trajectory !== undefined) core.onTrajectory(trajectory, now);
      if (pad !== undefined) core.onPad(pad);
      if (monitor !== undefined) core.onMonitor(monitor);
      latest = chassis ?? latest;
      const command = core.cycle(now);
      logs?.(command, latest);
      await writeLine(context, apollo.control.ControlCommand.toJSON(command));
    }
  },
};

/** Begins the two logs in `folder`; what it returns adds a cycle to them. */
function openLogs(folder: string): (command: ControlCommand, chassis: apollo.canbus.Chassis | undefined) => void {
  const [steer, speed] = [join(folder, "steer_log.csv"), join(folder, "speed_log.csv")];
  try {
    writeFileSync(steer, STEER_LOG_HEADER);
    writeFileSync(speed, SPEED_LOG_HEADER);
  } catch (error) {
    throw new DelosError("FILE_UNWRITABLE", `${folder}: ${describeError(error)}`, { cause: error });
  }
  return (command, chassis) => {
    const [steerLine, speedLine] = [steerLogLine(command, chassis), speedLogLine(command)];
    if (steerLine !== undefined) appendFileSync(steer, steerLine);
    if (speedLine !== undefined) appendFileSync(speed, speedLine);
  };
}

export const commands: readonly Command[] = [replay];
