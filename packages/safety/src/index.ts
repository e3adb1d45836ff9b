export { implausible, type Order, orderOf } from "./command-check.ts";
export {
  DEFAULT_SAFETY,
  type FaultLevel,
  type GuardianConfig,
  type ModuleRule,
  type MonitorConfig,
  type ProcessRule,
  readSafetyConfig,
  type SafetyConfig,
  type TopicRule,
} from "./config.ts";
export { GuardianCore } from "./guardian-core.ts";
export type { Instant } from "./instant.ts";
export { type Stop, StopLatch, type StopSeverity } from "./stop-latch.ts";
