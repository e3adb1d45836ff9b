import { readFileSync } from "node:fs";
import { readFlags } from "@delos/core";
import { apollo } from "@delos/msgs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import reference from "../test/reference_control.json" with { type: "json" };
import {
  type AdcTrajectory,
  BackCalculationPid,
  type Chassis,
  ClampingPid,
  CONTROL_FLAGS,
  type ControlCommand,
  ControlCore,
  type LocalizationEstimate,
  Pid,
  readControlConfig,
  SPEED_LOG_HEADER,
  STEER_LOG_HEADER,
  speedLogLine,
  steerLogLine,
  TrajectoryAnalyzer,
  toFrenet,
} from "./index.ts";

const conf = apollo.control.ControlConf.fromText(
  readFileSync(new URL("../conf/lincoln.pb.txt", import.meta.url), "utf8"),
);

function core(flags = "use_state_exact_match,noenable_speed_station_preview", matrixQ?: number[]): ControlCore {
  const lateral = conf.lat_controller_conf!;
  const changed =
    matrixQ === undefined
      ? conf
      : { ...conf, lat_controller_conf: { ...lateral, matrix_q: matrixQ, preview_window: matrixQ.length - 4 } };
  return new ControlCore(readControlConfig(changed, "lincoln.pb.txt"), readFlags(CONTROL_FLAGS, flags));
}

/** The inputs of test/reference_control.py. */
function trajectory(first: number, stamp: number, sequence: number): AdcTrajectory {
  return {
    header: { timestamp_sec: stamp, sequence_num: sequence },
    adc_trajectory_point: Array.from({ length: 120 }, (_, j) => {
      const i = first + j;
      const stop = i > 260;
      return {
        x: 586300 + 0.05 * i,
        y: 4140700 + 0.00002 * i * i,
        theta: 0.0008 * i,
        curvature: 0.016 - 0.00001 * i,
        accumulated_s: 0.05 * i,
        speed: stop ? 0 : 5 - 0.015 * i,
        acceleration_s: stop ? 0 : -0.15 + 0.0002 * i,
        relative_time: 0.01 * j - 0.3,
      };
    }),
  };
}

function localization(c: number, stamp: number): LocalizationEstimate {
  return {
    header: { timestamp_sec: stamp },
    pose: {
      position: { x: 586300.01 + 0.05 * (c + 28), y: 4140700.2 - 0.001 * c + 0.00002 * c * c, z: 0 },
      orientation: { qw: 0.9 - 0.0001 * c, qx: 0.01, qy: -0.02, qz: -0.43 + 0.0002 * c },
      heading: 0.03 + 0.0007 * c,
      angular_velocity_vrf: { x: 0, y: 0, z: 0.02 - 0.0001 * c },
      linear_acceleration_vrf: { x: 0, y: 0, z: 0 },
    },
  };
}

const chassis = (c: number, stamp: number): Chassis => ({
  header: { timestamp_sec: stamp },
  speed_mps: c < 280 ? 4.5 - 0.0125 * c : 0.5,
  steering_percentage: 1.5,
  driving_mode: c < 20 ? 0 : 1,
});

function drive(control: ControlCore, cycles: number, change: (c: number) => void = () => {}): ControlCommand[] {
  return Array.from({ length: cycles }, (_, c) => {
    const now = 1000 + 0.01 * c;
    control.onLocalization(localization(c, now), now);
    control.onChassis(chassis(c, now), now);
    if (c % 10 === 0) control.onTrajectory(trajectory(c, 1000 + 0.1 * (c / 10), c / 10 + 1), now);
    change(c);
    return control.cycle(now);
  });
}

