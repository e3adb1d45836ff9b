import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "@delos/core";
import {
  describeLaunch,
  type LaunchSpec,
  launch,
  type ModuleDescription,
  type ModuleStatus,
  readLaunchFile,
} from "@delos/runtime";
import { CLOSED_LOOP } from "@delos/sim";
import { domainOf } from "../bus.ts";
import { text } from "../bus-options.ts";
import type { Command, CommandContext } from "../command.ts";

/** Launch files that come along. */
const SHIPPED: Readonly<Record<string, string>> = { "closed-loop": CLOSED_LOOP };

const command: Command = {
  name: "launch",
  usage: "launch FILE [NAME:=VALUE…] [--list] [--show-args] [--transport shm|auto] [--domain N] [--json]",
  summary: "Start the modules of a launch file, each in its thread or process",
  description:
    "Starts the modules, tells every change of their states, and ends them in the reverse order of the file at Ctrl-C, or when a " +
    "required module has ended. FILE may be closed-loop: the simulated car with everything that watches over it. --list loads the " +
    "components and lets them check their configurations without starting anything.",
  examples: [
    "delos launch closed-loop",
    "delos launch robot.launch.yaml track:=garage.csv",
    "delos launch closed-loop --list",
  ],
  options: {
    list: { type: "boolean", short: "l" },
    "show-args": { type: "boolean", short: "s" },
    transport: { type: "string" },
    domain: { type: "string" },
  },
  optionHelp: {
    list: "Say what each module is, hears and says; start nothing",
    "show-args": "Say which arguments the file has, and their defaults",
    transport:
      "shm: between the modules only; auto: the network as well, so that other programs hear them (default: the file's)",
    domain: "DDS domain, 0 to 232 (default: the file's, or ROS_DOMAIN_ID, or 0)",
  },
  async run(context) {
    const [file, ...rest] = context.positionals;
    if (file === undefined) throw new UsageError("which file? See: delos launch --help");
    const spec = await readLaunchFile(fileOf(context, file), argumentsOf(rest));
    if (context.values["show-args"] === true) return showArguments(context, spec);
    if (context.values["list"] === true) return list(context, await describeLaunch(spec));
    return run(context, spec);
  },
};

function fileOf(context: CommandContext, name: string): string {
  const file = resolve(context.cwd, name);
  return existsSync(file) ? file : (SHIPPED[name] ?? file);
}

/** `name:=value`, the value as YAML reads a plain one: a number, true, false or a text. */
function argumentsOf(words: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf(":=");
      if (at <= 0) throw new UsageError(`${word} is no argument: NAME:=VALUE was expected`);
      return [word.slice(0, at), plain(word.slice(at + 2))];
    }),
  );
}

function plain(value: string): unknown {
  if (value === "true" || value === "false") return value === "true";
  return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
}

function showArguments({ json, out }: CommandContext, { args }: LaunchSpec): undefined {
  if (json) out.write(`${JSON.stringify(args)}\n`);
  else for (const [name, value] of Object.entries(args)) out.write(`${name}:=${String(value)}\n`);
}

function list({ json, out }: CommandContext, modules: readonly ModuleDescription[]): undefined {
  if (json) {
    const rows = modules.map(({ spec, summary, inputs, outputs }) => {
      const { name, component, placement, autostart, required, after, deadlineMs } = spec;
      const deadline = Number.isFinite(deadlineMs) ? { deadline_ms: deadlineMs } : {};
      return { name, component, summary, placement, autostart, required, after, ...deadline, inputs, outputs };
    });
    out.write(`${JSON.stringify({ modules: rows })}\n`);
    return;
  }
  for (const { spec, summary, inputs, outputs } of modules) {
    const notes = [spec.placement, ...(spec.autostart ? [] : ["not started"]), ...(spec.required ? ["required"] : [])];
    out.write(`${spec.name}: ${summary} (${notes.join(", ")})\n  component: ${spec.component}\n`);
    if (inputs.length > 0) out.write(`  hears: ${inputs.map(({ topic }) => topic).join(" ")}\n`);
    if (outputs.length > 0) out.write(`  says: ${outputs.map(({ topic }) => topic).join(" ")}\n`);
  }
}

async function run(context: CommandContext, spec: LaunchSpec): Promise<0 | 1> {
  const transport = text(context.values, "transport");
  if (transport !== undefined && !["shm", "auto", "rtps"].includes(transport)) {
    throw new UsageError(`--transport is shm or auto, not ${transport}`);
  }
  const launched = await launch(spec, {
    idle: true,
    signal: context.signal,
    ...(transport === undefined ? {} : { transports: transport === "shm" ? "threads" : "auto" }),
    domain: text(context.values, "domain") === undefined ? (spec.domain ?? domainOf(context)) : domainOf(context),
  });
  await using _ = launched;
  const tell = (status: ModuleStatus): void => void context.out.write(context.json ? jsonOf(status) : lineOf(status));
  launched.events.on("state", tell);
  await launched.startAll();
  const last = await launched.ended;
  return last?.state === "crashed" ? 1 : 0;
}

function jsonOf({ name, state, sinceNs, placement, threadId, pid, restarts, crash }: ModuleStatus): string {
  const reason =
    crash === undefined
      ? {}
      : { crash: { phase: crash.phase, code: crash.code, message: crash.message, time_ns: String(crash.atNs) } };
  const place = { ...(threadId === undefined ? {} : { thread_id: threadId }), ...(pid === undefined ? {} : { pid }) };
  return `${JSON.stringify({ time_ns: String(sinceNs), module: name, state, placement, ...place, restarts, ...reason })}\n`;
}

function lineOf({ name, state, placement, threadId, pid, crash }: ModuleStatus): string {
  const id = threadId ?? pid;
  const where = state === "running" && id !== undefined ? ` (${placement} ${id})` : "";
  const why =
    (state === "crashed" || state === "waiting") && crash !== undefined ? `: ${crash.code}: ${crash.message}` : "";
  return `${name}: ${state}${where}${why}\n`;
}

export const commands: readonly Command[] = [command];
