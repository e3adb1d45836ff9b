import type { ParseArgsConfig } from "node:util";

/** What a command sees of the world: it reads no global, so its test needs no process. */
export interface CommandContext {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  /** Results. With `--json` nothing but JSON. */
  readonly out: NodeJS.WritableStream;
  /** Human text beside the results: progress, warnings. */
  readonly err: NodeJS.WritableStream;
  readonly in: NodeJS.ReadableStream;
  readonly json: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** 0 done, 1 failed, 2 wrong usage, 3 done but something had to be discarded, 130 after Ctrl-C. */
export type ExitStatus = 0 | 1 | 2 | 3 | 130;

/**
 * A command is data plus one function. It throws `UsageError` for wrong usage and `DelosError` for failures; the program
 * around it prints them. A file of commands is loaded only when one of them runs, so that `delos --version` stays quick.
 */
export interface Command {
  /** Noun and verb: `bag info`. */
  readonly name: string;
  /** What follows `delos`: `bag info FILE… [--json]`. */
  readonly usage: string;
  /** One line for lists. */
  readonly summary: string;
  /** Paragraphs for `delos <noun> <verb> --help`; examples are run by a test. */
  readonly description?: string;
  readonly examples?: readonly string[];
  /** One help line an option, by option name. */
  readonly optionHelp?: Readonly<Record<string, string>>;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  run(context: CommandContext): Promise<ExitStatus | void>;
}
