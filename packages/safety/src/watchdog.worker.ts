import { parentPort, workerData } from "node:worker_threads";
import { SystemClock } from "@delos/core";
import { WatchdogBlock } from "@delos/runtime/watchdog-block";
import type { OpenStopOutput, StopOutput } from "./stop-output.ts";
import type { WatchdogWorkerData } from "./watchdog.ts";
import { WatchdogCore } from "./watchdog-core.ts";

const { buffer, periodMs, startupGraceMs, output } = workerData as WatchdogWorkerData;
const block = WatchdogBlock.attach(buffer);
const clock = new SystemClock();
const core = new WatchdogCore(block, startupGraceMs);

const outputs: StopOutput[] = [];
if (output !== undefined) {
  const { openStopOutput } = (await import(output.module)) as { readonly openStopOutput: OpenStopOutput };
  outputs.push(await openStopOutput(output.options));
}

function look(): void {
  if (block.closing) {
    for (const out of outputs) out.close?.();
    parentPort!.close();
    return;
  }
  clock.alarm(clock.monotonicMs() + periodMs, look);
  const loop = core.look(clock.monotonicMs());
  if (loop === undefined || !block.armed) return;
  for (const out of outputs) {
    try {
      out.stop(loop);
      block.stopped(true);
    } catch {
      block.stopped(false); // the next look tries again
    }
  }
}

look();
parentPort!.postMessage("watching");
