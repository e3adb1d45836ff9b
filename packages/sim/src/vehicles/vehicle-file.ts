import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ControlConfig, readControlConfig } from "@delos/control";
import { DelosError, describeError } from "@delos/core";
import { apollo, delos, type MessageType } from "@delos/msgs";
import { ConfigError, ConfigFields } from "@delos/runtime";
import { type MkzParameters, readMkzParameters } from "@delos/vehicle";
import { checkCalibration, checkSame } from "./agreement.ts";
import { type Physics, readPhysics } from "./physics.ts";

/** Sizes of a vehicle, counted from the middle of its rear axle (Apollo's VehicleParam). */
export interface VehicleShape {
  readonly frontM: number;
  readonly backM: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly wheelbaseM: number;
  readonly wheelRadiusM: number;
  /** Full lock of the steering wheel, °, and its degrees to one of the front wheels. */
  readonly steerLockDeg: number;
  readonly steerRatio: number;
}

export type VehicleCan = { readonly kind: "simulated" } | { readonly kind: "socketcan"; readonly interface: string };

/** A vehicle as a folder of data: everything that control, canbus, the page and the simulator must know of it. */
export interface Vehicle {
  /** The folder's name, which names the vehicle on command lines. */
  readonly id: string;
  readonly folder: string;
  /** For people. */
  readonly name: string;
  readonly files: { readonly parameters: string; readonly control: string; readonly canbus: string };
  readonly shape: VehicleShape;
  readonly control: ControlConfig;
  readonly canbus: MkzParameters;
  readonly can: VehicleCan;
  /** Absent: it cannot be simulated. */
  readonly physics: Physics | undefined;
}

/** The file that makes a folder a vehicle. */
export const VEHICLE_FILE = "vehicle.pb.txt";

/** What the by-wire units' steering frame can carry, °. */
const LOCK_OF_FRAME_DEG = 470;

/**
 * Reads a vehicle's folder and holds its files against each other. Without `calibrated` the calibration table may be missing: for
 * who measures it.
 * @throws {DelosError} VEHICLE_FILE for a file that cannot be read or is no text of its message, VEHICLE_CONFIG for a value that is
 * wrong or that another file contradicts, CONTROL_CONFIG and CANBUS_CONFIG from those two files; each with file and place
 */
export function readVehicle(folder: string, { calibrated = true }: { readonly calibrated?: boolean } = {}): Vehicle {
  const file = join(resolve(folder), VEHICLE_FILE);
  const root = fieldsOf(file, readMessage(file, delos.Vehicle));
  return checked(file, () => {
    const beside = (key: string): string => fileOf(folder, root.text(key, { default: `${key}.pb.txt` }), file);
    const files = {
      parameters: beside("vehicle_param"),
      control: beside("control_conf"),
      canbus: beside("canbus_conf"),
    };
    const name = root.text("name");
    const shape = readShape(files.parameters);
    const conf = withTable(readMessage(files.control, apollo.control.ControlConf), calibrated);
    const control = readControlConfig(conf, files.control, { wheel_base: shape.wheelbaseM });
    const canbus = readMkzParameters(readMessage(files.canbus, apollo.canbus.CanbusConf), files.canbus);
    const { lateral, longitudinal } = control;
    if (lateral === undefined || longitudinal === undefined) {
      throw wrong(files.control, "active_controllers names not both controllers: a vehicle needs steering and pedals");
    }
    const here = files.parameters;
    checkSame(
      [here, "vehicle_param.wheel_base", shape.wheelbaseM],
      [files.control, "lat_controller_conf.wheelbase", lateral.wheelbaseM],
    );
    checkSame(
      [here, "vehicle_param.steer_ratio", shape.steerRatio],
      [files.control, "lat_controller_conf.steer_transmission_ratio", lateral.steerRatio],
    );
    checkSame(
      [here, "vehicle_param.max_steer_angle in degrees", shape.steerLockDeg],
      [files.control, "lat_controller_conf.steer_single_direction_max_degree", lateral.maxSteerDeg],
    );
    checkSame(
      [here, "vehicle_param.max_steer_angle in degrees", shape.steerLockDeg],
      [files.canbus, "vehicle_parameter.max_steer_angle", canbus.maxSteerDeg],
    );
    if (calibrated) checkCalibration(longitudinal.calibration, files.control);
    const can = readCan(root.child("can"));
    const physics = root.has("simulation")
      ? readPhysics(root.child("simulation"), shape, lateral, longitudinal.calibration)
      : undefined;
    return {
      id: basename(resolve(folder)),
      folder: resolve(folder),
      name,
      files,
      shape,
      control,
      canbus,
      can,
      physics,
    };
  });
}

