// `npm test`: sets up on a fresh clone, then every check and every test. Arguments go to vitest.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { bin, root, run, setup } from "./setup.mjs";

setup();
const args = process.argv.slice(2);
if (args.length === 0) {
  run("biome (format)", bin("biome"), ["check", "--error-on-warnings", "."]);
  run("oxlint", bin("oxlint"), ["--type-aware", "--deny-warnings"]);
  run("tsc (tests, examples, benchmarks)", bin("tsc"), ["-p", "tsconfig.test.json"]);
  run("tsc (the page)", bin("tsc"), ["-p", "packages/hmi"]);
  run("knip (dead code)", bin("knip"), ["--no-config-hints"]);
}
const tests = spawnSync(bin("vitest"), ["run", ...args], { cwd: root, stdio: "inherit" });
process.exit(tests.status ?? 1);
