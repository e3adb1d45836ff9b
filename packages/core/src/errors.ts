/**
 * Every error of Delos carries a stable, documented `code`: programs switch on it, people search for it.
 * Codes are `UPPER_SNAKE_CASE`, prefixed by their domain (`BAG_…`, `RTPS_…`, `QOS_…`).
 */
export class DelosError extends Error {
  override readonly name: string = "DelosError";
  readonly code: string;
  /** Where it happened and what was seen: byte offset, file, topic, both sides' values. JSON-safe values only. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** The shape the command line prints under `--json`: `{"error":{"code","message",…}}`. */
  toJSON(): { readonly error: Readonly<Record<string, unknown>> } {
    return { error: { code: this.code, message: this.message, ...this.details } };
  }
}

/** The caller used an interface wrongly: a broken contract, not a broken input. */
export class UsageError extends DelosError {
  override readonly name = "UsageError";
  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super("USAGE", message, options);
  }
}

/** Something was used after it was closed. */
export class ClosedError extends DelosError {
  override readonly name = "ClosedError";
  constructor(what: string) {
    super("CLOSED", `${what} is closed`);
  }
}

/** Waiting ended because its `AbortSignal` fired. */
export class AbortedError extends DelosError {
  override readonly name = "AbortedError";
  constructor(what: string, cause?: unknown) {
    super("ABORTED", `${what} was aborted`, { cause });
  }
}

/** Waiting took longer than the caller allowed. `timeoutMs` is in `details`. */
export class TimeoutError extends DelosError {
  override readonly name = "TimeoutError";
  constructor(what: string, timeoutMs: number) {
    super("TIMEOUT", `${what} did not finish within ${timeoutMs} ms`, { details: { timeoutMs } });
  }
}

/** Bytes or text that do not follow their format. `offset` counts bytes (or characters of text) from the input's start. */
export class MalformedError extends DelosError {
  override readonly name = "MalformedError";
  constructor(
    code: string,
    message: string,
    offset: number,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(code, `${message} (at byte ${offset})`, { ...options, details: { ...options.details, offset } });
  }
}

/** One line for a log or a terminal, whatever was thrown. */
export function describeError(thrown: unknown): string {
  if (thrown instanceof DelosError) return `${thrown.code}: ${thrown.message}`;
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return String(thrown);
}
