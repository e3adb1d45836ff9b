import type { LateralConfig } from "@delos/control";
import type { Table2d } from "@delos/math";
import type { ConfigFields } from "@delos/runtime";
import {
  type BicycleParameters,
  ElectricDrive,
  MKZ_BODY,
  PedalMap,
  type Pedals,
  type SimulatedBody,
} from "@delos/vehicle";
import type { VehicleShape } from "./vehicle-file.ts";

/** What the simulated car of a vehicle is made of. */
export interface Physics {
  readonly bicycle: BicycleParameters;
  readonly body: SimulatedBody;
  readonly pedals: Pedals;
  /** Whether the pedals are the calibration table the other way round: then measuring it would be a circle. */
  readonly fromCalibration: boolean;
}

/** What tyres give on dry road, of the weight on the axle. */
const GRIP = 0.9;
const GRAVITY_MPS2 = 9.81;

/** The section `simulation` of a vehicle. What it leaves out is taken from what control believes. */
export function readPhysics(
  fields: ConfigFields,
  { wheelbaseM, wheelRadiusM, steerRatio, steerLockDeg, widthM }: VehicleShape,
  lateral: LateralConfig,
  calibration: Table2d,
): Physics {
  const above = (key: string, otherwise: number): number => fields.number(key, { default: otherwise, min: 1e-6 });
  const massKg = above("mass_kg", lateral.massKg);
  const lfM = fields.number("front_axle_to_mass_m", {
    default: lateral.lfM * (wheelbaseM / lateral.wheelbaseM),
    min: 0.01,
    max: wheelbaseM - 0.01,
  });
  const lrM = wheelbaseM - lfM;
  const bicycle = {
    wheelbaseM,
    lfM,
    lrM,
    massKg,
    izKgM2: above("yaw_inertia_kgm2", massKg * lfM * lrM),
    cfNprad: above("front_stiffness_nprad", lateral.cf),
    crNprad: above("rear_stiffness_nprad", lateral.cr),
    maxSideForceN: above("max_side_force_n", (GRIP * massKg * GRAVITY_MPS2) / 2),
  };
  const body = {
    steerRatio,
    steerLockDeg,
    steerLagS: fields.number("steering_lag_s", { default: MKZ_BODY.steerLagS, min: 0.005, max: 2 }),
    pedalLagS: fields.number("pedal_lag_s", { default: MKZ_BODY.pedalLagS, min: 0.005, max: 2 }),
    wheelRadiusM,
    trackM: above("track_m", widthM - 0.25),
  };
  const pedals = fields.has("drive") ? readDrive(fields.child("drive"), massKg) : new PedalMap(calibration);
  return { bicycle, body, pedals, fromCalibration: !fields.has("drive") };
}

function readDrive(fields: ConfigFields, massKg: number): Pedals {
  const positive = (key: string): number => fields.number(key, { min: 1e-6 });
  const dead = (key: string): number => fields.number(key, { default: 0, min: 0, max: 90 });
  return new ElectricDrive({
    massKg,
    maxForceN: positive("max_force_n"),
    maxPowerW: positive("max_power_w"),
    maxBrakeForceN: positive("max_brake_force_n"),
    throttleDeadPercent: dead("throttle_dead_percent"),
    brakeDeadPercent: dead("brake_dead_percent"),
    recuperationForceN: fields.number("recuperation_force_n", { default: 0, min: 0 }),
    rollingCoefficient: fields.number("rolling_coefficient", { min: 0, max: 0.2 }),
    dragAreaM2: fields.number("drag_area_m2", { min: 0, max: 30 }),
  });
}
