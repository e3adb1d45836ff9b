import process from "node:process";
import { formatLogRecord, type LogRecord, type LogSink } from "@delos/core";

/** Log records go to the program's sink and to the log topic; what the log topic's readers cause goes to the sink alone. */
export class LogFan {
  readonly #sink: LogSink;
  publish: LogSink | undefined;
  #quiet = false;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  write(record: LogRecord): void {
    this.#sink(record);
    if (!this.#quiet && record.level !== "debug") this.quietly(() => this.publish?.(record));
  }

  /** Nothing that is logged meanwhile is published. */
  quietly(work: () => void): void {
    const before = this.#quiet;
    this.#quiet = true;
    try {
      work();
    } finally {
      this.#quiet = before;
    }
  }
}

/** The sink of programs that name none: standard error, from `warn` up. */
export const standardError: LogSink = (record) => {
  if (record.level !== "debug" && record.level !== "info") process.stderr.write(`${formatLogRecord(record)}\n`);
};
