import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { apollo } from "@delos/msgs";
import { type Launch, launch, open, parseLaunch, topic } from "@delos/runtime";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import { canToCarTopic } from "@delos/vehicle";
import { expect, test } from "vitest";
import { blockTopic } from "../test/blocking-control.ts";
import { CLOSED_LOOP } from "./index.ts";
import { truthTopic } from "./live/topics.ts";

const { DrivingAction } = apollo.control;
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);
const BLOCKING = `${fileURLToPath(new URL("../test/blocking-control.ts", import.meta.url))}#blockingControl`;

/**
 * The shipped launch file in real threads. Limits are twenty times the shipped ones: these tests ask what follows from what, on
 * machines that may be busy; how fast is measured on simulated time (test/faults-launch.test.ts) and in bench/latency.ts.
 */
async function drive(domain: number, act: (loop: { launched: Launch; block: () => void }) => Promise<void>) {
  const shipped = parseLaunch(readFileSync(CLOSED_LOOP, "utf8"), CLOSED_LOOP, { road_s: 600 });
  const patient: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    car: { ...shipped.modules[0]!.config, by_wire_silence_s: 2 },
    canbus: { command_timeout_s: 2, max_command_age_s: 2, report_timeout_s: 2 },
    guardian: { commandSilenceMs: 2000, maxCommandAgeMs: 2000, monitorSilenceMs: 20_000, watchdogSilenceMs: 10_000 },
    monitor: { topics: [], process: { maxLagMs: 10_000, maxMemoryMib: 8192, level: "WARN" } },
    localization: { flags: "noenable_gps_imu_interprolate" },
    control: { flags: "use_state_exact_match,max_localization_miss_num=200,max_chassis_miss_num=200" },
    operator: { script: [] },
  };
  const modules = shipped.modules.map((module) => ({
    ...module,
    component: module.name === "control" ? BLOCKING : module.component,
    deadlineMs: module.deadlineMs * 20,
    config: patient[module.name] ?? module.config,
  }));
  const transports = [inProcess(), sharedMemory({ domain: String(domain) })];
  await using runtime = await open({ transports, log: () => {} });
  const node = runtime.node("test");
  const truth = node.subscribe(truthTopic);
  const frames = new Map<number, Uint8Array>();
  node.subscribe(canToCarTopic).on(({ message }) => void frames.set(message.id!, message.data!.slice()));
  const pad = node.publisher(Pad);
  const blocker = node.publisher(blockTopic);
  await using launched = await launch({ ...shipped, modules }, { domain, logLevel: "fatal" });
  const speed = (): number => {
    const v = truth.latest()?.message.pose?.linear_velocity;
    return Math.hypot(v?.x ?? 0, v?.y ?? 0);
  };
  const percent = (id: number): number => {
    const data = frames.get(id);
    return data === undefined ? Number.NaN : ((data[0]! | (data[1]! << 8)) / 0xffff) * 100;
  };
  // Engage until it drives: everything has been heard by everybody then.
  await expect
    .poll(
      () => {
        if (speed() < 0.1) {
          pad.publish({ action: DrivingAction.RESET });
          pad.publish({ action: DrivingAction.START });
        }
        return speed();
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBeGreaterThan(1);
  await act({ launched, block: () => void blocker.publish({ time_ns: 0n }) });
  await expect.poll(speed, { timeout: 60_000 }).toBe(0);
  expect(percent(0x60)).toBeGreaterThan(49.9);
  expect(percent(0x62)).toBe(0);
  return launched.watch.trip === undefined ? undefined : shipped.modules[launched.watch.trip]!.name;
}

test("a blocked event loop of control: the watchdog trips for it and the car stands", async () => {
  const tripped = await drive(61, async ({ launched, block }) => {
    block();
    await expect.poll(() => launched.watch.trip, { timeout: 30_000 }).toBeDefined();
  });
  expect(tripped).toBe("control");
});

test("a killed worker of localization: the watchdog trips for it and the car stands", async () => {
  const tripped = await drive(62, async ({ launched }) => {
    await launched.kill("localization");
    await expect.poll(() => launched.watch.trip, { timeout: 30_000 }).toBeDefined();
  });
  expect(tripped).toBe("localization");
});

test("a killed worker of canbus: the watchdog brakes with frames of its own", async () => {
  const tripped = await drive(63, async ({ launched }) => {
    await launched.kill("canbus");
    await expect.poll(() => launched.watch.stops, { timeout: 30_000 }).toBeGreaterThan(0);
  });
  expect(tripped).toBe("canbus");
});
