import { clamp } from "@delos/math";
import type { Pedals } from "./pedal-map.ts";

export interface ElectricDriveParameters {
  readonly massKg: number;
  /** At full throttle, up to where the power bounds it. */
  readonly maxForceN: number;
  readonly maxPowerW: number;
  /** Pedal travel below which nothing happens, %. */
  readonly throttleDeadPercent: number;
  readonly brakeDeadPercent: number;
  readonly maxBrakeForceN: number;
  /** With both pedals up, above walking speed. */
  readonly recuperationForceN: number;
  /** Of the weight. */
  readonly rollingCoefficient: number;
  /** Drag coefficient times frontal area. */
  readonly dragAreaM2: number;
}

const GRAVITY_MPS2 = 9.81;
const AIR_KGPM3 = 1.2;
/** Resistances need movement: they fade in up to this speed, so that nothing that stands is pushed backward. */
const ROLLING_MPS = 0.2;
/** Recuperation is whole from this speed on, and none at standstill. */
const RECUPERATING_MPS = 1.5;
/** Over this part of the pedal's travel recuperation fades out. */
const COASTING_TRAVEL = 0.05;

/**
 * Forces of an electric drive train on level ground: a motor bounded by force and by power, friction brakes, recuperation with
 * the pedals up, rolling and air resistance. Pedals are linear beyond their dead travel.
 */
export class ElectricDrive implements Pedals {
  readonly #p: ElectricDriveParameters;

  constructor(parameters: ElectricDriveParameters) {
    this.#p = parameters;
  }

  accelerationAt(speedMps: number, command: number): number {
    const p = this.#p;
    const v = Math.max(speedMps, 0);
    const throttle = travel(command, p.throttleDeadPercent);
    const brake = travel(-command, p.brakeDeadPercent);
    const motor = Math.min(throttle * p.maxForceN, p.maxPowerW / Math.max(v, 0.1));
    const coasting = clamp(1 - throttle / COASTING_TRAVEL, 0, 1);
    const recuperation = coasting * p.recuperationForceN * clamp(v / RECUPERATING_MPS, 0, 1);
    const rolling = p.rollingCoefficient * p.massKg * GRAVITY_MPS2 * clamp(v / ROLLING_MPS, 0, 1);
    const air = 0.5 * AIR_KGPM3 * p.dragAreaM2 * v * v;
    return (motor - brake * p.maxBrakeForceN - recuperation - rolling - air) / p.massKg;
  }
}

/** Part of the pedal's travel that counts, 0 to 1. */
function travel(percent: number, deadPercent: number): number {
  return clamp((percent - deadPercent) / (100 - deadPercent), 0, 1);
}
