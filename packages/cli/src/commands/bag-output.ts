import { once } from "node:events";
import { resolve } from "node:path";
import { type FileRecording, openRecording } from "@delos/bag";
import { DelosError, describeError, UsageError } from "@delos/core";
import type { CommandContext } from "../command.ts";

/** Lines for a stream that may be slower than we are, or go away: `head` closes the pipe when it has seen enough. */
export class Lines implements Disposable {
  readonly #out: NodeJS.WritableStream;
  #pending: string[] = [];
  #length = 0;
  #gone = false;
  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED") this.#gone = true;
    else throw error;
  };

  constructor(out: NodeJS.WritableStream) {
    this.#out = out;
    out.on("error", this.#onError);
  }

  /** True once the reader has gone: there is nobody to write for. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Takes a line without its end. Await the promise, if there is one: the reader is behind. */
  write(line: string): Promise<void> | undefined {
    this.#pending.push(line);
    this.#length += line.length + 1;
    return this.#length >= 64 * 1024 ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    if (this.#pending.length === 0 || this.#gone) return;
    const text = `${this.#pending.join("\n")}\n`;
    this.#pending = [];
    this.#length = 0;
    if (this.#out.write(text)) {
      // Errors of a pipe come with the event loop: without a turn, a closed one is never noticed.
      await new Promise((continues) => setImmediate(continues));
      return;
    }
    const closed = new AbortController();
    const end = (): void => closed.abort();
    this.#out.once("close", end);
    this.#out.once("error", end);
    try {
      await once(this.#out, "drain", { signal: closed.signal });
    } catch (error) {
      if (!closed.signal.aborted) throw error;
      this.#gone = true;
    } finally {
      this.#out.off("close", end);
      this.#out.off("error", end);
    }
  }

  [Symbol.dispose](): void {
    // The listener stays until what was written has gone out: an error may still come.
    setImmediate(() => this.#out.off("error", this.#onError));
  }
}

/** Files below this are read through before anything is said of them; see `bag info --help`. */
const VERIFY_BELOW_BYTES = 256 * 2 ** 20;

export const DAMAGE_OPTION = { "skip-bad-chunks": { type: "boolean" } } as const;
export const DAMAGE_HELP = {
  "skip-bad-chunks": "Go on behind damaged chunks with all that is intact (default: end before the first damage)",
} as const;
export const VERIFY_OPTIONS = { verify: { type: "boolean" }, quick: { type: "boolean" } } as const;
export const VERIFY_HELP = {
  verify: "Read the whole file and check it, however large it is",
  quick: "Believe the index, even of a small file",
} as const;

/** Opens files as the damage options say. */
export function open(context: CommandContext, files: readonly string[]): Promise<FileRecording> {
  return openRecording(
    files.map((file) => resolve(context.cwd, file)),
    { skipBadChunks: context.values["skip-bad-chunks"] === true },
  );
}

/** Reads the recording through where the options, or its size, ask for it. Returns whether it did. */
export function verifyIfAsked(context: CommandContext, recording: FileRecording): boolean {
  const { verify, quick } = context.values;
  if (verify === true && quick === true) throw new UsageError("--verify and --quick exclude each other");
  if (quick === true || (verify !== true && recording.size >= VERIFY_BELOW_BYTES)) return false;
  recording.verify();
  return true;
}

/** The positionals, which must be there. */
export function filesOf(context: CommandContext): readonly string[] {
  if (context.positionals.length === 0) throw new UsageError("which file?");
  return context.positionals;
}

/** What is wrong with a recording, for people, beside the results. */
export function tellProblems(context: CommandContext, recording: FileRecording): void {
  for (const { code, offset, message, file } of recording.problems) {
    context.err.write(`${file ?? recording.files[0]}: ${code} at byte ${offset}: ${message}\n`);
  }
}

/** Runs one file after another; a failing one does not keep the others from their turn. The last failure is thrown. */
export async function eachFile(context: CommandContext, run: (file: string) => Promise<void>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  for (const file of filesOf(context)) {
    if (context.signal.aborted) return;
    try {
      await run(file);
    } catch (error) {
      if (failure !== undefined) tellError(context, failure.error);
      failure = { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}

function tellError(context: CommandContext, error: unknown): void {
  if (context.json && error instanceof DelosError) context.err.write(`${JSON.stringify(error)}\n`);
  else context.err.write(`delos: ${describeError(error)}\n`);
}

/** A count or a time given as an option: a decimal integer. */
export function integerOption(context: CommandContext, name: string): bigint | undefined {
  const value = context.values[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || !/^-?\d+$/.test(value)) {
    throw new UsageError(`--${name} takes a whole number, not ${JSON.stringify(value)}`);
  }
  return BigInt(value);
}

/** `--topics a,b --topics c`: names, all together. */
export function topicsOption(context: CommandContext): readonly string[] | undefined {
  const value = context.values["topics"];
  if (value === undefined) return undefined;
  return [value]
    .flat()
    .flatMap((item) => String(item).split(","))
    .filter((name) => name !== "");
}
