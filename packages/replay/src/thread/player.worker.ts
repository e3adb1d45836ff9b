import { constants, platform, setPriority } from "node:os";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Channel, openRecording, Player } from "@delos/bag";
import { type Clock, DelosError, describeError, SystemClock } from "@delos/core";
import { LogRing } from "sharedarraybuffer-ring";
import type { PlayerAnswer, PlayerCommand, PlayerThreadData } from "./protocol.ts";
import { RecordWriter } from "./records.ts";
import { RingSink } from "./ring-sink.ts";
import { Sleeper } from "./sleeper.ts";
import { SharedStatus } from "./status.ts";
import { WakeWord } from "./wake-word.ts";
import { warmUp } from "./warm-up.ts";

/** How much is sent between two looks at the commands. */
const PORTION = 256;
/** While the ring is full, commands are looked at this often. They take effect behind what is in it anyway. */
const FULL_RING_MS = 20;
const PROBLEMS_EVERY_MS = 40;
const LEAST_TIME_AHEAD_MS = 2;

const { files, options, ring, status, wakes: wakeMemory, port } = workerData as PlayerThreadData;
const answer = (message: PlayerAnswer): void => parentPort!.postMessage(message);

preferThisThread();
try {
  await play();
} catch (thrown) {
  const known = thrown instanceof DelosError;
  answer({
    is: "failed",
    code: known ? thrown.code : "PLAYER_FAILED",
    message: known ? thrown.message : describeError(thrown),
    details: known ? thrown.details : {},
  });
}
port.close();

/** The whole life of the thread: it blocks from the first message on, and is led by the wake word alone. */
async function play(): Promise<void> {
  using recording = await openRecording(files);
  const clock = new SystemClock();
  const wakes = new WakeWord(wakeMemory);
  using writer = new RecordWriter(LogRing.attach(ring).writer());
  const sink = new RingSink(writer, wakes, clock, (data) => port.postMessage(data, [data.buffer as ArrayBuffer]));
  const shared = new SharedStatus(status);
  const sleeper = new Sleeper(wakes, clock);

  // Opened and described before the time base is set: the other side needs a while to make its publishers.
  {
    using probe = new Player(recording, sink, clock, { ...options, paused: true });
    shared.write(probe);
    answer({
      is: "open",
      recording: {
        files: recording.files,
        format: recording.format,
        complete: recording.complete,
        size: recording.size,
        channels: recording.channels.map(plainChannel),
        messageCount: recording.messageCount,
        problems: recording.problems,
        startNs: probe.startNs,
        endNs: probe.endNs,
        topics: probe.topics,
        missingTopics: probe.missingTopics,
      },
    });
  }
  let told = recording.problems.length;
  if (options.rate !== Number.POSITIVE_INFINITY) warmUp(recording, options, { sink, writer, sleeper, wakes, clock });
  for (;;) {
    const count = wakes.count;
    const command = nextCommand();
    if (command?.do === "close") return;
    if (command?.do === "begin") break;
    if (command === undefined) wakes.sleep(count, Number.POSITIVE_INFINITY);
  }

  using player = new Player(recording, sink, clock, options);
  let ended = false;
  let seen = wakes.count - 1;
  let lookAtMs = 0;
  const readAhead = readerAhead(clock, () => wakes.count !== seen);
  for (;;) {
    const count = wakes.count;
    if (count !== seen) {
      seen = count;
      for (let command = nextCommand(); command !== undefined; command = nextCommand()) {
        if (command.do === "close") return;
        obey(player, command);
      }
    }
    const dueMs = player.nextDueMs();
    shared.write(player);
    if (player.state !== "playing" || clock.monotonicMs() >= lookAtMs) {
      lookAtMs = clock.monotonicMs() + PROBLEMS_EVERY_MS;
      const { problems } = recording;
      if (problems.length > told) answer({ is: "problems", problems: problems.slice(told) });
      told = problems.length;
    }
    if (player.state !== "ended") ended = false;
    else if (!ended && dueMs === Number.POSITIVE_INFINITY) {
      ended = sink.ended(player.positionNs, player.pass);
      writer.flush();
      if (!ended) writer.waitForRoom(FULL_RING_MS);
      continue;
    }
    readAhead(player, dueMs);
    if (!sleeper.sleepUntil(dueMs, count)) continue;
    sink.blockedBy = undefined;
    player.poll(PORTION);
    writer.flush();
    if (sink.blockedBy === "ring") writer.waitForRoom(FULL_RING_MS);
    if (sink.blockedBy === "large") wakes.sleep(count, Number.POSITIVE_INFINITY);
  }
}

/**
 * Uses the time before the next message is due, as long as it is more than what one step ahead may take: as much as the
 * longest of late, which read a chunk. Messages that come too closely for that are read when their turn comes.
 */
function readerAhead(clock: Clock, interrupted: () => boolean): (player: Player, dueMs: number) => void {
  let longestMs = LEAST_TIME_AHEAD_MS;
  return (player, dueMs) => {
    for (let nowMs = clock.monotonicMs(); dueMs - nowMs > 2 * longestMs && !interrupted(); ) {
      if (!player.readAhead()) return;
      const tookMs = clock.monotonicMs() - nowMs;
      longestMs = Math.max(LEAST_TIME_AHEAD_MS, tookMs, longestMs * 0.99);
      nowMs += tookMs;
    }
  };
}

/** Without what only lives in this thread. */
function plainChannel({ index, topic, schema, messageCount, metadata, payloadOffset = 0 }: Channel): Channel {
  return { index, topic, schema, messageCount, metadata, payloadOffset };
}

/** On Linux a thread has a niceness of its own. Only a privileged process may better it; others go on as they are. */
function preferThisThread(): void {
  if (platform() !== "linux") return;
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // not allowed
  }
}

function nextCommand(): PlayerCommand | undefined {
  return (receiveMessageOnPort(port) as { readonly message: PlayerCommand } | undefined)?.message;
}

function obey(player: Player, command: PlayerCommand): void {
  switch (command.do) {
    case "play":
      return player.play();
    case "pause":
      return player.pause();
    case "restart":
      return player.restart();
    case "step":
      return player.step(command.count);
    case "seek":
      return player.seek(command.timeNs);
    case "rate":
      return player.setRate(command.rate);
    case "loop":
      return player.setLoop(command.loop);
    case "loopRange":
      return player.setLoopRange(command.range);
    default:
  }
}
