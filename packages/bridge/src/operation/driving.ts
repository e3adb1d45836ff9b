import { type Clock, DelosError, type EventMap, Events } from "@delos/core";
import { apollo, delos } from "@delos/msgs";
import { type Node, type Publisher, topic } from "@delos/runtime";

const Pad = topic("/apollo/control/pad", apollo.control.PadMessage, { depth: 10 });
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage, { depth: 10 });
const Control = topic("/apollo/control", apollo.control.ControlCommand, { depth: 10 });
const Guardian = topic("/apollo/guardian", apollo.control.ControlCommand, { depth: 10 });

const { DrivingMode } = apollo.canbus.Chassis;
const { DrivingAction: PadAction } = apollo.control;
const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;
export const { DrivingAction } = delos.bridge;
export type DrivingAction = delos.bridge.DrivingAction;

/** Apollo's HMI (hmi_ros_node_service): send, wait, compare, so often. */
const TRIES = 5;
const WAIT_MS = 500;
/** What the chassis said longer ago confirms nothing. */
const CHASSIS_OLD_MS = 500;
/** The e-stop is repeated until a command shows it, at most this long. */
const ESTOP_REPEAT_MS = 50;
const ESTOP_CONFIRM_MS = 1000;
/** Brake of a stop: control's soft one, as Apollo ships it. */
const STOP_BRAKE_PERCENT = 30;
/** The guardian's word while nobody has driven yet: it brakes, but nothing was stopped. */
const NOT_DRIVING = "not driving yet";

export interface DrivingEvents extends EventMap {
  changed: undefined;
  /** The car left automatic driving although nobody here asked for it: the driver, a fault, a stop. */
  handedOver: { readonly mode: string };
}

interface Heard<T> {
  readonly message: T;
  readonly atMs: number;
}

/**
 * The operator's hand on the car: changes the driving mode by pad messages and believes nothing but the chassis; stops it by
 * a FATAL on the monitor topic, which control and guardian latch, and believes nothing but the command that goes to the car.
 */
export class Driving implements AsyncDisposable {
  readonly events: Events<DrivingEvents> = new Events();
  readonly #clock: Clock;
  readonly #node: Node;
  readonly #pad: Publisher<apollo.control.PadMessage>;
  readonly #monitor: Publisher<apollo.common.monitor.MonitorMessage>;
  readonly #nowS: () => number;
  #sequence = 0;
  #chassis: Heard<apollo.canbus.Chassis> | undefined;
  #command: Heard<apollo.control.ControlCommand> | undefined;
  #guarded = false;
  #waiters: Set<() => void> = new Set();
  #estop = false;
  #estopReason = "";
  changing: DrivingAction = DrivingAction.DRIVING_NONE;
  tries = 0;

  /** `node` is this object's own and closed with it; `clock`: of the machine, for waiting. */
  constructor(node: Node, clock: Clock) {
    this.#node = node;
    this.#clock = clock;
    this.#nowS = () => node.clock.nowMs() / 1000;
    this.#pad = node.publisher(Pad);
    this.#monitor = node.publisher(Monitor);
    node.subscribe(Chassis).on(({ message }) => this.#onChassis(message));
    node.subscribe(Control).on(({ message }) => !this.#guarded && this.#onCommand(message));
    node.subscribe(Guardian).on(({ message }) => {
      this.#guarded = true; // what goes to the car is the guardian's from now on
      this.#onCommand(message);
    });
  }

  /** Name of the newest driving mode; empty when the chassis is silent. */
  get mode(): string {
    const mode = this.#fresh(this.#chassis, CHASSIS_OLD_MS)?.driving_mode;
    return mode === undefined ? "" : nameOfMode(mode);
  }

  /** A stop is latched, by the operator or by a module. */
  get estop(): boolean {
    return this.#estop;
  }

  get estopReason(): string {
    return this.#estopReason;
  }

  /**
   * Hands the car to the computer: RESET, then START, each confirmed by the chassis.
   * @throws {DelosError} `BRIDGE_ESTOP`, `BRIDGE_BUSY`, `BRIDGE_NO_CAR`, `BRIDGE_NOT_CONFIRMED`
   */
  async engage(): Promise<void> {
    if (this.#estop)
      throw new DelosError("BRIDGE_ESTOP", `the car is stopped (${this.#estopReason}): reset the stop first`);
    await this.#change(DrivingAction.ENGAGE, async () => {
      await this.#ask(PadAction.RESET, DrivingMode.COMPLETE_MANUAL);
      await this.#ask(PadAction.START, DrivingMode.COMPLETE_AUTO_DRIVE);
    });
  }

  /** Hands the car to the driver. It does not brake. @throws as `engage` */
  disengage(): Promise<void> {
    return this.#change(DrivingAction.DISENGAGE, () => this.#ask(PadAction.RESET, DrivingMode.COMPLETE_MANUAL));
  }

  /** Clears a stop; the driver has the car afterwards. @throws as `engage` */
  async reset(): Promise<void> {
    await this.#change(DrivingAction.RESET, () => this.#ask(PadAction.RESET, DrivingMode.COMPLETE_MANUAL));
    this.#setEstop(false, "");
  }

  /**
   * Stops the car, whatever else is under way. Resolves when the command that goes to the car brakes.
   * @throws {DelosError} `BRIDGE_ESTOP_UNCONFIRMED` when no command shows it: it stays latched here, and the driver must brake
   */
  async emergencyStop(reason: string): Promise<void> {
    this.#setEstop(true, reason);
    this.changing = DrivingAction.DRIVING_NONE; // a change under way sees it and gives up
    const beganMs = this.#clock.monotonicMs();
    for (;;) {
      const atMs = this.#clock.monotonicMs();
      this.#monitor.publish({
        header: this.#header(),
        item: [{ source: MessageSource.HWSYS, msg: reason, log_level: LogLevel.FATAL }],
      });
      await this.#until(() => this.#braking(atMs), ESTOP_REPEAT_MS);
      if (this.#braking(atMs)) return;
      if (this.#clock.monotonicMs() - beganMs >= ESTOP_CONFIRM_MS)
        throw new DelosError(
          "BRIDGE_ESTOP_UNCONFIRMED",
          "the stop was sent, but no command to the car shows it: brake by hand",
        );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wake of this.#waiters) wake();
    this.events.clear();
    await this.#node[Symbol.asyncDispose]();
  }

  async #change(action: DrivingAction, work: () => Promise<void>): Promise<void> {
    if (this.changing !== DrivingAction.DRIVING_NONE)
      throw new DelosError("BRIDGE_BUSY", "the driving mode is being changed already");
    this.changing = action;
    this.#tell();
    try {
      await work();
    } finally {
      if (this.changing === action) this.changing = DrivingAction.DRIVING_NONE;
      this.tries = 0;
      this.#tell();
    }
  }

  /** Five tries: the pad message, half a second, and the chassis' word. */
  async #ask(action: apollo.control.DrivingAction, wanted: apollo.canbus.Chassis.DrivingMode): Promise<void> {
    const change = this.changing;
    for (let i = 1; i <= TRIES; i++) {
      this.tries = i;
      this.#tell();
      const sentMs = this.#clock.monotonicMs();
      this.#pad.publish({ header: this.#header(), driving_mode: wanted, action });
      const confirmed = (): boolean =>
        this.#chassis !== undefined && this.#chassis.atMs > sentMs && this.#chassis.message.driving_mode === wanted;
      await this.#until(() => confirmed() || this.changing !== change, WAIT_MS);
      if (this.changing !== change) throw new DelosError("BRIDGE_ESTOP", "the car was stopped meanwhile");
      if (confirmed()) return;
    }
    const mode = this.mode;
    if (mode === "")
      throw new DelosError(
        "BRIDGE_NO_CAR",
        `no chassis message came in ${(TRIES * WAIT_MS) / 1000} s: is canbus running?`,
      );
    throw new DelosError(
      "BRIDGE_NOT_CONFIRMED",
      `the chassis is ${mode} and not ${nameOfMode(wanted)} after ${TRIES} tries`,
    );
  }