describe("against the independent reference (test/reference_control.py)", () => {
  test.for(reference)("exact match $exact, preview $preview, window $window", ({ exact, preview, window, cycles }) => {
    const flags = `use_state_exact_match=${exact},enable_speed_station_preview=${preview}`;
    const commands = drive(core(flags, [0.05, 0, 1, 0, ...Array<number>(window).fill(0.1)]), 300);
    expect(cycles.length).toBeGreaterThan(30);
    for (const { cycle, lat, lon } of cycles) {
      const debug = commands[cycle]!.debug!;
      const ours = { ...debug.simple_lat_debug, ...debug.simple_lon_debug } as Record<string, number | boolean>;
      for (const [name, value] of Object.entries<number | boolean>({ ...lat, ...lon })) {
        const where = `cycle ${cycle} ${name}`;
        if (typeof value === "boolean") expect({ where, value: ours[name] }).toEqual({ where, value });
        // Relative 1e-9; differences of UTM coordinates carry 1e-9 m, a hundred times that as a rate over 10 ms.
        else
          expect({ where, error: Math.abs(Number(ours[name]) - value) }).toSatisfy(
            (e) => e.error < 1e-9 * Math.abs(value) + tolerance(name, exact),
          );
      }
      expect(commands[cycle]!.steering_target).toBe(debug.simple_lat_debug!.steer_angle);
      expect(commands[cycle]!.throttle).toBe(debug.simple_lon_debug!.throttle_cmd);
    }
  });

  const tolerance = (name: string, exact: boolean): number =>
    name.startsWith("steer") ? (exact ? 2e-8 : 1e-6) : name.endsWith("rate") && !exact ? 1e-6 : 4e-9;
});

