export { SimulatedClock as ManualClock } from "@delos/core";
export { TestBus, type TestTopic } from "./bus.ts";
export { type Fault, Faults, withFaults } from "./faults.ts";
export { LossyLink, type LossyLinkCounters, type LossyLinkOptions } from "./lossy-link.ts";
export { Random } from "./random.ts";
