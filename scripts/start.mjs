// `npm start [-- FILE…] [options]`: sets up on a fresh clone, then replays on the page. See docs/guides/replay.md.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { root, setup } from "./setup.mjs";

setup();
const child = spawn(
  process.execPath,
  [join(root, "packages", "delos", "bin", "delos.mjs"), "start", ...process.argv.slice(2)],
  {
    stdio: "inherit",
    cwd: process.env.INIT_CWD ?? process.cwd(),
  },
);
// Ctrl-C reaches the child by the terminal; this process waits for it to end cleanly.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
