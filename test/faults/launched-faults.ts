import { apollo } from "@delos/msgs";
import { type Launch, type Runtime, topic } from "@delos/runtime";
import { loopTrack, simulateDrive } from "@delos/sim";
import { type CanFrame, type CanPort, canFromCarTopic, canToCarTopic } from "@delos/vehicle";
import { BusWatch } from "./fault-drive.ts";

export interface LaunchedFault {
  readonly fault: string;
  readonly rule: string;
  readonly promisedMs: number;
  /** Done once, when the car drives. */
  act(loop: Loop): void | Promise<void>;
}

interface Loop {
  readonly runtime: Runtime;
  readonly launched: Launch;
}

const CYCLE = 10;
const FRAME = 20;
const ACT = CYCLE + FRAME;
const LOOK = 10;

const kill = (module: string, rule: string, promisedMs: number): LaunchedFault => ({
  fault: `${module} is killed`,
  rule,
  promisedMs,
  act: ({ launched }) => launched.kill(module),
});

/** Ends the module in order, so that no watchdog misses it, and says its last word again and again, as a hung driver does. */
function freeze(
  module: string,
  name: string,
  type: { readonly schema: object },
  rule: string,
  promisedMs: number,
): LaunchedFault {
  return {
    fault: `${name} is frozen: its last message comes again and again`,
    rule,
    promisedMs,
    async act({ runtime, launched }) {
      const frozen = topic<object>(name, type as never, { depth: 10 });
      const ghost = runtime.node("ghost");
      let last: object | undefined;
      const heard = ghost.subscribe(frozen);
      heard.on(({ message }) => {
        last ??= message;
      });
      const out = ghost.publisher(frozen);
      await launched.stop(module);
      ghost.every(CYCLE, () => {
        if (last !== undefined) out.publish(last);
      });
    },
  };
}

/** The faults of the launched loop. Promises: the rule's limit, a cycle of each module on the way, a period of the brake frame. */
export const LAUNCHED_FAULTS: readonly LaunchedFault[] = [
  kill("localization", "watchdog: no turn for 0.1 s", 100 + 2 * LOOK + ACT),
  kill("planning", "watchdog: no turn for 0.5 s", 500 + 2 * LOOK + ACT),
  kill("control", "guardian: no new command for 0.1 s", 100 + CYCLE + ACT),
  kill("guardian", "canbus: no command for 0.1 s", 100 + 5 + FRAME),
  kill("canbus", "watchdog: no turn for 0.05 s, frames of its own", 50 + 2 * LOOK + FRAME),
  kill("monitor", "watchdog: no turn for 1 s", 1000 + 2 * LOOK + ACT),
  kill("watchdog", "guardian: the watchdog has not looked for 0.5 s", 500 + CYCLE + ACT),
  {
    fault: "all of them are killed but the watchdog and the car",
    rule: "watchdog: no turn of canbus for 0.05 s, frames of its own",
    promisedMs: 50 + 2 * LOOK + FRAME,
    async act({ launched }) {
      for (const name of ["localization", "planning", "control", "guardian", "monitor", "canbus"])
        await launched.kill(name);
    },
  },
  {
    fault: "localization is stopped in order",
    rule: "control: localization older than 0.2 s",
    promisedMs: 200 + CYCLE + ACT,
    act: ({ launched }) => launched.stop("localization"),
  },
  {
    fault: "control is stopped in order",
    rule: "guardian: no new command for 0.1 s",
    promisedMs: 100 + CYCLE + ACT,
    act: ({ launched }) => launched.stop("control"),
  },
  {
    fault: "control is stopped and started anew",
    rule: "guardian: sequence numbers begin anew",
    promisedMs: CYCLE + CYCLE + ACT,
    act: ({ launched }) => launched.restart("control"),
  },
  freeze(
    "localization",
    "/apollo/localization/pose",
    apollo.localization.LocalizationEstimate,
    "control: localization older than 0.2 s by its stamp",
    200 + CYCLE + ACT,
  ),
  freeze(
    "planning",
    "/apollo/planning",
    apollo.planning.ADCTrajectory,
    "control: trajectory older than 2 s by its stamp",
    2000 + CYCLE + ACT,
  ),
  freeze(
    "control",
    "/apollo/control",
    apollo.control.ControlCommand,
    "guardian: a command that repeats the last is none, 0.1 s",
    100 + CYCLE + ACT,
  ),
  freeze(
    "guardian",
    "/apollo/guardian",
    apollo.control.ControlCommand,
    "canbus: a command older than 0.1 s is none; then 0.1 s without one",
    200 + 5 + FRAME,
  ),
  freeze(
    "monitor",
    "/apollo/monitor/system_status",
    apollo.common.monitor.MonitorMessage,
    "guardian: a status that repeats the last is none, 2.5 s",
    2500 + CYCLE + ACT,
  ),
];

export interface LaunchedResult {
  /** From the fault to the frames that brake with at least 50 % without throttle, for good; ms. */
  readonly stopMs: number | undefined;
  readonly speedAtFaultMps: number;
  readonly speedAtEndMps: number;
  readonly estops: number;
}

const FAULT_S = 8;
const END_S = 12.5;
const course = loopTrack(30);
const Truth = topic("/delos/sim/truth", apollo.localization.LocalizationEstimate);

/** The shipped launch file in this thread, on simulated time, and one fault. */
export async function launchedDrive(fault: LaunchedFault | undefined): Promise<LaunchedResult> {
  let watch: BusWatch | undefined;
  let speed = 0;
  let speedAtFaultMps = Number.NaN;
  let nowMs = 0;
  const { estops } = await simulateDrive({
    path: course,
    durationS: END_S,
    async onStep(runS, loop) {
      nowMs = Math.round(runS * 1000);
      if (watch === undefined) {
        const node = loop.runtime.node("bus_watch");
        watch = new BusWatch(portOn(node), () => Math.round(node.clock.monotonicMs()));
        node.subscribe(Truth).on(({ message }) => {
          const v = message.pose!.linear_velocity!;
          speed = Math.hypot(v.x!, v.y!);
        });
      }
      if (nowMs !== FAULT_S * 1000) return;
      speedAtFaultMps = speed;
      await fault?.act(loop);
    },
  });
  return { stopMs: watch!.since(FAULT_S * 1000).stopMs, speedAtFaultMps, speedAtEndMps: speed, estops };
}

/** Both directions of the simulated bus, to listen to. */
function portOn(node: ReturnType<Runtime["node"]>): CanPort {
  return {
    send: () => false,
    onFrame(listener) {
      for (const direction of [canToCarTopic, canFromCarTopic]) {
        node.subscribe(direction).on(({ message: { id = 0, data = new Uint8Array() } }) => {
          const frame: CanFrame = { id, data };
          listener(frame);
        });
      }
      return node as unknown as Disposable;
    },
    [Symbol.dispose]: () => {},
  };
}
