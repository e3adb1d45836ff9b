import type { Clock } from "@delos/core";

/** Alarms of the event loop are late by this much on an idle machine. */
const USUAL_MS = 5;
/** Of what it is late by: the others have as much to do as this side. */
const PATIENCE = 3;

/**
 * An alarm for what is said again because no answer has come. Where it fires late, datagrams wait to be read, the answer among them
 * perhaps, and its sender may be as busy: it then gives them time once more, in proportion. Repeating at a fixed pace what a busy
 * machine cannot keep up with gives it still more to do.
 */
export function patientAlarm(clock: Clock, afterMs: number, callback: () => void): Disposable {
  return new PatientAlarm(clock, afterMs, callback);
}

const BACKGROUND = { background: true } as const;

/** There are thousands of them: one object and one function each, beside the clock's own. */
class PatientAlarm implements Disposable {
  readonly #clock: Clock;
  readonly #callback: () => void;
  readonly #dueMs: number;
  #alarm: Disposable;

  constructor(clock: Clock, afterMs: number, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
    this.#dueMs = clock.monotonicMs() + afterMs;
    this.#alarm = clock.alarm(this.#dueMs, () => this.#due(), BACKGROUND);
  }

  #due(): void {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = nowMs - this.#dueMs;
    if (lateMs < USUAL_MS) this.#callback();
    else this.#alarm = this.#clock.alarm(nowMs + lateMs * PATIENCE, this.#callback, BACKGROUND);
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }
}
