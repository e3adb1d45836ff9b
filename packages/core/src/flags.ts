import { DelosError } from "./errors.ts";

/** Flags of a module by name: the type of each default is the type of the flag. */
export type FlagDefaults = Readonly<Record<string, boolean | number | string>>;

/** The flags' values, `as const` literals widened. */
export type FlagValues<D extends FlagDefaults> = {
  -readonly [K in keyof D]: D[K] extends boolean ? boolean : D[K] extends number ? number : string;
};

/**
 * Reads flags as gflags does, over their defaults: `--name=value`, `--name`, `--noname`, with or without dashes, separated
 * by commas, blanks or lines; `#` begins a comment line. So both a command line's `a=true,b=0.5` and Apollo's `.conf` files read.
 * `unknown: "ignore"` is for such files, which also carry flags of the logging library.
 *
 * @throws {DelosError} FLAG_UNKNOWN, FLAG_VALUE: naming the flag, its place and what was expected
 */
export function readFlags<D extends FlagDefaults>(
  defaults: D,
  text: string,
  options: { readonly unknown?: "error" | "ignore"; readonly source?: string } = {},
): FlagValues<D> {
  const source = options.source ?? "flags";
  const values: Record<string, boolean | number | string> = { ...defaults };
  const words = text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .flatMap((line) => line.split(/[\s,]+/))
    .filter((word) => word !== "");
  for (const word of words) {
    const [, flag, given] = /^-{0,2}([^=]*)(?:=(.*))?$/.exec(word)!;
    const negated = !Object.hasOwn(defaults, flag!) && flag!.startsWith("no");
    const name = negated ? flag!.slice(2) : flag!;
    if (!Object.hasOwn(defaults, name)) {
      if (options.unknown === "ignore") continue;
      throw new DelosError(
        "FLAG_UNKNOWN",
        `${source}: no such flag ${flag}; known: ${Object.keys(defaults).join(", ")}`,
      );
    }
    values[name] = flagValue(name, defaults[name]!, negated ? "false" : given, source);
  }
  return values as FlagValues<D>;
}

function flagValue(
  name: string,
  example: boolean | number | string,
  given: string | undefined,
  source: string,
): boolean | number | string {
  if (typeof example === "boolean") {
    if (given === undefined || /^(true|t|yes|y|1)$/i.test(given)) return true;
    if (/^(false|f|no|n|0)$/i.test(given)) return false;
    throw new DelosError("FLAG_VALUE", `${source}: ${name}=${given}: true or false was expected`);
  }
  if (typeof example === "string") return given ?? "";
  const number = given === undefined || given === "" ? Number.NaN : Number(given);
  if (!Number.isFinite(number))
    throw new DelosError("FLAG_VALUE", `${source}: ${name}=${given ?? ""}: a number was expected`);
  return number;
}
