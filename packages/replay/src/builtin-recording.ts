import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DelosError } from "@delos/core";

/**
 * The built-in recording: a drive of the closed loop of Delos' own modules with all topics of Apollo 1.0's demo, as MCAP. The
 * build makes it with `delos sim` (see scripts/setup.mjs), the package ships it.
 *
 * @throws {DelosError} `REPLAY_NOT_BUILT` in a checkout that has not been built
 */
export function builtinRecordingPath(): string {
  // Beside `src` and `dist`, so that both find it.
  const path = fileURLToPath(new URL("../recordings/closed-loop.mcap", import.meta.url));
  if (existsSync(path)) return path;
  throw new DelosError("REPLAY_NOT_BUILT", `the built-in recording ${path} is missing: npm run build makes it`);
}
