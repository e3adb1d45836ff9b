import { existsSync, readFileSync } from "node:fs";
import { SimulatedClock } from "@delos/core";
import { seededRandom, Table2d } from "@delos/math";
import { apollo } from "@delos/msgs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Bicycle,
  CanbusCore,
  CandumpPort,
  type CanFrame,
  type ChassisDetailState,
  chassisOf,
  faultMask,
  formatCandump,
  fromHex,
  MkzCommands,
  MkzController,
  type MkzParameters,
  mkzStopFrames,
  openSocketCan,
  PedalMap,
  parseCandump,
  readMkzParameters,
  readReport,
  SimulatedCanBus,
  SimulatedMkz,
  toHex,
} from "./index.ts";
import { openStopOutput } from "./stop-output.ts";

const conf = apollo.canbus.CanbusConf.fromText(
  readFileSync(new URL("../conf/canbus_conf.pb.txt", import.meta.url), "utf8"),
);
const MKZ: MkzParameters = readMkzParameters(conf);
const { DrivingMode } = apollo.canbus.Chassis;
const START = 1;
const RESET = 2;

describe("frames that are sent, worked by hand", () => {
  const commands = new MkzCommands();
  const hex = (id: number): string => toHex(commands.frame(id).data);
  test("all zero after a reset", () => {
    for (const frame of commands.frames()) expect(toHex(frame.data)).toBe("0000000000000000");
    expect(commands.frames().map(({ id }) => id)).toEqual([0x60, 0x62, 0x64, 0x66, 0x68]);
  });
  test("pedals: 65535 steps, clamped, the lamp from 0.001 % on", () => {
    commands.setBrake(50);
    commands.brakeEnabled = true;
    expect(hex(0x60)).toBe("ff7f010100000000"); // 0.5/1.52590218966964e-5 = 32767.5 → 32767
    commands.setBrake(250);
    expect(hex(0x60).slice(0, 4)).toBe("ffff");
    commands.setBrake(0.0009);
    expect(hex(0x60).slice(0, 6)).toBe("000000");
    commands.setThrottle(-3);
    expect(hex(0x62)).toBe("0000000000000000");
  });
  test("steering: tenths of a degree toward zero, two's complement, speed in 2 °/s", () => {
    commands.setSteering(-47.05, 501);
    commands.steeringEnabled = true;
    expect(hex(0x64)).toBe("2afe01fa00000000"); // −470 = 0xfe2a, 500/2 = 0xfa
    commands.setSteering(1e6, 99);
    expect(hex(0x64)).toBe("5c12013100000000"); // 4700, 49
  });
  test("gears and turn signal", () => {
    const gears = [0, 1, 2, 3, 4, 5, 6].map((gear) => {
      commands.setGear(gear);
      return commands.frame(0x66).data[0];
    });
    expect(gears).toEqual([3, 4, 2, 1, 5, 0, 0]);
    commands.setTurnSignal(2);
    expect(hex(0x68)).toBe("0200000000000000");
  });
  test("what is not finite leaves the frame as it was", () => {
    commands.setBrake(20);
    const before = hex(0x60);
    commands.setBrake(Number.NaN);
    commands.setThrottle(Number.POSITIVE_INFINITY);
    commands.setSteering(Number.NaN, 1);
    expect(hex(0x60)).toBe(before);
  });
});

