import { DelosError } from "@delos/core";
import { clamp } from "@delos/math";
import { apollo } from "@delos/msgs";
import type { CanFrame } from "./can-frame.ts";
import { chassisOf, faultMask } from "./chassis.ts";
import { MkzCommands } from "./mkz-commands.ts";
import { type ChassisDetailState, type ReportOutcome, readReport } from "./mkz-reports.ts";

const { DrivingMode, ErrorCode } = apollo.canbus.Chassis;
type Mode = apollo.canbus.Chassis.DrivingMode;

/** Wait for the by-wire units: attempts, and seconds between them. */
const ENABLE_ATTEMPTS = 20;
const ENABLE_INTERVAL_S = 0.02;
/** Bad responses in a row, 50 ms apart, that end automatic driving. */
const RESPONSE_FAILURES = 10;
/** °/s when the command carries no rate. */
const DEFAULT_STEER_SPEED = 200;

export interface MkzParameters {
  readonly maxSteerDeg: number;
  readonly maxSteerSpeedDegps: number;
  readonly minSteerSpeedDegps: number;
  /** What START asks for. */
  readonly startMode: Mode;
}

/** @throws {DelosError} CANBUS_CONFIG naming file, field and what was expected */
export function readMkzParameters(conf: apollo.canbus.CanbusConf, file = "canbus configuration"): MkzParameters {
  const parameter = conf.vehicle_parameter;
  const number = (field: "max_steer_angle" | "max_steer_angle_spd" | "min_steer_angle_spd"): number => {
    const value = parameter?.[field];
    if (value !== undefined && value > 0 && Number.isFinite(value)) return value;
    throw new DelosError(
      "CANBUS_CONFIG",
      `${file}: vehicle_parameter.${field} is ${value ?? "missing"}, a number above 0 was expected`,
      { details: { file, field } },
    );
  };
  const startMode = parameter?.driving_mode;
  if (startMode === undefined || startMode === DrivingMode.EMERGENCY_MODE) {
    throw new DelosError(
      "CANBUS_CONFIG",
      `${file}: vehicle_parameter.driving_mode is ${startMode ?? "missing"}, a mode that START can ask for was expected`,
      { details: { file, field: "driving_mode" } },
    );
  }
  return {
    maxSteerDeg: number("max_steer_angle"),
    maxSteerSpeedDegps: number("max_steer_angle_spd"),
    minSteerSpeedDegps: number("min_steer_angle_spd"),
    startMode,
  };
}

interface Enabling {
  readonly mode: Mode;
  readonly command: apollo.control.ControlCommand;
  attempts: number;
  nextS: number;
}

/**
 * Driving modes of a Lincoln MKZ: what a ControlCommand does to the frames that are sent, and what the frames that are
 * received do to the mode (Apollo 1.0's VehicleController and LincolnController). Time comes with every call.
 *
 * While the by-wire units are being enabled (about 0.3 s on the car) nothing else is executed: `busy` says so.
 */
export class MkzController {
  readonly #parameters: MkzParameters;
  readonly commands = new MkzCommands();
  readonly detail: ChassisDetailState = {};
  #mode: Mode = DrivingMode.COMPLETE_MANUAL;
  #errorCode: apollo.canbus.Chassis.ErrorCode = ErrorCode.NO_ERROR;
  #errorMask = 0;
  #enabling: Enabling | undefined;
  #steerFailures = 0;
  #speedFailures = 0;

