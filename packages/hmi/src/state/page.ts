import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ConnectionState } from "../connection/connection.ts";
import { Playhead } from "../motion/playhead.ts";
import { PoseTrack } from "../motion/pose-track.ts";
import { Trail } from "../motion/trail.ts";
import { PlotStore } from "../panels/plots/plot-store.ts";
import { MONITOR_PLOTS } from "../panels/pnc/monitor-plots.ts";

import {
  type Chassis,
  type Command,
  type Control,
  type Counters,
  type Density,
  type Fix,
  type Frame,
  type Hello,
  type Mark,
  type Notice,
  NoticeLevel,
  type Obstacle,
  type Operation,
  type Playback,
  PlaybackState,
  type Pose,
  type RawMessage,
  type Resource,
  Role,
  type Topic,
  type Trajectory,
  type Vehicle,
  type World,
} from "../protocol/bridge.ts";
import { type CarShape, shapeOf } from "../scene/car/shape.ts";
import { type Asked, NOT_CONNECTED, Requests } from "./requests.ts";
import { isStale } from "./staleness.ts";
import { Surroundings } from "./surroundings.ts";

const MAX_NOTICES = 2000;
/** Recorded time that may pass between two states before the trail is cut: a seek, not a drive. */
const GAP_S = 5;
const GAP_M = 60;

/** Numbers change on the page at most this often: nobody reads faster, and every change costs a repaint. */
const SHOW_EVERY_MS = 50;
/** No state for so long while playing: what is shown is marked as old. */
const SILENT_MS = 1500;

/** A notice with a number of its own, so that a list can tell two alike apart. */
export interface NumberedNotice extends Notice {
  readonly number: number;
}

/**
 * Everything the page knows. What people read is in signals, so that a number that changes costs one text node; what
 * the picture is drawn from is in plain buffers that the picture reads at its own pace.
 */
export class PageState {
  readonly connection = signal<ConnectionState>({ kind: "connecting" });
  readonly hello = signal<Hello | undefined>(undefined);
  readonly pose = signal<Pose | undefined>(undefined);
  readonly chassis = signal<Chassis | undefined>(undefined);
  readonly control = signal<Control | undefined>(undefined);
  readonly fix = signal<Fix | undefined>(undefined);
  /** Recorded (or bus) time of the newest state, unix seconds. */
  readonly busTimeS = signal(Number.NaN);
  readonly playback = signal<Playback | undefined>(undefined);
  /** A recording is shown, not the bus as it is. */
  readonly isReplay = computed(() => (this.playback.value?.state ?? PlaybackState.none) !== PlaybackState.none);
  readonly topics = signal<readonly Topic[]>([]);
  readonly raw = signal<RawMessage | undefined>(undefined);
  readonly inspected = signal("");
  readonly density = signal<Density | undefined>(undefined);
  /** What happened in the recording. */
  readonly marks = signal<readonly Mark[]>([]);
  readonly counters = signal<Counters | undefined>(undefined);
  /** What an operator leads; undefined where there is nothing to lead. */
  readonly operation = signal<Operation | undefined>(undefined);
  /** Measures of the car that is led; those of a Lincoln MKZ where nobody says. */
  readonly shape = carShape(this.operation);
  readonly resources = signal<readonly Resource[]>([]);
  readonly requests: Requests;
  readonly notices = signal<readonly NumberedNotice[]>([]);
  /** What is shown but has not been confirmed for a while. */
  readonly stale = signal<{ readonly pose: boolean; readonly chassis: boolean }>({ pose: false, chassis: false });

  readonly playhead = new Playhead();
  readonly track = new PoseTrack();
  readonly trail = new Trail();
  readonly plots = new PlotStore();
  /** For the PnC monitor: kept also while it is closed, so that it begins with a past. */
  readonly monitor = new PlotStore(MONITOR_PLOTS);
  readonly surroundings = new Surroundings();
  /** The newest state, for the picture; the signals follow it at reading speed. */
  newest: World | undefined;
  trajectory: Trajectory | undefined;
  trajectoryRevision = 0;
  obstacles: readonly Obstacle[] = [];

