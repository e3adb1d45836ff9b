import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { apollo } from "@delos/msgs";
import { type Component, type ConfigFields, defineComponent, topic } from "@delos/runtime";
import { planningComponent, planningPorts } from "./planning-component.ts";
import { RECORDER_HEADER, RtkRecorder } from "./recorder.ts";
import { parseDrivenPath } from "./recording.ts";
import { type PlayerOptions, RtkPlayer } from "./rtk-player.ts";
import { parseReplayTrajectory, RtkReplayPlanner } from "./rtk-replay-planner.ts";

export interface PlayerConfig {
  readonly trajectory: string;
  readonly options: PlayerOptions;
  readonly periodMs: number;
}

/** The fields of every player, but for where its path comes from. */
export function playerOptions(fields: ConfigFields): Omit<PlayerConfig, "trajectory"> {
  return {
    options: {
      speedPercent: fields.number("speed_percent", { default: 100, min: 1, max: 1000 }),
      complete: fields.boolean("complete", { default: false }),
      replan: fields.boolean("replan", { default: false }),
      maxPoseAgeS: fields.number("max_pose_age_s", { default: 0.5, min: 0.01 }),
    },
    periodMs: fields.number("period_ms", { default: 100, min: 10 }),
  };
}

/** Apollo's rtk_player for launch files: publishes the drive in the file `trajectory` (garage.csv), 10 Hz. */
export const rtkPlayer: Component<PlayerConfig> = defineComponent({
  name: "rtk_player",
  summary: "Publishes a recorded drive as the planned trajectory, 10 Hz",
  configure: (fields) => ({ trajectory: fields.path("trajectory"), ...playerOptions(fields) }),
  ports: () => planningPorts,
  start({ node, config, beat }) {
    const path = parseDrivenPath(readFileSync(config.trajectory, "utf8"), config.trajectory);
    planningComponent(node, new RtkPlayer(path, config.options), config.periodMs, beat);
    return undefined;
  },
});

interface PlannerConfig {
  readonly trajectory: string;
  readonly periodMs: number;
}

/** Apollo's RTK replay planner for launch files: 800 points from the nearest on, 5 Hz. */
export const rtkReplayPlanner: Component<PlannerConfig> = defineComponent({
  name: "rtk_replay_planner",
  summary: "Plans along a recorded drive from the nearest point on, 5 Hz",
  configure: (fields) => ({
    trajectory: fields.path("trajectory"),
    periodMs: fields.number("period_ms", { default: 200, min: 10 }),
  }),
  ports: () => planningPorts,
  start({ node, config, beat }) {
    const { points, skipped } = parseReplayTrajectory(readFileSync(config.trajectory, "utf8"));
    if (skipped > 0) node.log.warn("lines of another form were skipped", { file: config.trajectory, lines: skipped });
    planningComponent(node, new RtkReplayPlanner(points), config.periodMs, beat);
    return undefined;
  },
});

const Localization = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate, { depth: 100 });
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 100 });

/** Apollo's rtk_recorder for launch files: writes the drive into `file`, a line for every pose once the car moves. */
export const rtkRecorder: Component<{ readonly file: string }> = defineComponent({
  name: "rtk_recorder",
  summary: "Records a drive for the player",
  configure: (fields) => ({ file: fields.path("file") }),
  ports: () => ({ inputs: [Localization, Chassis], outputs: [] }),
  start({ node, config, beat }) {
    const recorder = new RtkRecorder();
    const file = openSync(config.file, "w");
    writeSync(file, `${RECORDER_HEADER}\n`);
    node.subscribe(Chassis).on(({ message }) => recorder.onChassis(message));
    node.subscribe(Localization).on(({ message }) => {
      const line = recorder.onLocalization(message);
      if (line !== undefined) writeSync(file, `${line}\n`);
      beat();
    });
    return { [Symbol.dispose]: () => closeSync(file) };
  },
});
