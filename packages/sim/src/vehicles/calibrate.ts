import { DelosError } from "@delos/core";
import { apollo } from "@delos/msgs";
import { CanbusCore, SimulatedCanBus, SimulatedMkz } from "@delos/vehicle";
import type { Vehicle } from "./vehicle-file.ts";

/** One row of a calibration table: at this speed this pedal gives this acceleration. */
export interface CalibrationRow {
  readonly speedMps: number;
  readonly accelerationMps2: number;
  /** %: throttle above 0, brake below. */
  readonly commandPercent: number;
}

export interface CalibrationOptions {
  /** Up to this speed, in steps of 1 m/s. */
  readonly topSpeedMps?: number;
  /** Of the sensors' noise. */
  readonly seed?: number;
}

/** Pedals beyond the dead travel that are driven with, %. */
const BEYOND_DEAD = [2, 4, 7, 10, 14, 18, 22, 27, 32, 37, 42, 52, 62, 72];
/** A sample belongs to a speed when it is no farther from it than this, m/s. */
const BIN_MPS = 0.25;
const MIN_SAMPLES = 5;
/** The pedal as reported has followed the command to this, %. */
const FOLLOWED_PERCENT = 0.3;
/** More pedal that gives less than this, m/s², is noise or a motor at its limit: the lesser pedal stays. */
const RISE_MPS2 = 0.02;
/** Two rows of one curve need two accelerations: so far lie the ends of the two dead travels apart, m/s². */
const DEAD_APART_MPS2 = 0.001;
const STEP_S = 0.005;
const LONGEST_S = 60;
const START_S = 1_500_000_000;

const { COMPLETE_AUTO_DRIVE } = apollo.canbus.Chassis.DrivingMode;

/**
 * Measures the calibration table of a simulated vehicle as Apollo's tool does on a real one: on a straight it holds one throttle after
 * the other from standstill, then one brake after the other from the top speed, over the CAN bus, and notes speed and acceleration as
 * the chassis and the inertial sensor say them, noise included.
 *
 * @throws {DelosError} VEHICLE_NOT_SIMULATED without physics of its own, CALIBRATION_FAILED when the vehicle does not get going
 */
export function calibrate(vehicle: Vehicle, options: CalibrationOptions = {}): CalibrationRow[] {
  const { topSpeedMps = 12, seed = 1 } = options;
  const { physics, name } = vehicle;
  if (physics === undefined || physics.fromCalibration)
    throw new DelosError(
      "VEHICLE_NOT_SIMULATED",
      `${name}: its simulation has no drive of its own, so there is nothing to measure`,
    );
  const { throttleDeadzone, brakeDeadzone } = vehicle.control.longitudinal!;
  const pedals = (dead: number): number[] => BEYOND_DEAD.map((more) => dead + more).filter((percent) => percent <= 90);
  const strongest = pedals(throttleDeadzone).at(-1)!;
  const drive = (command: number, from: "standstill" | "top"): Curve => {
    const run = new Run(vehicle, seed);
    if (from === "top") run.hold(strongest, (v) => v >= topSpeedMps + BIN_MPS);
    if (from === "top" && run.speedMps < topSpeedMps)
      throw new DelosError("CALIBRATION_FAILED", `${name} does not reach ${topSpeedMps} m/s: give a lower speed`);
    const until = from === "top" ? (v: number) => v < 0.05 : (v: number) => v > topSpeedMps + BIN_MPS;
    return new Curve(run.hold(command, until));
  };
  // Strong to weak for brakes, weak to strong for throttle: from the strongest brake to the strongest throttle.
  const brakes = pedals(brakeDeadzone).reverse();
  const measured: (readonly [command: number, curve: Curve])[] = [
    ...brakes.map((percent) => [-percent, drive(-percent, "top")] as const),
    [0, drive(0, "top")],
    ...pedals(throttleDeadzone).map((percent) => [percent, drive(percent, "standstill")] as const),
  ];
  const rows: CalibrationRow[] = [];
  for (let speedMps = 0; speedMps <= topSpeedMps + 1e-9; speedMps++) {
    const points = measured.flatMap(([command, curve]) => {
      const acceleration = curve.at(speedMps);
      if (acceleration === undefined) return [];
      // With both pedals up it does the same as at the end of either's dead travel.
      if (command === 0)
        return [
          [-brakeDeadzone, acceleration - DEAD_APART_MPS2],
          [throttleDeadzone, acceleration],
        ] as const;
      return [[command, acceleration]] as const;
    });
    rows.push(
      ...rising(points).map(([commandPercent, acceleration]) => ({
        speedMps,
        accelerationMps2: acceleration,
        commandPercent,
      })),
    );
  }
  return rows;
}

/** Points whose acceleration rises with the pedal; where it does not, the lesser pedal stays, the brake's as well as the throttle's. */
function rising(points: readonly (readonly [command: number, acceleration: number])[]): (readonly [number, number])[] {
  const coasting = points.findIndex(([command]) => command > 0);
  const kept = points.slice(coasting, coasting + 1);
  for (const point of points.slice(coasting + 1)) if (point[1] > kept.at(-1)![1] + RISE_MPS2) kept.push(point);
  for (let i = coasting - 1; i >= 0; i--)
    if (points[i]![1] < kept[0]![1] - (i === coasting - 1 ? 0 : RISE_MPS2)) kept.unshift(points[i]!);
  return kept;
}

type Sample = readonly [speedMps: number, accelerationMps2: number];

/** What one pedal gave, over speed. */
class Curve {
  readonly #bins = new Map<number, { sum: number; count: number }>();