  readonly #send: (command: Command) => boolean;
  #noticeNumber = 0;
  #pass = -1;
  #lastWorldAtMs = 0;
  #shownAtMs = 0;
  #showLater: ReturnType<typeof setTimeout> | undefined;
  #newestPlayback: Playback | undefined;

  constructor(send: (command: Command) => boolean) {
    this.#send = send;
    this.requests = new Requests(send);
  }

  /** This page may move the car and start modules. */
  get isOperator(): boolean {
    return this.hello.value?.role === Role.operator;
  }

  /** A car speaks: it can be stopped. */
  get hasCar(): boolean {
    return (this.operation.value?.driving?.mode ?? "") !== "";
  }

  /** Asks the server to do something; what goes wrong stands in the console. True: it was done. */
  async ask(name: string, asked: Asked): Promise<boolean> {
    const { code, text } = await this.requests.ask(name, asked);
    if (code === "") return true;
    this.note(code === NOT_CONNECTED ? NoticeLevel.warn : NoticeLevel.error, name, `${code}: ${text}`);
    return false;
  }

  get playing(): boolean {
    return this.playback.value?.state === PlaybackState.playing;
  }

  get canControl(): boolean {
    return this.hello.value?.can_control === true && (this.playback.value?.state ?? PlaybackState.none) > 0;
  }

  command(command: Command): void {
    if (!this.#send(command)) this.note(NoticeLevel.warn, "page", "not connected: the command was not sent");
  }

  inspect(topic: string): void {
    this.inspected.value = topic;
    this.raw.value = undefined;
    this.command({ inspect: topic });
  }

  note(level: number, source: string, text: string): void {
    const time_s = this.busTimeS.value;
    this.#addNotices([{ level, source, text, time_s: Number.isNaN(time_s) ? 0 : time_s }]);
  }

  connectionChanged(state: ConnectionState): void {
    batch(() => {
      this.connection.value = state;
      if (state.kind !== "open") {
        this.requests.lost();
        this.checkStaleness(performance.now());
      }
      if (state.kind === "open" && this.inspected.value !== "") this.#send({ inspect: this.inspected.value });
    });
  }

  frame(frame: Frame, nowMs: number): void {
    batch(() => {
      if (frame.hello !== undefined) this.#greeted(frame.hello);
      if (frame.playback !== undefined) this.#played(frame.playback);
      if (frame.world !== undefined) this.#moved(frame.world, nowMs);
      this.surroundings.frame(frame);
      for (const series of frame.series) {
        this.plots.add(series);
        this.monitor.add(series);
      }
      if (frame.topics !== undefined) this.topics.value = frame.topics.topics;
      if (frame.raw !== undefined && frame.raw.topic === this.inspected.value) this.raw.value = frame.raw;
      if (frame.density !== undefined) this.density.value = frame.density;
      if (frame.marks !== undefined) this.marks.value = frame.marks.marks;
      if (frame.counters !== undefined) this.counters.value = frame.counters;
      if (frame.operation !== undefined) this.operation.value = frame.operation;
      if (frame.resources !== undefined) this.resources.value = frame.resources.resources;
      for (const answer of frame.answers) this.requests.answered(answer);
      if (frame.notices.length > 0) this.#addNotices(frame.notices);
      if (frame.hello !== undefined || nowMs - this.#shownAtMs >= SHOW_EVERY_MS) this.#show(nowMs);
      else this.#showLater ??= setTimeout(() => this.#show(performance.now()), SHOW_EVERY_MS);
    });
  }

  /** What was received becomes what is read. */
  #show(nowMs: number): void {
    clearTimeout(this.#showLater);
    this.#showLater = undefined;
    this.#shownAtMs = nowMs;
    const world = this.newest;
    batch(() => {
      this.playback.value = this.#newestPlayback;
      this.busTimeS.value = world?.time_s ?? Number.NaN;
      this.pose.value = world?.pose;
      this.chassis.value = world?.chassis;
      this.control.value = world?.control;
      this.fix.value = world?.fix;
      this.checkStaleness(nowMs);
    });
  }

  /** Marks what has not been confirmed lately; called a few times a second, also when nothing arrives. */
  checkStaleness(nowMs: number): void {
    const silent = this.connection.value.kind !== "open" || (this.playing && nowMs - this.#lastWorldAtMs > SILENT_MS);
    const busTimeS = this.busTimeS.value;
    const next = {
      pose: silent || isStale(busTimeS, this.pose.value?.time_s),
      chassis: silent || isStale(busTimeS, this.chassis.value?.time_s),
    };
    const now = this.stale.value;
    if (next.pose !== now.pose || next.chassis !== now.chassis) this.stale.value = next;
  }

  /** A new server (or the same one again): nothing of the old one may stay on the page. */
  #greeted(hello: Hello): void {
    this.hello.value = hello;
    this.#forgetMotion();
    this.surroundings.clear();
    this.#pass = -1;
    this.newest = undefined;
    this.#newestPlayback = undefined;
    this.density.value = undefined;
    this.marks.value = [];
    this.topics.value = [];
    this.operation.value = undefined;
    this.resources.value = [];
  }

  #played(playback: Playback): void {
    if (this.#pass >= 0 && playback.pass !== this.#pass) this.#forgetMotion();
    this.#pass = playback.pass;
    this.#newestPlayback = playback;
    const shown = this.playback.value;
    // What a person has just asked for is answered at once.
    if (
      playback.state !== shown?.state ||
      playback.rate !== shown.rate ||
      playback.loop !== shown.loop ||
      !sameRange(playback, shown)
    ) {
      this.playback.value = playback;
    }
  }

  #forgetMotion(): void {
    this.playhead.reset();
    this.track.clear();
    this.trail.clear();
    this.surroundings.jumped();
    this.plots.clear();
    this.monitor.clear();
    this.trajectory = undefined;
    this.trajectoryRevision++;
    this.obstacles = [];
  }

  #moved(world: World, nowMs: number): void {
    this.#lastWorldAtMs = nowMs;
    if (this.newest !== undefined && world.time_s < this.newest.time_s - 0.001) this.#forgetMotion();
    this.newest = world;
    this.obstacles = world.obstacles;
    if (world.trajectory !== undefined) {
      this.trajectory = world.trajectory.x.length > 1 ? world.trajectory : undefined;
      this.trajectoryRevision++;
    }
    if (world.pose !== undefined) this.#addPose(world.pose, world.time_s, nowMs);
  }

