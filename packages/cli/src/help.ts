import type { Command } from "./command.ts";
import type { Noun } from "./nouns.ts";

const WIDTH = 100;

/** `delos --help`. */
export function programHelp(nouns: readonly Noun[]): string {
  return [
    "Delos: autonomous-vehicle middleware for TypeScript",
    "",
    "Usage: delos <command> [options]",
    "",
    "Commands:",
    ...table(nouns.map((noun) => [noun.name, noun.summary])),
    "",
    "Options:",
    ...table([
      ["-h, --help", "What a command does: delos <command> --help"],
      ["-V, --version", "The version of Delos"],
      ["--json", "Results as JSON on standard output, for every command"],
    ]),
    "",
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but something was discarded, 130 after Ctrl-C.",
    "",
  ].join("\n");
}

/** `delos bag --help`: the verbs of a noun. */
export function nounHelp(noun: Noun, commands: readonly Command[]): string {
  const whole = commands.find((command) => command.name === noun.name);
  if (whole !== undefined && commands.length === 1) return commandHelp(whole);
  return [
    noun.summary,
    "",
    `Usage: delos ${noun.name} <command> [options]`,
    "",
    "Commands:",
    ...table(commands.map((command) => [command.name.slice(noun.name.length + 1), command.summary])),
    "",
    `Options of a command: delos ${noun.name} <command> --help`,
    "",
  ].join("\n");
}

/** `delos bag info --help`. */
export function commandHelp(command: Command): string {
  const all: Command["options"] = {
    ...command.options,
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  const options = Object.entries(all).map(([name, option]): [string, string] => {
    const short = option.short !== undefined ? `-${option.short}, ` : "";
    const value = option.type === "string" ? " VALUE" : "";
    return [`${short}--${name}${value}`, command.optionHelp?.[name] ?? STANDARD_OPTIONS[name] ?? ""];
  });
  return [
    command.summary,
    "",
    `Usage: delos ${command.usage}`,
    ...(command.description === undefined ? [] : ["", ...paragraphs(command.description)]),
    "",
    "Options:",
    ...table(options),
    ...(command.examples === undefined ? [] : ["", "Examples:", ...command.examples.map((example) => `  ${example}`)]),
    "",
  ].join("\n");
}

const STANDARD_OPTIONS: Readonly<Record<string, string>> = {
  json: "Results as JSON on standard output",
  help: "Show this",
};

function table(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(34, Math.max(...rows.map(([name]) => name.length)));
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, WIDTH - left - 4);
    const first = name.length > left ? [`  ${name}`] : [];
    const rest = first.length > 0 ? lines.map((line) => `  ${" ".repeat(left)}  ${line}`) : [];
    if (first.length > 0) return [...first, ...rest];
    return lines.map((line, i) => `  ${(i === 0 ? name : "").padEnd(left)}  ${line}`.trimEnd());
  });
}

/** Paragraphs stand apart by an empty line; a line's end inside of one means nothing. */
function paragraphs(text: string): string[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((paragraph, i) => [...(i === 0 ? [] : [""]), ...wrap(paragraph.replace(/\s*\n\s*/g, " "))]);
}

function wrap(text: string, width = WIDTH): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines = [""];
    for (const word of paragraph.split(" ")) {
      const line = lines.at(-1)!;
      if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
    }
    return lines;
  });
}
