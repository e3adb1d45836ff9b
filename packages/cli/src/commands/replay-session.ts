import type { Problem } from "@delos/bag";
import { onAbort } from "@delos/core";
import { type Replay, ReplayDeck } from "@delos/replay";
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
  player: Replay | ReplayDeck,
  { endsWithRecording, quiet = false, keys = true }: SessionOptions,
): Promise<ExitStatus> {
  let replay = player instanceof ReplayDeck ? player.replay : player;
  const lines: Disposable[] = [];
  let ofReplay: Disposable[] = [];
  const dispose = (disposables: Disposable[]): void => {
    for (const each of disposables.reverse()) each[Symbol.dispose]();
  };
  try {
    const outcome = await new Promise<ExitStatus | Error>((resolve) => {
      const follow = (): void => {
        ofReplay.push(replay.events.on("failed", resolve));
        ofReplay.push(replay.events.on("ended", () => endsWithRecording && resolve(0)));
        const listening = keys
          ? listenToKeys(input, new ReplayKeys(replay, (interrupted) => resolve(interrupted ? 130 : 0)))
          : undefined;
        if (listening !== undefined) ofReplay.push(listening);
        if (!quiet) ofReplay.push(new StatusLine(out, replay, json));
      };
      lines.push(onAbort(signal, () => resolve(130)));
      if (player instanceof ReplayDeck)
        lines.push(
          player.events.on("exchanged", (exchange) => {
            dispose(ofReplay);
            ofReplay = [];
            ({ replay } = exchange);
            if (!quiet) err.write(`delos: ${replay.recording.files.join(", ")}\n`);
            follow();
          }),
        );
      follow();
      replay.begin();
    });
    if (typeof outcome === "number") return outcome;
    throw outcome;
  } finally {
    dispose(ofReplay);
    dispose(lines);
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
