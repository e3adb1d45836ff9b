// `npm run bench -- [--quick] [--only a,b] [--json FILE] …`: sets up, then bench/index.ts.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { bin, root, setup } from "./setup.mjs";

setup();
const result = spawnSync(
  bin("tsx"),
  ["--expose-gc", "--conditions=@delos/source", "bench/index.ts", ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
  },
);
process.exit(result.status ?? 1);
