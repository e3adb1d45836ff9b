import { parentPort, workerData } from "node:worker_threads";
import { SystemClock } from "@delos/core";
import { WatchdogBlock } from "@delos/runtime/watchdog-block";
import type { OpenStopOutput, StopOutput } from "./stop-output.ts";
import type { WatchdogWorkerData } from "./watchdog.ts";
import { WatchdogCore } from "./watchdog-core.ts";
import { WatchdogLook } from "./watchdog-look.ts";

const { buffer, periodMs, startupGraceMs, output } = workerData as WatchdogWorkerData;
const block = WatchdogBlock.attach(buffer);
const clock = new SystemClock();
const core = new WatchdogCore(block, startupGraceMs);

const outputs: StopOutput[] = [];
if (output !== undefined) {
  const { openStopOutput } = (await import(output.module)) as { readonly openStopOutput: OpenStopOutput };
  outputs.push(await openStopOutput(output.options));
}

const watching = new WatchdogLook(block, core, outputs);

function look(): void {
  if (block.closing) {
    watching[Symbol.dispose]();
    parentPort!.close();
    return;
  }
  clock.alarm(clock.monotonicMs() + periodMs, look);
  watching.look(clock.monotonicMs());
}

look();
parentPort!.postMessage("watching");
