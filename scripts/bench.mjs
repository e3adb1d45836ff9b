// `npm run bench -- [--quick] [--only a,b] [--json FILE] …`: sets up, then bench/index.ts.
import { spawn } from "node:child_process";
import process from "node:process";
import { root, setup } from "./setup.mjs";

setup();
const flags = ["--import", "tsx", "--expose-gc", "--conditions=@delos/source"];
const child = spawn(process.execPath, [...flags, "bench/index.ts", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
// Ctrl-C reaches the benchmark by the terminal; this process waits for it to have cleaned up.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
