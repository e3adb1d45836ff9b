import { LOCALIZATION_FLAGS, RtkLocalization } from "@delos/localization";
import { apollo } from "@delos/msgs";
import type { Command } from "../command.ts";
import { FLAG_HELP, FLAG_OPTIONS, flagsOf } from "../input-file.ts";
import { jsonLines, messageOf, numberOf, writeLine } from "../json-lines.ts";

const replay: Command = {
  name: "localization replay",
  usage: "localization replay [--flags LIST] [--flagfile FILE] < in.jsonl > out.jsonl",
  summary: "Run RTK localization over recorded inputs, one 100 Hz tick a line",
  description:
    'Each input line is {"now":<unix s>,"gps"?,"imu"?,"chassis"?}; histories of 50 messages are kept. Each tick that publishes ' +
    "gives a line with its LocalizationEstimate; what goes to the monitor is printed on standard error. The chassis' speed is " +
    "used by the filter only (--flags enable_filter).",
  examples: ["delos localization replay --flags noenable_gps_imu_interprolate < in.jsonl > out.jsonl"],
  options: FLAG_OPTIONS,
  optionHelp: FLAG_HELP,
  async run(context) {
    const localization = new RtkLocalization(flagsOf(context, LOCALIZATION_FLAGS));
    for await (const line of jsonLines(context)) {
      const now = numberOf(line, "now");
      const gps = messageOf(line, "gps", apollo.localization.Gps);
      const imu = messageOf(line, "imu", apollo.localization.Imu);
      const chassis = messageOf(line, "chassis", apollo.canbus.Chassis);
      if (chassis?.speed_mps !== undefined) localization.onWheelSpeed(chassis.speed_mps);
      if (imu !== undefined) localization.onImu(imu, now);
      if (gps !== undefined) localization.onGps(gps, now);
      const { estimate, errors } = localization.tick(now);
      for (const text of errors) context.err.write(`line ${line.number}: ${text}\n`);
      if (estimate !== undefined) {
        await writeLine(context, apollo.localization.LocalizationEstimate.toJSON(estimate));
      }
    }
  },
};

export const commands: readonly Command[] = [replay];
