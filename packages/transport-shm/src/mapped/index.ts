/** The memory of rings without a bus: for programs that bring their own names, as benchmarks do. */
export type { OrdinaryView } from "@delos/core/native";
export { loadOrdinaryView } from "../koffi.ts";
export { attachMapped, createMapped, type MappedRingMemory, ringingMeans } from "./mapped-ring.ts";
export type { RingingMeans } from "./mapped-sleeper.ts";
export { loadNative, type Native } from "./native.ts";
export { loadThreadSleeper, type NewSleeper } from "./thread-sleeper.ts";
