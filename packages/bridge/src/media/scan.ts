import { ChannelCodecs, type FileRecording, type Problem } from "@delos/bag";
import { apollo, delos } from "@delos/msgs";
import { perception, prediction } from "../world/adapters/apollo-perception.ts";
import { sceneUpdate } from "../world/adapters/foxglove-scene.ts";
import { adapterFor } from "../world/adapters/index.ts";
import { path } from "../world/adapters/ros-path.ts";
import type { Adapter, Observation } from "../world/observation.ts";
import { WorldModel } from "../world/world-model.ts";
import type { Run, Trace } from "./run.ts";

const { Kind } = delos.bridge.Mark;
const { PadMessage } = apollo.control;
const PAD = PadMessage.schema.name;
/** They say nothing of where the car is and of what happened to it, and cost most. */
const PASSED_OVER: ReadonlySet<Adapter | undefined> = new Set([undefined, perception, prediction, sceneUpdate, path]);
const MOST_MARKS = 500;
const MOST_SAMPLES = 12_000;
const SHORTEST_STEP_S = 0.04;
/** The same line again within this time is one event. */
const REPEATED_S = 2;
const MAX_TEXT = 200;
/** Messages of a topic that are read at most, spread over the whole recording; log lines are all read. */
const READ_OF_TOPIC = 60_000;

/** Reads a recording through once: what happened when, and how the car drove, as the page's own world model sees it. */
export function scanRun(recording: FileRecording): Run {
  const { startNs = 0n, endNs = 0n } = recording;
  const [startS, endS] = [secondsOf(startNs), secondsOf(endNs)];
  const marks = new Marks();
  for (const problem of recording.problems) marks.add(Kind.PROBLEM, timeOfProblem(problem, recording), said(problem));
  const trace = new TraceWriter(startS, endS);
  const adapters = recording.channels.map(({ schema }) => {
    const adapter = adapterFor(schema.name);
    return PASSED_OVER.has(adapter) || adapter?.newestOnly === true ? undefined : adapter;
  });
  const pads = new Set(recording.channels.filter(({ schema }) => schema.name === PAD).map(({ index }) => index));
  const wanted = recording.channels.filter(({ index }) => adapters[index] !== undefined || pads.has(index));
  const topics = new Set(wanted.map(({ topic }) => topic));
  if (topics.size === 0) return { marks: marks.all, trace: trace.trace };
  const leastS = (endS - startS) / READ_OF_TOPIC;
  const readAtS = recording.channels.map(() => Number.NEGATIVE_INFINITY);
  const codecs = new ChannelCodecs();
  const unreadable = new Set<number>();
  const world = new WorldModel();
  const drive = new DriveMarks(marks);
  let told = recording.problems.length;
  using cursor = recording.cursor({ topics });
  while (cursor.next()) {
    const { channel } = cursor;
    const timeS = secondsOf(cursor.logTimeNs);
    for (; told < recording.problems.length; told++) marks.add(Kind.PROBLEM, timeS, said(recording.problems[told]!));
    if (pads.has(channel.index) && !unreadable.has(channel.index)) {
      try {
        drive.pad(timeS, codecs.decode(channel, cursor.data) as apollo.control.PadMessage);
      } catch {
        unreadable.add(channel.index);
      }
    }
    const adapter = adapters[channel.index];
    if (adapter === undefined || unreadable.has(channel.index) || timeS - readAtS[channel.index]! < leastS) continue;
    let observations: readonly Observation[];
    try {
      observations = adapter.read(codecs.decode(channel, cursor.data), channel.topic);
    } catch {
      unreadable.add(channel.index); // the page says so when it plays
      continue;
    }
    for (const observation of observations) {
      if (observation.kind !== "notice") readAtS[channel.index] = timeS;
      drive.observe(timeS, observation);
      world.observe(channel.topic, timeS, observation);
    }
    world.takeNotices();
    trace.add(world);
  }
  return { marks: marks.all, trace: trace.trace };
}

class Marks {
  readonly all: delos.bridge.Mark[] = [];
  readonly #lastS = new Map<string, number>();

