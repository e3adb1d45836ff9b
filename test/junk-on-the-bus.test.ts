import { apollo, delos } from "@delos/msgs";
import { type Runtime, topic } from "@delos/runtime";
import { loopTrack, simulateDrive } from "@delos/sim";
import { canFromCarTopic } from "@delos/vehicle";
import { expect, test } from "vitest";

/** Numbers nobody should say, and some that are only wrong. */
const JUNK = [Number.NaN, Infinity, -Infinity, 0, -1, 1e308, -1e308, 5e-324, 2 ** 53, 1_496_957_374, 1e12];

/** xorshift32: the same junk on every run. */
function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Messages of every input of the chain with fields missing, wrong and in the wrong time. */
function junkSource(runtime: Runtime, next: () => number): () => void {
  const node = runtime.node("junk");
  const number = (): number => JUNK[Math.floor(next() * JUNK.length)]!;
  const maybe = <T>(make: () => T): T | undefined => (next() < 0.7 ? make() : undefined);
  const point3 = () => ({ x: maybe(number), y: maybe(number), z: maybe(number) });
  const quaternion = () => ({ qx: maybe(number), qy: maybe(number), qz: maybe(number), qw: maybe(number) });
  const pose = () => ({
    position: maybe(point3),
    orientation: maybe(quaternion),
    linear_velocity: maybe(point3),
    linear_acceleration: maybe(point3),
    angular_velocity: maybe(point3),
    linear_acceleration_vrf: maybe(point3),
    angular_velocity_vrf: maybe(point3),
    heading: maybe(number),
  });
  const now = (): number => node.clock.nowMs() / 1000;
  // Stale, from the future, repeated, or none at all.
  const stamps = [now, () => now() - 1, () => now() + 1, () => 1_496_957_374, number];
  const header = () => ({
    timestamp_sec: maybe(() => stamps[Math.floor(next() * stamps.length)]!()),
    sequence_num: maybe(() => Math.floor(next() * 2 ** 32)),
  });
  const point = () => ({
    x: maybe(number),
    y: maybe(number),
    theta: maybe(number),
    curvature: maybe(number),
    speed: maybe(number),
    acceleration_s: maybe(number),
    relative_time: maybe(number),
    accumulated_s: maybe(number),
  });
  const makers: readonly (readonly [string, unknown, () => object])[] = [
    ["/apollo/sensor/gnss/odometry", apollo.localization.Gps, () => ({ localization: maybe(pose) })],
    ["/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu, () => ({ imu: maybe(pose) })],
    ["/apollo/localization/pose", apollo.localization.LocalizationEstimate, () => ({ pose: maybe(pose) })],
    [
      "/apollo/canbus/chassis",
      apollo.canbus.Chassis,
      () => ({
        speed_mps: maybe(number),
        steering_percentage: maybe(number),
        driving_mode: maybe(() => Math.floor(next() * 5)),
      }),
    ],
    [
      "/apollo/planning",
      apollo.planning.ADCTrajectory,
      () => ({ adc_trajectory_point: Array.from({ length: Math.floor(next() * 4) }, point), estop: maybe(() => ({})) }),
    ],
    [
      "/apollo/control",
      apollo.control.ControlCommand,
      () => ({
        throttle: maybe(number),
        brake: maybe(number),
        steering_target: maybe(number),
        steering_rate: maybe(number),
      }),
    ],
    ["/apollo/guardian", apollo.control.ControlCommand, () => ({ brake: maybe(number), throttle: maybe(number) })],
    ["/apollo/monitor/system_status", apollo.common.monitor.MonitorMessage, () => ({ item: [] })],
  ];
  const publishers = makers.map(
    ([name, type, make]) => [node.publisher(topic<object>(name, type as never, { depth: 10 })), make] as const,
  );
  const frames = node.publisher(canFromCarTopic);
  return () => {
    const at = Math.floor(next() * (publishers.length + 1));
    const chosen = publishers[at];
    if (chosen !== undefined) {
      chosen[0].publish({ header: maybe(header), ...chosen[1]() });
      return;
    }
    const data = Uint8Array.from({ length: Math.floor(next() * 12) }, () => Math.floor(next() * 256));
    frames.publish({ id: Math.floor(next() * 0x800), data } satisfies delos.CanFrame);
  };
}

const acts = ["throttle", "brake", "steering_target", "steering_rate", "speed", "acceleration"] as const;

test.for([1, 2, 3, 4, 5])(
  "junk on every topic throws nowhere and lets no number that is none out (seed %i)",
  async (seed) => {
    const next = random(seed * 7919);
    let say: (() => void) | undefined;
    let junk = false;
    let commands = 0;
    let errors = Number.NaN;
    const wrong: string[] = [];
    await simulateDrive(
      {
        path: loopTrack(20),
        durationS: 6,
        onStep(runS, { runtime }) {
          say ??= junkSource(runtime, next);
          errors = runtime.errors;
          junk = runS > 2;
          if (junk && next() < 0.3) say();
        },
      },
      ({ topic: name, message }) => {
        // What comes from the modules themselves: junk has no module's name.
        const { header } = message as { readonly header?: { readonly module_name?: string } };
        if (header?.module_name === undefined) return;
        if (name !== "/apollo/control" && name !== "/apollo/guardian") return;
        commands++;
        for (const field of acts) {
          const value = (message as Readonly<Record<string, unknown>>)[field];
          if (value !== undefined && !Number.isFinite(value)) wrong.push(`${name} ${field} ${JSON.stringify(value)}`);
        }
      },
    );
    expect(wrong).toEqual([]);
    expect(errors).toBe(0);
    expect(commands).toBeGreaterThan(600);
  },
);
