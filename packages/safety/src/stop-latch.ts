import { DrivingAction, type PadMessage } from "./messages.ts";

/** How hard the car stops: `soft` when something fell silent, `emergency` when somebody asks for it. */
export type StopSeverity = "soft" | "emergency";

export interface Stop {
  /** What happened first, for people. */
  readonly reason: string;
  readonly severity: StopSeverity;
  /** When, ms of the clock of whoever tripped it. */
  readonly atMs: number;
}

/**
 * An emergency stop that stays. The first reason is kept; a later, graver one only raises the severity. Nothing but a pad
 * message with RESET clears it: not time, not the cause going away, not a restart of what failed.
 */
export class StopLatch {
  #stop: Stop | undefined;
  /** How often it was tripped after having been clear. */
  trips = 0;

  get stop(): Stop | undefined {
    return this.#stop;
  }

  trip(reason: string, severity: StopSeverity, atMs: number): void {
    if (this.#stop === undefined) {
      this.#stop = { reason, severity, atMs };
      this.trips++;
    } else if (severity === "emergency" && this.#stop.severity === "soft") {
      this.#stop = { ...this.#stop, severity };
    }
  }

  /** True when the message cleared the stop. */
  onPad(pad: PadMessage): boolean {
    if (pad.action !== DrivingAction.RESET || this.#stop === undefined) return false;
    this.#stop = undefined;
    return true;
  }
}