  add(kind: number, timeS: number, text: string): void {
    const key = `${kind} ${text}`;
    const last = this.#lastS.get(key) ?? Number.NEGATIVE_INFINITY;
    this.#lastS.set(key, timeS);
    if (timeS - last < REPEATED_S || this.all.length >= MOST_MARKS) return;
    this.all.push({ kind, time_s: timeS, text: text.slice(0, MAX_TEXT) });
  }
}

/** Changes of what the chassis, the plan and the logs say. The first state of a recording is no event. */
class DriveMarks {
  readonly #marks: Marks;
  #mode: string | undefined;
  #error: string | undefined;
  #estop: boolean | undefined;

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  observe(timeS: number, observation: Observation): void {
    if (observation.kind === "notice") {
      const { level, source, text } = observation;
      if (level === "error" || level === "fatal") this.#marks.add(Kind.ERROR, timeS, `${source}: ${text}`);
    } else if (observation.kind === "trajectory") {
      if (observation.isEstop && this.#estop === false) this.#marks.add(Kind.ESTOP, timeS, "");
      this.#estop = observation.isEstop;
    } else if (observation.kind === "chassis") {
      this.#modeIs(timeS, observation.drivingMode);
      const { errorCode } = observation;
      if (errorCode !== undefined && errorCode !== "NO_ERROR" && errorCode !== (this.#error ?? errorCode))
        this.#marks.add(Kind.ERROR, timeS, errorCode);
      this.#error = errorCode ?? this.#error;
    }
  }

  /** What was asked for; what came of it the chassis says. */
  pad(timeS: number, message: apollo.control.PadMessage): void {
    const { action } = PadMessage.toJSON(message) as { action?: string | number };
    if (action !== undefined) this.#marks.add(Kind.PAD, timeS, String(action));
  }

  #modeIs(timeS: number, mode: string | undefined): void {
    if (mode === undefined) return;
    const before = this.#mode;
    this.#mode = mode;
    if (before === undefined || before === mode) return;
    const kind =
      mode === "EMERGENCY_MODE"
        ? Kind.ESTOP
        : mode === "COMPLETE_AUTO_DRIVE"
          ? Kind.ENGAGE
          : before === "COMPLETE_AUTO_DRIVE"
            ? Kind.DISENGAGE
            : Kind.MODE;
    this.#marks.add(kind, timeS, mode);
  }
}

class TraceWriter {
  readonly trace: { -readonly [K in keyof Trace]: Trace[K] extends readonly number[] ? number[] : Trace[K] };
  readonly #stepS: number;
  #nextS = Number.NEGATIVE_INFINITY;

  constructor(startS: number, endS: number) {
    this.trace = { startS, endS, timeS: [], x: [], y: [], headingRad: [], speedMps: [] };
    this.#stepS = Math.max(SHORTEST_STEP_S, (endS - startS) / MOST_SAMPLES);
  }

  add(world: WorldModel): void {
    const { pose } = world;
    if (pose?.time_s === undefined || pose.time_s < this.#nextS) return;
    this.#nextS = pose.time_s + this.#stepS;
    const { trace } = this;
    trace.timeS.push(pose.time_s);
    trace.x.push(rounded(pose.x ?? 0, 1e3));
    trace.y.push(rounded(pose.y ?? 0, 1e3));
    trace.headingRad.push(rounded(pose.heading ?? 0, 1e5));
    trace.speedMps.push(rounded(world.world()?.chassis?.speed_mps ?? pose.speed_mps ?? 0, 1e4));
  }
}

const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts;
const secondsOf = (timeNs: bigint): number => Number(timeNs / 1000n) / 1e6;
const said = ({ code, message }: Problem): string => `${code}: ${message}`;

/** Files are written in the order of time: as far along as the place in the file is, so far along is the time. */
function timeOfProblem({ offset }: Problem, { startNs = 0n, endNs = 0n, size }: FileRecording): number {
  const part = size > 0 ? Math.min(1, Math.max(0, offset / size)) : 0;
  return secondsOf(startNs) + part * (secondsOf(endNs) - secondsOf(startNs));
}