describe("the cycle", () => {
  test("what an ordinary command carries, to the field", () => {
    const command = drive(core(), 31).at(-1)!;
    expect(Object.keys(command).sort()).toEqual(
      [
        "brake",
        "debug",
        "gear_location",
        "header",
        "latency_stats",
        "steering_rate",
        "steering_target",
        "throttle",
      ].sort(),
    );
    expect(command.header).toEqual({
      timestamp_sec: 1000.3,
      module_name: "control",
      sequence_num: 31,
      status: { error_code: 0 },
    });
    expect(command.gear_location).toBe(1);
    expect(command.steering_rate).toBe(100);
    expect(command.latency_stats).toEqual({ total_time_ms: 0, controller_time_ms: [0, 0] });
    expect(command.debug!.input_debug!.trajectory_header).toEqual({ timestamp_sec: 1000.3, sequence_num: 4 });
    expect(Object.keys(command.debug!.simple_lat_debug!)).toHaveLength(16);
    expect(Object.keys(command.debug!.simple_lon_debug!)).toHaveLength(18);
  });

  const expectStopped = (command: ControlCommand, message?: string): void => {
    expect(command).toMatchObject({ speed: 0, throttle: 0, brake: 50, gear_location: 1 });
    expect(Object.keys(command)).not.toContain("steering_target");
    expect(Object.keys(command)).not.toContain("debug");
    if (message !== undefined) expect(command.header!.status).toEqual({ error_code: 1002, msg: message });
  };

  test("an input that never came stops, in the order localization, chassis, planning", () => {
    const control = core();
    expectStopped(control.cycle(1000), "No localization msg");
    control.onLocalization(localization(0, 1000), 1000);
    expectStopped(control.cycle(1000), "No chassis msg");
    control.onChassis(chassis(0, 1000), 1000);
    expectStopped(control.cycle(1000), "No planning msg");
    control.onTrajectory({ header: { timestamp_sec: 1000 } }, 1000);
    expectStopped(control.cycle(1000), "planning has no trajectory point.");
  });

  test("the stop is latched; only RESET releases it, and the pad message rides once", () => {
    const control = core();
    const commands = drive(control, 60, (c) => {
      if (c === 20) control.onMonitor({ item: [{ log_level: 2 }, { log_level: 3 }] });
      if (c === 30) control.onPad({ action: 1 });
      if (c === 40) control.onPad({ action: 2, header: { module_name: "terminal" } });
    });
    expect(commands[19]!.debug).toBeDefined();
    for (const c of [20, 25, 30, 39]) expectStopped(commands[c]!);
    expect(commands[20]!.header!.status).toEqual({ error_code: 0 });
    expect(commands[40]!.debug).toBeDefined();
    expect(commands[30]!.pad_msg).toEqual({ action: 1 });
    expect(commands[40]!.pad_msg).toEqual({ action: 2, header: { module_name: "terminal" } });
    expect(commands.filter((command) => command.pad_msg !== undefined)).toHaveLength(2);
  });

  test.for([
    ["localization", 0.2, "Localization msg timeout"],
    ["chassis", 0.2, "Chassis msg timeout"],
    ["trajectory", 2, "Trajectory msg timeout"],
  ] as const)("%s may be %f s old and no older", ([input, limit, message]) => {
    const control = core();
    const feed = (now: number): void => {
      const stamp = (name: string): number => (name === input ? 1000 : now);
      control.onLocalization(localization(0, stamp("localization")), now);
      control.onChassis(chassis(0, stamp("chassis")), now);
      control.onTrajectory(trajectory(0, stamp("trajectory"), 1), now);
    };
    feed(1000 + limit - 0.0001);
    expect(control.cycle(1000 + limit - 0.0001).debug).toBeDefined();
    feed(1000 + limit + 0.001);
    expectStopped(control.cycle(1000 + limit + 0.001), message);
  });

  test("silence behind a stamp from the future is noticed", () => {
    const control = core();
    control.onLocalization(localization(0, 5000), 1000);
    control.onChassis(chassis(0, 1000), 1000);
    control.onTrajectory(trajectory(0, 1000, 1), 1000);
    expect(control.cycle(1000).debug).toBeDefined();
    control.onChassis(chassis(0, 1000.5), 1000.5);
    expectStopped(control.cycle(1000.5), "Localization msg timeout");
  });

  test("planning's stop and signal come through, the signal also while stopped", () => {
    const control = core();
    const now = 1000;
    control.onLocalization(localization(0, now), now);
    control.onChassis(chassis(0, now), now);
    control.onTrajectory({ ...trajectory(0, now, 1), estop: { is_estop: true }, signal: { turn_signal: 1 } }, now);
    const command = control.cycle(now);
    expectStopped(command);
    expect(command.signal).toEqual({ turn_signal: 1 });
  });

  test("manual driving resets the integrals every cycle", () => {
    const manual = drive(core(), 20);
    const first = manual[0]!.debug!.simple_lon_debug!;
    const last = manual[19]!.debug!.simple_lon_debug!;
    // kp·e + one step of the integral, nothing accumulated.
    for (const { speed_controller_input_limited: e, acceleration_cmd_closeloop: a } of [first, last]) {
      expect(a).toBeCloseTo(e! * 1.0 + e! * 0.01 * 0.3, 12);
    }
  });

  test("a trajectory of the same sequence number does not reach the longitudinal controller", () => {
    const control = core();
    const run = (sequence: number): number | undefined => {
      control.onLocalization(localization(0, 1000), 1000);
      control.onChassis(chassis(0, 1000), 1000);
      const message = trajectory(0, 1000, sequence);
      const moved = {
        ...message,
        adc_trajectory_point: message.adc_trajectory_point!.map((p) => ({ ...p, speed: sequence })),
      };
      control.onTrajectory(moved, 1000);
      return control.cycle(1000).debug!.simple_lon_debug!.speed_reference;
    };
    expect(run(3)).toBe(3);
    const again = { ...trajectory(0, 1000, 3) };
    control.onTrajectory(again, 1000);
    expect(control.cycle(1000).debug!.simple_lon_debug!.speed_reference).toBe(3);
    expect(run(4)).toBe(4);
  });

  test("numbers that are not finite stop the car and leave no trace after the reset", () => {
    const broken: [string, (control: ControlCore, now: number) => void][] = [
      [
        "position",
        (k, now) => k.onLocalization({ ...localization(0, now), pose: { position: { x: Number.NaN, y: 0 } } }, now),
      ],
      ["no pose", (k, now) => k.onLocalization({ header: { timestamp_sec: now } }, now)],
      ["speed", (k, now) => k.onChassis({ ...chassis(0, now), speed_mps: Number.POSITIVE_INFINITY }, now)],
      ["no speed", (k, now) => k.onChassis({ header: { timestamp_sec: now }, driving_mode: 1 }, now)],
      [
        "trajectory",
        (k, now) => k.onTrajectory({ ...trajectory(0, now, 9), adc_trajectory_point: [{ x: Number.NaN, y: 0 }] }, now),
      ],
      [
        "far away",
        (k, now) => k.onTrajectory({ ...trajectory(0, now, 9), adc_trajectory_point: [{ x: 1e7, y: 0 }] }, now),
      ],
      ["stamp", (k, now) => k.onChassis({ ...chassis(0, now), header: { timestamp_sec: Number.NaN } }, now)],
    ];
    for (const [what, spoil] of broken) {
      const control = core();
      const commands = drive(control, 41, (c) => {
        if (c === 25) spoil(control, 1000 + 0.01 * c);
        if (c === 30) control.onPad({ action: 2 });
      });
      expect(JSON.stringify(commands)).not.toContain("null");
      expectStopped(commands[25]!);
      expect({ what, code: commands[25]!.header!.status!.error_code }).toEqual({ what, code: 1002 });
      expectStopped(commands[29]!);
      expect({ what, runs: commands[40]!.debug !== undefined }).toEqual({ what, runs: true });
      expect(Number.isFinite(commands[40]!.steering_target)).toBe(true);
    }
  });

  test("any input gives a command of finite numbers and no exception", () => {
    const any = fc.oneof(
      fc.double(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 0, undefined as unknown as number),
    );
    const point = fc.record({
      x: any,
      y: any,
      theta: any,
      speed: any,
      accumulated_s: any,
      relative_time: any,
      curvature: any,
    });
    fc.assert(
      fc.property(
        fc.record({ x: any, y: any, heading: any, w: any, speed: any, q: any }),
        fc.array(point, { maxLength: 4 }),
        fc.constantFrom("", "use_state_exact_match", "enable_input_timestamp_check=false,max_trajectory_distance=0"),
        (state, points, flags) => {
          const control = core(flags);
          for (let c = 0; c < 3; c++) {
            const now = 1000 + 0.01 * c;
            control.onLocalization(
              {
                header: { timestamp_sec: now },
                pose: {
                  position: { x: state.x, y: state.y },
                  orientation: { qw: state.q, qx: 0, qy: 0, qz: state.x },
                  heading: state.heading,
                  angular_velocity_vrf: { z: state.w },
                },
              },
              now,
            );
            control.onChassis({ header: { timestamp_sec: now }, speed_mps: state.speed, driving_mode: 1 }, now);
            control.onTrajectory(
              { header: { timestamp_sec: now, sequence_num: c }, adc_trajectory_point: points },
              now,
            );
            const command = control.cycle(now);
            for (const value of [command.throttle, command.brake]) expect(Number.isFinite(value)).toBe(true);
            if (command.steering_target === undefined) expectStopped(command);
            else expect(Number.isFinite(command.steering_target)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("options of Apollo 1.5", () => {
  const once = (
    flags: string,
    change: Partial<Chassis> = {},
    trajectoryChange: Partial<AdcTrajectory> = {},
    config = conf,
  ) => {
    const control = new ControlCore(
      readControlConfig(config, "lincoln.pb.txt"),
      readFlags(CONTROL_FLAGS, `use_state_exact_match,noenable_speed_station_preview,${flags}`),
    );
    control.onLocalization(localization(0, 1000), 1000);
    control.onChassis({ ...chassis(0, 1000), ...change }, 1000);
    control.onTrajectory({ ...trajectory(0, 1000, 1), ...trajectoryChange }, 1000);
    return control.cycle(1000);
  };

  test("steering is limited by lateral acceleration", () => {
    const free = once("", { speed_mps: 30 }).steering_target!;
    const limited = once("set_steer_limit", { speed_mps: 30 }).steering_target!;
    // atan(5·2.85/30²)·16·180/π/470·100 = 3.09 %, then the first step of the low-pass.
    const limit = ((Math.atan((5 * 2.85) / 900) * 16 * 180) / Math.PI / 470) * 100;
    const gain = (0.1 * Math.PI) ** 2 / (1 + Math.SQRT2 * 0.1 * Math.PI + (0.1 * Math.PI) ** 2);
    expect(Math.abs(free)).toBeGreaterThan(Math.abs(limited));
    expect(Math.abs(limited)).toBeCloseTo(limit * gain, 9);
  });

  test("gains follow the schedule", () => {
    const scheduler = [
      { speed: 4, ratio: 1 },
      { speed: 8, ratio: 0.5 },
    ];
    const scheduled = {
      ...conf,
      lat_controller_conf: {
        ...conf.lat_controller_conf,
        lat_err_gain_scheduler: { scheduler },
        heading_err_gain_scheduler: { scheduler },
      },
    };
    const feedback = (flags: string, speed: number) =>
      once(flags, { speed_mps: speed }, {}, scheduled).debug!.simple_lat_debug!.steer_angle_feedback;
    expect(feedback("enable_gain_scheduler", 3)).toBe(feedback("", 3));
    expect(feedback("enable_gain_scheduler", 8)).not.toBeCloseTo(feedback("", 8)!, 3);
  });

  test("the gear is the trajectory's where the car may shift", () => {
    const gear = (speed: number, now: Chassis["gear_location"], wanted: AdcTrajectory["gear"]) =>
      once("enable_gear_command", { speed_mps: speed, gear_location: now }, { gear: wanted }).gear_location;
    expect([gear(0, 1, 2), gear(3, 1, 2), gear(3, 0, 2), gear(3, 1, 1)]).toEqual([2, 1, 2, 1]);
    expect(once("", { gear_location: 2 }, { gear: 2 }).gear_location).toBe(1);
  });

  test("driving backward turns the heading error round", () => {
    const error = (flags: string) => once(flags, { gear_location: 2 }).debug!.simple_lat_debug!.heading_error!;
    expect(error("reverse_heading_control")).toBe(-error(""));
  });

  test("slow points stand, pedals are filtered, slope is compensated", () => {
    expect(once("minimum_speed_resolution=9").debug!.simple_lon_debug!.speed_reference).toBe(0);
    expect(once("enable_pedal_filter").throttle).not.toBe(once("").throttle);
    const flat = once("").debug!.simple_lon_debug!.acceleration_cmd!;
    expect(once("enable_slope_offset").debug!.simple_lon_debug!.acceleration_cmd).not.toBe(flat);
  });
});

describe("logs", () => {
  test("have the original's columns and digits", () => {
    const commands = drive(core(), 30);
    const steer = steerLogLine(commands[25]!, { steering_percentage: 1e-7 })!;
    expect(steer.split(",")).toHaveLength(STEER_LOG_HEADER.split(",").length);
    expect(steer.split(",")[14]).toBe("1e-07");
    const debug = commands[25]!.debug!;
    expect(Number(steer.split(",")[0])).toBeCloseTo(debug.simple_lat_debug!.lateral_error!, 5);
    const speed = speedLogLine(commands[25]!)!;
    expect(speed).toMatch(/^(-?\d+\.\d{6}, ){17}0,\r\n$/);
    expect(SPEED_LOG_HEADER.split(",")).toHaveLength(speed.split(",").length);
    expect(speedLogLine({})).toBeUndefined();
  });
});

describe("configuration", () => {
  test.for([
    ["soft_estop_brake", { ...conf, soft_estop_brake: undefined }, /x\.pb\.txt: soft_estop_brake is missing/],
    [
      "matrix_q",
      { ...conf, lat_controller_conf: { ...conf.lat_controller_conf, matrix_q: [1] } },
      /matrix_q size: 1 in parameter file not equal to matrix_size: 4/,
    ],
    [
      "ts",
      { ...conf, lat_controller_conf: { ...conf.lat_controller_conf, ts: 0 } },
      /lat_controller_conf\.ts is 0, a number above 0/,
    ],
    [
      "table",
      { ...conf, lon_controller_conf: { ...conf.lon_controller_conf, calibration_table: { calibration: [] } } },
      /calibration_table\.calibration/,
    ],
    ["section", { ...conf, lon_controller_conf: undefined }, /lon_controller_conf is missing, a section/],
    ["controller", { ...conf, active_controllers: [7] }, /active_controllers/],
  ] as const)("names file, field and what was expected: %s", ([, broken, message]) => {
    expect(() => readControlConfig(broken, "x.pb.txt")).toThrow(message);
  });
});

describe("PID", () => {
  const gains = { kp: 2, ki: 4, kd: 0.5, integratorEnable: true, integratorSaturationLevel: 0.3 };
  test("by hand: first without derivative, ki inside the integral, clamped", () => {
    const pid = new Pid(gains);
    expect(pid.control(1, 0.05)).toBeCloseTo(2 + 0.2, 12);
    expect(pid.control(2, 0.05)).toBeCloseTo(4 + 0.3 + 0.5 * 20, 12);
    expect(pid.saturationStatus).toBe(1);
    expect(pid.control(9, 0)).toBeCloseTo(14.3, 12);
    pid.reset();
    expect(pid.saturationStatus).toBe(1);
    expect(pid.control(-1, 0.01)).toBeCloseTo(-2.04, 12);
  });
  test("clamping stops integrating further into saturation, back calculation draws the integral back", () => {
    const config = { ...gains, kd: 0, outputSaturationLevel: 3, kaw: 0.5 };
    const clamping = new ClampingPid(config);
    expect(clamping.control(10, 0.1)).toBe(3); // u = 24 > 3, e·u > 0: not integrated
    expect(clamping.outputSaturationStatus).toBe(1);
    expect(clamping.control(1, 0.1)).toBeCloseTo(2.4, 12); // integral 0.4 only
    const back = new BackCalculationPid(config);
    // u = 2·10 + 10·0.1·4 = 24; aw = −21; I = 0.5·(−21) + 10·0.1 = −9.5; output clamp(20 − 9.5)
    expect(back.control(10, 0.1)).toBe(3);
    expect(back.outputSaturationStatus).toBe(1);
    expect(back.control(1, 0.1)).toBeCloseTo(Math.max(2 - 9.5 + 0.5 * (-3 + 7.1) + 0.1, -3), 12);
  });
});

describe("trajectory", () => {
  const bend = new TrajectoryAnalyzer({
    adc_trajectory_point: [
      { x: 0, y: 0, theta: 0, accumulated_s: 0, relative_time: 0 },
      { x: 1, y: 0, theta: 0, accumulated_s: 1, relative_time: 1 },
      { x: 2, y: 0, theta: 0.2, curvature: 0.2, accumulated_s: 2, relative_time: 2 },
    ],
  });
  test("time: nearer of two neighbours, the earlier on a tie, the ends outside", () => {
    expect([-5, 0.4, 0.5, 0.6, 9].map((t) => bend.nearestByRelativeTime(t))).toEqual([0, 0, 0, 1, 2]);
  });
  test("position: matched between the neighbours of the nearest point", () => {
    const p = bend.matchedPoint(1.2, 0.5);
    expect(p.xM).toBeCloseTo(1.2, 5);
    expect(p.thetaRad).toBeCloseTo(0.12, 5);
    expect(p.kappaPerM).toBeCloseTo(0.12, 5);
  });
  test("Frenet: offset to the left, speed stretched by the curve", () => {
    const f = toFrenet(3, 2, Math.PI / 2 + 0.1, 2, { xM: 3, yM: 0, thetaRad: Math.PI / 2, kappaPerM: 0.5, sM: 10 });
    expect(f.sM).toBeCloseTo(12, 12);
    expect(f.dM).toBeCloseTo(0, 12);
    const left = toFrenet(2, 0, 0, 2, { xM: 2, yM: -1, thetaRad: 0, kappaPerM: 0.5, sM: 0 });
    expect(left.dM).toBe(1);
    expect(left.sDotMps).toBe(4);
  });
});
