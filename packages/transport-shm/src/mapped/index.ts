/** The memory of rings without a bus: for programs that bring their own names, as benchmarks do. */
export { loadOrdinaryView, type OrdinaryView } from "../ordinary-view.ts";
export { attachMapped, createMapped, type MappedRingMemory, ringingMeans } from "./mapped-ring.ts";
export type { RingingMeans } from "./mapped-sleeper.ts";
export { loadNative, type Native } from "./native.ts";
export { loadThreadSleeper, type NewSleeper } from "./thread-sleeper.ts";
