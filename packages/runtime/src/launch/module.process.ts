import process from "node:process";
import { SystemClock } from "@delos/core";
import {
  type HostedModule,
  hostModule,
  ModuleFailure,
  type ModuleOrder,
  type ModuleReport,
  type ModuleRequest,
} from "./module-host.ts";
import { WatchdogBlock } from "./watchdog-block.ts";

/** Signs of life travel as messages here, this often at most, ms. */
const BEAT_MS = 10;

// The process of one module. Its order comes as the first message; memory is not shared with the launch, so the module has a
// block of its own: its beats go out, the watchdog's word comes in.
const report = (message: ModuleReport, then?: () => void): void => {
  if (process.connected) process.send!(message, undefined, {}, then);
  else then?.();
};
const fail = (failure: ModuleFailure): void => report({ kind: "failed", crash: failure.crash }, () => process.exit(1));
const clock = new SystemClock();
let hosted: HostedModule | undefined;
let watch: WatchdogBlock | undefined;
let stopping = false;

function stop(): void {
  if (stopping && hosted === undefined) return;
  stopping = true;
  if (hosted === undefined) return; // it ends as soon as it has started
  hosted[Symbol.asyncDispose]().then(
    () => report({ kind: "stopped" }, () => process.exit(0)),
    (thrown: unknown) => fail(thrown instanceof ModuleFailure ? thrown : new ModuleFailure("stop", thrown)),
  );
}

async function begin(order: ModuleOrder): Promise<void> {
  watch = WatchdogBlock.create(order.modules.map(() => Number.POSITIVE_INFINITY));
  let saidMs = Number.NEGATIVE_INFINITY;
  const onBeat = (): void => {
    const now = clock.monotonicMs();
    if (now - saidMs < BEAT_MS) return;
    saidMs = now;
    report({ kind: "beat" });
  };
  try {
    hosted = await hostModule(order, { watch, onBeat, onFail: fail });
    report({ kind: "running", inputs: hosted.inputs, outputs: hosted.outputs });
    if (stopping) stop();
  } catch (thrown) {
    fail(thrown instanceof ModuleFailure ? thrown : new ModuleFailure("start", thrown));
  }
}

process.on("uncaughtException", (thrown) => fail(new ModuleFailure("run", thrown)));
process.on("disconnect", () => process.exit(1)); // the launch has gone: nobody can stop us any more
// Ctrl-C reaches the whole group of processes: the launch decides the order in which modules end.
process.on("SIGINT", () => {});
process.on("message", (message: ModuleOrder | ModuleRequest) => {
  if (!("kind" in message)) void begin(message);
  else if (message.kind === "trip") watch?.setTrip(message.loop);
  else stop();
});