describe("frames that are received", () => {
  /** Signals as a DBC file has them: start bit, length, sign, factor; an independent reading through one 64-bit number. */
  const SIGNALS: readonly (readonly [number, string, number, number, boolean, number])[] = [
    [0x65, "eps.steering_angle_cmd", 16, 16, true, 0.1],
    [0x65, "eps.epas_torque", 48, 8, true, 0.0625],
    [0x65, "eps.driver_override", 57, 1, false, 1],
    [0x65, "eps.connector_fault", 63, 1, false, 1],
    [0x61, "brake.watchdog_source", 52, 4, false, 1],
    [0x61, "brake.boo_output", 50, 1, false, 1],
    [0x61, "brake.boo_fault", 62, 1, false, 1],
    [0x63, "gas.throttle_enabled", 56, 1, false, 1],
    [0x63, "gas.connector_fault", 63, 1, false, 1],
    [0x67, "gear.canbus_fault", 7, 1, false, 1],
    [0x69, "light.lincoln_wiper", 4, 4, false, 1],
    [0x69, "basic.acc_cancel_button", 14, 1, false, 1],
    [0x69, "basic.canbus_fault", 23, 1, false, 1],
    [0x69, "safety.is_trunk_open", 29, 1, false, 1],
    [0x69, "safety.is_passenger_buckled", 33, 1, false, 1],
    [0x6a, "vehicle_spd.wheel_spd_rl", 32, 16, false, 0.01],
    [0x6b, "vehicle_spd.long_acc", 16, 16, true, 0.01],
    [0x6c, "vehicle_spd.yaw_rate", 16, 16, true, 0.0002],
    [0x6d, "basic.latitude", 0, 31, true, 1e-6 / 3],
    [0x6d, "basic.longitude", 32, 31, true, 1e-6 / 3],
    [0x6d, "basic.gps_valid", 63, 1, false, 1],
    [0x6e, "basic.hours", 24, 5, false, 1],
    [0x6e, "basic.compass_direction", 48, 4, false, 45],
    [0x6e, "basic.pdop", 56, 5, false, 0.2],
    [0x6e, "basic.is_inferred", 62, 1, false, 1],
    [0x6f, "basic.altitude", 0, 16, true, 0.25],
    [0x6f, "basic.gps_speed", 32, 8, false, 0.44704],
    [0x6f, "basic.num_satellites", 59, 5, false, 1],
    [0x71, "safety.rear_left_tire_press", 32, 16, false, 1],
    [0x72, "battery.fuel_level", 0, 16, true, 0.108696],
    [0x74, "brake.brake_torque_req", 0, 12, false, 4],
    [0x74, "brake.hsa_status", 12, 3, false, 1],
    [0x74, "vehicle_spd.is_vehicle_standstill", 15, 1, false, 1],
    [0x74, "brake.brake_torque_act", 16, 12, false, 4],
    [0x74, "brake.hsa_mode", 28, 2, false, 1],
    [0x74, "epb.parking_brake_status", 30, 2, false, 1],
    [0x74, "brake.wheel_torque_act", 32, 14, true, 4],
    [0x74, "vehicle_spd.acc_est", 48, 10, true, 0.035],
    [0x74, "esp.is_trac_enabled", 63, 1, false, 1],
    [0x75, "ems.engine_rpm", 0, 16, false, 0.25],
    [0x75, "gas.accelerator_pedal", 16, 10, false, 0.1],
  ];
  const raw = (data: Uint8Array, start: number, length: number, signed: boolean): number => {
    const all = data.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const bits = (all >> BigInt(start)) & ((1n << BigInt(length)) - 1n);
    return Number(signed ? BigInt.asIntN(length, bits) : bits);
  };
  test("agree with a bit-by-bit reading, whatever they hold", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (data) => {
        for (const [id, path, start, length, signed, factor] of SIGNALS) {
          const detail: ChassisDetailState = {};
          expect(readReport({ id, data }, detail)).toBe("read");
          const [section, field] = path.split(".") as [keyof ChassisDetailState, string];
          const value = Number((detail[section] as unknown as Record<string, number | boolean>)[field]);
          if (path === "eps.steering_angle_cmd" && raw(data, start, length, false) === 0x8000) continue;
          expect(value).toBeCloseTo(raw(data, start, length, signed) * factor, 9);
        }
      }),
      { numRuns: 60 },
    );
  });
  const read = (id: number, hex: string, detail: ChassisDetailState = {}): ChassisDetailState => {
    readReport({ id, data: fromHex(hex) }, detail);
    return detail;
  };
  test("steering: speed in m/s, 0x8000 is positive, override is offline, stamps where the bus has them", () => {
    const detail = read(0x65, "00800000100e0002");
    expect(detail.eps).toMatchObject({ steering_angle: 3276.8, driver_override: true });
    expect(detail.vehicle_spd).toEqual({ vehicle_spd: 36 / 3.6, is_vehicle_spd_valid: true });
    expect(detail.check_response).toEqual({ is_eps_online: false });
    expect(detail.eps!.timestamp_65).toBeUndefined();
    readReport({ id: 0x65, data: new Uint8Array(8), timestampS: 12.5 }, detail);
    expect(detail.eps!.timestamp_65).toBe(12.5);
  });
  test("gears, turn light, ambient light, pedal rate, versions", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((code) => read(0x67, `0${code}00000000000000`).gear!.gear_state)).toEqual([
      6, 3, 2, 0, 1, 4, 5, 5,
    ]);
    expect(read(0x67, "4c00000000000000").gear).toEqual({
      gear_state: 1,
      is_shift_position_valid: false,
      driver_override: true,
      gear_cmd: 1,
      canbus_fault: false,
    });
    const light = read(0x69, "0100000000000000");
    expect(read(0x69, "0300000000000000", light).light!.turn_light_type).toBe(1);
    expect(read(0x69, "0006000000000000").light!.lincoln_ambient).toBe(5);
    expect(read(0x69, "0000000100000000").safety!.is_driver_car_door_close).toBe(false);
    expect(read(0x75, "00000000ff000000").gas!.accelerator_pedal_rate).toBeCloseTo(-0.04, 12);
    expect(read(0x75, "0000000040000000").gas!.accelerator_pedal_rate).toBeCloseTo(-7.68, 12);
    expect(read(0x7f, "0200010002000300").gas).toEqual({ major_version: 1, minor_version: 2, build_number: 3 });
    expect(read(0x7f, "0900010002000300")).toEqual({});
  });
  test("other ids and lengths leave everything as it was", () => {
    const detail: ChassisDetailState = {};
    expect(readReport({ id: 0x123, data: new Uint8Array(8) }, detail)).toBe("unknown");
    expect(readReport({ id: 0x65, data: new Uint8Array(7) }, detail)).toBe("wrong length");
    expect(detail).toEqual({});
  });
});