  constructor(parameters: MkzParameters) {
    this.#parameters = parameters;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** The by-wire units are being asked to take over. */
  get busy(): boolean {
    return this.#enabling !== undefined;
  }

  onFrame(frame: CanFrame): ReportOutcome {
    return readReport(frame, this.detail);
  }

  chassis(): ReturnType<typeof chassisOf> {
    if (this.#mode === DrivingMode.EMERGENCY_MODE) this.#errorCode = ErrorCode.NO_ERROR;
    return chassisOf(this.detail, {
      drivingMode: this.#mode,
      errorCode: this.#errorCode,
      errorMask: this.#errorMask,
      maxSteerDeg: this.#parameters.maxSteerDeg,
    });
  }

  /** Executes a command; while `busy` it is dropped (false). */
  update(command: apollo.control.ControlCommand, nowS: number): boolean {
    if (this.#enabling !== undefined) return false;
    const action = command.pad_msg?.action;
    if (action !== undefined) {
      const wanted =
        action === apollo.control.DrivingAction.START ? this.#parameters.startMode : DrivingMode.COMPLETE_MANUAL;
      this.#request(wanted, command, nowS);
      if (this.#enabling !== undefined) return true; // the rest follows when the units answer
    }
    this.#execute(command);
    return true;
  }

  /** Goes on with enabling; call often. */
  poll(nowS: number): void {
    for (let enabling = this.#enabling; enabling !== undefined && nowS >= enabling.nextS; enabling = this.#enabling) {
      if (this.#responds(enabling.mode)) {
        this.#enabling = undefined;
        this.#enter(enabling.mode);
        this.#execute(enabling.command);
      } else if (++enabling.attempts > ENABLE_ATTEMPTS) {
        this.#enabling = undefined;
        this.#emergency();
        this.#execute(enabling.command);
      } else enabling.nextS += ENABLE_INTERVAL_S;
    }
  }

  /** The security check, every 50 ms. */
  check(): void {
    const { AUTO_SPEED_ONLY, AUTO_STEER_ONLY, COMPLETE_AUTO_DRIVE } = DrivingMode;
    const { check_response: response } = this.detail;
    const steers = this.#mode === COMPLETE_AUTO_DRIVE || this.#mode === AUTO_STEER_ONLY;
    const drives = this.#mode === COMPLETE_AUTO_DRIVE || this.#mode === AUTO_SPEED_ONLY;
    let emergency = false;
    this.#steerFailures = steers && response?.is_eps_online !== true ? this.#steerFailures + 1 : 0;
    const answers = response?.is_vcu_online === true && response.is_esp_online === true;
    this.#speedFailures = drives && !answers ? this.#speedFailures + 1 : 0;
    if (this.#steerFailures >= RESPONSE_FAILURES || this.#speedFailures >= RESPONSE_FAILURES) {
      emergency = true;
      this.#errorCode = ErrorCode.MANUAL_INTERVENTION;
    }
    const { mask, grave } = faultMask(this.detail);
    this.#errorMask = mask;
    if (grave) {
      emergency = true;
      this.#errorCode = ErrorCode.CHASSIS_ERROR;
    }
    if (emergency && this.#mode !== DrivingMode.EMERGENCY_MODE) this.#emergency();
  }

  /** Takes `mode` without asking the units: for encoding commands where there is no vehicle. */
  assume(mode: Mode): void {
    this.#enter(mode);
    this.#enable(mode);
  }

  /** Pedals of a safe stop, whatever was commanded last: nobody commands any more. */
  brake(percent: number): void {
    this.commands.setThrottle(0);
    this.commands.setBrake(percent);
  }

  #enter(mode: Mode): void {
    this.#mode = mode;
    this.#errorCode = ErrorCode.NO_ERROR;
  }

  #emergency(): void {
    this.#mode = DrivingMode.EMERGENCY_MODE;
    this.commands.reset();
    this.#errorCode = ErrorCode.CHASSIS_ERROR;
    this.#steerFailures = 0;
    this.#speedFailures = 0;
  }

  #request(mode: Mode, command: apollo.control.ControlCommand, nowS: number): void {
    const { COMPLETE_AUTO_DRIVE, COMPLETE_MANUAL, EMERGENCY_MODE } = DrivingMode;
    if (mode === this.#mode || mode === EMERGENCY_MODE) return;
    if (mode === COMPLETE_MANUAL) {
      this.commands.reset();
      this.#enter(COMPLETE_MANUAL);
      return;
    }
    if (this.#mode === EMERGENCY_MODE) return;
    if (this.#mode === COMPLETE_AUTO_DRIVE) {
      // Part of what is enabled already: only the mode's value changes.
      this.#enter(mode);
      return;
    }
    this.#enable(mode);
    this.#enabling = { mode, command, attempts: 1, nextS: nowS };
    this.poll(nowS);
  }

  #enable(mode: Mode): void {
    const { AUTO_SPEED_ONLY, AUTO_STEER_ONLY, COMPLETE_AUTO_DRIVE } = DrivingMode;
    const pedals = mode === COMPLETE_AUTO_DRIVE || mode === AUTO_SPEED_ONLY;
    this.commands.brakeEnabled = pedals;
    this.commands.throttleEnabled = pedals;
    this.commands.steeringEnabled = mode === COMPLETE_AUTO_DRIVE || mode === AUTO_STEER_ONLY;
  }

  #responds(mode: Mode): boolean {
    const response = this.detail.check_response;
    const eps = response?.is_eps_online === true;
    const pedals = response?.is_vcu_online === true && response.is_esp_online === true;
    if (mode === DrivingMode.AUTO_STEER_ONLY) return eps;
    if (mode === DrivingMode.AUTO_SPEED_ONLY) return pedals;
    return eps && pedals;
  }

  #execute(command: apollo.control.ControlCommand): void {
    const { AUTO_SPEED_ONLY, AUTO_STEER_ONLY, COMPLETE_AUTO_DRIVE } = DrivingMode;
    const mode = this.#mode;
    const { maxSteerDeg, maxSteerSpeedDegps, minSteerSpeedDegps } = this.#parameters;
    if (mode === COMPLETE_AUTO_DRIVE || mode === AUTO_SPEED_ONLY) {
      this.commands.setGear(command.gear_location ?? 0);
      this.commands.setThrottle(command.throttle ?? 0);
      this.commands.setBrake(command.brake ?? 0);
    }
    if (mode === COMPLETE_AUTO_DRIVE || mode === AUTO_STEER_ONLY) {
      const rate = command.steering_rate ?? 0;
      const speed =
        rate > 1
          ? clamp((maxSteerSpeedDegps * rate) / 100, minSteerSpeedDegps, maxSteerSpeedDegps)
          : DEFAULT_STEER_SPEED;
      this.commands.setSteering((maxSteerDeg * (command.steering_target ?? 0)) / 100, speed);
    }
    if (mode === COMPLETE_AUTO_DRIVE || mode === AUTO_STEER_ONLY || mode === AUTO_SPEED_ONLY) {
      if (command.signal !== undefined) this.commands.setTurnSignal(command.signal.turn_signal ?? 0);
    }
  }
}
