import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DelosError, describeError, type FlagDefaults, type FlagValues, readFlags, UsageError } from "@delos/core";
import type { CommandContext } from "./command.ts";

/** @throws {DelosError} FILE_UNREADABLE naming the file */
export function readText(context: Pick<CommandContext, "cwd">, file: string): string {
  try {
    return readFileSync(resolve(context.cwd, file), "utf8");
  } catch (error) {
    throw new DelosError("FILE_UNREADABLE", `${file}: ${describeError(error)}`, { cause: error, details: { file } });
  }
}

/** A message in protobuf text format. @throws {DelosError} naming the file and what is wrong in it */
export function readTextMessage<T>(
  context: Pick<CommandContext, "cwd">,
  file: string,
  type: { fromText(text: string): T },
): T {
  const text = readText(context, file);
  try {
    return type.fromText(text);
  } catch (error) {
    if (!(error instanceof DelosError)) throw error;
    throw new DelosError(error.code, `${file}: ${error.message}`, {
      cause: error,
      details: { ...error.details, file },
    });
  }
}

/** Options of every module's replay. */
export const FLAG_OPTIONS = { flags: { type: "string", multiple: true }, flagfile: { type: "string" } } as const;
export const FLAG_HELP = {
  flags: "Flags over their defaults: name=value, name, noname; separated by commas",
  flagfile: "A module's .conf file; flags it does not know are skipped",
};

/** Defaults, then `--flagfile`, then `--flags`. */
export function flagsOf<D extends FlagDefaults>(context: CommandContext, defaults: D): FlagValues<D> {
  const { flagfile, flags } = context.values;
  const based =
    typeof flagfile === "string"
      ? readFlags(defaults, readText(context, flagfile), { unknown: "ignore", source: flagfile })
      : defaults;
  return readFlags(based, Array.isArray(flags) ? flags.join(",") : "", { source: "--flags" }) as FlagValues<D>;
}

/** @throws {UsageError} when a required option is missing */
export function required(context: CommandContext, option: string): string {
  const value = context.values[option];
  if (typeof value !== "string" || value === "") throw new UsageError(`--${option} is required`);
  return value;
}
