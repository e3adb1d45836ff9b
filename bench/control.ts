import { createHistogram, performance } from "node:perf_hooks";
import { ControlCore, controlComponent } from "@delos/control";
import { localizationComponent } from "@delos/localization";
import { apollo } from "@delos/msgs";
import { planningComponent, RtkPlayer } from "@delos/planning";
import { open, topic } from "@delos/runtime";
import { loopTrack, mkzDefaults, simulateDrive } from "@delos/sim";
import { canbusComponent, PedalMap, SimulatedCanBus, SimulatedMkz, simulatedMkzComponent } from "@delos/vehicle";

/**
 * One control cycle: both controllers against a trajectory of 1,000 points that is new every 100 ms, as from the player.
 * Speeds change with every cycle. `gains kept` repeats them, as a real bus does (speeds come in steps of 0.01 km/h): there
 * the regulator's gain is not computed again. Then a closed-loop run: how much faster than real time. Last the loop on the bus
 * in real time: from when a cycle was due to when its command stands in the CAN frames.
 */
export async function benchControl(options: { readonly quick: boolean }): Promise<Record<string, unknown>[]> {
  const cycles = options.quick ? 5_000 : 50_000;
  return [
    cyclesOf("control cycle, every speed new", cycles, (i) => 3 + 6 * ((i * 0.618034) % 1)),
    cyclesOf("control cycle, gains kept", cycles, (i) => 3 + (i % 1000) * 0.0025),
    closedLoop(options.quick ? 20 : 120),
    await realTime(options.quick ? 5 : 60),
  ];
}

function cyclesOf(name: string, cycles: number, speedAt: (i: number) => number): Record<string, unknown> {
  const { control, controlFlags } = mkzDefaults();
  const core = new ControlCore(control, controlFlags);
  const path = loopTrack(60);
  const points = (from: number) =>
    Array.from({ length: 1000 }, (_, k) => ({
      x: path.x[from + k]!,
      y: path.y[from + k]!,
      theta: path.theta[from + k]!,
      curvature: path.curvature[from + k]!,
      speed: path.speed[from + k]!,
      acceleration_s: path.acceleration[from + k]!,
      relative_time: (k - 100) * 0.01,
      accumulated_s: path.s[from + k]!,
    }));
  const trajectories = Array.from({ length: 100 }, (_, i) => points(500 + i * 10));
  const histogram = createHistogram();
  const warmup = 3_000;
  for (let i = 0; i < cycles + warmup; i++) {
    const at = (i % 1000) + 600;
    const now = i * 0.01;
    const header = { timestamp_sec: now, sequence_num: i };
    core.onLocalization(
      {
        header,
        pose: {
          position: { x: path.x[at]! + 0.1, y: path.y[at]! - 0.1, z: 0 },
          orientation: { qw: 1, qx: 0, qy: 0, qz: 0 },
          heading: path.theta[at]! + 0.01,
          angular_velocity_vrf: { x: 0, y: 0, z: 0.1 },
          linear_acceleration_vrf: { x: 0, y: 0, z: 0 },
        },
      },
      now,
    );
    core.onChassis({ header, speed_mps: speedAt(i), steering_percentage: 1, driving_mode: 1 }, now);
    if (i % 10 === 0) {
      core.onTrajectory({ header, adc_trajectory_point: trajectories[(i % 1000) / 10]! }, now);
    }
    const before = performance.now();
    const command = core.cycle(now);
    const ns = Math.round((performance.now() - before) * 1e6);
    if (command.steering_target === undefined) throw new Error("the benchmark's car was stopped");
    if (i >= warmup) histogram.record(Math.max(ns, 1));
  }
  const us = (p: number): number => histogram.percentile(p) / 1000;
  return {
    bench: "control",
    name,
    cycles,
    p50_us: us(50),
    p99_us: us(99),
    p999_us: us(99.9),
    max_us: histogram.max / 1000,
  };
}

function closedLoop(durationS: number): Record<string, unknown> {
  const drive = simulateDrive({ path: loopTrack(durationS + 12), durationS, ...mkzDefaults() });
  const before = performance.now();
  const cpu = process.cpuUsage();
  let next = drive.next();
  while (next.done !== true) next = drive.next();
  const seconds = (performance.now() - before) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    bench: "control",
    name: "closed loop, simulated",
    simulated_s: durationS,
    seconds,
    cpu_s: (used.user + used.system) / 1e6,
    times_real_time: durationS / seconds,
    messages: next.value.messages,
  };
}

/** Canbus and control on one bus, on the machine's clock. A period is 10 ms; what is measured comes on top of it. */
async function realTime(seconds: number): Promise<Record<string, unknown>> {
  const defaults = mkzDefaults();
  const path = loopTrack(seconds + 30);
  await using runtime = await open({ log: () => {} });
  const { clock } = runtime.node("clock");
  const can = new SimulatedCanBus(() => clock.nowMs() / 1000);
  const car = new SimulatedMkz(can.port(), {
    xM: path.x[0]!,
    yM: path.y[0]!,
    headingRad: path.theta[0]!,
    pedals: new PedalMap(defaults.control.longitudinal!.calibration),
  });
  simulatedMkzComponent(runtime.node("mkz"), car);
  canbusComponent(runtime.node("canbus"), { parameters: defaults.vehicle, port: can.port() });
  localizationComponent(runtime.node("localization"), { flags: defaults.localizationFlags });
  planningComponent(runtime.node("planning"), new RtkPlayer(path), 100);
  controlComponent(runtime.node("control"), { config: defaults.control, flags: defaults.controlFlags });
  const observer = runtime.node("observer");
  const histogram = createHistogram();
  let firstMs: number | undefined;
  let cycles = 0;
  // Callbacks run in the order of subscription: canbus, subscribed before, has put the command into its frames.
  observer.subscribe(topic("/apollo/control", apollo.control.ControlCommand)).on(({ message }) => {
    const startMs = message.header!.timestamp_sec! * 1000;
    firstMs ??= startMs;
    const lateMs = (((startMs - firstMs) % 10) + 10) % 10;
    const ms = (lateMs > 9.5 ? 0 : lateMs) + clock.nowMs() - startMs;
    if (++cycles > 100) histogram.record(Math.max(Math.round(ms * 1e6), 1));
  });
  await new Promise((resolve) => void setTimeout(resolve, seconds * 1000));
  const us = (p: number): number => histogram.percentile(p) / 1000;
  return {
    bench: "control",
    name: "real-time loop: due to frame",
    cycles,
    p50_us: us(50),
    p99_us: us(99),
    p999_us: us(99.9),
    max_us: histogram.max / 1000,
  };
}
