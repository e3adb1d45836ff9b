import { MAX_RATE, MIN_RATE, Player, type PlayerOptions, type Recording } from "@delos/bag";
import type { Clock } from "@delos/core";
import type { RecordWriter } from "./records.ts";
import type { RingSink } from "./ring-sink.ts";
import type { Sleeper } from "./sleeper.ts";
import type { WakeWord } from "./wake-word.ts";

const WARM_UP_MS = 400;
/** Between two messages of the warm-up: most go through the sleep before a message, too. */
const INTERVAL_NS = 60_000;
const PORTION = 256;
const SAMPLE = 256;

/**
 * Plays the beginning of the recording once before it counts, quickly and into records that the other side throws away. Code
 * that runs for the first time is read, compiled and compiled again on the very cores that are to keep the times; and what is
 * played first is then in the memory of the system.
 */
export function warmUp(
  recording: Recording,
  options: PlayerOptions,
  to: {
    readonly sink: RingSink;
    readonly writer: RecordWriter;
    readonly sleeper: Sleeper;
    readonly wakes: WakeWord;
    readonly clock: Clock;
  },
): void {
  const { sink, writer, sleeper, wakes, clock } = to;
  const untilMs = clock.monotonicMs() + WARM_UP_MS;
  writer.rehearsing = true;
  const { delayMs: _, pauseTopics: __, ...rest } = options;
  using player = new Player(recording, sink, clock, {
    ...rest,
    rate: quickRate(recording, options),
    loop: true,
    paused: false,
  });
  for (let nowMs = clock.monotonicMs(); nowMs < untilMs; nowMs = clock.monotonicMs()) {
    const count = wakes.count;
    const dueMs = player.nextDueMs();
    if (dueMs === Number.POSITIVE_INFINITY) break;
    if (!sleeper.sleepUntil(Math.min(dueMs, untilMs), count)) continue;
    sink.blockedBy = undefined;
    player.poll(PORTION);
    writer.flush();
    if (sink.blockedBy !== undefined) writer.waitForRoom(1);
  }
  writer.rehearsing = false;
}

/** At which the first messages come one `INTERVAL_NS` after the other. */
function quickRate(recording: Recording, { topics }: PlayerOptions): number {
  using cursor = recording.cursor({ topics });
  if (!cursor.next()) return 1;
  const firstNs = cursor.logTimeNs;
  let count = 1;
  let lastNs = firstNs;
  for (; count < SAMPLE && cursor.next(); count++) lastNs = cursor.logTimeNs;
  return Math.min(MAX_RATE, Math.max(MIN_RATE, Number(lastNs - firstNs) / count / INTERVAL_NS));
}
