import { createReadStream, renameSync } from "node:fs";
import { type Clock, DelosError, describeError, Lifetime } from "@delos/core";
import { apollo, delos } from "@delos/msgs";
import { type Node, type Publisher, type Runtime, topic } from "@delos/runtime";
import { Driving, DrivingAction } from "./driving.ts";
import { canCheck, gpsCheck, Hardware, type HardwareCheck, HardwareStatus } from "./hardware.ts";
import type { Lags } from "./lags.ts";
import { type ModuleControl, shownModule } from "./module-control.ts";
import { Playing, QuickStart, type QuickStep, Recording } from "./quick-start.ts";

type Request = delos.bridge.Request;
const { QuickAction, ModuleAction } = delos.bridge;
const { Verb } = ModuleAction;

/** Apollo counts a line of the recorder's file as a hundredth of a second. */
const LINES_PER_S = 100;
/** States of a module that runs or is about to. */
const BUSY: readonly string[] = ["starting", "running", "waiting", "stopping"];
const Planning = topic("/apollo/planning", apollo.planning.ADCTrajectory, { depth: 1 });
/** What somebody at the wheel of a simulated car does; it is let go when nothing comes for a while. */
export const driverTopic = topic("/delos/sim/driver", delos.DriverInput, { depth: 1 });

/** A list that a person chooses from: the vehicle, the map. */
export interface SelectionSource {
  readonly kind: string;
  readonly choices: readonly string[];
  chosen: string;
  /** @throws {DelosError} when it cannot be changed now */
  choose(choice: string): Promise<void>;
}

export interface OperationOptions {
  readonly modules: ModuleControl;
  /** Names for people. Absent: the module's name. */
  readonly displayNames?: Readonly<Record<string, string>>;
  /** What setup starts and waits for. The others are tools: started when they are needed. */
  readonly needed: readonly string[];
  /** Modules that record a drive by hand and that play it. Absent: no quick start. */
  readonly quick?: {
    readonly recorder: string;
    readonly player: string;
    /** The recorder's file. */
    readonly file: string;
  };
  /** Beside GPS and CAN, which are looked at on the bus. */
  readonly hardware?: readonly HardwareCheck[];
  readonly selections?: readonly SelectionSource[];
  /** The car that is led, as it is chosen now. Absent: as of a Lincoln MKZ. */
  readonly vehicle?: () => delos.bridge.Vehicle | undefined;
  /** Modules that are tools, by their names for people. */
  readonly tools?: Readonly<Record<string, string>>;
  /** The car is simulated: its pedals and its wheel can be used from the page. */
  readonly byHands?: boolean;
}

/** Everything an operator leads, and what it looks like now. Roles and the audit log are the caller's. */
export class Operation implements AsyncDisposable {
  readonly driving: Driving;
  readonly #options: OperationOptions;
  readonly #modules: ModuleControl;
  readonly #hardware: Hardware;
  readonly #quick: QuickStart | undefined;
  readonly #hands: Publisher<delos.DriverInput> | undefined;
  readonly #lifetime = new Lifetime();
  readonly #nowS: () => number;
  readonly #changed: () => void;
  readonly #note: (level: "info" | "warn" | "error", text: string) => void;
  #planningReady = false;
  /** What is being chosen just now. */
  #choosing: string | undefined;
  /** Grows with every change. */
  revision = 0;

  readonly #lags: Lags;

  constructor(
    { runtime, node, clock, lags }: { runtime: Runtime; node: Node; clock: Clock; lags: Lags },
    options: OperationOptions,
    note: (level: "info" | "warn" | "error", text: string) => void,
  ) {
    this.#options = options;
    this.#lags = lags;
    this.#modules = options.modules;
    this.#note = note;
    this.#nowS = () => clock.nowMs() / 1000;
    this.#changed = () => {
      this.revision++;
      this.#look();
    };
    this.driving = this.#lifetime.own(new Driving(runtime.node("/hmi"), clock));
    this.#hardware = this.#lifetime.own(
      new Hardware([gpsCheck(node, clock), canCheck(node, clock), ...(options.hardware ?? [])], this.#changed),
    );
    this.#quick = options.quick === undefined ? undefined : new QuickStart(0);
    this.#hands = options.byHands === true ? node.publisher(driverTopic) : undefined;
    this.#lifetime.own(this.#modules.events.on("state", this.#changed));
    this.#lifetime.own(this.driving.events.on("changed", this.#changed));
    this.#lifetime.own(this.driving.events.on("handedOver", ({ mode }) => this.#onHandedOver(mode)));
    if (options.quick !== undefined) {
      node.subscribe(Planning).on(({ message }) => this.#onTrajectory(message));
      void this.#measure().then((seconds) => {
        if (this.#quick?.recording !== Recording.RECORDING_READY_TO_CHECK || seconds < 1) return;
        Object.assign(this.#quick, new QuickStart(seconds));
        this.#changed();
      });
    }
  }

