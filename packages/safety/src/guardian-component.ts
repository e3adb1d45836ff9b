import { apollo } from "@delos/msgs";
import type { ComponentPorts, Node } from "@delos/runtime";
import type { GuardianConfig } from "./config.ts";
import { GuardianCore } from "./guardian-core.ts";
import type { Instant } from "./instant.ts";
import { type ControlCommand, DrivingAction } from "./messages.ts";
import {
  chassisTopic,
  controlTopic,
  guardianTopic,
  monitorTopic,
  padTopic,
  planningTopic,
  statusTopic,
} from "./topics.ts";
import type { Watchdog } from "./watchdog.ts";
import { WatchdogGuard } from "./watchdog-guard.ts";

export const guardianPorts: ComponentPorts = {
  inputs: [controlTopic, monitorTopic, statusTopic, planningTopic, chassisTopic, padTopic],
  outputs: [guardianTopic],
};

export interface GuardianComponentOptions {
  readonly config: GuardianConfig;
  /** Its trip stops the car here too, its own silence as well; RESET reaches it, and it is armed unless the car is in manual mode. */
  readonly watchdog?: Pick<Watchdog, "block" | "tripped">;
  /** Called after every look: the guardian's own heartbeat. */
  readonly onCycle?: () => void;
}

/**
 * The guardian on the bus: `/apollo/control` in, `/apollo/guardian` out; canbus listens to the latter. It ends with its node.
 */
export function guardianComponent(node: Node, options: GuardianComponentOptions): GuardianCore {
  const { config, watchdog, onCycle } = options;
  const { clock } = node;
  const core = new GuardianCore(config);
  const guard = watchdog === undefined ? undefined : new WatchdogGuard(watchdog, config.watchdogSilenceMs);
  const now = (): Instant => ({ monotonicMs: clock.monotonicMs(), unixS: clock.nowMs() / 1000 });
  const commands = node.publisher(guardianTopic);
  const send = (command: ControlCommand | undefined): void => {
    if (command !== undefined) commands.publish(command);
  };
  node.subscribe(controlTopic).on(({ message }) => send(core.onCommand(message, now())));
  node.subscribe(monitorTopic).on(({ message }) => core.onMonitor(message, now()));
  node.subscribe(statusTopic).on(({ message }) => core.onStatus(message, now()));
  node.subscribe(planningTopic).on(({ message }) => core.onTrajectory(message, now()));
  if (watchdog !== undefined) {
    const { COMPLETE_MANUAL } = apollo.canbus.Chassis.DrivingMode;
    node.subscribe(chassisTopic).on(({ message }) => watchdog.block.arm(message.driving_mode !== COMPLETE_MANUAL));
  }
  node.subscribe(padTopic).on(({ message }) => {
    core.onPad(message);
    if (message.action === DrivingAction.RESET) watchdog?.block.reset();
  });
  let reported = 0;
  node.every({ periodMs: config.periodMs, overrun: "skip" }, () => {
    const at = now();
    const reason = guard?.look(at.monotonicMs);
    if (reason !== undefined) core.trip(reason, "soft", at);
    send(core.cycle(at));
    onCycle?.();
    if (core.trips === reported) return;
    reported = core.trips;
    node.log.error("stopped", { reason: core.stop?.reason });
  });
  return core;
}
