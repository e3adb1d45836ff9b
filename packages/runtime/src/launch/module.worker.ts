import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import {
  type HostedModule,
  hostModule,
  ModuleFailure,
  type ModuleOrder,
  type ModuleReport,
  type ModuleRequest,
} from "./module-host.ts";
import { WatchdogBlock } from "./watchdog-block.ts";

// The thread of one module: starts its component, ends it when told to, and says why when it ends otherwise.
const order = workerData as ModuleOrder;
const port = parentPort!;
const report = (message: ModuleReport): void => port.postMessage(message);
const fail = (failure: ModuleFailure): void => {
  report({ kind: "failed", crash: failure.crash });
  port.close();
  process.exit(1); // of this thread alone
};
const failureOf = (thrown: unknown, phase: "start" | "stop"): ModuleFailure =>
  thrown instanceof ModuleFailure ? thrown : new ModuleFailure(phase, thrown);

let stopping = false;
let hosted: HostedModule | undefined;
const stop = (): void => {
  stopping = true;
  if (hosted === undefined) return; // it ends as soon as it has started
  hosted[Symbol.asyncDispose]().then(
    () => {
      report({ kind: "stopped" });
      port.close();
    },
    (thrown: unknown) => fail(failureOf(thrown, "stop")),
  );
};
port.on("message", (request: ModuleRequest) => {
  if (request.kind === "stop") stop();
});

try {
  hosted = await hostModule(order, { watch: WatchdogBlock.attach(order.watch!), onFail: fail });
  report({ kind: "running", inputs: hosted.inputs, outputs: hosted.outputs });
  if (stopping) stop();
} catch (thrown) {
  fail(failureOf(thrown, "start"));
}
