import type { delos } from "@delos/msgs";

/** How a car drove in a recording, thinned out: arrays of the same length, in the order of time. Map frame, SI units. */
export interface Trace {
  /** Of the recording, unix seconds. */
  readonly startS: number;
  readonly endS: number;
  readonly timeS: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly headingRad: readonly number[];
  readonly speedMps: readonly number[];
}

/** What reading a recording through has found. */
export interface Run {
  readonly marks: readonly delos.bridge.Mark[];
  readonly trace: Trace;
}

/** A file in the list of recordings. */
export interface Summary {
  readonly format: string;
  readonly durationS: number;
  /** When it was recorded, unix seconds. */
  readonly startS: number;
  readonly messages: number;
  readonly complete: boolean;
  /** Why it cannot be played; empty: it can. */
  readonly error: string;
}
