import { constants, platform, setPriority } from "node:os";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Channel, openRecording, Player } from "@delos/bag";
import { DelosError, describeError, SystemClock } from "@delos/core";
import type { PlayerAnswer, PlayerCommand, PlayerThreadData } from "./protocol.ts";
import { RingProducer } from "./ring.ts";
import { RingSink } from "./ring-sink.ts";
import { Sleeper } from "./sleeper.ts";
import { SharedStatus } from "./status.ts";

/** How much is sent between two looks at the commands. */
const PORTION = 256;

const { files, options, ring, status, port } = workerData as PlayerThreadData;
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

/** The whole life of the thread: it blocks from the first message on, and is led by the ring's wake word alone. */
async function play(): Promise<void> {
  using recording = await openRecording(files);
  const clock = new SystemClock();
  const producer = new RingProducer(ring);
  const sink = new RingSink(producer, clock, (data) => port.postMessage(data, [data.buffer as ArrayBuffer]));
  const shared = new SharedStatus(status);
  const sleeper = new Sleeper(producer, clock);

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
  for (;;) {
    const wakes = producer.wakes;
    const command = nextCommand();
    if (command?.do === "close") return;
    if (command?.do === "begin") break;
    if (command === undefined) producer.sleep(wakes, Number.POSITIVE_INFINITY);
  }

  using player = new Player(recording, sink, clock, options);
  let ended = false;
  let told = recording.problems.length;
  for (;;) {
    const wakes = producer.wakes;
    for (let command = nextCommand(); command !== undefined; command = nextCommand()) {
      if (command.do === "close") return;
      obey(player, command);
    }
    const dueMs = player.nextDueMs();
    shared.write(player);
    if (recording.problems.length > told) {
      answer({ is: "problems", problems: recording.problems.slice(told) });
      told = recording.problems.length;
    }
    if (player.state !== "ended") ended = false;
    else if (!ended && dueMs === Number.POSITIVE_INFINITY) {
      ended = sink.ended(player.positionNs, player.pass);
      if (!ended) producer.sleepUntilRoom(wakes);
      continue;
    }
    if (!sleeper.sleepUntil(dueMs, wakes)) continue;
    sink.blockedBy = undefined;
    player.poll(PORTION);
    producer.flush();
    if (sink.blockedBy === "ring") producer.sleepUntilRoom(wakes);
    if (sink.blockedBy === "large") producer.sleep(wakes, Number.POSITIVE_INFINITY);
  }
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
