import { controlComponent } from "@delos/control";
import { SimulatedClock } from "@delos/core";
import { localizationComponent } from "@delos/localization";
import { apollo } from "@delos/msgs";
import { planningComponent, RtkPlayer } from "@delos/planning";
import { open, topic, WatchdogBlock } from "@delos/runtime";
import {
  DEFAULT_SAFETY,
  type GuardianCore,
  guardianComponent,
  guardianTopic,
  monitorComponent,
  WatchdogCore,
} from "@delos/safety";
import { loopTrack, mkzDefaults } from "@delos/sim";
import { canbusComponent, PedalMap, SimulatedCanBus, SimulatedMkz, simulatedMkzComponent } from "@delos/vehicle";
import { describe, expect, test } from "vitest";

const { DrivingAction } = apollo.control;
const END_MS = 12_000;
const FAULT_MS = 8000;

interface Outcome {
  readonly guardian: GuardianCore;
  readonly speedMps: number;
  readonly speedAtFaultMps: number;
  /** The loop that tripped the watchdog. */
  readonly tripped: string | undefined;
}

/** The modules as components on the bus, with monitor, guardian and watchdog, on simulated time; one node is closed. */
async function drive(closed?: string): Promise<Outcome> {
  const defaults = mkzDefaults();
  const clock = new SimulatedClock(1_500_000_000_000_000_000n);
  await using runtime = await open({ clock, log: () => {} });
  const path = loopTrack(30);
  const bus = new SimulatedCanBus(() => clock.nowMs() / 1000);
  const car = new SimulatedMkz(bus.port(), {
    xM: path.x[0]!,
    yM: path.y[0]!,
    headingRad: path.theta[0]!,
    pedals: new PedalMap(defaults.control.longitudinal!.calibration),
  });
  const loops = [
    { name: "control", deadlineMs: 100 },
    { name: "canbus", deadlineMs: 50 },
    { name: "guardian", deadlineMs: 100 },
  ];
  const block = WatchdogBlock.create(loops.map(({ deadlineMs }) => deadlineMs));
  const core = new WatchdogCore(block, 5000);
  const watchdog = {
    block,
    get tripped() {
      return block.trip === undefined ? undefined : loops[block.trip];
    },
    onPad: ({ action }: apollo.control.PadMessage) => {
      if (action === DrivingAction.RESET) block.reset();
    },
  };
  const names = ["mkz", "canbus", "localization", "planning", "control", "guardian", "monitor"];
  const nodes = new Map(names.map((name) => [name, runtime.node(name)]));
  const node = (name: string) => nodes.get(name)!;
  simulatedMkzComponent(node("mkz"), car);
  canbusComponent(node("canbus"), {
    parameters: defaults.vehicle,
    port: bus.port(),
    commandTopic: guardianTopic.name,
    commandTimeoutS: 0.1,
    maxCommandAgeS: 0.1,
    reportTimeoutS: 0.1,
    stopRequested: () => block.trip !== undefined,
    onStep: () => block.beat(1),
  });
  localizationComponent(node("localization"), { flags: defaults.localizationFlags });
  planningComponent(node("planning"), new RtkPlayer(path, { maxPoseAgeS: 0.5 }), 100);
  controlComponent(node("control"), {
    config: defaults.control,
    flags: defaults.controlFlags,
    onCycle: () => block.beat(0),
  });
  monitorComponent(node("monitor"), { config: DEFAULT_SAFETY.monitor, memoryMib: () => 100 });
  const guardian = guardianComponent(node("guardian"), {
    config: DEFAULT_SAFETY.guardian,
    watchdog,
    onCycle: () => block.beat(2),
  });
  const pad = runtime.node("operator").publisher(topic("/apollo/control/pad", apollo.control.PadMessage));
  let speedAtFaultMps = 0;
  for (let ms = 0; ms < END_MS; ms += 5) {
    clock.advance(5);
    core.look(clock.monotonicMs());
    if (ms === 700) pad.publish({ action: DrivingAction.RESET });
    if (ms === 800) pad.publish({ action: DrivingAction.START });
    if (ms !== FAULT_MS) continue;
    speedAtFaultMps = car.bicycle.speedMps;
    if (closed !== undefined) await node(closed)[Symbol.asyncDispose]();
  }
  await runtime.settled();
  return { guardian, speedMps: car.bicycle.speedMps, speedAtFaultMps, tripped: watchdog.tripped?.name };
}

test("with the guardian between, the components drive", async () => {
  const { guardian, speedMps, speedAtFaultMps } = await drive();
  expect(guardian.stop).toBeUndefined();
  expect(guardian.counters.passed).toBeGreaterThan(1000);
  expect(speedAtFaultMps).toBeGreaterThan(3);
  expect(speedMps).toBeGreaterThan(speedAtFaultMps);
});

describe("whichever component goes, the car stands:", () => {
  test.for(["localization", "planning", "control", "guardian", "monitor"])("%s", async (name) => {
    const { guardian, speedMps, speedAtFaultMps, tripped } = await drive(name);
    expect(speedAtFaultMps).toBeGreaterThan(3);
    expect(speedMps).toBeLessThan(0.1);
    if (name !== "guardian") expect(guardian.stop).toBeDefined();
    if (name === "guardian" || name === "control") expect(tripped).toBe(name);
  });
});
