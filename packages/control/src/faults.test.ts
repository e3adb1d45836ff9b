import { readFileSync } from "node:fs";
import { readFlags } from "@delos/core";
import { apollo } from "@delos/msgs";
import { expect, test } from "vitest";
import {
  type AdcTrajectory,
  type Chassis,
  CONTROL_FLAGS,
  ControlCore,
  type LocalizationEstimate,
  readControlConfig,
} from "./index.ts";

/** Every input of control, spoiled in every way while the car drives: the stop comes within the time that its rule promises. */

const conf = apollo.control.ControlConf.fromText(
  readFileSync(new URL("../conf/lincoln.pb.txt", import.meta.url), "utf8"),
);
const config = readControlConfig(conf);
const flags = readFlags(CONTROL_FLAGS, "use_state_exact_match,noenable_speed_station_preview");

const FAULT_S = 5;
const EPOCH_S = 1_500_000_000;

interface Inputs {
  localization: LocalizationEstimate | undefined;
  chassis: Chassis | undefined;
  /** Only when one is due. */
  trajectory: AdcTrajectory | undefined;
  monitor?: apollo.common.monitor.MonitorMessage;
  /** What control's clock says. */
  nowS: number;
}

/** A car on a straight road at 5 m/s, `s` seconds after the beginning. */
function healthy(s: number): Inputs {
  const nowS = EPOCH_S + s;
  const header = { timestamp_sec: nowS, sequence_num: Math.round(s * 100) };
  return {
    nowS,
    localization: {
      header,
      pose: {
        position: { x: 5 * s, y: 0.05, z: 0 },
        orientation: { qw: Math.SQRT1_2, qx: 0, qy: 0, qz: -Math.SQRT1_2 },
        heading: 0,
        angular_velocity_vrf: { x: 0, y: 0, z: 0 },
        linear_acceleration_vrf: { x: 0, y: 0, z: 0 },
      },
    },
    chassis: { header, speed_mps: 5, steering_percentage: 0, driving_mode: 1 },
    trajectory:
      Math.round(s * 100) % 10 === 0
        ? {
            header,
            adc_trajectory_point: Array.from({ length: 200 }, (_, i) => ({
              x: 5 * s + (i - 50) * 0.05,
              y: 0,
              theta: 0,
              speed: 5,
              accumulated_s: 5 * s + (i - 50) * 0.05,
              relative_time: (i - 50) * 0.01,
            })),
          }
        : undefined,
  };
}

type Fault = (inputs: Inputs, sinceS: number) => Inputs;
const position =
  (x: number): Fault =>
  (inputs) => ({
    ...inputs,
    localization: { ...inputs.localization, pose: { ...inputs.localization!.pose, position: { x, y: 0, z: 0 } } },
  });
const points =
  (change: (points: readonly object[]) => readonly object[]): Fault =>
  (inputs) => ({
    ...inputs,
    trajectory: inputs.trajectory && {
      ...inputs.trajectory,
      adc_trajectory_point: change(inputs.trajectory.adc_trajectory_point!),
    },
  });
const stamped =
  (input: "localization" | "chassis" | "trajectory", byS: number): Fault =>
  (inputs) => {
    const message = inputs[input];
    return {
      ...inputs,
      [input]: message && { ...message, header: { timestamp_sec: inputs.nowS + byS, sequence_num: 1 } },
    };
  };
const frozen =
  (input: "localization" | "chassis" | "trajectory"): Fault =>
  (inputs) => ({
    ...inputs,
    [input]: healthy(FAULT_S)[input],
  });