  #addPose(pose: Pose, worldTimeS: number, nowMs: number): void {
    const timeS = pose.time_s > 0 ? pose.time_s : worldTimeS;
    const last = this.track.newest;
    const cut =
      last !== undefined &&
      (timeS < last.timeS || timeS - last.timeS > GAP_S || Math.hypot(pose.x - last.x, pose.y - last.y) > GAP_M);
    if (cut) {
      this.playhead.reset();
      this.track.clear();
      this.trail.clear();
    }
    this.playhead.arrive(timeS, nowMs);
    if (this.track.add({ timeS, x: pose.x, y: pose.y, heading: pose.heading, speedMps: pose.speed_mps }))
      this.trail.add(pose.x, pose.y, timeS);
  }

  #addNotices(notices: readonly Notice[]): void {
    const numbered = notices.map((notice) => ({ ...notice, number: this.#noticeNumber++ }));
    this.notices.value = [...this.notices.value, ...numbered].slice(-MAX_NOTICES);
  }
}

function sameRange({ loop_range: a }: Playback, { loop_range: b }: Playback): boolean {
  return a?.from_s === b?.from_s && a?.to_s === b?.to_s;
}

/** Changes only when the car does: the operation comes anew with every change of a module. */
function carShape(operation: ReadonlySignal<Operation | undefined>): ReadonlySignal<CarShape> {
  const told = computed(() => JSON.stringify(operation.value?.vehicle ?? null));
  return computed(() => shapeOf((JSON.parse(told.value) as Vehicle | null) ?? undefined));
}
