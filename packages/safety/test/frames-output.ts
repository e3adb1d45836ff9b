import type { StopOutput } from "../src/stop-output.ts";

/** An output as a CAN port would be: counts the frames it sends in shared memory. Throws `failures` times first. */
export function openStopOutput(options: unknown): StopOutput {
  const { counters, failures, refuse } = options as { counters: SharedArrayBuffer; failures: number; refuse?: boolean };
  if (refuse === true) throw new Error("no such interface");
  const words = new Int32Array(counters);
  let left = failures;
  return {
    stop(loop) {
      if (left-- > 0) throw new Error("bus is off");
      Atomics.store(words, 1, loop);
      Atomics.add(words, 0, 1);
      Atomics.notify(words, 0);
    },
    close: () => Atomics.store(words, 2, 1),
  };
}
