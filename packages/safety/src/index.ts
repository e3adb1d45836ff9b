export { type Stop, StopLatch, type StopSeverity } from "./stop-latch.ts";
