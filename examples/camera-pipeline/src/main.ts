import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { FRAME_BYTES, HEIGHT, RATE_HZ, WIDTH } from "./frame.ts";
import type { Report } from "./pipeline.ts";

const VIEWERS = 4;
const seconds = Number(process.argv[2] ?? 3);
const frameMb = FRAME_BYTES / 1e6;
const pipeline = fileURLToPath(new URL("./pipeline.ts", import.meta.url));

console.log(
  `${WIDTH}×${HEIGHT} RGB frames of ${frameMb.toFixed(1)} MB at ${RATE_HZ} Hz, from one thread to ${VIEWERS} others, ${seconds} s each way\n`,
);
line("", "frames seen", "age when seen", "processor", "memory");
const loans = await run("loan");
show("loans", loans);
const posted = await run("postMessage");
show("postMessage", posted);
console.log(
  `\nA loan is memory that the viewers read where the camera wrote it: nothing is copied. postMessage copies every frame for every
viewer, ${((frameMb * RATE_HZ * VIEWERS) / 1e3).toFixed(1)} GB a second: ${(posted.processor / loans.processor).toFixed(0)} times the processor time, ${(posted.memoryMb - loans.memoryMb).toFixed(0)} MB more memory.`,
);

/** Each way in a process of its own, or the memory of one would be counted with the other. */
async function run(by: "loan" | "postMessage"): Promise<Report> {
  const args = [...process.execArgv, pipeline, by, String(VIEWERS), String(seconds * RATE_HZ)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [report] = (await Promise.race([once(child, "message"), failed(once(child, "exit"))])) as [Report];
  return report;
}

async function failed(exit: Promise<unknown[]>): Promise<never> {
  const [code] = await exit;
  throw new Error(`the pipeline ended with ${String(code)}`);
}

function show(name: string, { seen, frames, ageMs, processor, memoryMb }: Report): void {
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const frameText =
    least === frames ? `all ${frames}` : `${least === most ? least : `${least} to ${most}`} of ${frames}`;
  const age = `${ageMs.p50.toFixed(2)} ms (p99 ${ageMs.p99.toFixed(1)})`;
  line(name, frameText, age, `${(processor * 100).toFixed(0)} % of a core`, `${memoryMb.toFixed(0)} MB`);
}

function line(...cells: readonly string[]): void {
  const widths = [14, 18, 22, 18, 0];
  console.log(
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("")
      .trimEnd(),
  );
}
