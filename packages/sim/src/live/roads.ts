import { readFileSync } from "node:fs";
import { DelosError } from "@delos/core";
import { type DrivenPath, parseDrivenPath } from "@delos/planning";
import type { ConfigFields } from "@delos/runtime";
import { conditionTrack } from "../condition-track.ts";
import { loopTrack } from "../loop-track.ts";

/** Long enough for an hour's demonstration. */
const LOOP_S = 3600;

/** Roads that a person may choose from, by the names on the page: made for so many seconds of driving. */
export const ROADS: Readonly<Record<string, (durationS?: number) => DrivenPath>> = {
  "Loop, Sunnyvale": (durationS = LOOP_S) => loopTrack(durationS),
  "Loop, turned": (durationS = LOOP_S) => loopTrack(durationS, 586_420, 4_140_700, 2.1),
};

/** A road of ours by its name, or a recorded drive (garage.csv). */
export interface RoadChoice {
  readonly road: string;
  readonly file: string | undefined;
  /** A recorded drive as it was recorded: not made consistent with its own positions. */
  readonly raw: boolean;
  readonly durationS: number;
}

/** The fields `road`, `road_file`, `road_raw` and `road_s` of cars, drivers and players. */
export function readRoad(fields: ConfigFields): RoadChoice {
  const [first] = Object.keys(ROADS);
  return {
    road: fields.oneOf("road", Object.keys(ROADS), { default: first! }),
    file: fields.has("road_file") ? fields.path("road_file") : undefined,
    raw: fields.boolean("road_raw", { default: false }),
    durationS: fields.number("road_s", { default: LOOP_S, min: 1, max: 100_000 }),
  };
}

const MIN_SAMPLES = 50;

/** @throws {DelosError} PATH_FILE, PATH_TOO_SHORT for a recorded drive that is none */
export function roadOf({ road, file, raw, durationS }: RoadChoice): DrivenPath {
  if (file === undefined) return ROADS[road]!(durationS);
  const path = parseDrivenPath(readFileSync(file, "utf8"), file);
  if (path.length < MIN_SAMPLES) {
    throw new DelosError(
      "PATH_TOO_SHORT",
      `${file}: the path has ${path.length} samples, at least ${MIN_SAMPLES} are needed`,
    );
  }
  return raw ? path : conditionTrack(path);
}