  /** The car that is led, as it is chosen now. */
  get vehicle(): delos.bridge.Vehicle | undefined {
    return this.#options.vehicle?.();
  }

  get state(): delos.bridge.Operation {
    const { displayNames = {}, needed, tools = {}, selections = [], quick } = this.#options;
    const tool = (name: string): boolean => Object.hasOwn(tools, name);
    const { driving, vehicle } = this;
    return {
      modules: this.#modules.modules
        .filter(({ name }) => !tool(name))
        .map((module) =>
          shownModule(
            module,
            displayNames[module.name] ?? module.name,
            needed.includes(module.name),
            this.#lags.of(module.name),
          ),
        ),
      hardware: this.#hardware.checks.map(({ name, displayName }) => ({
        name,
        display_name: displayName,
        ...this.#hardware.result(name),
      })),
      ...(this.#quick === undefined ? {} : { quick: shownQuick(this.#quick, quick!.file) }),
      driving: {
        mode: driving.mode,
        changing: driving.changing,
        tries: driving.tries,
        estop: driving.estop,
        estop_reason: driving.estopReason,
        by_hands: this.#hands !== undefined,
      },
      selections: selections.map(({ kind, chosen, choices }) => ({ kind, chosen, choices: [...choices] })),
      tools: this.#modules.modules
        .filter(({ name }) => tool(name))
        .map(({ name, state }) => ({
          name,
          display_name: tools[name]!,
          running: BUSY.includes(state),
        })),
      ...(vehicle === undefined ? {} : { vehicle }),
    };
  }

  /** What a request is called in the audit log, and what it asks for. Undefined: it asks for nothing that is known. */
  static describe(
    request: Request,
  ): { readonly action: string; readonly details: Record<string, unknown> } | undefined {
    const { driving, module, quick, check_hardware: hardware, select, tool, hands } = request;
    if (driving !== undefined) return named("driving", DrivingAction, driving, {});
    if (module !== undefined) return named("module", Verb, module.verb ?? Verb.START, { name: module.name });
    if (quick !== undefined) return named("quick", QuickAction, quick, {});
    if (hardware !== undefined) return { action: "hardware.check", details: { name: hardware } };
    if (select !== undefined) return { action: "select", details: { kind: select.kind, chosen: select.chosen } };
    if (tool !== undefined)
      return { action: tool.run === true ? "tool.start" : "tool.stop", details: { name: tool.name } };
    if (hands !== undefined) return { action: "hands", details: { ...hands } };
    return undefined;
  }

  /** @throws {DelosError} with the reason when it cannot be done */
  async perform(request: Request): Promise<void> {
    if (request.driving !== undefined) await this.#drive(request.driving);
    else if (request.module !== undefined)
      await this.#lead(request.module.name ?? "", request.module.verb ?? Verb.START);
    else if (request.quick !== undefined) await this.#quickStep(request.quick);
    else if (request.check_hardware !== undefined) await this.#check(request.check_hardware);
    else if (request.select !== undefined) await this.#select(request.select.kind ?? "", request.select.chosen ?? "");
    else if (request.tool !== undefined)
      await this.#lead(request.tool.name ?? "", request.tool.run === true ? Verb.START : Verb.STOP);
    else if (request.hands !== undefined) this.#move(request.hands);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lifetime[Symbol.asyncDispose]();
  }

  #drive(action: DrivingAction): Promise<void> {
    switch (action) {
      case DrivingAction.ENGAGE:
        return this.driving.engage();
      case DrivingAction.DISENGAGE:
        return this.driving.disengage().then(() => this.#toManual());
      case DrivingAction.ESTOP:
        return this.driving.emergencyStop("emergency stop by the operator");
      case DrivingAction.RESET:
        return this.driving.reset().then(() => this.#toManual());
      default:
        throw new DelosError("BRIDGE_NO_SUCH", `there is no driving action ${action}`);
    }
  }

  async #lead(name: string, verb: delos.bridge.ModuleAction.Verb): Promise<void> {
    if (verb !== Verb.STOP) this.#refuseWhileChoosing();
    const known = this.#modules.modules.map((module) => module.name);
    if (name !== "all" && !known.includes(name))
      throw new DelosError("BRIDGE_NO_SUCH", `there is no module ${name}; there are: ${known.join(", ")}`);
    const names = name !== "all" ? [name] : verb === Verb.STOP ? [...known].reverse() : this.#options.needed;
    for (const one of names) {
      if (verb === Verb.STOP) await this.#modules.stop(one);
      else if (verb === Verb.RESTART) await this.#modules.restart(one);
      else await this.#modules.start(one);
    }
  }

  async #quickStep(action: delos.bridge.QuickAction): Promise<void> {
    const quick = this.#quick;
    if (quick === undefined) throw new DelosError("BRIDGE_NO_SUCH", "nothing records here");
    const { recorder, player, file } = this.#options.quick!;
    const step = STEPS[action];
    if (step !== undefined) quick.check(step);
    this.#refuseWhileChoosing();
    switch (action) {
      case QuickAction.SETUP_RECORDING:
        quick.setupRecording();
        await this.#setup();
        break;
      case QuickAction.START_RECORDING:
        await this.#modules.start(recorder);
        quick.startRecording(this.#nowS());
        break;
      case QuickAction.STOP_RECORDING:
        await this.#modules.stop(recorder);
        quick.stopRecording(await this.#measure());
        break;
      case QuickAction.NEW_RECORDING:
        await this.#modules.stop(player);
        this.#planningReady = false;
        putAside(file);
        quick.newRecording();
        break;
      case QuickAction.SETUP_PLAYING:
        quick.setupPlaying();
        this.#planningReady = false;
        await Promise.all([this.#setup(), this.#modules.restart(player)]);
        break;
      case QuickAction.START_PLAYING:
        await this.driving.engage();
        quick.startPlaying(this.#nowS());
        break;
      case QuickAction.STOP_PLAYING:
        // Stopping the player under a car that drives would be an emergency stop: the driver gets it first.
        if (quick.playing === Playing.PLAYING) await this.driving.disengage();
        await this.#modules.stop(player);
        this.#planningReady = false;
        quick.stopPlaying();
        break;
      case QuickAction.RESET_ALL:
        await this.#modules.stop(player);
        await this.#modules.stop(recorder);
        await this.#lead("all", Verb.STOP);
        this.#planningReady = false;
        this.#hardware.forget();
        quick.resetAll();
        break;
      default:
        throw new DelosError("BRIDGE_NO_SUCH", `there is no such step: ${action}`);
    }
    this.#changed();
  }

  /** Starts what is needed and does not run, and checks the hardware that is not known to be well. */
  async #setup(): Promise<void> {
    this.#changed();
    const started = await Promise.allSettled(this.#options.needed.map((name) => this.#modules.start(name)));
    const failed = started.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    // Once the modules run: the checks listen to what they say. What comes of them stands on the page.
    const checks = this.#hardware.checks.filter(({ name }) => this.#hardware.result(name).status !== HardwareStatus.ok);
    await Promise.all(checks.map((check) => this.#hardware.run(check)));
  }

  async #check(name: string): Promise<void> {
    const checks = this.#hardware.checks.filter((check) => name === "" || check.name === name);
    if (checks.length === 0) throw new DelosError("BRIDGE_NO_SUCH", `there is no hardware ${name}`);
    await Promise.all(checks.map((check) => this.#hardware.run(check)));
  }

  async #select(kind: string, chosen: string): Promise<void> {
    const selection = this.#options.selections?.find((one) => one.kind === kind);
    if (selection === undefined) throw new DelosError("BRIDGE_NO_SUCH", `there is no choice of a ${kind}`);
    if (!selection.choices.includes(chosen))
      throw new DelosError("BRIDGE_NO_SUCH", `${chosen} is no ${kind}; there are: ${selection.choices.join(", ")}`);
    this.#refuseWhileChoosing();
    // An engaged car has running modules, or is led by others whose chassis is heard.
    if (this.driving.mode === "COMPLETE_AUTO_DRIVE")
      throw new DelosError("BRIDGE_NOT_NOW", `the car drives by itself: the ${kind} cannot be changed now`);
    const busy = this.#modules.modules.filter(({ state }) => BUSY.includes(state)).map(({ name }) => name);
    if (busy.length > 0)
      throw new DelosError(
        "BRIDGE_NOT_NOW",
        `the ${kind} can be changed while no module runs: stop ${busy.join(", ")} first`,
      );
    this.#choosing = kind;
    try {
      await selection.choose(chosen);
      selection.chosen = chosen;
    } finally {
      this.#choosing = undefined;
    }
    this.#changed();
  }

  /** What is started now would be started with the choice before. */
  #refuseWhileChoosing(): void {
    if (this.#choosing !== undefined)
      throw new DelosError("BRIDGE_NOT_NOW", `the ${this.#choosing} is being changed: try again in a moment`);
  }

  #move(hands: delos.bridge.HandInput): void {
    if (this.#hands === undefined)
      throw new DelosError("BRIDGE_NO_SUCH", "this car is not simulated: drive it by hand");
    for (const [name, value] of Object.entries(hands))
      if (typeof value !== "number" || !Number.isFinite(value) || Math.abs(value) > 100)
        throw new DelosError("BRIDGE_NO_SUCH", `${name} is ${String(value)}: −100 to 100 was expected`);
    this.#hands.publish(hands);
  }

  #onTrajectory({ adc_trajectory_point: points = [] }: apollo.planning.ADCTrajectory): void {
    if (this.#planningReady || points.length === 0) return;
    const { player } = this.#options.quick!;
    if (!this.#modules.modules.some(({ name, state }) => name === player && state === "running")) return;
    this.#planningReady = true;
    this.#changed();
  }

  #onHandedOver(mode: string): void {
    this.#note("warn", `the car is ${mode === "" ? "silent" : mode}: it left automatic driving by itself`);
    this.#toManual();
  }

  #toManual(): void {
    this.#quick?.toManual();
    this.#changed();
  }

  #look(): void {
    const quick = this.#quick;
    if (quick === undefined) return;
    const runs = (wanted: string): boolean =>
      this.#modules.modules.some(({ name, state }) => name === wanted && state === "running");
    const player = this.#options.quick!.player;
    if (this.#planningReady && !runs(player)) this.#planningReady = false;
    const ready = this.#options.needed.every(runs) && this.#hardware.allOk;
    quick.look({ ready, planningReady: this.#planningReady, recordedS: quick.recordedS });
  }

  /** Whole seconds that were recorded; 0 without a file. */
  #measure(): Promise<number> {
    return new Promise((resolve) => {
      let lines = 0;
      createReadStream(this.#options.quick!.file)
        .on("data", (data) => {
          for (const byte of data as Buffer) if (byte === 0x0a) lines++;
        })
        .on("error", () => resolve(0))
        .on("end", () => resolve(Math.floor(lines / LINES_PER_S)));
    });
  }
}

const STEPS: Readonly<Record<number, QuickStep | undefined>> = {
  [QuickAction.SETUP_RECORDING]: "setupRecording",
  [QuickAction.START_RECORDING]: "startRecording",
  [QuickAction.STOP_RECORDING]: "stopRecording",
  [QuickAction.NEW_RECORDING]: "newRecording",
  [QuickAction.SETUP_PLAYING]: "setupPlaying",
  [QuickAction.START_PLAYING]: "startPlaying",
  [QuickAction.STOP_PLAYING]: "stopPlaying",
};

function shownQuick(quick: QuickStart, file: string): delos.bridge.QuickStart {
  return {
    recording: quick.recording,
    playing: quick.playing,
    planning_ready: quick.planningReady,
    recorded_s: quick.recordedS,
    begun_s: quick.begunS,
    message: quick.message,
    file,
  };
}

function named(
  noun: string,
  values: Readonly<Record<string, unknown>>,
  value: number,
  details: Record<string, unknown>,
): { readonly action: string; readonly details: Record<string, unknown> } | undefined {
  const name = Object.keys(values).find((key) => values[key] === value);
  return name === undefined ? undefined : { action: `${noun}.${name.toLowerCase()}`, details };
}

/** Apollo's way: the last recording becomes a .bak. */
function putAside(file: string): void {
  try {
    renameSync(file, `${file}.bak`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new DelosError("BRIDGE_COMMAND_FAILED", `${file} cannot be put aside: ${describeError(error)}`, {
      cause: error,
    });
  }
}
