import type { Problem } from "@delos/bag";
import { onAbort } from "@delos/core";
import type { Replay } from "@delos/replay";
import type { CommandContext, ExitStatus } from "../command.ts";
import { listenToKeys, ReplayKeys } from "./replay-keys.ts";
import { StatusLine } from "./status-line.ts";

export interface SessionOptions {
  /** Ends with the recording: `rosbag play`. False: stands at its end, for a page that may go back. */
  readonly endsWithRecording: boolean;
  readonly quiet?: boolean;
  readonly keys?: boolean;
}

/** Shows the status of a replay and obeys the terminal's keys until it is over. */
export async function runSession(
  { out, err, in: input, json, signal }: CommandContext,
  replay: Replay,
  { endsWithRecording, quiet = false, keys = true }: SessionOptions,
): Promise<ExitStatus> {
  const lines: Disposable[] = [];
  try {
    const outcome = await new Promise<ExitStatus | Error>((resolve) => {
      lines.push(onAbort(signal, () => resolve(130)));
      lines.push(replay.events.on("failed", resolve));
      lines.push(replay.events.on("ended", () => endsWithRecording && resolve(0)));
      const listening = keys
        ? listenToKeys(input, new ReplayKeys(replay, (interrupted) => resolve(interrupted ? 130 : 0)))
        : undefined;
      if (listening !== undefined) lines.push(listening);
      replay.begin();
      if (!quiet) lines.push(new StatusLine(out, replay, json));
    });
    if (typeof outcome === "number") return outcome;
    throw outcome;
  } finally {
    for (const line of lines.reverse()) line[Symbol.dispose]();
    const { published, late, maxLatenessMs } = replay.stats;
    const lateness = late === 0 ? "none late" : `${late} late, at most by ${maxLatenessMs.toFixed(1)} ms`;
    if (!quiet) err.write(`${published} messages sent, ${lateness}\n`);
  }
}

/** What the file has to say for itself, and topics that were asked for in vain. */
export function tellOfRecording({ err }: CommandContext, { recording, events }: Replay): void {
  const tell = ({ code, offset, message, file = recording.files[0] }: Problem): void =>
    void err.write(`delos: ${code}: ${message} (${file ?? "recording"}, byte ${offset})\n`);
  recording.problems.forEach(tell);
  events.on("problem", tell);
  for (const topic of recording.missingTopics) err.write(`delos: no topic ${topic} in ${recording.files.join(", ")}\n`);
  if (recording.messageCount === 0) err.write(`delos: there are no messages in ${recording.files.join(", ")}\n`);
}
