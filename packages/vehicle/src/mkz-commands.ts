import { clamp } from "@delos/math";
import { apollo } from "@delos/msgs";
import type { CanFrame } from "./can-frame.ts";

/** One bit of a 16-bit pedal word, as a fraction of full scale. */
export const PEDAL_RESOLUTION = 1.52590218966964e-5;

const Gear = apollo.canbus.Chassis.GearPosition;
/** Gear of a ControlCommand to what frame 0x66 holds; anything else is 0, none. */
const GEAR_CODES: Readonly<Record<number, number>> = {
  [Gear.GEAR_NEUTRAL]: 3,
  [Gear.GEAR_REVERSE]: 2,
  [Gear.GEAR_DRIVE]: 4,
  [Gear.GEAR_PARKING]: 1,
  [Gear.GEAR_LOW]: 5,
};

/** How often each frame is sent, ms. */
export const COMMAND_PERIODS_MS: Readonly<Record<number, number>> = {
  0x60: 20,
  0x62: 20,
  0x64: 20,
  0x66: 20,
  0x68: 50,
};

/**
 * The five frames that are sent to the by-wire units of a Lincoln MKZ, with the values they carry now.
 *
 *   0x60 brake     [pedal u16 LE][bit 0 brake lamp][bit 0 enable, 1 clear override] … [watchdog]
 *   0x62 throttle  [pedal u16 LE][–][bit 0 enable, 1 clear override, 2 ignore override] … [watchdog]
 *   0x64 steering  [angle i16 LE, 0.1°, left positive][bit 0 enable, 1 clear, 2 ignore, 4 no beep][speed, 2 °/s] … [watchdog]
 *   0x66 gear      [bits 0–2 gear, bit 7 clear override]
 *   0x68 turn      [bits 0–1 signal]
 *
 * A value that is not finite leaves the frame as it was.
 */
export class MkzCommands {
  brakePercent = 0;
  brakeLamp = false;
  brakeEnabled = false;
  throttlePercent = 0;
  throttleEnabled = false;
  steeringDeg = 0;
  steeringSpeedDegps = 0;
  steeringEnabled = false;
  gearCode = 0;
  turnCode = 0;

  /** All zero: pedals and steering disabled. */
  reset(): void {
    Object.assign(this, new MkzCommands());
  }

  setBrake(percent: number): void {
    if (!Number.isFinite(percent)) return;
    this.brakePercent = percent;
    this.brakeLamp = !(percent < 1e-3);
  }

  setThrottle(percent: number): void {
    if (Number.isFinite(percent)) this.throttlePercent = percent;
  }

  setSteering(deg: number, speedDegps: number): void {
    if (!Number.isFinite(deg + speedDegps)) return;
    this.steeringDeg = deg;
    this.steeringSpeedDegps = speedDegps;
  }

  setGear(gear: number): void {
    this.gearCode = GEAR_CODES[gear] ?? 0;
  }

  /** apollo.canbus.Signal.TurnSignal; none, left, right are also the frame's codes. */
  setTurnSignal(signal: number): void {
    this.turnCode = signal === 1 || signal === 2 ? signal : 0;
  }

  /** The frame with this identifier, one of `COMMAND_PERIODS_MS`. */
  frame(id: number): CanFrame {
    const data = new Uint8Array(8);
    switch (id) {
      case 0x60:
        pedalWord(data, this.brakePercent);
        data[2] = this.brakeLamp ? 1 : 0;
        data[3] = this.brakeEnabled ? 1 : 0;
        break;
      case 0x62:
        pedalWord(data, this.throttlePercent);
        data[3] = this.throttleEnabled ? 1 : 0;
        break;
      case 0x64: {
        const angle = Math.trunc(clamp(this.steeringDeg, -470, 470) / 0.1);
        data[0] = angle & 0xff;
        data[1] = (angle >> 8) & 0xff;
        data[2] = this.steeringEnabled ? 1 : 0;
        data[3] = Math.trunc(clamp(this.steeringSpeedDegps, 0, 500) / 2);
        break;
      }
      case 0x66:
        data[0] = this.gearCode;
        break;
      case 0x68:
        data[0] = this.turnCode;
        break;
    }
    return { id, data };
  }

  /** All five, by ascending identifier. */
  frames(): CanFrame[] {
    return Object.keys(COMMAND_PERIODS_MS).map((id) => this.frame(Number(id)));
  }
}

function pedalWord(data: Uint8Array, percent: number): void {
  const word = Math.trunc(clamp(percent / 100, 0, 1) / PEDAL_RESOLUTION);
  data[0] = word & 0xff;
  data[1] = (word >> 8) & 0xff;
}
