import { DelosError } from "@delos/core";
import type { Node } from "@delos/runtime";
import type { CanFrame, CanPort } from "./can-frame.ts";
import { MkzCommands } from "./mkz-commands.ts";
import { openSocketCan } from "./socketcan.ts";
import { topicCanPort } from "./topic-can.ts";

/** The frames of a stop, sent beside or instead of canbus: brake and throttle 0, both enabled. Steering is left alone. */
export function mkzStopFrames(brakePercent: number): readonly CanFrame[] {
  const commands = new MkzCommands();
  commands.brakeEnabled = true;
  commands.throttleEnabled = true;
  commands.setThrottle(0);
  commands.setBrake(brakePercent);
  return [commands.frame(0x60), commands.frame(0x62)];
}

/** What stops a Lincoln MKZ over `port`, as the watchdog of @delos/safety calls it: the frames at every look. */
export function mkzStopOutput(port: CanPort, brakePercent: number): { stop(): void; close(): void } {
  const frames = mkzStopFrames(brakePercent);
  return {
    stop() {
      for (const frame of frames) port.send(frame);
    },
    close: () => port[Symbol.dispose](),
  };
}

/**
 * The output as a module for the watchdog's thread, which opens the CAN interface for itself:
 * `{ module: import.meta.resolve("@delos/vehicle/stop-output"), options: { interface: "can0", brakePercent: 50 } }`. The interface
 * `simulated` is the CAN bus of a simulated car, over topics, which needs the node that a launch gives.
 *
 * @throws {DelosError} CANBUS_CONFIG for options that are wrong, SOCKETCAN_UNAVAILABLE where there is no such interface
 */
export async function openStopOutput(options: unknown, node?: Node): Promise<{ stop(): void; close(): void }> {
  const { interface: name, brakePercent = 50 } = (options ?? {}) as { interface?: unknown; brakePercent?: unknown };
  if (typeof name !== "string" || typeof brakePercent !== "number" || !(brakePercent > 0 && brakePercent <= 100)) {
    throw new DelosError(
      "CANBUS_CONFIG",
      `stop output: interface ${JSON.stringify(name)} with brakePercent ${JSON.stringify(brakePercent)}, a name and a number above 0, at most 100, were expected`,
    );
  }
  if (name !== "simulated") return mkzStopOutput(await openSocketCan(name), brakePercent);
  if (node !== undefined) return mkzStopOutput(topicCanPort(node, "program"), brakePercent);
  throw new DelosError("CANBUS_CONFIG", "stop output: the simulated bus is reached from a launch only");
}
