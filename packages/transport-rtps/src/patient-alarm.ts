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
  const dueMs = clock.monotonicMs() + afterMs;
  let alarm = clock.alarm(
    dueMs,
    () => {
      const lateMs = clock.monotonicMs() - dueMs;
      if (lateMs < USUAL_MS) callback();
      else alarm = clock.alarm(clock.monotonicMs() + lateMs * PATIENCE, callback, { background: true });
    },
    { background: true },
  );
  return { [Symbol.dispose]: () => alarm[Symbol.dispose]() };
}
