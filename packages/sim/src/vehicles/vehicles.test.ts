import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DelosError } from "@delos/core";
import { parseLaunch, readLaunchFile } from "@delos/runtime";
import { PedalMap } from "@delos/vehicle";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CLOSED_LOOP,
  calibrate,
  calibrationText,
  findVehicle,
  folderOf,
  loopTrack,
  readCatalogue,
  readVehicle,
  simulateDrive,
  withCalibration,
  withVehicle,
} from "../index.ts";

const shuttle = folderOf("delos-shuttle");
let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "delos-vehicles-"));
  folder = join(parent, "mine");
  cpSync(shuttle, folder, { recursive: true });
  change("vehicle.pb.txt", /name: .*/, 'name: "Mine"');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function change(file: string, from: RegExp | string, to: string | ((found: string) => string)): void {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  const after = typeof to === "string" ? before.replace(from, to) : before.replace(from, to);
  expect(after, `${file} has ${String(from)}`).not.toBe(before);
  writeFileSync(path, after);
}

function refusal(): DelosError {
  try {
    readVehicle(folder);
  } catch (error) {
    if (error instanceof DelosError) return error;
    throw error;
  }
  throw new Error("it was read");
}

describe("Delos' vehicles", () => {
  test("are the Lincoln MKZ of Apollo 1.0 and a shuttle of another build", () => {
    const { vehicles, broken } = readCatalogue();
    expect(broken).toEqual([]);
    expect(vehicles.map(({ id }) => id)).toEqual(["lincoln-mkz", "delos-shuttle"]);
    const [mkz, small] = vehicles as [(typeof vehicles)[0], (typeof vehicles)[0]];
    expect(mkz.shape).toMatchObject({
      frontM: 3.89,
      backM: 1.043,
      wheelbaseM: 2.8448,
      steerLockDeg: 470,
      steerRatio: 16,
    });
    expect(mkz.physics?.pedals).toBeInstanceOf(PedalMap);
    expect(mkz.physics?.bicycle).toEqual({
      wheelbaseM: 2.8448,
      lfM: 1.4224,
      lrM: 1.4224,
      massKg: 2080,
      izKgM2: 4208.3,
      cfNprad: 155494.663,
      crNprad: 155494.663,
      maxSideForceN: 9200,
    });
    expect(small.shape.frontM + small.shape.backM).toBeCloseTo(3.9);
    expect(small.control.lateral?.massKg).toBe(1250);
    expect(small.physics?.fromCalibration).toBe(false);
  });

  test("the shuttle's table is what the tool measures, digit by digit", () => {
    const measured = calibrationText(calibrate(readVehicle(shuttle)));
    expect(measured.split("\n").length).toBeGreaterThan(300);
    expect(readFileSync(join(shuttle, "control_conf.pb.txt"), "utf8")).toContain(measured);
  });

  test("the table says what the forces do, to the noise of the sensors", () => {
    const { control, physics } = readVehicle(shuttle);
    const table = control.longitudinal!.calibration;
    for (const speedMps of [2, 5, 8, 11]) {
      for (const wanted of [-3, -1, 0.3, 1]) {
        const pedal = table.at(speedMps, wanted);
        expect(physics!.pedals.accelerationAt(speedMps, pedal), `${wanted} m/s² at ${speedMps} m/s`).toBeCloseTo(
          wanted,
          0.7,
        );
      }
    }
  });

  test("the shuttle follows the course; with the MKZ's table it does so worse", async () => {
    const own = readVehicle(shuttle);
    const drive = (vehicle: typeof own) => simulateDrive({ path: loopTrack(42), durationS: 40, vehicle });
    const right = await drive(own);
    expect(right.estops).toBe(0);
    expect(right.lateral_error_m.rms).toBeLessThan(0.06);
    expect(right.lateral_error_m.max).toBeLessThan(0.15);
    expect(right.station_error_m.rms).toBeLessThan(0.2);
    expect(right.speed_error_mps.rms).toBeLessThan(0.1);
    const mkz = findVehicle("lincoln-mkz");
    const wrong = await drive({ ...own, files: { ...own.files, control: mkz.files.control } });
    expect(wrong.speed_error_mps.rms).toBeGreaterThan(2 * right.speed_error_mps.rms);
    expect(wrong.lateral_error_m.rms).toBeGreaterThan(right.lateral_error_m.rms);
  });
});

