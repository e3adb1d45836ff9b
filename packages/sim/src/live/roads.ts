import { UsageError } from "@delos/core";
import type { DrivenPath } from "@delos/planning";
import { loopTrack } from "../loop-track.ts";

/** Long enough for an hour's demonstration. */
const LOOP_S = 3600;

/** Roads that a person may choose from, by the names on the page. */
export const ROADS: Readonly<Record<string, () => DrivenPath>> = {
  "Loop, Sunnyvale": () => loopTrack(LOOP_S),
  "Loop, turned": () => loopTrack(LOOP_S, 586_420, 4_140_700, 2.1),
};

export function roadOf(name: string): DrivenPath {
  const road = ROADS[name];
  if (road === undefined) throw new UsageError(`there is no road ${name}; there are: ${Object.keys(ROADS).join(", ")}`);
  return road();
}