/** Something in the place of a table that is not measured yet. */
function withTable(conf: apollo.control.ControlConf, calibrated: boolean): apollo.control.ControlConf {
  const { lon_controller_conf: longitudinal } = conf;
  if (calibrated || longitudinal === undefined) return conf;
  return { ...conf, lon_controller_conf: { ...longitudinal, calibration_table: { calibration: [{}] } } };
}

function readShape(file: string): VehicleShape {
  const root = fieldsOf(file, readMessage(file, apollo.common.config.VehicleConfig));
  return checked(file, () => {
    const p = root.child("vehicle_param");
    const metres = (key: string, max: number): number => p.number(key, { min: 0.01, max });
    const shape = {
      frontM: metres("front_edge_to_center", 20),
      backM: metres("back_edge_to_center", 20),
      widthM: metres("width", 5),
      heightM: metres("height", 6),
      wheelbaseM: metres("wheel_base", 15),
      wheelRadiusM: metres("wheel_rolling_radius", 2),
      steerLockDeg: degrees(p.number("max_steer_angle", { min: 0.1, max: 30 })),
      steerRatio: p.number("steer_ratio", { min: 0.1, max: 60 }),
    };
    if (shape.wheelbaseM >= shape.frontM) p.refuse("wheel_base", "less than front_edge_to_center");
    if (shape.steerLockDeg > LOCK_OF_FRAME_DEG + 0.01)
      p.refuse("max_steer_angle", `at most ${LOCK_OF_FRAME_DEG}°, in radians: what the steering frame carries`);
    const wheelRad = (shape.steerLockDeg / shape.steerRatio) * (Math.PI / 180);
    if (wheelRad > 1.2) p.refuse("steer_ratio", "one that turns the front wheels by less than 69° at full lock");
    checkSame(
      [file, "vehicle_param.length", metres("length", 30)],
      [file, "front_edge_to_center + back_edge_to_center", shape.frontM + shape.backM],
    );
    checkSame(
      [file, "vehicle_param.width", shape.widthM],
      [
        file,
        "left_edge_to_center + right_edge_to_center",
        metres("left_edge_to_center", 5) + metres("right_edge_to_center", 5),
      ],
    );
    if (p.has("min_turn_radius"))
      checkSame(
        [file, "vehicle_param.min_turn_radius", metres("min_turn_radius", 100)],
        [file, "the turn at max_steer_angle", shape.wheelbaseM / Math.tan(wheelRad)],
      );
    return shape;
  });
}

/** Radians of a file have been degrees: 8.20304748437 are 470. */
function degrees(rad: number): number {
  return Math.round(((rad * 180) / Math.PI) * 1e6) / 1e6;
}

function readCan(fields: ConfigFields): VehicleCan {
  const { Kind } = delos.VehicleCan;
  const kind = fields.integer("kind", { default: Kind.SIMULATED });
  if (kind === Kind.SIMULATED) return { kind: "simulated" };
  if (kind === Kind.SOCKETCAN) return { kind: "socketcan", interface: fields.text("interface", { default: "can0" }) };
  return fields.refuse("kind", "SIMULATED or SOCKETCAN");
}

/** A file beside the vehicle's, or of a package: `@delos/control/conf/lincoln.pb.txt`. */
function fileOf(folder: string, name: string, from: string): string {
  if (!name.startsWith("@")) return resolve(folder, name);
  try {
    return fileURLToPath(import.meta.resolve(name));
  } catch (cause) {
    throw new DelosError("VEHICLE_FILE", `${from}: there is no ${name}: ${describeError(cause)}`, { cause });
  }
}

function readMessage<T>(file: string, type: MessageType<T>): T {
  try {
    return type.fromText(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new DelosError("VEHICLE_FILE", `${file}: ${describeError(cause)}`, { cause, details: { file } });
  }
}

function fieldsOf(file: string, message: unknown): ConfigFields {
  return checked(file, () => new ConfigFields(message));
}

/** What a field complains about, with its file. */
function checked<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw wrong(file, error.message, error);
  }
}

function wrong(file: string, text: string, cause?: unknown): DelosError {
  return new DelosError("VEHICLE_CONFIG", `${file}: ${text}`, { cause, details: { file } });
}
