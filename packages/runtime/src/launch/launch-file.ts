import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { DelosError, describeError } from "@delos/core";
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";
import { ConfigError, ConfigFields, type ConfigPath, fieldName } from "./config-fields.ts";

/**
 * Where a module runs. thread: a worker thread of its own. process: a process of its own, reached over the network's
 * loopback. inline: the thread that launches, on its runtime and its clock.
 */
export type ModulePlacement = "thread" | "process" | "inline";

/** When a module that has ended is started again. */
export interface RespawnPolicy {
  readonly when: "never" | "crash";
  readonly delayMs: number;
  /** So often at most; then it stays crashed. */
  readonly most: number;
}

/** One module of a launch file. */
export interface ModuleSpec {
  /** Names the module and its node. */
  readonly name: string;
  /** A package's export or a file beside the launch file, `#` and the name of the export: `./blinker.ts#blinker`. */
  readonly component: string;
  readonly placement: ModulePlacement;
  /** Unread: the component reads it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Started with the launch; otherwise by name. */
  readonly autostart: boolean;
  /** Modules that must run before this one starts. */
  readonly after: readonly string[];
  /** Its end, for whatever reason, ends the launch. */
  readonly required: boolean;
  readonly respawn: RespawnPolicy;
  /** Longest time between two heartbeats, ms: what a watchdog holds it to. `Infinity`: none. */
  readonly deadlineMs: number;
  /** How long it may take to end in order before it is ended by force, ms. */
  readonly stopTimeoutMs: number;
}

/** A launch file, read and checked, except for the modules' own configurations. */
export interface LaunchSpec {
  readonly name: string;
  /** Absolute name of the file; where it was made by a program, a directory that paths are relative to and a name. */
  readonly file: string;
  readonly directory: string;
  /** threads: between the threads of this process only. auto: the network as well. */
  readonly transports: "threads" | "auto";
  readonly domain: number | undefined;
  readonly args: Readonly<Record<string, unknown>>;
  readonly modules: readonly ModuleSpec[];
  /** `file:line:column` of a field, or of what should contain it. */
  readonly placeOf: (path: ConfigPath) => string;
}

/** A node's name, absolute or not, whose parts are words. */
const NAME = /^\/?[A-Za-z_]\w*(\/[A-Za-z_]\w*)*$/;

/**
 * Reads a launch file: YAML, of which JSON is a part. `args` replace the file's own.
 * @throws {DelosError} LAUNCH_FILE when it cannot be read, LAUNCH_SYNTAX when it is no YAML, LAUNCH_CONFIG for a field that is
 * wrong, each with file, line and column; LAUNCH_ARGUMENT for an argument that the file does not have
 */
export async function readLaunchFile(file: string, args: Readonly<Record<string, unknown>> = {}): Promise<LaunchSpec> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new DelosError("LAUNCH_FILE", `${file} cannot be read: ${describeError(cause)}`, {
      cause,
      details: { file },
    });
  }
  return parseLaunch(text, file, args);
}

/** The same for a text that has been read; `file` is its name in messages, and where paths in it are relative to. */
export function parseLaunch(text: string, file: string, given: Readonly<Record<string, unknown>> = {}): LaunchSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, stringKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const syntax = (offset: number, message: string, cause: unknown): DelosError => {
    const where = at(offset);
    return new DelosError("LAUNCH_SYNTAX", `${where}: ${message}`, { cause, details: { file, where } });
  };
  const [error] = document.errors;
  if (error !== undefined) throw syntax(error.pos[0], error.message, error);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw syntax(0, (cause as Error).message, cause); // an alias that nothing stands behind, or too many
  }
  const placeOf = (path: ConfigPath): string => at(offsetOf(document, path));
  try {
    return readSpec(checkedRoot(value), file, given, placeOf);
  } catch (thrown) {
    throw placed(thrown, placeOf);
  }
}

/** The error of a field with its place in the file. Anything else as it is. */
export function placed(thrown: unknown, placeOf: (path: ConfigPath) => string): unknown {
  if (!(thrown instanceof ConfigError)) return thrown;
  const where = placeOf(thrown.path);
  return new DelosError("LAUNCH_CONFIG", `${where}: ${fieldName(thrown.path)} ${thrown.complaint}`, {
    cause: thrown,
    details: { where, field: fieldName(thrown.path) },
  });
}

