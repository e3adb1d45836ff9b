import { clamp } from "@delos/math";
import type { CanFrame } from "@delos/vehicle";

/**
 * The CAN layout of a kart: one frame of commands, one of reports, little-endian.
 *
 *   0x101 command   0  uint8   bit 0: enable
 *                   1  uint8   throttle, 0.5 % a bit
 *                   2  uint8   brake, 0.5 % a bit
 *                   3  int16   front wheels, 0.01° a bit, positive to the left
 *   0x201 report    0  uint8   bit 0: enabled
 *                   1  int16   front wheels, 0.01° a bit
 *                   3  uint16  speed, 0.01 m/s a bit
 */
export const COMMAND = 0x101;
export const REPORT = 0x201;

export interface KartCommand {
  readonly enable: boolean;
  readonly throttlePercent: number;
  readonly brakePercent: number;
  readonly wheelDeg: number;
}

export interface KartReport {
  readonly enabled: boolean;
  readonly wheelDeg: number;
  readonly speedMps: number;
}

/** A number that is not finite never reaches the bus: it is the safe value, brake and no throttle. */
export function encodeCommand(command: KartCommand): CanFrame {
  const { enable, throttlePercent, brakePercent, wheelDeg } = command;
  const sane = Number.isFinite(throttlePercent + brakePercent + wheelDeg);
  const data = new Uint8Array(8);
  const view = new DataView(data.buffer);
  view.setUint8(0, enable ? 1 : 0);
  view.setUint8(1, sane ? Math.round(clamp(throttlePercent, 0, 100) * 2) : 0);
  view.setUint8(2, sane ? Math.round(clamp(brakePercent, 0, 100) * 2) : 100);
  view.setInt16(3, sane ? Math.round(clamp(wheelDeg, -300, 300) * 100) : 0, true);
  return { id: COMMAND, data };
}

/** Undefined for a frame of another length or identifier. */
export function decodeCommand({ id, data }: CanFrame): KartCommand | undefined {
  if (id !== COMMAND || data.length !== 8) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    enable: (view.getUint8(0) & 1) === 1,
    throttlePercent: view.getUint8(1) / 2,
    brakePercent: view.getUint8(2) / 2,
    wheelDeg: view.getInt16(3, true) / 100,
  };
}

export function encodeReport({ enabled, wheelDeg, speedMps }: KartReport): CanFrame {
  const data = new Uint8Array(8);
  const view = new DataView(data.buffer);
  view.setUint8(0, enabled ? 1 : 0);
  view.setInt16(1, Math.round(wheelDeg * 100), true);
  view.setUint16(3, Math.round(clamp(speedMps, 0, 655) * 100), true);
  return { id: REPORT, data };
}

export function decodeReport({ id, data }: CanFrame): KartReport | undefined {
  if (id !== REPORT || data.length !== 8) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    enabled: (view.getUint8(0) & 1) === 1,
    wheelDeg: view.getInt16(1, true) / 100,
    speedMps: view.getUint16(3, true) / 100,
  };
}
