import type { Clock } from "./clock.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of a log, before anybody has formatted it. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly timeNs: bigint;
  /** The part of the system that speaks: a node's name, `rtps`, `bag`. */
  readonly source: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where records go: a terminal, a topic, an array of a test. */
export type LogSink = (record: LogRecord) => void;

export class Logger {
  readonly #source: string;
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #threshold: number;

  constructor(source: string, clock: Clock, sink: LogSink, level: LogLevel = "info") {
    this.#source = source;
    this.#clock = clock;
    this.#sink = sink;
    this.#threshold = LOG_LEVELS.indexOf(level);
  }

  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#write("debug", message, fields);
  }
  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#write("info", message, fields);
  }
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#write("warn", message, fields);
  }
  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#write("error", message, fields);
  }
  fatal(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#write("fatal", message, fields);
  }

  /** A logger of a part: `delos` → `delos.rtps`. */
  child(name: string): Logger {
    return new Logger(`${this.#source}.${name}`, this.#clock, this.#sink, LOG_LEVELS[this.#threshold]!);
  }

  #write(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#threshold) return;
    this.#sink({ level, timeNs: this.#clock.nowNs(), source: this.#source, message, fields });
  }
}

/** `[WARN] rtps: message key=value`: the plain form for a terminal's standard error. */
export function formatLogRecord(record: LogRecord): string {
  const fields = Object.entries(record.fields).map(([key, value]) => ` ${key}=${String(value)}`);
  return `[${record.level.toUpperCase()}] ${record.source}: ${record.message}${fields.join("")}`;
}
