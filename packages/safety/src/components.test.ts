import { SimulatedClock } from "@delos/core";
import { type apollo as Apollo, apollo } from "@delos/msgs";
import { type Node, open, topic, WatchdogBlock } from "@delos/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSafetyConfig } from "./config.ts";
import { guardianComponent } from "./guardian-component.ts";
import type { GuardianCore } from "./guardian-core.ts";
import { type ControlCommand, DrivingAction, LogLevel, type MonitorMessage } from "./messages.ts";
import { monitorComponent } from "./monitor-component.ts";
import { chassisTopic, controlTopic, guardianTopic, monitorTopic, padTopic, statusTopic } from "./topics.ts";
import { WatchdogCore } from "./watchdog-core.ts";

const config = readSafetyConfig({
  monitor: {
    startupGraceMs: 500,
    topics: [{ topic: "/apollo/localization/pose", minRateHz: 50, maxSilenceMs: 300, level: "FATAL" }],
  },
});
const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);

let clock: SimulatedClock;
let runtime: Awaited<ReturnType<typeof open>>;
let node: Node;
beforeEach(async () => {
  clock = new SimulatedClock(1_700_000_000_000_000_000n);
  runtime = await open({ clock, log: () => {} });
  node = runtime.node("test");
});
afterEach(() => runtime[Symbol.asyncDispose]());

const header = (sequence_num: number): Apollo.common.Header => ({ timestamp_sec: clock.nowMs() / 1000, sequence_num });

/** Steps of 10 ms; what is due runs in between. */
async function drive(ms: number, turn: (n: number) => void = () => {}): Promise<void> {
  for (let n = 0; n < ms / 10; n++) {
    turn(n);
    clock.advance(10);
    await runtime.settled();
  }
}

describe("guardian", () => {
  let sent: ControlCommand[];
  let guardian: GuardianCore;
  let sequence = 0;
  const command = (): ControlCommand => ({ header: header(++sequence), throttle: 10, brake: 0, steering_target: 1 });

  beforeEach(() => {
    sent = [];
    sequence = 0;
    node.subscribe(guardianTopic).on(({ message }) => sent.push(message));
  });

  test("passes control's commands on, stops when they cease, drives again after RESET", async () => {
    guardian = guardianComponent(runtime.node("guardian"), { config: config.guardian });
    const [control, status, pad] = [
      node.publisher(controlTopic),
      node.publisher(statusTopic),
      node.publisher(padTopic),
    ];
    status.publish({ header: header(1) });
    await drive(200, () => control.publish(command()));
    expect(guardian.counters.passed).toBeGreaterThanOrEqual(19);
    expect(sent.at(-1)).toMatchObject({ throttle: 10 });
    await drive(150);
    expect(sent.at(-1)).toMatchObject({ throttle: 0, brake: 50, header: { module_name: "guardian" } });
    await drive(50, () => control.publish(command()));
    expect(sent.at(-1)).toMatchObject({ throttle: 0, brake: 50 });
    pad.publish({ header: header(1), action: DrivingAction.RESET });
    await drive(50, () => control.publish(command()));
    expect(guardian.stop).toBeUndefined();
    expect(sent.at(-1)).toMatchObject({ throttle: 10 });
  });

  test("stops for FATAL of any module", async () => {
    guardian = guardianComponent(runtime.node("guardian"), { config: config.guardian });
    const [control, status] = [node.publisher(controlTopic), node.publisher(statusTopic)];
    status.publish({ header: header(1) });
    await drive(100, () => control.publish(command()));
    node.publisher(monitorTopic).publish({ item: [{ log_level: LogLevel.FATAL, msg: "fire" }] });
    await drive(20, () => control.publish(command()));
    expect(sent.at(-1)).toMatchObject({ throttle: 0, brake: 80, header: { status: { msg: "monitor: fire" } } });
  });

  test("stops for the watchdog's trip and for its silence; RESET reaches it", async () => {
    const block = WatchdogBlock.create([50]);
    const core = new WatchdogCore(block, 1000);
    const loop = { name: "planning", deadlineMs: 50 };
    const watchdog = {
      block,
      get tripped() {
        return block.trip === undefined ? undefined : loop;
      },
      onPad: (pad: Apollo.control.PadMessage) => {
        if (pad.action === DrivingAction.RESET) block.reset();
      },
    };
    guardian = guardianComponent(runtime.node("guardian"), { config: config.guardian, watchdog });
    const [control, status, pad] = [
      node.publisher(controlTopic),
      node.publisher(statusTopic),
      node.publisher(padTopic),
    ];
    status.publish({ header: header(1) });
    const turn = (beat: boolean, look: boolean) => () => {
      control.publish(command());
      if (beat) block.beat(0);
      if (look) core.look(clock.monotonicMs());
    };
    await drive(200, turn(true, true));
    expect(guardian.stop).toBeUndefined();
    const { COMPLETE_AUTO_DRIVE, COMPLETE_MANUAL } = apollo.canbus.Chassis.DrivingMode;
    const chassis = node.publisher(chassisTopic);
    for (const driving_mode of [COMPLETE_MANUAL, COMPLETE_AUTO_DRIVE]) {
      chassis.publish({ driving_mode });
      expect(block.armed).toBe(driving_mode === COMPLETE_AUTO_DRIVE);
    }
    await drive(100, turn(false, true));
    expect(guardian.stop?.reason).toBe("watchdog: planning has not turned for more than 50 ms");
    pad.publish({ header: header(1), action: DrivingAction.RESET });
    await drive(30, turn(true, true));
    pad.publish({ header: header(2), action: DrivingAction.RESET });
    await drive(30, turn(true, true));
    expect(guardian.stop).toBeUndefined();
    await drive(600, turn(true, false));
    expect(guardian.stop?.reason).toBe("the watchdog has not looked for more than 500 ms");
  });
});

test("the monitor tells its status, and a topic that falls silent", async () => {
  const faults: MonitorMessage[] = [];
  const statuses: MonitorMessage[] = [];
  node.subscribe(monitorTopic).on(({ message }) => faults.push(message));
  node.subscribe(statusTopic).on(({ message }) => statuses.push(message));
  monitorComponent(runtime.node("monitor"), { config: config.monitor, memoryMib: () => 100 });
  const pose = node.publisher(Pose);
  await drive(2000, (n) => pose.publish({ header: header(n + 1) }));
  expect(statuses.length).toBe(4);
  expect(statuses.every(({ item }) => (item ?? []).length === 0)).toBe(true);
  expect(faults).toEqual([]);
  await drive(600);
  expect(faults.flatMap(({ item }) => item!.map(({ msg }) => msg))).toEqual([
    "/apollo/localization/pose has been silent for more than 300 ms",
  ]);
  expect(statuses.at(-1)!.item).toHaveLength(1);
});
