import { readFileSync } from "node:fs";
import { parseDrivenPath, planningComponent, RtkPlayer } from "@delos/planning";
import { type Component, defineComponent } from "@delos/runtime";
import { chassisTopic, localizationTopic } from "./topics.ts";

interface PlayerConfig {
  readonly file: string;
  readonly speedPercent: number;
}

/** From a pose older than this, s, nothing is planned. */
const MAX_POSE_AGE_S = 0.5;

/** Apollo's rtk_player: the recorded drive as the planned trajectory. */
export const player: Component<PlayerConfig> = defineComponent<PlayerConfig>({
  name: "player",
  summary: "Plays a recorded drive",
  configure: (fields) => ({
    file: fields.text("file"),
    speedPercent: fields.number("speed_percent", { default: 100, min: 1, max: 100 }),
  }),
  ports: () => ({ inputs: [localizationTopic, chassisTopic], outputs: [] }),
  start({ node, config, beat }) {
    const path = parseDrivenPath(readFileSync(config.file, "utf8"), config.file);
    const options = { speedPercent: config.speedPercent, maxPoseAgeS: MAX_POSE_AGE_S };
    planningComponent(node, new RtkPlayer(path, options), 100);
    node.every(100, beat);
    return undefined;
  },
});
