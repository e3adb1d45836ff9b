import { DelosError } from "@delos/core";

/** A classic CAN data frame with an 11-bit identifier. */
export interface CanFrame {
  readonly id: number;
  /** 0 to 8 bytes. */
  readonly data: Uint8Array;
  /** When it was received, Unix s, where the bus knows. */
  readonly timestampS?: number;
}

/**
 * A CAN bus as a program sees it. Implementations: a simulated bus, the replay of a `candump` log, Linux SocketCAN.
 * A frame that one port sends reaches the listeners of all other ports of its bus, in order.
 */
export interface CanPort extends Disposable {
  /** False when the bus does not take the frame (closed, log replay). */
  send(frame: CanFrame): boolean;
  /** Calls back for every frame of others. Disposing the result stops it. */
  onFrame(listener: (frame: CanFrame) => void): Disposable;
}

/** Hex digits of `data`, lower case. */
export function toHex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @throws {DelosError} CAN_DATA unless `hex` is an even number, at most 16, of hex digits */
export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2}){0,8}$/.test(hex)) {
    throw new DelosError("CAN_DATA", `"${hex}" is not the hex of at most 8 bytes`);
  }
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
