import { DelosError } from "@delos/core";

/** How grave a fault is. FATAL stops the car: control and guardian both obey it. */
export type FaultLevel = "WARN" | "ERROR" | "FATAL";

export interface TopicRule {
  readonly topic: string;
  /** Fewer messages a second than this are too few. */
  readonly minRateHz: number;
  /** Longest time without a new message, ms; also the greatest age of a stamp. */
  readonly maxSilenceMs: number;
  /** Of silence. A rate that is too low is a WARN. */
  readonly level: FaultLevel;
}

export interface ModuleRule {
  readonly module: string;
  /** Longest time without a heartbeat, ms. */
  readonly maxSilenceMs: number;
  readonly level: FaultLevel;
}

export interface ProcessRule {
  /** How late periodic work of the monitor's thread may run, ms. */
  readonly maxLagMs: number;
  /** Resident memory, MiB. */
  readonly maxMemoryMib: number;
  readonly level: FaultLevel;
}

export interface MonitorConfig {
  /** Nothing is missed this long after the start, ms: modules come up one after the other. */
  readonly startupGraceMs: number;
  /** How often everything is looked at, ms. */
  readonly checkPeriodMs: number;
  /** Looks in a row that must find a fault before it is raised, and must not find it before it is cleared. */
  readonly raiseAfter: number;
  readonly clearAfter: number;
  /** A fault that lasts is said again this often, ms. */
  readonly repeatMs: number;
  /** How often the monitor tells its status, ms: the guardian listens for it. */
  readonly heartbeatMs: number;
  /** Over which rates are counted, ms. */
  readonly rateWindowMs: number;
  readonly topics: readonly TopicRule[];
  readonly modules: readonly ModuleRule[];
  readonly process: ProcessRule;
}

export interface GuardianConfig {
  /** Longest time without a new command, ms. Ten periods of control. */
  readonly commandSilenceMs: number;
  /** How far a command's stamp may be from now, before or after, ms. */
  readonly maxCommandAgeMs: number;
  /** Longest time without a status of the monitor, ms. Apollo's guardian: 2,500. */
  readonly monitorSilenceMs: number;
  /** Longest time without a sign of life of the watchdog's thread, ms. */
  readonly watchdogSilenceMs: number;
  /** How often the guardian looks, and repeats the safe command, ms. */
  readonly periodMs: number;
  /** Brake of a stop because something fell silent, %. Control's `soft_estop_brake`. */
  readonly softBrakePercent: number;
  /** Brake of a stop that somebody asks for, %. */
  readonly emergencyBrakePercent: number;
  /** The steering of the safe command: straight ahead, as Apollo's guardian, or where the last good command had it. */
  readonly steering: "straight" | "hold";
  /** How fast the wheel goes there, % of full lock a second. */
  readonly steeringRatePercent: number;
}

export interface SafetyConfig {
  readonly monitor: MonitorConfig;
  readonly guardian: GuardianConfig;
}

