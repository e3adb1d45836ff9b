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
export { type GuardianComponentOptions, guardianComponent } from "./guardian-component.ts";
export { GuardianCore } from "./guardian-core.ts";
export type { Instant } from "./instant.ts";
export { type MonitorComponentOptions, monitorComponent } from "./monitor-component.ts";
export { MonitorCore, type MonitorLook, type ProcessSample } from "./monitor-core.ts";
export { type Stop, StopLatch, type StopSeverity } from "./stop-latch.ts";
export type { OpenStopOutput, StopOutput, StopOutputModule } from "./stop-output.ts";
export { guardianTopic, monitorTopic, statusTopic } from "./topics.ts";
export { implausibleTrajectory } from "./trajectory-check.ts";
export { Watchdog, type WatchdogOptions, type WatchedLoop } from "./watchdog.ts";
export { WatchdogCore } from "./watchdog-core.ts";
export { WatchdogGuard } from "./watchdog-guard.ts";
