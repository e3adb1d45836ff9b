import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AbortedError, DelosError, describeError, UsageError } from "@delos/core";
import type { Command, CommandContext, ExitStatus } from "./command.ts";
import { commandHelp, nounHelp, programHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { NOUNS, type Noun } from "./nouns.ts";

/** The process, as far as a command may see it. */
export type World = Pick<CommandContext, "out" | "err" | "in" | "env" | "cwd" | "signal">;

/** The version that all packages share. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}

/**
 * Runs `delos` with the arguments behind its name. Never throws: an error becomes one line on standard error
 * (`delos: CODE: what is wrong`, under `--json` an object) and an exit status.
 */
export async function runProgram(
  args: readonly string[],
  world: World,
  nouns: readonly Noun[] = NOUNS,
): Promise<ExitStatus> {
  try {
    return await dispatch(args, world, nouns);
  } catch (error) {
    if (world.signal.aborted && (error instanceof AbortedError || isAbort(error))) return 130;
    const beforeDashes = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
    const delosError = error instanceof DelosError ? error : undefined;
    if (beforeDashes.includes("--json")) {
      const body = delosError?.toJSON() ?? { error: { code: "INTERNAL", message: describeError(error) } };
      world.err.write(`${JSON.stringify(body)}\n`);
    } else {
      world.err.write(
        `delos: ${delosError === undefined ? `INTERNAL: ${describeError(error)}` : describeError(error)}\n`,
      );
      if (delosError === undefined && error instanceof Error && world.env["DELOS_DEBUG"]) {
        world.err.write(`${error.stack ?? ""}\n`);
      }
    }
    return error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch(args: readonly string[], world: World, nouns: readonly Noun[]): Promise<ExitStatus> {
  const [first, ...rest] = args;
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    const [name] = first === "help" ? rest : [];
    const noun = nouns.find((candidate) => candidate.name === name);
    if (name !== undefined && noun === undefined)
      throw unknown(
        "command",
        name,
        nouns.map((n) => n.name),
        "delos --help",
      );
    world.out.write(noun === undefined ? programHelp(nouns) : nounHelp(noun, await noun.load()));
    return first === undefined ? 2 : 0;
  }
  if (first === "--version" || first === "-V") {
    world.out.write(`${version()}\n`);
    return 0;
  }
  const noun = nouns.find((candidate) => candidate.name === first);
  if (noun === undefined)
    throw unknown(
      "command",
      first,
      nouns.map((n) => n.name),
      "delos --help",
    );

  const commands = await noun.load();
  const whole = commands.find((command) => command.name === noun.name);
  const named = commands.find((command) => command.name === `${noun.name} ${rest[0] ?? ""}`);
  const command = named ?? whole;
  if (command === undefined) {
    const [verb] = rest;
    if (verb === undefined || verb === "--help" || verb === "-h") {
      (verb === undefined ? world.err : world.out).write(nounHelp(noun, commands));
      return verb === undefined ? 2 : 0;
    }
    const verbs = commands.map((candidate) => candidate.name.slice(noun.name.length + 1));
    throw unknown(`${noun.name} command`, verb, verbs, `delos ${noun.name} --help`);
  }
  return runCommand(command, named === undefined ? rest : rest.slice(1), world);
}

/** Parses the options of one command and runs it. */
export async function runCommand(command: Command, args: readonly string[], world: World): Promise<ExitStatus> {
  const options = { ...command.options, help: { type: "boolean", short: "h" }, json: { type: "boolean" } } as const;
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(explainParseError(error, command), { cause: error });
  }
  if (parsed.values["help"] === true) {
    world.out.write(commandHelp(command));
    return 0;
  }
  const status = await command.run({
    ...world,
    positionals: parsed.positionals,
    values: parsed.values,
    json: parsed.values["json"] === true,
  });
  if (status === undefined || status === 0) return world.signal.aborted ? 130 : 0;
  return status;
}

function unknown(what: string, name: string, known: readonly string[], help: string): UsageError {
  const near = nearest(name, known);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  return new UsageError(`there is no ${what} "${name}".${hint} See: ${help}`);
}

function explainParseError(error: unknown, command: Command): string {
  const help = `See: delos ${command.name} --help`;
  if (!(error instanceof Error)) return help;
  const option = /Unknown option '(-[^']*)'/.exec(error.message)?.[1];
  if (option === undefined) return `${error.message.replace(/\.$/, "")}. ${help}`;
  const known = [...Object.keys(command.options), "help", "json"].map((name) => `--${name}`);
  const near = nearest(option, known);
  return `there is no option ${option}.${near === undefined ? "" : ` Did you mean ${near}?`} ${help}`;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";