describe("a vehicle of one's own", () => {
  test("is a folder; its name comes before Delos' own of that name", () => {
    expect(readCatalogue([parent]).vehicles.map(({ name }) => name)).toEqual(["Lincoln MKZ", "Delos Shuttle", "Mine"]);
    expect(findVehicle("mine", [parent]).folder).toBe(folder);
    expect(findVehicle(folder).name).toBe("Mine");
    expect(() => findVehicle("bus", [parent])).toThrow(/VEHICLE_UNKNOWN|mine, delos-shuttle, lincoln-mkz/);
  });

  test("can be measured before it has a table", () => {
    change("control_conf.pb.txt", /\n {2}calibration_table \{[^]*\n {2}\}\n/, "\n");
    expect(refusal().message).toContain("lon_controller_conf.calibration_table is missing");
    const bare = readVehicle(folder, { calibrated: false });
    const table = calibrationText(calibrate(bare, { topSpeedMps: 4 }));
    writeFileSync(bare.files.control, withCalibration(readFileSync(bare.files.control, "utf8"), table));
    expect([...readVehicle(folder).control.longitudinal!.calibration.xs]).toEqual([0, 1, 2, 3, 4]);
    // And again, in the place of the first.
    const text = readFileSync(bare.files.control, "utf8");
    expect(withCalibration(text, table)).toBe(text);
  });

  test("whose simulation has no drive cannot be measured: the table would measure itself", () => {
    expect(() => calibrate(findVehicle("lincoln-mkz"))).toThrow("no drive of its own");
  });

  test("that is broken is told with its place, and the others can be chosen", () => {
    writeFileSync(join(folder, "vehicle_param.pb.txt"), "vehicle_param {\n  length: long\n}\n");
    const { vehicles, broken } = readCatalogue([parent]);
    expect(vehicles.map(({ id }) => id)).toEqual(["lincoln-mkz", "delos-shuttle"]);
    expect(broken).toHaveLength(1);
    expect(broken[0]?.id).toBe("mine");
    expect(broken[0]?.message).toMatch(/^VEHICLE_FILE: .*vehicle_param\.pb\.txt: MSG_WRONG_VALUE: line 2, column 11/);
  });

  test("two of one name are refused: a choice must be one", () => {
    change("vehicle.pb.txt", /name: .*/, 'name: "Delos Shuttle"');
    expect(() => readCatalogue([parent])).toThrow(/both called "Delos Shuttle"/);
  });
});

