import type { delos } from "@delos/msgs";
import type { Replay } from "@delos/replay";
import { type Command, Playback } from "../protocol.ts";

const STATES = { playing: "PLAYING", paused: "PAUSED", ended: "ENDED" } as const;
const seconds = (timeNs: bigint): number => Number(timeNs / 1000n) / 1e6;

export function playbackOf(replay: Replay | undefined): Playback {
  if (replay === undefined) return { state: Playback.State.NONE };
  const { published, late, maxLatenessMs, pass } = replay.stats;
  const { loopRange } = replay;
  return {
    state: Playback.State[STATES[replay.state]],
    start_s: seconds(replay.recording.startNs),
    end_s: seconds(replay.recording.endNs),
    position_s: seconds(replay.positionNs),
    rate: replay.rate,
    loop: replay.loop,
    published: BigInt(published),
    late: BigInt(late),
    max_lateness_ms: maxLatenessMs,
    pass,
    ...(loopRange === undefined
      ? {}
      : { loop_range: { from_s: seconds(loopRange.fromNs), to_s: seconds(loopRange.toNs) } }),
  };
}

/** Obeys a page's playback command. False: it was none. */
export function obey(replay: Replay, command: Command): boolean {
  if (command.play !== undefined) {
    if (command.play) replay.play();
    else replay.pause();
  } else if (command.step !== undefined) {
    if (command.step !== 0) replay.step(Math.max(-MAX_STEP, Math.min(MAX_STEP, command.step)));
  } else if (command.seek_s !== undefined) replay.seek(nanoseconds(command.seek_s));
  else if (command.rate !== undefined) {
    if (command.rate > 0) replay.setRate(command.rate);
  } else if (command.loop !== undefined) replay.setLoop(command.loop);
  else if (command.loop_range !== undefined) replay.setLoopRange(rangeOf(command.loop_range));
  else if (command.restart !== undefined) replay.restart();
  else return false;
  return true;
}

/** Undefined: no loop any more. */
function rangeOf({ from_s = 0, to_s = 0 }: delos.bridge.LoopRange): Parameters<Replay["setLoopRange"]>[0] {
  return to_s > from_s ? { fromNs: nanoseconds(from_s), toNs: nanoseconds(to_s) } : undefined;
}

/** A page steps by one; more at once would keep the bus busy for no picture. */
const MAX_STEP = 10_000;

/** Whole microseconds, as far as a double of unix seconds reaches; beyond all recordings the end is meant. */
function nanoseconds(timeS: number): bigint {
  const bounded = Math.max(-9e9, Math.min(9e9, timeS));
  return BigInt(Math.round(bounded * 1e6)) * 1000n;
}