/** The promise is the rule's time and one cycle; a trajectory is looked at when the next one comes, within 0.1 s. */
const CYCLE = 0.01;
const PLANNED = 0.1 + CYCLE;
const FAULTS: readonly (readonly [name: string, promisedS: number, fault: Fault])[] = [
  ["localization dropped", 0.2 + CYCLE, (i) => ({ ...i, localization: undefined })],
  ["localization frozen", 0.2 + CYCLE, frozen("localization")],
  ["localization delayed by 0.3 s", CYCLE, (i, s) => ({ ...i, localization: healthy(FAULT_S + s - 0.3).localization })],
  ["localization stamped an hour ago", CYCLE, stamped("localization", -3600)],
  [
    "localization stamped an hour ahead, then silent",
    0.45 + CYCLE,
    (i, s) => (s < 0.005 ? stamped("localization", 3600)(i, s) : { ...i, localization: undefined }),
  ],
  ["localization without a stamp", CYCLE, (i) => ({ ...i, localization: { ...i.localization, header: {} } })],
  ["localization with NaN", CYCLE, position(Number.NaN)],
  ["localization infinite", CYCLE, position(Number.POSITIVE_INFINITY)],
  ["localization a million metres away", CYCLE, position(1e6)],
  ["localization without a pose", CYCLE, (i) => ({ ...i, localization: { ...i.localization, pose: undefined } })],
  ["chassis dropped", 0.2 + CYCLE, (i) => ({ ...i, chassis: undefined })],
  ["chassis frozen", 0.2 + CYCLE, frozen("chassis")],
  ["chassis delayed by 0.3 s", CYCLE, (i, s) => ({ ...i, chassis: healthy(FAULT_S + s - 0.3).chassis })],
  ["chassis stamped NaN", CYCLE, stamped("chassis", Number.NaN)],
  ["chassis with NaN speed", CYCLE, (i) => ({ ...i, chassis: { ...i.chassis, speed_mps: Number.NaN } })],
  ["chassis without speed", CYCLE, (i) => ({ ...i, chassis: { ...i.chassis, speed_mps: undefined } })],
  ["trajectory dropped", 2 + CYCLE, (i) => ({ ...i, trajectory: undefined })],
  ["trajectory frozen", 2 + CYCLE, frozen("trajectory")],
  ["trajectory stamped 3 s ago", PLANNED, stamped("trajectory", -3)],
  ["trajectory empty", PLANNED, points(() => [])],
  ["trajectory with NaN", PLANNED, points((all) => all.map((p) => ({ ...p, theta: Number.NaN })))],
  ["trajectory far away", PLANNED, points((all) => all.map((p) => ({ ...p, y: 5000 })))],
  [
    "trajectory asks for the stop",
    PLANNED,
    (i) => ({ ...i, trajectory: i.trajectory && { ...i.trajectory, estop: { is_estop: true } } }),
  ],
  ["monitor says FATAL", CYCLE, (i) => ({ ...i, monitor: { item: [{ log_level: 3 }] } })],
  ["own clock jumps an hour ahead", CYCLE, (i) => ({ ...i, nowS: i.nowS + 3600 })],
];

/** Faults that are no reason to stop: the car goes on, with finite commands. */
const HARMLESS: readonly (readonly [name: string, fault: Fault])[] = [
  ["one trajectory lost", (i, s) => (s < 0.05 ? { ...i, trajectory: undefined } : i)],
  ["localization repeated", (i, s) => (Math.round(s * 100) % 2 === 0 ? i : { ...i, localization: undefined })],
  [
    "localization out of order by 50 ms",
    (i, s) => ({ ...i, localization: healthy(FAULT_S + s - (Math.round(s * 100) % 6) / 100).localization }),
  ],
  ["a trajectory of one point", points((all) => all.slice(100, 101))],
  ["a trajectory backward in time", points((all) => [...all].reverse())],
  ["own clock jumps a second back", (i) => ({ ...i, nowS: i.nowS - 1 })],
];

function run(fault: Fault) {
  const control = new ControlCore(config, flags);
  let stoppedS: number | undefined;
  const commands = [];
  for (let cycle = 0; cycle <= 900; cycle++) {
    const s = cycle / 100;
    const inputs = s < FAULT_S ? healthy(s) : fault(healthy(s), s - FAULT_S);
    if (inputs.localization !== undefined) control.onLocalization(inputs.localization, inputs.nowS);
    if (inputs.chassis !== undefined) control.onChassis(inputs.chassis, inputs.nowS);
    if (inputs.trajectory !== undefined) control.onTrajectory(inputs.trajectory, inputs.nowS);
    if (inputs.monitor !== undefined) control.onMonitor(inputs.monitor);
    const command = control.cycle(inputs.nowS);
    if (s < FAULT_S) expect(command.steering_target).toBeDefined();
    else commands.push(command);
    if (control.estop && stoppedS === undefined) stoppedS = s - FAULT_S;
  }
  return { stoppedS, commands };
}

test.for(FAULTS)("%s: the stop is latched within %f s", ([, promisedS, fault]) => {
  const { stoppedS, commands } = run(fault);
  expect(stoppedS).toBeLessThanOrEqual(promisedS + 1e-9);
  const last = commands.at(-1)!;
  expect(last).toMatchObject({ throttle: 0, brake: 50, speed: 0 });
  expect(JSON.stringify(commands)).not.toContain("null");
});

test.for(HARMLESS)("%s: goes on", ([, fault]) => {
  const { stoppedS, commands } = run(fault);
  expect(stoppedS).toBeUndefined();
  for (const { throttle, brake, steering_target: steering } of commands) {
    expect(Number.isFinite(throttle! + brake! + steering!)).toBe(true);
  }
});
