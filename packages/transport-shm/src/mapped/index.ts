/** The rings in mapped files, without a bus: for programs that bring their own names, as benchmarks do. */
export { attachMapped, createMapped, type MappedRingMemory, ringingMeans } from "./mapped-ring.ts";
export type { RingingMeans } from "./mapped-sleeper.ts";
export { loadNative, type Native } from "./native.ts";