test("chassis from frames: what was not measured is 0 or false", () => {
  const chassis = chassisOf({}, { drivingMode: 0, errorCode: 0, errorMask: 0, maxSteerDeg: 470 });
  expect(chassis).toEqual({
    driving_mode: 0,
    error_code: 0,
    engine_started: true,
    engine_rpm: 0,
    speed_mps: 0,
    odometer_m: 0,
    fuel_range_m: 0,
    throttle_percentage: 0,
    brake_percentage: 0,
    gear_location: 6,
    steering_percentage: 0,
    steering_torque_nm: 0,
    parking_brake: false,
    signal: { turn_signal: 0, horn: false },
  });
  const emergency = chassisOf(
    { eps: { steering_angle: 47 } },
    { drivingMode: 4, errorCode: 2, errorMask: 3, maxSteerDeg: 470 },
  );
  expect(emergency).toMatchObject({ driving_mode: 4, error_code: 0, chassis_error_mask: 3, steering_percentage: 10 });
});

describe("driving modes", () => {
  const online = { is_eps_online: true, is_esp_online: true, is_vcu_online: true };
  const drive = { throttle: 20, brake: 0, steering_target: 10, steering_rate: 100, gear_location: 1 } as const;

  test("by hand nothing is carried out; START enables, asks, and then drives", () => {
    const controller = new MkzController(MKZ);
    controller.update(drive, 0);
    expect(toHex(controller.commands.frame(0x62).data)).toBe("0000000000000000");
    controller.update({ ...drive, pad_msg: { action: START } }, 0);
    expect(controller.busy).toBe(true);
    expect(controller.commands).toMatchObject({ brakeEnabled: true, throttleEnabled: true, steeringEnabled: true });
    expect(controller.update(drive, 0.01)).toBe(false);
    controller.detail.check_response = online;
    controller.poll(0.02);
    expect(controller.mode).toBe(DrivingMode.COMPLETE_AUTO_DRIVE);
    expect(controller.commands).toMatchObject({
      throttlePercent: 20,
      steeringDeg: 47,
      steeringSpeedDegps: 500,
      gearCode: 4,
    });
  });

  test("no answer within 20 attempts is an emergency, which only RESET leaves", () => {
    const controller = new MkzController(MKZ);
    controller.update({ pad_msg: { action: START } }, 0);
    for (let t = 0; t < 0.38; t += 0.005) controller.poll(t);
    expect(controller.busy).toBe(true);
    controller.poll(0.4);
    expect(controller.mode).toBe(DrivingMode.EMERGENCY_MODE);
    expect(controller.commands.steeringEnabled).toBe(false);
    controller.detail.check_response = online;
    controller.update({ pad_msg: { action: START } }, 1);
    expect(controller.mode).toBe(DrivingMode.EMERGENCY_MODE);
    controller.update({ pad_msg: { action: RESET } }, 2);
    expect(controller.mode).toBe(DrivingMode.COMPLETE_MANUAL);
  });

  test("ten bad answers in a row end automatic driving, nine do not", () => {
    const controller = new MkzController(MKZ);
    controller.assume(DrivingMode.COMPLETE_AUTO_DRIVE);
    controller.detail.check_response = { ...online, is_eps_online: false };
    for (let i = 0; i < 9; i++) controller.check();
    controller.detail.check_response = online;
    controller.check();
    expect(controller.mode).toBe(DrivingMode.COMPLETE_AUTO_DRIVE);
    controller.detail.check_response = { ...online, is_vcu_online: false };
    for (let i = 0; i < 10; i++) controller.check();
    expect(controller.mode).toBe(DrivingMode.EMERGENCY_MODE);
    // The emergency hides its error code.
    expect(controller.chassis()).toMatchObject({ driving_mode: 4, error_code: 0 });
  });

  test("a fault bit is an emergency at once, also by hand; a gear fault only shows", () => {
    const controller = new MkzController(MKZ);
    controller.detail.gear = { canbus_fault: true };
    controller.check();
    expect(controller.chassis()).toMatchObject({ driving_mode: 0, chassis_error_mask: 1 << 14 });
    controller.detail.brake = { boo_fault: true };
    controller.check();
    expect(controller.chassis()).toMatchObject({ driving_mode: 4, chassis_error_mask: (1 << 14) | (1 << 8) });
    expect(faultMask({ eps: { watchdog_fault: true }, gas: { connector_fault: true } })).toEqual({
      mask: 1 | (1 << 13),
      grave: true,
    });
  });

  test("steering and pedals alone", () => {
    const steer = new MkzController({ ...MKZ, startMode: DrivingMode.AUTO_STEER_ONLY });
    steer.detail.check_response = { is_eps_online: true };
    steer.update({ ...drive, steering_rate: 1, pad_msg: { action: START } }, 0);
    expect(steer.mode).toBe(DrivingMode.AUTO_STEER_ONLY);
    expect(steer.commands).toMatchObject({
      throttlePercent: 0,
      throttleEnabled: false,
      steeringDeg: 47,
      steeringSpeedDegps: 200,
    });
    const speed = new MkzController({ ...MKZ, startMode: DrivingMode.AUTO_SPEED_ONLY });
    speed.detail.check_response = { is_vcu_online: true, is_esp_online: true };
    speed.update({ ...drive, pad_msg: { action: START } }, 0);
    expect(speed.commands).toMatchObject({ throttlePercent: 20, steeringEnabled: false, steeringDeg: 0 });
  });

  test("a configuration without a mode names it", () => {
    expect(() =>
      readMkzParameters({ vehicle_parameter: { ...conf.vehicle_parameter, driving_mode: undefined } }, "c.txt"),
    ).toThrow(/c\.txt: vehicle_parameter\.driving_mode is missing/);
  });
});

