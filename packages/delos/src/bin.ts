import { readFileSync } from "node:fs";
import process from "node:process";

const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  // Answered without loading anything: scripts ask this often.
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  process.stdout.write(`${manifest.version}\n`);
} else {
  const interrupt = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    // The first Ctrl-C ends cleanly; whoever presses it again wants out now.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error(`stopped by ${signal}`));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // A reader that has seen enough (`| head`) closes the pipe: that is the end of the work, not a failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });

  const { runProgram } = await import("@delos/cli");
  const status = await runProgram(args, {
    out: process.stdout,
    err: process.stderr,
    in: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    signal: interrupt.signal,
  });
  process.exitCode = status;
  // What a command left open (a terminal in raw mode, a socket) must not keep the program: flush, then end.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(status)));
}