describe("files of a vehicle that are", () => {
  const files = ["vehicle.pb.txt", "vehicle_param.pb.txt", "control_conf.pb.txt", "canbus_conf.pb.txt"];

  test.for(files)("missing (%s) are named", (file) => {
    rmSync(join(folder, file));
    if (file === "vehicle.pb.txt")
      expect(() => findVehicle(folder)).toThrow("no vehicle, nor a folder with a vehicle.pb.txt");
    expect(refusal()).toMatchObject({ code: "VEHICLE_FILE", message: expect.stringContaining(file) as string });
  });

  test.for(files)("truncated (%s) are refused or are still whole, and never anything else", (file) => {
    const whole = readFileSync(join(folder, file), "utf8");
    const step = Math.max(1, Math.floor(whole.length / 25));
    const outcomes = new Set<string>();
    for (let length = 0; length < whole.trimEnd().length; length += step) {
      writeFileSync(join(folder, file), whole.slice(0, length));
      try {
        readVehicle(folder);
        outcomes.add("read");
      } catch (error) {
        expect(error, `${file} of ${length}`).toBeInstanceOf(DelosError);
        outcomes.add((error as DelosError).code);
        expect((error as DelosError).message, `${file} of ${length}`).toContain(folder);
      }
    }
    expect(outcomes.size).toBeGreaterThan(0);
    for (const outcome of outcomes)
      expect(["read", "VEHICLE_FILE", "VEHICLE_CONFIG", "CONTROL_CONFIG", "CANBUS_CONFIG"]).toContain(outcome);
    // What is cut within its braces is never a vehicle.
    if (file !== "vehicle.pb.txt" && file !== "canbus_conf.pb.txt") expect(outcomes).not.toContain("read");
  });

  const lies: readonly (readonly [
    what: string,
    file: string,
    from: RegExp | string,
    to: string | ((found: string) => string),
    says: RegExp,
  ])[] = [
    [
      "a wheelbase beyond the bumper",
      "vehicle_param.pb.txt",
      "wheel_base: 2.6",
      "wheel_base: 3.4",
      /wheel_base is 3.4, less than front_edge/,
    ],
    [
      "another wheelbase than control's",
      "vehicle_param.pb.txt",
      "wheel_base: 2.6",
      "wheel_base: 2.9",
      /min_turn_radius|wheel_base is 2.9, but .*control_conf.pb.txt: lat_controller_conf.wheelbase is 2.6/,
    ],
    [
      "edges that are not its length",
      "vehicle_param.pb.txt",
      "length: 3.9",
      "length: 4.9",
      /length is 4.9, but front_edge_to_center \+ back_edge_to_center is 3.9/,
    ],
    ["no width", "vehicle_param.pb.txt", /\n {2}width.*/, "", /vehicle_param.width is missing, a number/],
    [
      "a negative height",
      "vehicle_param.pb.txt",
      "height: 2.05",
      "height: -2.05",
      /height is -2.05, a number from 0.01/,
    ],
    [
      "a lock that the frame cannot carry",
      "vehicle_param.pb.txt",
      /max_steer_angle: .*/,
      "max_steer_angle: 9.5",
      /max_steer_angle is 9.5, at most 470/,
    ],
    [
      "another lock for control",
      "control_conf.pb.txt",
      "max_degree: 420",
      "max_degree: 470",
      /steer_single_direction_max_degree is 470/,
    ],
    [
      "another lock for canbus",
      "canbus_conf.pb.txt",
      "max_steer_angle: 420",
      "max_steer_angle: 300",
      /vehicle_parameter.max_steer_angle is 300/,
    ],
    [
      "another ratio for control",
      "control_conf.pb.txt",
      "ratio: 14",
      "ratio: 16",
      /steer_ratio is 14, but .*steer_transmission_ratio is 16/,
    ],
    [
      "one controller only",
      "control_conf.pb.txt",
      "active_controllers: LON_CONTROLLER",
      "",
      /active_controllers names not both/,
    ],
    [
      "signs of the table turned round",
      "control_conf.pb.txt",
      /acceleration: \S+/g,
      (row) => `acceleration: ${-Number(row.slice(14))}`,
      /calibration_table says at 0 m\/s that braking is faster than throttle/,
    ],
    [
      "a table of one speed",
      "control_conf.pb.txt",
      /\n {4}calibration \{ speed: [1-9][^]*?(?=\n {2}\})/,
      "",
      /knows 1 speed, at least two/,
    ],
    [
      "a table without brakes",
      "control_conf.pb.txt",
      /\n {4}calibration \{[^\n]*command: -[^\n]*/g,
      "",
      /has no brake \(command below 0\) at 0 m\/s/,
    ],
    ["pedals beyond the floor", "control_conf.pb.txt", "command: 80 }", "command: 180 }", /a pedal of 180 % at 0 m\/s/],
    [
      "an acceleration of a rocket",
      "control_conf.pb.txt",
      /acceleration: 2\.1\d* command: 80/,
      "acceleration: 210 command: 80",
      /210 m\/s² at 0 m\/s/,
    ],
    ["no name", "vehicle.pb.txt", /name: .*/, "", /name is missing, a text was expected/],
    ["a mass of nothing", "vehicle.pb.txt", "mass_kg: 1250", "mass_kg: 0", /simulation.mass_kg is 0/],
    ["a mass that is no number", "vehicle.pb.txt", "mass_kg: 1250", "mass_kg: nan", /simulation.mass_kg is NaN/],
    ["a drive without power", "vehicle.pb.txt", /\n +max_power_w.*/, "", /simulation.drive.max_power_w is missing/],
    [
      "a centre of mass outside",
      "vehicle.pb.txt",
      "to_mass_m: 1.4352",
      "to_mass_m: 2.8",
      /front_axle_to_mass_m is 2.8/,
    ],
    [
      "a field that is none",
      "vehicle.pb.txt",
      "mass_kg",
      "mass_lb",
      /line 7, column 3: .* has no field mass_lb; did you mean mass_kg/,
    ],
    [
      "a file of a package that is not there",
      "vehicle.pb.txt",
      /can \{/,
      'control_conf: "@delos/none/conf.pb.txt"\ncan {',
      /there is no @delos\/none/,
    ],
  ];
  test.for(lies)("lying (%s) are refused with file and field", ([, file, from, to, says]) => {
    change(file, from, to);
    const error = refusal();
    expect(error.code).toMatch(/^(VEHICLE_FILE|VEHICLE_CONFIG|CONTROL_CONFIG|CANBUS_CONFIG)$/);
    expect(error.message).toMatch(says);
    expect(error.message).toContain(file);
  });
});

describe("a launch for a vehicle", () => {
  test("gives control, canbus and the simulated car the vehicle's files", async () => {
    const vehicle = readVehicle(folder);
    const spec = withVehicle(await readLaunchFile(CLOSED_LOOP), vehicle);
    const configOf = (name: string) => spec.modules.find((module) => module.name === name)?.config;
    expect(configOf("control")).toMatchObject({ conf: join(folder, "control_conf.pb.txt") });
    expect(configOf("canbus")).toMatchObject({ conf: join(folder, "canbus_conf.pb.txt"), can: { kind: "simulated" } });
    expect(configOf("car")).toMatchObject({ vehicle: folder });
    expect(configOf("guardian")).toEqual({});
  });

  test("on a CAN interface has no simulated car, and the watchdog brakes over the same bus", async () => {
    change("vehicle.pb.txt", "kind: SIMULATED", 'kind: SOCKETCAN interface: "can7"');
    const spec = withVehicle(await readLaunchFile(CLOSED_LOOP), readVehicle(folder));
    expect(spec.modules.map(({ name }) => name)).not.toContain("car");
    const configOf = (name: string) => spec.modules.find((module) => module.name === name)?.config;
    expect(configOf("canbus")).toMatchObject({ can: { kind: "socketcan", interface: "can7" } });
    expect(configOf("watchdog")).toMatchObject({ stop_output: { options: { interface: "can7", brakePercent: 50 } } });
  });

  test("that simulates refuses a vehicle without physics", () => {
    change("vehicle.pb.txt", /simulation \{[^]*/, "");
    const spec = parseLaunch('modules: { car: { component: "@delos/sim/live/car#car" } }', "one.yaml");
    expect(() => withVehicle(spec, readVehicle(folder))).toThrow(/Mine has no simulation in .*mine/);
    expect(basename(folder)).toBe("mine");
    mkdirSync(join(parent, "empty"));
    expect(readCatalogue([parent]).broken).toEqual([]);
  });
});