describe("canbus on a bus", () => {
  test("frames go out at their periods, chassis at 100 Hz, commands closer than 5 ms are dropped", () => {
    const bus = new SimulatedCanBus(() => 0);
    const seen: number[] = [];
    using _listening = bus.port().onFrame((frame) => seen.push(frame.id));
    using canbus = new CanbusCore(MKZ, bus.port());
    const chassis = Array.from({ length: 200 }, (_, i) => canbus.step(i * 0.005).chassis).filter(
      (c) => c !== undefined,
    );
    expect(chassis).toHaveLength(100);
    expect(chassis.at(-1)!.header).toMatchObject({ module_name: "chassis", sequence_num: 100 });
    expect(seen.filter((id) => id === 0x60)).toHaveLength(50);
    expect(seen.filter((id) => id === 0x68)).toHaveLength(20);
    canbus.onCommand({}, 10);
    canbus.onCommand({}, 10.004);
    canbus.onCommand({}, 10.005);
    canbus.onCommand({}, 3); // the clock was set back
    expect(canbus.counters.commandsTooSoon).toBe(1);
    canbus.onCommand({ pad_msg: { action: START } }, 3.001);
    expect(canbus.controller.busy).toBe(true);
  });

  const pedals = new PedalMap(
    new Table2d(
      [-3, -2, -1, 0, 1, 2].flatMap((a) => [0, 20].map((v) => [v, a, a < 0 ? -15 + 10 * a : 18 + 10 * a] as const)),
    ),
  );

  function vehicle(options: ConstructorParameters<typeof CanbusCore>[2] = {}) {
    let now = 100;
    const bus = new SimulatedCanBus(() => now);
    const canbus = new CanbusCore(MKZ, bus.port(), options);
    const car = new SimulatedMkz(bus.port(), { xM: 0, yM: 0, headingRad: 0, pedals });
    let chassis: apollo.canbus.Chassis = {};
    const run = (seconds: number, command?: apollo.control.ControlCommand): void => {
      for (let i = 0; i < Math.round(seconds / 0.005); i++) {
        now += 0.005;
        if (command !== undefined && i % 2 === 0) canbus.onCommand(command, now);
        chassis = canbus.step(now).chassis ?? chassis;
        car.step(now);
      }
    };
    return { canbus, car, run, chassis: () => chassis };
  }
  const go: apollo.control.ControlCommand = {
    throttle: 30,
    brake: 0,
    steering_target: 20,
    steering_rate: 100,
    gear_location: 1,
  };

  test("the car takes over in about 0.3 s, drives and turns left; RESET gives it back", () => {
    const v = vehicle();
    v.run(0.2);
    v.canbus.onCommand({ ...go, pad_msg: { action: START } }, 100.21);
    v.run(0.2, go);
    expect(v.canbus.controller.busy).toBe(true);
    v.run(0.15, go);
    expect(v.chassis().driving_mode).toBe(DrivingMode.COMPLETE_AUTO_DRIVE);
    v.run(3, go);
    expect(v.car.bicycle.speedMps).toBeGreaterThan(2);
    expect(v.car.bicycle.yM).toBeGreaterThan(0.2);
    expect(v.chassis().speed_mps).toBeCloseTo(v.car.bicycle.speedMps, 1);
    expect(v.chassis().steering_percentage).toBeCloseTo(20, 0);
    v.run(0.02, { pad_msg: { action: RESET } });
    expect(v.chassis().driving_mode).toBe(DrivingMode.COMPLETE_MANUAL);
  });

  test("a driver's hand on the wheel ends automatic driving within half a second", () => {
    const v = vehicle();
    v.run(0.02);
    v.canbus.onCommand({ ...go, pad_msg: { action: START } }, 100.03);
    v.run(1, go);
    v.car.driver.steeringDeg = -30;
    v.run(0.45, go);
    expect(v.chassis().driving_mode).toBe(DrivingMode.COMPLETE_AUTO_DRIVE);
    v.run(0.1, go);
    expect(v.chassis()).toMatchObject({ driving_mode: DrivingMode.EMERGENCY_MODE, error_code: 0 });
  });

  test("without commands it brakes when asked to watch, and the units let go when the frames stop", () => {
    const v = vehicle({ commandTimeoutS: 0.1 });
    v.run(0.02);
    v.canbus.onCommand({ ...go, pad_msg: { action: START } }, 100.03);
    v.run(4, go);
    const before = v.car.bicycle.speedMps;
    v.run(0.5);
    expect(v.car.bicycle.speedMps).toBeLessThan(before);
    expect(v.car.actuators.brake).toBeGreaterThan(45);
    expect(v.canbus.counters.commandTimeouts).toBeGreaterThan(0);
  });

  test("brakes at the next frame when the stop is requested beside the commands", () => {
    let requested = false;
    const v = vehicle({ stopRequested: () => requested });
    v.run(0.02);
    v.canbus.onCommand({ ...go, pad_msg: { action: START } }, 100.03);
    v.run(2, go);
    expect(v.car.actuators.throttle).toBeGreaterThan(0);
    requested = true;
    v.run(0.5, go);
    expect(v.car.actuators.brake).toBeGreaterThan(45);
    expect(v.car.actuators.throttle).toBeLessThan(0.1);
  });

  test("refuses commands that are not finite, and stale ones when asked to; STOP passes", () => {
    const v = vehicle({ maxCommandAgeS: 0.1, commandTimeoutS: 0.1 });
    const stamped = (timestamp_sec: number) => ({ ...go, header: { timestamp_sec } });
    v.canbus.onCommand({ ...stamped(100), pad_msg: { action: START } }, 100.2);
    expect(v.canbus.controller.busy).toBe(false);
    v.canbus.onCommand(stamped(3700), 100.2);
    v.canbus.onCommand({ ...stamped(100.2), brake: Number.NaN }, 100.2);
    expect(v.canbus.counters.commandsRefused).toBe(3);
    v.canbus.onCommand({ ...stamped(100.2), pad_msg: { action: START } }, 100.2);
    expect(v.canbus.controller.busy).toBe(true);
    v.canbus.controller.assume(DrivingMode.COMPLETE_AUTO_DRIVE);
    const fresh = vehicle({ maxCommandAgeS: 0.1 });
    fresh.canbus.controller.assume(DrivingMode.COMPLETE_AUTO_DRIVE);
    fresh.canbus.onCommand({ ...stamped(50), pad_msg: { action: RESET } }, 100);
    expect(fresh.canbus.controller.mode).toBe(DrivingMode.COMPLETE_MANUAL);
  });

  test("says nothing of a car that does not report, when asked to watch", () => {
    const watching = vehicle({ reportTimeoutS: 0.1 });
    watching.run(1);
    expect(watching.canbus.step(102).chassis ?? watching.canbus.step(102.005).chassis).toBeDefined();
    watching.car[Symbol.dispose]();
    const deaf: unknown[] = [];
    for (let i = 0; i < 100; i++) deaf.push(watching.canbus.step(102.01 + i * 0.005).chassis);
    expect(deaf.slice(0, 10).some((chassis) => chassis !== undefined)).toBe(true);
    expect(deaf.slice(30).every((chassis) => chassis === undefined)).toBe(true);
  });

  test("a stop sent beside canbus brakes and takes the throttle away", async () => {
    const frames = mkzStopFrames(50);
    expect(frames.map(({ id, data }) => [id, data[3]])).toEqual([
      [0x60, 1],
      [0x62, 1],
    ]);
    expect(frames[0]!.data[0]! | (frames[0]!.data[1]! << 8)).toBe(0x7fff);
    expect(frames[1]!.data.subarray(0, 2)).toEqual(new Uint8Array(2));
    await expect(openStopOutput({ interface: 3 })).rejects.toMatchObject({ code: "CANBUS_CONFIG" });
    await expect(openStopOutput({ interface: "can0", brakePercent: Number.NaN })).rejects.toThrow("brakePercent");
  });
});

