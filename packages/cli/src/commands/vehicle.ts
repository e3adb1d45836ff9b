import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "@delos/core";
import {
  calibrate,
  calibrationText,
  findVehicle,
  folderOf,
  readCatalogue,
  readVehicle,
  type Vehicle,
  withCalibration,
} from "@delos/sim";
import type { Command, CommandContext } from "../command.ts";
import { numberOption } from "./replay-options.ts";
import { sizesOf } from "./vehicle-choice.ts";

/** The option of every command that knows vehicles. */
export const vehiclesOption = { vehicles: { type: "string", multiple: true } } as const;
export const vehiclesHelp = "Folder of vehicles of your own, beside those of Delos (repeatable)";

/** The folders of `--vehicles`. */
export function vehicleFolders({ values, cwd }: CommandContext): readonly string[] {
  const given = Array.isArray(values["vehicles"]) ? values["vehicles"] : [];
  return given.map((folder) => resolve(cwd, String(folder)));
}

const listed: Command = {
  name: "vehicle list",
  usage: "vehicle list [--vehicles DIR] [--json]",
  summary: "Vehicles that can be driven",
  description:
    "Those of Delos and those in the folders of --vehicles. What is meant to be a vehicle and cannot be read is said on stderr, with file and place.",
  examples: ["delos vehicle list"],
  options: { ...vehiclesOption },
  optionHelp: { vehicles: vehiclesHelp },
  async run(context) {
    const { vehicles, broken } = readCatalogue(vehicleFolders(context));
    for (const { message } of broken) context.err.write(`delos: ${message}\n`);
    for (const vehicle of vehicles)
      context.out.write(context.json ? `${JSON.stringify(jsonOf(vehicle))}\n` : `${vehicle.id}: ${lineOf(vehicle)}\n`);
    return broken.length === 0 ? undefined : 3;
  },
};

const show: Command = {
  name: "vehicle show",
  usage: "vehicle show VEHICLE [--vehicles DIR] [--json]",
  summary: "What is known of a vehicle, after its files were held against each other",
  description:
    "VEHICLE is a name that `delos vehicle list` prints, or a folder with a vehicle.pb.txt. A file that is wrong is an error with its place.",
  examples: ["delos vehicle show delos-shuttle"],
  options: { ...vehiclesOption },
  optionHelp: { vehicles: vehiclesHelp },
  async run(context) {
    const vehicle = findVehicle(nameOf(context), vehicleFolders(context), context.cwd);
    context.out.write(context.json ? `${JSON.stringify(jsonOf(vehicle))}\n` : table(vehicle));
  },
};

const calibrateCommand: Command = {
  name: "vehicle calibrate",
  usage: "vehicle calibrate VEHICLE [--top-speed V] [--seed N] [--write] [--vehicles DIR] [--json]",
  summary: "Measure a simulated vehicle's calibration table",
  description:
    "As Apollo's tool does on a real car: by wire, on a straight, one throttle after the other from standstill and one brake after the other " +
    "from the top speed, measured by chassis and inertial sensor. Prints the calibration_table of a ControlConf; --write puts it into the " +
    "vehicle's own. The vehicle needs physics of its own (simulation.drive in vehicle.pb.txt). The same seed gives the same table.",
  examples: ["delos vehicle calibrate delos-shuttle"],
  options: {
    ...vehiclesOption,
    "top-speed": { type: "string" },
    seed: { type: "string" },
    write: { type: "boolean" },
  },
  optionHelp: {
    vehicles: vehiclesHelp,
    "top-speed": "Measure up to this speed, m/s (12)",
    seed: "Of the sensors' noise (1)",
    write: "Put the table into the vehicle's ControlConf",
  },
  async run(context) {
    const topSpeedMps = numberOption(context, "top-speed", { min: 2, max: 60 }) ?? 12;
    const seed = numberOption(context, "seed", { min: 0 }) ?? 1;
    const vehicle = readVehicle(folderOf(nameOf(context), vehicleFolders(context), context.cwd), { calibrated: false });
    const rows = calibrate(vehicle, { topSpeedMps, seed });
    const text = calibrationText(rows);
    if (context.json) {
      for (const { speedMps, accelerationMps2, commandPercent } of rows)
        context.out.write(
          `${JSON.stringify({ speed: speedMps, acceleration: accelerationMps2, command: commandPercent })}\n`,
        );
    } else if (context.values["write"] !== true) context.out.write(text);
    if (context.values["write"] !== true) return;
    const file = vehicle.files.control;
    writeFileSync(file, withCalibration(readFileSync(file, "utf8"), text));
    context.err.write(`${rows.length} rows into ${file}\n`);
  },
};

function nameOf({ positionals: [name] }: CommandContext): string {
  if (name === undefined) throw new UsageError("which vehicle? See: delos vehicle list");
  return name;
}

function jsonOf({ id, name, folder, shape, control, can, physics }: Vehicle): object {
  const { massKg, cf, cr } = control.lateral!;
  return {
    id,
    name,
    folder,
    length_m: rounded(shape.frontM + shape.backM),
    ...sizesOf(shape),
    mass_kg: massKg,
    front_stiffness_nprad: cf,
    rear_stiffness_nprad: cr,
    calibration: rowsOf({ control }),
    can,
    simulated: physics !== undefined,
  };
}

function rowsOf({ control }: Pick<Vehicle, "control">): {
  readonly rows: number;
  readonly speeds: number;
  readonly top_speed_mps: number;
} {
  const { calibration } = control.longitudinal!;
  const speeds = calibration.xs;
  const rows = speeds.reduce((sum, _, i) => sum + calibration.curve(i).y.length, 0);
  return { rows, speeds: speeds.length, top_speed_mps: speeds.at(-1)! };
}

function lineOf({ name, shape, control, can }: Vehicle): string {
  const length = rounded(shape.frontM + shape.backM);
  const bus = can.kind === "simulated" ? "simulated" : can.interface;
  return `${name}, ${length} × ${shape.widthM} × ${shape.heightM} m, ${rounded(control.lateral!.massKg)} kg, CAN ${bus}`;
}

function table(vehicle: Vehicle): string {
  const { shape, control, physics, files, folder } = vehicle;
  const { rows, speeds, top_speed_mps } = rowsOf(vehicle);
  const lines: (readonly [string, string])[] = [
    ["vehicle", lineOf(vehicle)],
    ["folder", folder],
    ["wheelbase", `${shape.wheelbaseM} m, wheels of ${shape.wheelRadiusM} m`],
    [
      "steering",
      `${rounded(shape.steerLockDeg)}° to a side, ${shape.steerRatio} to 1: turns of ${rounded(turnRadius(vehicle))} m`,
    ],
    ["tyres", `${control.lateral!.cf} and ${control.lateral!.cr} N/rad`],
    ["calibration", `${rows} rows, ${speeds} speeds up to ${top_speed_mps} m/s`],
    [
      "simulation",
      physics === undefined
        ? "none"
        : physics.fromCalibration
          ? "pedals from the calibration table"
          : "forces of its own",
    ],
    ["control", files.control],
    ["canbus", files.canbus],
  ];
  return lines.map(([key, value]) => `${key.padEnd(13)}${value}\n`).join("");
}

function turnRadius({ shape }: Vehicle): number {
  return shape.wheelbaseM / Math.tan((shape.steerLockDeg / shape.steerRatio) * (Math.PI / 180));
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

export const commands: readonly Command[] = [listed, show, calibrateCommand];