function readSpec(
  value: unknown,
  file: string,
  given: Readonly<Record<string, unknown>>,
  placeOf: LaunchSpec["placeOf"],
): LaunchSpec {
  const path = resolve(file);
  const raw = new ConfigFields(value);
  const defaults = raw.child("args");
  const args: Record<string, unknown> = Object.fromEntries(defaults.names.map((name) => [name, defaults.raw(name)]));
  for (const [name, arg] of Object.entries(given)) {
    if (!Object.hasOwn(args, name)) {
      const known = Object.keys(args).join(", ") || "none";
      throw new DelosError("LAUNCH_ARGUMENT", `${file}: there is no argument ${name}; there are: ${known}`);
    }
    args[name] = arg;
  }
  const root = new ConfigFields(substituted(value, args, []));
  root.child("args");
  const modules = root.child("modules");
  if (modules.names.length === 0) root.refuse("modules", "at least one module");
  const specs = modules.names.map((name) => readModule(name, modules));
  const spec: LaunchSpec = {
    name: root.text("name", { default: basename(file).replace(/(\.launch)?\.(ya?ml|json)$/, "") }),
    file: path,
    directory: dirname(path),
    transports: root.oneOf("transports", ["threads", "auto"], { default: "threads" }),
    domain: root.has("domain") ? root.integer("domain", { min: 0, max: 232 }) : undefined,
    args,
    modules: specs,
    placeOf,
  };
  for (const key of root.names)
    if (!FIELDS.includes(key)) throw new ConfigError([key], `is not a field; there are: ${FIELDS.join(", ")}`);
  checkOrder(specs);
  return spec;
}

const FIELDS = ["name", "transports", "domain", "args", "modules"];

function readModule(name: string, modules: ConfigFields): ModuleSpec {
  if (!NAME.test(name))
    throw new ConfigError(["modules", name], "is no name: words of letters, digits and _, with / between");
  const fields = modules.child(name);
  const respawn = fields.child("respawn");
  const spec: ModuleSpec = {
    name,
    component: fields.text("component"),
    placement: fields.oneOf("placement", ["thread", "process", "inline"], { default: "thread" }),
    config: fields.child("config").unread,
    autostart: fields.boolean("autostart", { default: true }),
    after: fields.texts("after", { default: [] }),
    required: fields.boolean("required", { default: false }),
    respawn: {
      when: respawn.oneOf("when", ["never", "crash"], { default: "never" }),
      delayMs: respawn.number("delay_ms", { default: 1000, min: 0 }),
      most: respawn.has("most") ? respawn.integer("most", { min: 1 }) : Number.POSITIVE_INFINITY,
    },
    deadlineMs: fields.has("deadline_ms") ? fields.number("deadline_ms", { min: 1 }) : Number.POSITIVE_INFINITY,
    stopTimeoutMs: fields.number("stop_timeout_ms", { default: 3000, min: 0 }),
  };
  fields.refuseUnknown();
  return spec;
}

/** @throws {ConfigError} for modules that wait for one that is not there, or for each other */
function checkOrder(modules: readonly ModuleSpec[]): void {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const visit = (module: ModuleSpec, waiting: readonly string[]): void => {
    module.after.forEach((name, i) => {
      const path = ["modules", module.name, "after", i];
      const before = byName.get(name);
      if (before === undefined)
        throw new ConfigError(path, `is ${JSON.stringify(name)}, the name of a module was expected`);
      if ([...waiting, module.name].includes(name)) {
        throw new ConfigError(path, `goes round in a circle: ${[...waiting, module.name, name].join(" → ")}`);
      }
      visit(before, [...waiting, module.name]);
    });
  };
  for (const module of modules) visit(module, []);
}

/** `$(name)` by the argument: as its value where it stands alone, as text inside of one. */
function substituted(value: unknown, args: Readonly<Record<string, unknown>>, path: ConfigPath): unknown {
  if (typeof value === "string") {
    const alone = /^\$\((\w+)\)$/.exec(value)?.[1];
    if (alone !== undefined) return argument(alone, args, path);
    return value.replace(/\$\((\w+)\)/g, (_, name: string) => String(argument(name, args, path)));
  }
  if (Array.isArray(value)) return value.map((item: unknown, i) => substituted(item, args, [...path, i]));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substituted(item, args, [...path, key])]),
    );
  }
  return value;
}

function argument(name: string, args: Readonly<Record<string, unknown>>, path: ConfigPath): unknown {
  if (Object.hasOwn(args, name)) return args[name];
  throw new ConfigError(path, `names an argument ${name}; there are: ${Object.keys(args).join(", ") || "none"}`);
}

/** @throws {ConfigError} for a file that is only a list or a text */
function checkedRoot(value: unknown): unknown {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ConfigError([], "is no object with a field modules");
}

/** Where the value of a field begins; of what should contain it when it is missing. */
function offsetOf(document: Document, path: ConfigPath): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    const key = part.at(-1);
    const parent: unknown = length === 0 ? undefined : document.getIn(part.slice(0, -1), true);
    // The name of a field rather than its value: a value may begin lines below.
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === String(key));
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node: unknown = document.getIn(part, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