describe("the simulated car", () => {
  test("pedals inverted: what the table asks for is what comes", () => {
    const table = new Table2d([
      [0, -2, -40],
      [0, -1, -20],
      [0, 0, -25], // not monotone
      [0, 1, 30],
      [10, -2, -35],
      [10, 2, 50],
    ]);
    const map = new PedalMap(table);
    expect(map.accelerationAt(0, -40)).toBe(-2);
    expect(map.accelerationAt(0, 30)).toBe(1);
    expect(map.accelerationAt(0, -22.5)).toBeCloseTo(-0.5, 12);
    expect(map.accelerationAt(10, 7.5)).toBeCloseTo(0, 12);
    expect(map.accelerationAt(5, 30)).toBeCloseTo((1 + map.accelerationAt(10, 30)) / 2, 12);
    for (let c = -50, last = -9; c < 60; c++) {
      const a = map.accelerationAt(3, c);
      expect(a).toBeGreaterThanOrEqual(last);
      last = a;
    }
  });

  test("a slow circle has the radius of the geometry, a faster one that of understeer-free balance", () => {
    for (const [speed, radius] of [
      [0.8, 2.8448 / Math.tan(0.1)],
      [8, 2.8448 / Math.tan(0.1)],
    ] as const) {
      const car = new Bicycle(0, 0, 0);
      car.speedMps = speed;
      for (let i = 0; i < 4000; i++) car.step(0.0025, 0.1, 0);
      // Equal axles: neutral steer, the radius stays that of the geometry (to the tangent's second order).
      expect(speed / car.yawRateRadps / radius).toBeCloseTo(1, 1);
      expect(car.leftMps2).toBeCloseTo((speed * speed) / radius, 1);
    }
  });

  test("it never rolls backward and brakes to a stand", () => {
    const car = new Bicycle(0, 0, 0);
    car.speedMps = 1;
    for (let i = 0; i < 1000; i++) car.step(0.0025, 0.3, -3);
    expect(car.speedMps).toBe(0);
    expect(car.yawRateRadps).toBe(0);
  });

  test("is the same for the same seed", () => {
    const build = (): string => {
      const bus = new SimulatedCanBus(() => 0);
      const pedals = new PedalMap(
        new Table2d([
          [0, -1, -20],
          [0, 1, 30],
        ]),
      );
      const car = new SimulatedMkz(bus.port(), { xM: 1, yM: 2, headingRad: 0.5, pedals, seed: 42 });
      car.driver.throttle = 30;
      car.driver.brake = 0;
      for (let i = 0; i < 200; i++) car.step(i * 0.005);
      return JSON.stringify([car.gps(1), car.imu(1)]);
    };
    expect(build()).toBe(build());
  });
});

