import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DelosError, describeError, type JsonValue, UsageError } from "@delos/core";
import type { CallOptions } from "@delos/runtime";
import { Scalar } from "yaml";
import { type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, numberOption, positionals } from "../bus-options.ts";
import { type NodeParameterValue, nodesWithParameters, parametersOf, type TypedParameter } from "../bus-parameters.ts";
import { fromYaml, line, toYaml } from "../bus-text.ts";
import type { Command, CommandContext } from "../command.ts";

const OPTIONS = { ...BUS_OPTIONS, timeout: { type: "string" } } as const;
const HELP = { ...BUS_HELP, timeout: "Seconds to wait for the node's answer (default 5)" } as const;

export const paramCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "param list",
    usage: "param list [NODE] [--filter REGEX] [--json]",
    summary: "List the parameters of a node, or of all",
    examples: ["delos param list /control"],
    options: { ...OPTIONS, filter: { type: "string" } },
    optionHelp: { ...HELP, filter: "Only names that this regular expression finds" },
    async run(context) {
      const [given] = positionals(context, this.usage, "NODE?");
      const filter = filterOf(context);
      await using bus = await open(context, "auto");
      if (given === undefined) await bus.discovered();
      const nodes = given === undefined ? nodesWithParameters(bus) : [absolute(given)];
      const found: Record<string, readonly string[]> = {};
      for (const node of nodes) {
        const names = await (await parametersOf(bus, node)).names(callOptions(context));
        found[node] = names.filter((name) => filter.test(name));
      }
      if (context.json) line(context, { nodes: found });
      else {
        for (const [node, names] of Object.entries(found)) {
          context.out.write(`${node}:\n${names.map((name) => `  ${name}\n`).join("")}`);
        }
      }
    },
  },
  {
    name: "param get",
    usage: "param get NODE NAME [--json]",
    summary: "Print a parameter",
    examples: ["delos param get /control kp"],
    options: OPTIONS,
    optionHelp: HELP,
    async run(context) {
      const [given, name] = positionals(context, this.usage, "NODE", "NAME");
      await using bus = await open(context, "auto");
      const node = absolute(given!);
      const values = await (await parametersOf(bus, node)).get([name!], callOptions(context));
      const found = values[name!];
      if (found === undefined) throw unknownParameter(node, name!);
      if (context.json) line(context, { node, name, value: asJson(found.value) });
      else context.out.write(toYaml(asYaml(found) as JsonValue));
    },
  },
  {
    name: "param set",
    usage: "param set NODE NAME VALUE [--json]",
    summary: "Set a parameter; VALUE is JSON or YAML",
    examples: ["delos param set /control kp 1.5"],
    options: OPTIONS,
    optionHelp: HELP,
    async run(context) {
      const [given, name, text] = positionals(context, this.usage, "NODE", "NAME", "VALUE");
      const value = parameterValue(fromYaml(text!, "VALUE", "keep"), name!);
      await using bus = await open(context, "auto");
      const node = absolute(given!);
      await (await parametersOf(bus, node)).set({ [name!]: value }, callOptions(context));
      if (context.json) line(context, { node, name, value: asJson(value) });
      else context.out.write(`${node}: ${name} is ${JSON.stringify(asJson(value))}\n`);
    },
  },
  {
    name: "param describe",
    usage: "param describe NODE NAME... [--json]",
    summary: "Print what a node says of its parameters: type, range, meaning",
    examples: ["delos param describe /control kp"],
    options: OPTIONS,
    optionHelp: HELP,
    async run(context) {
      const [given, ...names] = context.positionals;
      if (given === undefined || names.length === 0) {
        throw new UsageError(`NODE and NAME are needed. Usage: delos ${this.usage}`);
      }
      await using bus = await open(context, "auto");
      const node = absolute(given);
      const found = await (await parametersOf(bus, node)).describe(names, callOptions(context));
      const missing = names.find((name) => !found.some((each) => each.name === name));
      if (missing !== undefined) throw unknownParameter(node, missing);
      if (context.json) line(context, { node, parameters: found });
      else for (const { name, ...facts } of found) context.out.write(toYaml({ [name]: facts }));
    },
  },
  {
    name: "param delete",
    usage: "param delete NODE NAME [--json]",
    summary: "Take a parameter away, where the node lets go of it (nodes of Delos do not)",
    examples: ["delos param delete /talker rate"],
    options: OPTIONS,
    optionHelp: HELP,
    async run(context) {
      const [given, name] = positionals(context, this.usage, "NODE", "NAME");
      await using bus = await open(context, "auto");
      const node = absolute(given!);
      await (await parametersOf(bus, node)).remove(name!, callOptions(context));
      if (context.json) line(context, { node, name, deleted: true });
      else context.out.write(`${node}: ${name} is deleted\n`);
    },
  },
  {
    name: "param dump",
    usage: "param dump NODE [--json]",
    summary: "Print all parameters of a node as a file that `param load` and ROS 2 read",
    examples: ["delos param dump /control"],
    options: OPTIONS,
    optionHelp: HELP,
    async run(context) {
      const [given] = positionals(context, this.usage, "NODE");
      await using bus = await open(context, "auto");
      const node = absolute(given!);
      const values = await (await parametersOf(bus, node)).get(undefined, callOptions(context));
      const file = (of: (parameter: TypedParameter) => unknown): JsonValue => {
        const parameters = Object.fromEntries(Object.entries(values).map(([name, each]) => [name, of(each)]));
        return { [node]: { ros__parameters: parameters as Readonly<Record<string, JsonValue>> } };
      };
      if (context.json)
        line(
          context,
          file(({ value }) => asJson(value)),
        );
      else context.out.write(toYaml(file(asYaml)));
    },
  },
  {
    name: "param load",
    usage: "param load NODE FILE [--no-use-wildcard] [--json]",
    summary: "Set a node's parameters from a file, all or none",
    description: `
FILE is YAML or JSON: parameters below the node's name or "/**" and ros__parameters, as dump prints and ROS 2 has them, or just
parameters.`,
    examples: ["delos param load /control control.yaml"],
    options: { ...OPTIONS, "no-use-wildcard": { type: "boolean" } },
    optionHelp: { ...HELP, "no-use-wildcard": 'Leave out what the file has for "/**"' },
    async run(context) {
      const [given, file] = positionals(context, this.usage, "NODE", "FILE");
      const node = absolute(given!);
      const values = valuesFor(node, read(context, file!), context.values["no-use-wildcard"] !== true);
      await using bus = await open(context, "auto");
      await (await parametersOf(bus, node)).set(values, callOptions(context));
      if (context.json) line(context, { node, values });
      else context.out.write(`${node}: ${Object.keys(values).length} parameters set\n`);
    },
  },
];