  #onChassis(message: apollo.canbus.Chassis): void {
    const before = this.#chassis?.message.driving_mode;
    this.#chassis = { message, atMs: this.#clock.monotonicMs() };
    this.#wake();
    if (before === message.driving_mode) return;
    this.#tell();
    if (before === DrivingMode.COMPLETE_AUTO_DRIVE && this.changing === DrivingAction.DRIVING_NONE)
      this.events.emit("handedOver", { mode: this.mode });
  }

  #onCommand(message: apollo.control.ControlCommand): void {
    this.#command = { message, atMs: this.#clock.monotonicMs() };
    this.#wake();
    const reason = stopReason(message, this.#guarded);
    if (reason === undefined) return;
    // A module has latched a stop by itself: silence of an input, a fault, somebody else's FATAL.
    if (!this.#estop && this.mode !== "COMPLETE_MANUAL" && this.mode !== "") this.#setEstop(true, reason);
  }

  #braking(sinceMs: number): boolean {
    const command = this.#command;
    return command !== undefined && command.atMs > sinceMs && isStop(command.message);
  }

  #setEstop(estop: boolean, reason: string): void {
    this.#estop = estop;
    this.#estopReason = reason;
    this.#wake();
    this.#tell();
  }

  #header(): apollo.common.Header {
    return { timestamp_sec: this.#nowS(), module_name: "hmi", sequence_num: ++this.#sequence };
  }

  #fresh<T>(heard: Heard<T> | undefined, maxAgeMs: number): T | undefined {
    return heard !== undefined && this.#clock.monotonicMs() - heard.atMs <= maxAgeMs ? heard.message : undefined;
  }

  /** Resolves when the condition holds, looked at with every message, or when the time is over. */
  #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(look);
        alarm[Symbol.dispose]();
        resolve();
      };
      const look = (): void => {
        if (condition() || this.#node.closed) done();
      };
      const alarm = this.#clock.alarm(this.#clock.monotonicMs() + timeoutMs, done);
      this.#waiters.add(look);
    });
  }

  #wake(): void {
    for (const look of this.#waiters) look();
  }

  #tell(): void {
    this.events.emit("changed", undefined);
  }
}

/** Whether a command stops the car: no throttle, and at least the brake of a soft stop. */
function isStop({ throttle = 0, brake = 0, speed = 0 }: apollo.control.ControlCommand): boolean {
  return throttle === 0 && speed === 0 && brake >= STOP_BRAKE_PERCENT;
}

/** Why a command stops the car; undefined for one that drives. */
function stopReason(command: apollo.control.ControlCommand, guarded: boolean): string | undefined {
  const { error_code: code, msg = "" } = command.header?.status ?? {};
  if (!isStop(command) || msg === NOT_DRIVING) return undefined;
  if (guarded && (code === undefined || code === apollo.common.ErrorCode.OK)) return undefined;
  return msg === "" ? "stopped by control" : msg;
}

function nameOfMode(mode: apollo.canbus.Chassis.DrivingMode): string {
  return Object.entries(DrivingMode).find(([, value]) => value === mode)?.[0] ?? String(mode);
}
