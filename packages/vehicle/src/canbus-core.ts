import { apollo } from "@delos/msgs";
import type { CanFrame, CanPort } from "./can-frame.ts";
import { COMMAND_PERIODS_MS } from "./mkz-commands.ts";
import { MkzController, type MkzParameters } from "./mkz-controller.ts";

export interface CanbusOptions {
  /** Commands that follow the last accepted one faster than this are dropped, s. */
  readonly minCommandIntervalS?: number;
  /**
   * In an automatic mode without a command for this long, s: throttle 0 and `timeoutBrakePercent`. 0: never, as in Apollo 1.0,
   * which leaves it to the by-wire units.
   */
  readonly commandTimeoutS?: number;
  readonly timeoutBrakePercent?: number;
  /**
   * Commands whose stamp is farther from now than this, s, are dropped, as are those with a number that is not finite: then
   * `commandTimeoutS` counts. STOP and RESET of the driver always pass. 0: none is dropped for its age, as in Apollo 1.0.
   */
  readonly maxCommandAgeS?: number;
  /**
   * Without a report of brake, throttle or steering for this long, s, no Chassis is published, so that control stops as it
   * does when canbus itself is silent. 0: never, as in Apollo 1.0, which goes on telling what the last frames said.
   */
  readonly reportTimeoutS?: number;
  /** Looked at in every step: while it says true, throttle 0 and `timeoutBrakePercent`. A watchdog's word in shared memory. */
  readonly stopRequested?: () => boolean;
  /**
   * Chassis messages go on while the by-wire units are being enabled. In Apollo 1.0 they do not, for about 0.3 s, which is
   * longer than control's limit of 0.2 s: engaging would latch the emergency stop.
   */
  readonly publishWhileEnabling?: boolean;
}

/** What a step has to publish. */
export interface CanbusStep {
  readonly chassis: apollo.canbus.Chassis | undefined;
}

/** Periods, ms. `step` is called every `BASE`. */
const BASE = 5;
const SECURITY = 50;
const CHASSIS = 10;
/** Reports without which the car is not known: brake, throttle, steering. */
const VITAL_REPORTS = [0x61, 0x63, 0x65];

/**
 * The canbus module without a bus of messages: commands and frames go in, frames and Chassis messages come out. Call `step`
 * every 5 ms: it sends the frames that are due, checks the units' answers every 50 ms and publishes every 10 ms.
 */
export class CanbusCore {
  readonly controller: MkzController;
  readonly #port: CanPort;
  readonly #listening: Disposable;
  readonly #options: Required<CanbusOptions>;
  #lastCommandS = Number.NEGATIVE_INFINITY;
  /** When each vital report last came, by the step, which no clock can set. */
  readonly #reportSteps = new Map<number, number>();
  #sequence = 0;
  #steps = 0;
  /** Frames of unknown identifier, of a wrong length; commands that came too soon, did not come, were refused. */
  readonly counters = { unknownFrames: 0, wrongLength: 0, commandsTooSoon: 0, commandTimeouts: 0, commandsRefused: 0 };

  constructor(parameters: MkzParameters, port: CanPort, options: CanbusOptions = {}) {
    this.controller = new MkzController(parameters);
    this.#port = port;
    this.#options = {
      minCommandIntervalS: 0.005,
      commandTimeoutS: 0,
      timeoutBrakePercent: 50,
      publishWhileEnabling: true,
      maxCommandAgeS: 0,
      reportTimeoutS: 0,
      stopRequested: () => false,
      ...options,
    };
    this.#listening = port.onFrame((frame) => this.#onFrame(frame));
  }

  #onFrame(frame: CanFrame): void {
    const outcome = this.controller.onFrame(frame);
    if (outcome === "read" && VITAL_REPORTS.includes(frame.id)) this.#reportSteps.set(frame.id, this.#steps);
    if (outcome === "unknown") this.counters.unknownFrames++;
    else if (outcome === "wrong length") this.counters.wrongLength++;
  }

  onCommand(command: apollo.control.ControlCommand, nowS: number): void {
    if (this.#refuses(command, nowS)) {
      this.counters.commandsRefused++;
      return;
    }
    const since = nowS - this.#lastCommandS;
    // A clock that was set back must not shut commands out, and what the operator asks for rides on one command only:
    // Apollo drops it when its timers jitter.
    if (since >= 0 && since < this.#options.minCommandIntervalS && command.pad_msg === undefined) {
      this.counters.commandsTooSoon++;
      return;
    }
    this.#lastCommandS = nowS;
    this.controller.update(command, nowS);
  }

  /** One step of 5 ms. */
  step(nowS: number): CanbusStep {
    const timeMs = this.#steps++ * BASE;
    this.controller.poll(nowS);
    if (timeMs % SECURITY === 0) this.controller.check();
    this.#watchCommands(nowS);
    for (const [id, periodMs] of Object.entries(COMMAND_PERIODS_MS)) {
      if (timeMs % periodMs === 0) this.#port.send(this.controller.commands.frame(Number(id)));
    }
    const silent = this.controller.busy && !this.#options.publishWhileEnabling;
    if (timeMs % CHASSIS !== 0 || silent || this.#deaf) return { chassis: undefined };
    return {
      chassis: {
        ...this.controller.chassis(),
        header: { timestamp_sec: nowS, module_name: "chassis", sequence_num: ++this.#sequence },
      },
    };
  }

  #refuses(command: apollo.control.ControlCommand, nowS: number): boolean {
    const { maxCommandAgeS } = this.#options;
    const action = command.pad_msg?.action;
    if (action !== undefined && action !== apollo.control.DrivingAction.START) return false;
    const { throttle = 0, brake = 0, steering_target = 0, steering_rate = 0 } = command;
    if (!Number.isFinite(throttle + brake + steering_target + steering_rate)) return true;
    return maxCommandAgeS > 0 && !(Math.abs(nowS - (command.header?.timestamp_sec ?? 0)) <= maxCommandAgeS);
  }

  get #deaf(): boolean {
    const limit = (this.#options.reportTimeoutS * 1000) / BASE;
    return limit > 0 && VITAL_REPORTS.some((id) => this.#steps - (this.#reportSteps.get(id) ?? 0) > limit);
  }

  #watchCommands(nowS: number): void {
    const { commandTimeoutS, stopRequested, timeoutBrakePercent } = this.#options;
    const { AUTO_SPEED_ONLY, COMPLETE_AUTO_DRIVE } = apollo.canbus.Chassis.DrivingMode;
    const { mode } = this.controller;
    if (mode !== COMPLETE_AUTO_DRIVE && mode !== AUTO_SPEED_ONLY) return;
    // Both ways: a clock that was set back must not let silence pass.
    const silent = commandTimeoutS > 0 && !(Math.abs(nowS - this.#lastCommandS) <= commandTimeoutS);
    if (silent) this.counters.commandTimeouts++;
    else if (!stopRequested()) return;
    this.controller.brake(timeoutBrakePercent);
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }
}