export const commands: readonly Command[] = paramCommands(openBus);

const absolute = (name: string): string => (name.startsWith("/") ? name : `/${name}`);

const unknownParameter = (node: string, name: string): DelosError =>
  new DelosError("PARAMETER_UNKNOWN", `${node} has no parameter ${name}`, { details: { node, name } });

/** In JSON there is no NaN. */
function asJson(value: NodeParameterValue): JsonValue {
  const one = (each: JsonValue): JsonValue =>
    typeof each === "number" && !Number.isFinite(each) ? String(each) : each;
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(one) : one(value as JsonValue);
}

/** What ROS 2's YAML takes for something else than a text. */
const AMBIGUOUS = /^(y|n|yes|no|on|off|true|false|null|~)$/i;

/** For a file that ROS 2 reads: it refuses a 2 where it has declared a 2.0, and takes `on` for true. */
function asYaml({ value, numbers }: TypedParameter): unknown {
  const one = (each: unknown): unknown => {
    if (typeof each === "string" && numbers === "integer") return BigInt(each);
    const scalar = new Scalar(each);
    if (numbers === "double") scalar.minFractionDigits = 1;
    if (typeof each === "string" && AMBIGUOUS.test(each)) scalar.type = "QUOTE_DOUBLE";
    return scalar;
  };
  return Array.isArray(value) ? value.map(one) : one(value);
}

function callOptions(context: CommandContext): CallOptions {
  return { timeoutMs: (numberOption(context.values, "timeout") ?? 5) * 1000, signal: context.signal };
}

function filterOf(context: CommandContext): { test(name: string): boolean } {
  const pattern = context.values["filter"];
  if (typeof pattern !== "string") return { test: () => true };
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new UsageError(`--filter: ${describeError(cause)}`, { cause });
  }
}

function parameterValue(value: JsonValue, name: string): NodeParameterValue {
  const scalar = (each: JsonValue): boolean => ["boolean", "number", "string"].includes(typeof each);
  if (scalar(value)) return value as NodeParameterValue;
  const types = Array.isArray(value) ? new Set(value.map((each) => typeof each)) : undefined;
  if (types !== undefined && types.size <= 1 && !types.has("object")) return value as NodeParameterValue;
  throw new UsageError(`${name}: a parameter is a boolean, number, text, or a list of one of them`);
}

function read(context: CommandContext, file: string): JsonValue {
  let text: string;
  try {
    text = readFileSync(resolve(context.cwd, file), "utf8");
  } catch (cause) {
    throw new DelosError("FILE_UNREADABLE", describeError(cause), { cause, details: { file } });
  }
  return fromYaml(text, file, "keep");
}

type Tree = { readonly [name: string]: JsonValue };
const isTree = (value: JsonValue | undefined): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nested names are joined by dots, as ROS 2 does. */
function valuesFor(node: string, file: JsonValue, wildcard: boolean): Record<string, NodeParameterValue> {
  if (!isTree(file)) throw new UsageError("the file has no parameters");
  const sections = Object.entries(file).filter(([, value]) => isTree(value) && isTree(value["ros__parameters"]));
  const chosen = sections
    .filter(([name]) => absolute(name) === node || (wildcard && (name === "/**" || name === "**")))
    .sort(([a], [b]) => Number(b.includes("*")) - Number(a.includes("*")))
    .map(([, value]) => (value as Tree)["ros__parameters"] as Tree);
  if (sections.length > 0 && chosen.length === 0) throw new UsageError(`the file has no parameters for ${node}`);
  const values: Record<string, NodeParameterValue> = {};
  const walk = (tree: Tree, prefix: string): void => {
    for (const [name, value] of Object.entries(tree)) {
      if (isTree(value)) walk(value, `${prefix}${name}.`);
      else values[prefix + name] = parameterValue(value, prefix + name);
    }
  };
  for (const tree of sections.length > 0 ? chosen : [file]) walk(tree, "");
  return values;
}