/** The chain of Apollo 1.0, with its own rates. Ages that control watches itself (0.2 s) are raised here a little later. */
export const DEFAULT_SAFETY: SafetyConfig = {
  monitor: {
    startupGraceMs: 5000,
    checkPeriodMs: 50,
    raiseAfter: 2,
    clearAfter: 10,
    repeatMs: 1000,
    heartbeatMs: 500,
    rateWindowMs: 1000,
    topics: [
      { topic: "/apollo/sensor/gnss/odometry", minRateHz: 50, maxSilenceMs: 500, level: "ERROR" },
      { topic: "/apollo/sensor/gnss/corrected_imu", minRateHz: 50, maxSilenceMs: 500, level: "ERROR" },
      { topic: "/apollo/localization/pose", minRateHz: 80, maxSilenceMs: 300, level: "FATAL" },
      { topic: "/apollo/canbus/chassis", minRateHz: 80, maxSilenceMs: 300, level: "FATAL" },
      { topic: "/apollo/planning", minRateHz: 5, maxSilenceMs: 2000, level: "FATAL" },
      { topic: "/apollo/control", minRateHz: 80, maxSilenceMs: 300, level: "FATAL" },
    ],
    modules: [],
    process: { maxLagMs: 100, maxMemoryMib: 2048, level: "ERROR" },
  },
  guardian: {
    commandSilenceMs: 100,
    maxCommandAgeMs: 100,
    monitorSilenceMs: 2500,
    watchdogSilenceMs: 500,
    periodMs: 10,
    softBrakePercent: 50,
    emergencyBrakePercent: 80,
    steering: "straight",
    steeringRatePercent: 25,
  },
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration from parsed JSON. What is left out has its default; lists replace the default's; a key that does
 * not exist is refused, so that a misspelt limit is not silently the default.
 *
 * @throws {DelosError} SAFETY_CONFIG naming file, field and what was expected
 */
export function readSafetyConfig(value: unknown, file = "safety configuration"): SafetyConfig {
  const root = new Fields(value, "", file, ["monitor", "guardian"]);
  const defaults = DEFAULT_SAFETY.monitor;
  const monitor = root.child("monitor", Object.keys(defaults));
  const guardian = root.child("guardian", Object.keys(DEFAULT_SAFETY.guardian));
  const g = DEFAULT_SAFETY.guardian;
  const process = monitor.child("process", Object.keys(defaults.process));
  const config: SafetyConfig = {
    monitor: {
      startupGraceMs: monitor.number("startupGraceMs", defaults.startupGraceMs, 0),
      checkPeriodMs: monitor.number("checkPeriodMs", defaults.checkPeriodMs, 1),
      raiseAfter: monitor.count("raiseAfter", defaults.raiseAfter),
      clearAfter: monitor.count("clearAfter", defaults.clearAfter),
      repeatMs: monitor.number("repeatMs", defaults.repeatMs, 1),
      heartbeatMs: monitor.number("heartbeatMs", defaults.heartbeatMs, 1),
      rateWindowMs: monitor.number("rateWindowMs", defaults.rateWindowMs, 1),
      topics:
        monitor.list("topics", ["topic", "minRateHz", "maxSilenceMs", "level"], (rule) => ({
          topic: rule.text("topic"),
          minRateHz: rule.number("minRateHz", undefined, 0),
          maxSilenceMs: rule.number("maxSilenceMs", undefined, 1),
          level: rule.oneOf("level", ["WARN", "ERROR", "FATAL"], "ERROR"),
        })) ?? defaults.topics,
      modules:
        monitor.list("modules", ["module", "maxSilenceMs", "level"], (rule) => ({
          module: rule.text("module"),
          maxSilenceMs: rule.number("maxSilenceMs", undefined, 1),
          level: rule.oneOf("level", ["WARN", "ERROR", "FATAL"], "ERROR"),
        })) ?? defaults.modules,
      process: {
        maxLagMs: process.number("maxLagMs", defaults.process.maxLagMs, 0),
        maxMemoryMib: process.number("maxMemoryMib", defaults.process.maxMemoryMib, 1),
        level: process.oneOf("level", ["WARN", "ERROR", "FATAL"], defaults.process.level),
      },
    },
    guardian: {
      commandSilenceMs: guardian.number("commandSilenceMs", g.commandSilenceMs, 1),
      maxCommandAgeMs: guardian.number("maxCommandAgeMs", g.maxCommandAgeMs, 1),
      monitorSilenceMs: guardian.number("monitorSilenceMs", g.monitorSilenceMs, 1),
      watchdogSilenceMs: guardian.number("watchdogSilenceMs", g.watchdogSilenceMs, 1),
      periodMs: guardian.number("periodMs", g.periodMs, 1),
      softBrakePercent: guardian.number("softBrakePercent", g.softBrakePercent, 1, 100),
      emergencyBrakePercent: guardian.number("emergencyBrakePercent", g.emergencyBrakePercent, 1, 100),
      steering: guardian.oneOf("steering", ["straight", "hold"], g.steering),
      steeringRatePercent: guardian.number("steeringRatePercent", g.steeringRatePercent, 0, 100),
    },
  };
  const { monitor: m, guardian: checked } = config;
  // A monitor that speaks more seldom than the guardian expects would stop the car for nothing.
  if (m.heartbeatMs >= checked.monitorSilenceMs) {
    monitor.refuse("heartbeatMs", m.heartbeatMs, `less than guardian.monitorSilenceMs, ${checked.monitorSilenceMs},`);
  }
  if (checked.emergencyBrakePercent < checked.softBrakePercent) {
    guardian.refuse("emergencyBrakePercent", checked.emergencyBrakePercent, "no less than softBrakePercent");
  }
  return config;
}

/** One object of the configuration; knows where it stands in the file. */
class Fields {
  readonly #values: Json;
  readonly #path: string;
  readonly #file: string;

  constructor(value: unknown, path: string, file: string, known: readonly string[]) {
    this.#path = path;
    this.#file = file;
    if (value !== undefined && (typeof value !== "object" || value === null || Array.isArray(value))) {
      throw this.#error(path === "" ? "the file" : path, value, "an object");
    }
    this.#values = (value ?? {}) as Json;
    const stranger = Object.keys(this.#values).find((key) => !known.includes(key));
    if (stranger !== undefined) this.refuse(stranger, this.#values[stranger], `one of the fields ${known.join(", ")}`);
  }

  child(key: string, known: readonly string[]): Fields {
    return new Fields(this.#values[key], this.#at(key), this.#file, known);
  }

  list<T>(key: string, known: readonly string[], read: (fields: Fields) => T): T[] | undefined {
    const value = this.#values[key];
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.refuse(key, value, "a list");
    return value.map((item: unknown, i) => {
      if (item === undefined || item === null) return this.refuse(`${key}[${i}]`, item, "an object");
      return read(new Fields(item, this.#at(`${key}[${i}]`), this.#file, known));
    });
  }

  number(key: string, fallback: number | undefined, least: number, most = 1e9): number {
    const value = this.#values[key] ?? fallback;
    if (typeof value === "number" && value >= least && value <= most) return value;
    return this.refuse(key, value, `a number from ${least} to ${most}`);
  }

  count(key: string, fallback: number): number {
    const value = this.number(key, fallback, 1);
    return Number.isInteger(value) ? value : this.refuse(key, value, "a whole number");
  }

  text(key: string): string {
    const value = this.#values[key];
    return typeof value === "string" && value !== "" ? value : this.refuse(key, value, "a name");
  }

  oneOf<const T extends string>(key: string, values: readonly T[], fallback: T): T {
    const value = this.#values[key] ?? fallback;
    return values.find((one) => one === value) ?? this.refuse(key, value, `one of ${values.join(", ")}`);
  }

  refuse(key: string, value: unknown, expected: string): never {
    throw this.#error(this.#at(key), value, expected);
  }

  #at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #error(field: string, value: unknown, expected: string): DelosError {
    const seen = value === undefined ? "missing" : JSON.stringify(value);
    return new DelosError("SAFETY_CONFIG", `${this.#file}: ${field} is ${seen}, ${expected} was expected`, {
      details: { file: this.#file, field },
    });
  }
}
