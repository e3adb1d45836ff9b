import { createHistogram, performance } from "node:perf_hooks";
import { ControlCore } from "@delos/control";
import { loopTrack, mkzDefaults, simulateDrive } from "@delos/sim";

/**
 * One control cycle: both controllers against a trajectory of 1,000 points that is new every 100 ms, as from the player.
 * Speeds change with every cycle. `gains kept` repeats them, as a real bus does (speeds come in steps of 0.01 km/h): there
 * the regulator's gain is not computed again. Then a closed-loop run, with
 * everything that watches over it: how much faster than real time.
 */
export async function benchControl(options: { readonly quick: boolean }): Promise<Record<string, unknown>[]> {
  const cycles = options.quick ? 5_000 : 50_000;
  return [
    cyclesOf("control cycle, every speed new", cycles, (i) => 3 + 6 * ((i * 0.618034) % 1)),
    cyclesOf("control cycle, gains kept", cycles, (i) => 3 + (i % 1000) * 0.0025),
    await closedLoop(options.quick ? 20 : 120),
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

async function closedLoop(durationS: number): Promise<Record<string, unknown>> {
  const before = performance.now();
  const cpu = process.cpuUsage();
  const { messages } = await simulateDrive({ path: loopTrack(durationS + 12), durationS });
  const seconds = (performance.now() - before) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    bench: "control",
    name: "closed loop, simulated",
    simulated_s: durationS,
    seconds,
    cpu_s: (used.user + used.system) / 1e6,
    times_real_time: durationS / seconds,
    messages,
  };
}