  constructor(samples: readonly Sample[]) {
    for (const [speed, acceleration] of samples) {
      const centre = Math.round(speed);
      if (Math.abs(speed - centre) > BIN_MPS) continue;
      const bin = this.#bins.get(centre) ?? { sum: 0, count: 0 };
      bin.sum += acceleration;
      bin.count++;
      this.#bins.set(centre, bin);
    }
    for (const [centre, { count }] of this.#bins) if (count < MIN_SAMPLES) this.#bins.delete(centre);
  }

  /** At a speed that it never had, as at the nearest one that it had. Undefined: it never drove. */
  at(speedMps: number): number | undefined {
    let best: number | undefined;
    for (const centre of this.#bins.keys())
      if (best === undefined || Math.abs(centre - speedMps) < Math.abs(best - speedMps)) best = centre;
    if (best === undefined) return undefined;
    const { sum, count } = this.#bins.get(best)!;
    return sum / count;
  }
}

/** One drive on a straight, by wire. */
class Run {
  readonly #car: SimulatedMkz;
  readonly #canbus: CanbusCore;
  #nowS = START_S;
  #sequence = 0;
  #engaged = false;
  speedMps = 0;

  constructor(vehicle: Vehicle, seed: number) {
    const bus = new SimulatedCanBus(() => this.#nowS);
    this.#canbus = new CanbusCore(vehicle.canbus, bus.port());
    const { bicycle, body, pedals } = vehicle.physics!;
    this.#car = new SimulatedMkz(bus.port(), { xM: 0, yM: 0, headingRad: 0, pedals, bicycle, body, seed });
  }

  /** Holds a pedal until the speed is there, or nothing changes any more; what was measured once the pedal had followed. */
  hold(command: number, until: (speedMps: number) => boolean): Sample[] {
    const samples: Sample[] = [];
    const wanted = { throttle: Math.max(command, 0), brake: Math.max(-command, 0) };
    let lastSpeed = Number.NaN;
    for (let step = 0; step < LONGEST_S / STEP_S; step++) {
      this.#nowS += STEP_S;
      if (step % 2 === 0) this.#command(wanted);
      this.#car.step(this.#nowS);
      const { chassis } = this.#canbus.step(this.#nowS);
      if (chassis === undefined) continue;
      this.#engaged ||= chassis.driving_mode === COMPLETE_AUTO_DRIVE;
      this.speedMps = chassis.speed_mps!;
      const acceleration = this.#car.imu(this.#nowS).imu!.linear_acceleration!.y!;
      const [throttle, brake] = [chassis.throttle_percentage!, chassis.brake_percentage!];
      const followed =
        this.#engaged &&
        Math.abs(throttle - wanted.throttle) < FOLLOWED_PERCENT &&
        Math.abs(brake - wanted.brake) < FOLLOWED_PERCENT;
      if (!followed) continue;
      if (until(this.speedMps)) break;
      if (this.speedMps > 0.02) samples.push([this.speedMps, acceleration]);
      // Every two seconds: does it still get faster or slower?
      if (step % 400 !== 0) continue;
      if (Math.abs(this.speedMps - lastSpeed) < 0.02) break;
      lastSpeed = this.speedMps;
    }
    return samples;
  }

  #command({ throttle, brake }: { readonly throttle: number; readonly brake: number }): void {
    const { DrivingAction } = apollo.control;
    const pad = this.#engaged ? {} : { pad_msg: { driving_mode: COMPLETE_AUTO_DRIVE, action: DrivingAction.START } };
    this.#canbus.onCommand(
      {
        header: { timestamp_sec: this.#nowS, module_name: "calibration", sequence_num: ++this.#sequence },
        throttle,
        brake,
        steering_target: 0,
        gear_location: apollo.canbus.Chassis.GearPosition.GEAR_DRIVE,
        ...pad,
      },
      this.#nowS,
    );
  }
}

/** Rows as a ControlConf holds them. */
export function calibrationText(rows: readonly CalibrationRow[]): string {
  const number = (value: number, digits: number): string => String(Number(value.toFixed(digits)));
  const lines = rows.map(
    ({ speedMps, accelerationMps2, commandPercent }) =>
      `    calibration { speed: ${number(speedMps, 2)} acceleration: ${number(accelerationMps2, 4)} command: ${number(commandPercent, 2)} }`,
  );
  return `  calibration_table {\n${lines.join("\n")}\n  }\n`;
}

/**
 * The text of a ControlConf with this table in the place of its own, everything else as it stands.
 * @throws {DelosError} VEHICLE_CONFIG when there is no section of longitudinal control to put it into
 */
export function withCalibration(conf: string, table: string): string {
  const old = /^[ \t]*calibration_table\s*:?\s*\{/m.exec(conf);
  if (old !== null) return conf.slice(0, old.index) + table + conf.slice(endOfLine(conf, closing(conf, old.index)));
  const section = /^[ \t]*lon_controller_conf\s*:?\s*\{/m.exec(conf);
  if (section === null)
    throw new DelosError("VEHICLE_CONFIG", "lon_controller_conf is missing: there is no place for a calibration table");
  const end = closing(conf, section.index);
  return conf.slice(0, end) + table + conf.slice(end);
}

/** Where the brace stands that closes the first one after `from`. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = text.indexOf("{", from); i < text.length; i++) {
    if (text[i] === "#") i = text.indexOf("\n", i);
    if (i === -1) break;
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  throw new DelosError("VEHICLE_CONFIG", "a brace is not closed");
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}
