import type { apollo } from "@delos/msgs";
import { implausible, orderOf } from "./command-check.ts";
import type { GuardianConfig } from "./config.ts";
import type { Instant } from "./instant.ts";
import {
  type ControlCommand,
  DrivingAction,
  ErrorCode,
  GearPosition,
  LogLevel,
  type MonitorMessage,
  type PadMessage,
} from "./messages.ts";
import { type Stop, StopLatch, type StopSeverity } from "./stop-latch.ts";
import { implausibleTrajectory } from "./trajectory-check.ts";

/**
 * The guardian without a bus. It stands between control and canbus: a good command is passed on as it is and at once; in
 * every other case what goes on is the safe command: throttle 0, brake, wheel straight.
 *
 * `onCommand` gives what to send on for a command, `cycle` (every `periodMs`) what to send besides. A stop is latched; only
 * a pad message with RESET clears it, and it comes back at the next look while its cause lasts. Until a good command and the
 * monitor have been heard the safe command is sent as well, without a stop: nobody has driven yet.
 *
 * Nothing here throws, and nothing that is not finite comes out.
 */
export class GuardianCore {
  readonly #config: GuardianConfig;
  readonly #latch = new StopLatch();
  /** The newest command, whether it was passed on or held. */
  #last: ControlCommand | undefined;
  #commandMs = 0;
  #steeringTarget = 0;
  #monitorMs: number | undefined;
  #statusStampS: number | undefined;
  /** A pad message that takes the car out of automatic driving, which must get through although control does not. */
  #release: PadMessage | undefined;
  #sequence = 0;
  readonly counters = {
    passed: 0,
    safe: 0,
    implausible: 0,
    repeated: 0,
    older: 0,
    restarted: 0,
    stale: 0,
    /** Commands that came while the stop was latched. */
    held: 0,
  };

  constructor(config: GuardianConfig) {
    this.#config = config;
  }

  /** The latched stop and why. */
  get stop(): Stop | undefined {
    return this.#latch.stop;
  }

  get trips(): number {
    return this.#latch.trips;
  }

  /** What goes to canbus now because of this command: itself, the safe command, or nothing. */
  onCommand(command: ControlCommand, at: Instant): ControlCommand | undefined {
    const bad = implausible(command);
    if (bad !== undefined) {
      this.counters.implausible++;
      this.#trip(`command: ${bad}`, "soft", at);
      return this.#safe(at);
    }
    const ageMs = (at.unixS - command.header!.timestamp_sec!) * 1000;
    if (!(Math.abs(ageMs) <= this.#config.maxCommandAgeMs)) {
      this.counters.stale++;
      return undefined; // no sign of life either: silence stops the car if no better one comes
    }
    const order = this.#last === undefined ? "next" : orderOf(command, this.#last);
    if (order === "repeated" || order === "older") {
      this.counters[order]++;
      // After a clock was set back everything is older: once the stop is latched, and only then, counting begins anew.
      if (order === "repeated" || this.#latch.stop === undefined) return undefined;
    }
    this.#last = command;
    this.#commandMs = at.monotonicMs;
    if (order === "restarted") {
      // It has forgotten why it stopped and where it was.
      this.counters.restarted++;
      this.#trip("control was started anew", "soft", at);
    }
    if (this.#latch.stop !== undefined || this.#monitorMs === undefined) {
      this.counters.held++;
      return order === "restarted" ? this.#safe(at) : undefined;
    }
    this.#steeringTarget = command.steering_target ?? 0;
    if (command.pad_msg !== undefined) this.#release = undefined;
    this.counters.passed++;
    return command;
  }

  /** The monitor's own status: that it lives, and what it finds now. The same one again is no life sign. */
  onStatus(status: MonitorMessage, at: Instant): void {
    const stampS = status.header?.timestamp_sec;
    if (stampS !== undefined && stampS === this.#statusStampS) return;
    this.#statusStampS = stampS;
    this.#monitorMs = at.monotonicMs;
    this.onMonitor(status, at);
  }

  /** What any module tells the monitor topic: FATAL stops the car. It is no life sign of the monitor. */
  onMonitor(message: MonitorMessage, at: Instant): void {
    const fatal = message.item?.find((item) => item.log_level === LogLevel.FATAL);
    if (fatal !== undefined) this.#trip(`monitor: ${fatal.msg ?? "FATAL"}`, "emergency", at);
  }

  /** One that leads nowhere or backward stops the car, although control would follow it. */
  onTrajectory(trajectory: apollo.planning.ADCTrajectory, at: Instant): void {
    const bad = implausibleTrajectory(trajectory);
    if (bad !== undefined) this.#trip(`trajectory: ${bad}`, "soft", at);
  }

  /** RESET clears the stop. STOP and RESET also go on to canbus while the guardian brakes: the driver may always take over. */
  onPad(pad: PadMessage): void {
    this.#latch.onPad(pad);
    if (pad.action !== undefined && pad.action !== DrivingAction.START) this.#release = pad;
  }

  /** Latches the stop for a reason of the caller's: the watchdog, a bumper, an operator. */
  trip(reason: string, severity: StopSeverity, at: Instant): void {
    this.#trip(reason, severity, at);
  }

  /** Looks for silence. The safe command while stopped and before the first command, else nothing. */
  cycle(at: Instant): ControlCommand | undefined {
    const { commandSilenceMs, monitorSilenceMs } = this.#config;
    // Written so that a time that is no number counts as silence.
    if (this.#last !== undefined && !(at.monotonicMs - this.#commandMs <= commandSilenceMs)) {
      this.#trip(`no new command for more than ${commandSilenceMs} ms`, "soft", at);
    }
    if (this.#monitorMs !== undefined && !(at.monotonicMs - this.#monitorMs <= monitorSilenceMs)) {
      this.#trip(`no status of the monitor for more than ${monitorSilenceMs} ms`, "soft", at);
    }
    const waiting = this.#last === undefined || this.#monitorMs === undefined;
    return waiting || this.#latch.stop !== undefined ? this.#safe(at) : undefined;
  }

  #trip(reason: string, severity: StopSeverity, at: Instant): void {
    this.#latch.trip(reason, severity, at.monotonicMs);
  }

  #safe(at: Instant): ControlCommand {
    const { stop } = this.#latch;
    const config = this.#config;
    const release = this.#release;
    this.#release = undefined;
    this.counters.safe++;
    return {
      header: {
        timestamp_sec: Number.isFinite(at.unixS) ? at.unixS : 0,
        module_name: "guardian",
        sequence_num: ++this.#sequence,
        status: { error_code: ErrorCode.CONTROL_ERROR, msg: stop?.reason ?? "not driving yet" },
      },
      speed: 0,
      throttle: 0,
      brake: stop?.severity === "emergency" ? config.emergencyBrakePercent : config.softBrakePercent,
      steering_target: config.steering === "hold" ? this.#steeringTarget : 0,
      steering_rate: config.steeringRatePercent,
      gear_location: GearPosition.GEAR_DRIVE,
      ...(release === undefined ? {} : { pad_msg: release }),
    };
  }
}