describe("candump logs", () => {
  const random = seededRandom(3);
  const frames = Array.from({ length: 5 }, (_, i): CanFrame & { timestampS: number } => ({
    id: 0x60 + i,
    data: Uint8Array.from({ length: i + 4 }, () => Math.floor(256 * random.uniform())),
    timestampS: 1000.5 + i * 0.1,
  }));
  const text = frames.map((frame) => formatCandump(frame, frame.timestampS)).join("\n");
  test("are read as they were written; other lines are counted", () => {
    const { frames: read, skipped } = parseCandump(`${text}\n(1.0) can0 123##1ABC\ngarbage\n(2.0) can0 060#R\n`);
    expect(read.map(({ id, data }) => ({ id, data }))).toEqual(frames.map(({ id, data }) => ({ id, data })));
    expect(skipped).toBe(3);
  });
  test("are played at their spacing", () => {
    const clock = new SimulatedClock();
    using port = new CandumpPort(parseCandump(text).frames, clock);
    const at: number[] = [];
    using _listening = port.onFrame(() => at.push(Math.round(clock.monotonicMs())));
    clock.advance(250);
    expect(at).toEqual([0, 100, 200]);
    clock.advance(1000);
    expect(at).toEqual([0, 100, 200, 300, 400]);
    expect(port.send()).toBe(false);
  });
});

test.skipIf(existsSync(new URL("../../../node_modules/socketcan", import.meta.url)))(
  "where there is no SocketCAN, that is what is said",
  async () => {
    await expect(openSocketCan("can0")).rejects.toThrow(/SOCKETCAN|not available here/);
  },
);
