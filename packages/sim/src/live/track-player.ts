import {
  type DrivenPath,
  type PlayerConfig,
  planningComponent,
  planningPorts,
  playerOptions,
  RtkPlayer,
} from "@delos/planning";
import { type Component, defineComponent } from "@delos/runtime";
import { type RoadChoice, readRoad, roadOf } from "./roads.ts";

type Config = Omit<PlayerConfig, "trajectory"> & { readonly road: RoadChoice };

/** Apollo's rtk_player on one of the simulation's roads. */
export const trackPlayer: Component<Config> = playerOn(roadOf);

/** The same on whatever road `pathOf` gives: for programs that launch it in their own thread. */
export function playerOn(pathOf: (choice: RoadChoice) => DrivenPath): Component<Config> {
  return defineComponent<Config>({
    name: "track_player",
    summary: "Plans along a road of the simulation, 10 Hz",
    configure: (fields) => ({ road: readRoad(fields), ...playerOptions(fields) }),
    ports: () => planningPorts,
    start({ node, config, beat }) {
      planningComponent(node, new RtkPlayer(pathOf(config.road), config.options), config.periodMs, beat);
      return undefined;
    },
  });
}
