/** Sends back what comes in, asleep in the futex meanwhile. */
import { parentPort, workerData } from "node:worker_threads";
import { LogRing, ringMemory } from "sharedarraybuffer-ring";
import { loadThreadSleeper } from "../src/mapped/thread-sleeper.ts";

export interface FutexEchoData {
  readonly incoming: SharedArrayBuffer;
  readonly outgoing: SharedArrayBuffer;
}

const { incoming, outgoing } = workerData as FutexEchoData;
const newSleeper = await loadThreadSleeper();
if (newSleeper === undefined) throw new Error("no native code");
const reader = LogRing.attach(ringMemory(incoming, newSleeper())).reader({ mode: "reliable" });
using writer = LogRing.attach(ringMemory(outgoing, newSleeper())).writer();
parentPort!.postMessage("ready");
while (!reader.ended) {
  reader.drain((bytes, offset, length) => {
    if (!writer.write(bytes, offset, length)) throw new Error("no room to send one message back");
  });
  reader.wait();
}
