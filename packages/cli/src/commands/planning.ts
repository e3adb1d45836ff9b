import { UsageError } from "@delos/core";
import { apollo } from "@delos/msgs";
import {
  parseDrivenPath,
  parseReplayTrajectory,
  RECORDER_HEADER,
  RtkPlayer,
  RtkRecorder,
  RtkReplayPlanner,
} from "@delos/planning";
import type { Command, CommandContext } from "../command.ts";
import { readText, required } from "../input-file.ts";
import { jsonLines, messageOf, numberOf, writeLine } from "../json-lines.ts";

/** What the two sources of trajectories have in common. */
interface TrajectorySource {
  onLocalization(message: apollo.localization.LocalizationEstimate): void;
  onChassis(message: apollo.canbus.Chassis): void;
  cycle(nowS: number): apollo.planning.ADCTrajectory | undefined;
}

const replay: Command = {
  name: "planning replay",
  usage: "planning replay --trajectory FILE [--player rtk_player|rtk_replay_planner] [options] < in.jsonl > out.jsonl",
  summary: "Plan along a recorded drive, one cycle a line",
  description:
    'Each input line is {"now":<unix s>,"localization"?,"chassis"?}; the latest of each is kept. Each line is a cycle (10 Hz for ' +
    "the player, 5 Hz for the planner) and gives the ADCTrajectory that it publishes; a cycle that publishes nothing says why " +
    "on standard error.",
  examples: ["delos planning replay --trajectory garage.csv --player rtk_player < in.jsonl > out.jsonl"],
  options: {
    trajectory: { type: "string" },
    player: { type: "string", default: "rtk_player" },
    speedmulti: { type: "string", short: "s" },
    complete: { type: "boolean", short: "c" },
    replan: { type: "boolean", short: "r" },
  },
  optionHelp: {
    trajectory: "A drive as the recorder writes it (garage.csv)",
    player: "rtk_player (default) or rtk_replay_planner",
    speedmulti: "rtk_player: percent of the recorded speed (100)",
    complete: "rtk_player: publish the whole path every time",
    replan: "rtk_player: anchor at the nearest point in every cycle",
  },
  async run(context) {
    const source = sourceOf(context);
    for await (const line of jsonLines(context)) {
      const now = numberOf(line, "now");
      const localization = messageOf(line, "localization", apollo.localization.LocalizationEstimate);
      const chassis = messageOf(line, "chassis", apollo.canbus.Chassis);
      if (localization !== undefined) source.onLocalization(localization);
      if (chassis !== undefined) source.onChassis(chassis);
      const trajectory = source.cycle(now);
      if (trajectory === undefined) {
        context.err.write(`line ${line.number}: nothing published: an input or a path is missing\n`);
      } else await writeLine(context, apollo.planning.ADCTrajectory.toJSON(trajectory));
    }
  },
};

function sourceOf(context: CommandContext): TrajectorySource {
  const file = required(context, "trajectory");
  const text = readText(context, file);
  const player = context.values["player"];
  if (player === "rtk_replay_planner") {
    const { points, skipped } = parseReplayTrajectory(text);
    if (skipped > 0) context.err.write(`${file}: ${skipped} lines of another form were skipped\n`);
    return new RtkReplayPlanner(points);
  }
  if (player !== "rtk_player") {
    throw new UsageError(`--player ${String(player)}: rtk_player or rtk_replay_planner was expected`);
  }
  const { speedmulti, complete, replan } = context.values;
  return new RtkPlayer(parseDrivenPath(text, file), {
    ...(typeof speedmulti === "string" ? { speedPercent: Number(speedmulti) } : {}),
    complete: complete === true,
    replan: replan === true,
  });
}

const record: Command = {
  name: "planning record",
  usage: "planning record < in.jsonl > garage.csv",
  summary: "Record a drive: poses and chassis in, the recorder's CSV out",
  description:
    'Each input line is {"localization"?,"chassis"?}; a chassis counts for the poses after it. Recording begins with the first ' +
    "sample that moves.",
  options: {},
  async run(context) {
    const recorder = new RtkRecorder();
    context.out.write(`${RECORDER_HEADER}\n`);
    for await (const line of jsonLines(context)) {
      const chassis = messageOf(line, "chassis", apollo.canbus.Chassis);
      const localization = messageOf(line, "localization", apollo.localization.LocalizationEstimate);
      if (chassis !== undefined) recorder.onChassis(chassis);
      const row = localization === undefined ? undefined : recorder.onLocalization(localization);
      if (row !== undefined) context.out.write(`${row}\n`);
    }
  },
};

export const commands: readonly Command[] = [replay, record];
