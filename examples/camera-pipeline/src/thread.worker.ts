/** One thread of the pipeline: the camera, or one of those who look at its frames. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import { open } from "delos";
import { ageMs, Camera, expose, FRAME_BYTES, look, numberOf, RATE_HZ } from "./frame.ts";

export interface ThreadData {
  readonly role: "camera" | "viewer";
  readonly by: "loan" | "postMessage";
  readonly frames: number;
  readonly viewers: number;
  readonly ports: readonly MessagePort[];
}

export interface ViewerReport {
  readonly seen: number;
  readonly brightness: number;
  /** Of each frame, when it came. */
  readonly agesMs: readonly number[];
}

const { role, by, frames, viewers, ports } = workerData as ThreadData;

if (role === "camera") await camera();
else await view();

async function camera(): Promise<void> {
  await using runtime = await open({ transports: [inProcess(), sharedMemory({ domain: "camera-pipeline" })] });
  await using node = runtime.node("camera");
  const publisher = node.publisher(Camera);
  if (by === "loan") while (publisher.matched.length < viewers) await new Promise((resolve) => setTimeout(resolve, 5));
  const own = new Uint8Array(FRAME_BYTES); // postMessage's frame is the camera's own memory, and is copied for each viewer
  parentPort!.postMessage("rolling");
  await new Promise<void>((done) => {
    const timer = node.every(1000 / RATE_HZ, ({ seq }) => {
      if (by === "loan") {
        using loan = publisher.loan(FRAME_BYTES);
        expose(loan.bytes, seq);
        loan.commit();
      } else {
        expose(own, seq);
        for (const port of ports) port.postMessage(own);
      }
      if (seq + 1 < frames) return;
      timer[Symbol.dispose]();
      done();
    });
  });
  parentPort!.postMessage("done");
  await new Promise((resolve) => parentPort!.once("message", resolve));
}

async function view(): Promise<void> {
  let [seen, brightness, last] = [0, 0, -1];
  const agesMs: number[] = [];
  const onFrame = (pixels: Uint8Array): void => {
    agesMs.push(ageMs(pixels));
    brightness += look(pixels);
    const number = numberOf(pixels);
    if (number > last) seen++;
    last = number;
  };
  await using runtime = await open({ transports: [inProcess(), sharedMemory({ domain: "camera-pipeline" })] });
  await using node = runtime.node("viewer");
  if (by === "loan") node.subscribe(Camera).on(({ message }) => onFrame(message));
  else ports[0]!.on("message", onFrame);
  parentPort!.postMessage("ready");
  await new Promise((resolve) => parentPort!.once("message", resolve));
  const report: ViewerReport = { seen, brightness, agesMs };
  parentPort!.postMessage(report);
  ports[0]?.close();
}
