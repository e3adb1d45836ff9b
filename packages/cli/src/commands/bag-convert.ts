import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  createRecording,
  type FileRecording,
  formatOfName,
  type Query,
  type RecordingWriter,
  type RecordingWriterOptions,
} from "@delos/bag";
import { AbortedError, DelosError, UsageError } from "@delos/core";
import type { Command, CommandContext, ExitStatus } from "../command.ts";
import { integerOption, open, tellProblems, topicsOption } from "./bag-output.ts";

const WRITE = {
  compression: { type: "string" },
  force: { type: "boolean", short: "f" },
} as const;
const WRITE_HELP = {
  compression: "none, lz4 or zstd (MCAP, default zstd); none or lz4 (ROS bag, default lz4); none (record)",
  force: "Replace OUT if it exists",
};
const SELECT = {
  topics: { type: "string", multiple: true },
  "exclude-topics": { type: "string", multiple: true },
  "start-ns": { type: "string" },
  "end-ns": { type: "string" },
} as const;
const SELECT_HELP = {
  topics: "Only these topics, separated by commas (repeatable)",
  "exclude-topics": "All but these topics",
  "start-ns": "From this log time on, in ns",
  "end-ns": "Up to and with this log time, in ns",
};
const FORMATS = "The format is that of OUT's ending: .mcap, .bag or .record.";
const STATUS =
  "Ends with status 3 when something of the input is damaged and was left out; it is told on standard error.";

export const bagConvert: Command = {
  name: "bag convert",
  usage: "bag convert IN… OUT [--compression C] [--topics A,B] [--force]",
  summary: "Write recordings into one file of another format or compression",
  description: `${FORMATS} Several inputs are merged by time. MCAP holds everything; a ROS bag holds ROS 1 messages and protobuf as Apollo 1.0 put it there; a record protobuf only. ${STATUS}`,
  examples: ["delos bag convert drive.bag drive.mcap", "delos bag convert drive.record drive.bag --compression none"],
  options: { ...WRITE, ...SELECT },
  optionHelp: { ...WRITE_HELP, ...SELECT_HELP },
  run: (context) => copy(context, split(context)),
};

export const bagMerge: Command = {
  name: "bag merge",
  usage: "bag merge IN… OUT [--compression C] [--force]",
  summary: "Merge recordings by time, whatever their formats",
  description: `${FORMATS} Equal times keep the order in which the files are given. ${STATUS}`,
  examples: ["delos bag merge morning.bag evening.mcap day.mcap"],
  options: WRITE,
  optionHelp: WRITE_HELP,
  run: (context) => copy(context, split(context)),
};

export const bagFilter: Command = {
  name: "bag filter",
  usage:
    "bag filter IN OUT [--topics A,B | --exclude-topics A,B] [--start-ns T] [--end-ns T] [--compression C] [--force]",
  summary: "Keep some topics, or a stretch of time",
  description: `${FORMATS} ${STATUS}`,
  examples: ["delos bag filter drive.mcap small.mcap --exclude-topics /camera/front/compressed"],
  options: { ...WRITE, ...SELECT },
  optionHelp: { ...WRITE_HELP, ...SELECT_HELP },
  run: (context) => copy(context, one(context)),
};

export const bagRecover: Command = {
  name: "bag recover",
  usage: "bag recover IN OUT [--compression C] [--force]",
  summary: "Copy all that is intact of a damaged or unfinished recording into a sound one",
  description: `${FORMATS} The input is only read. Status 0: the input was whole; 3: something was lost, told on standard error.`,
  examples: ["delos bag recover drive.bag.active drive.bag"],
  options: WRITE,
  optionHelp: WRITE_HELP,
  run: (context) => copy(context, one(context)),
};

export const bagSplit: Command = {
  name: "bag split",
  usage: "bag split IN [OUT] (--size MB | --duration S) [--compression C] [--force]",
  summary: "Cut a recording into files of a size or a length of time",
  description: `OUT (default: IN) names the parts: drive.mcap becomes drive_0.mcap, drive_1.mcap, … A part ends with the message that reaches --size (10⁶ bytes of messages), or on the grid start + k × --duration; parts without messages are not written. ${FORMATS} ${STATUS}`,
  examples: ["delos bag split drive.mcap --duration 60"],
  options: { ...WRITE, size: { type: "string" }, duration: { type: "string" } },
  optionHelp: { ...WRITE_HELP, size: "Millions of bytes of messages a part", duration: "Seconds a part" },
  run: (context) => cut(context),
};

interface Files {
  readonly inputs: readonly string[];
  readonly output: string;
}

function split(context: CommandContext): Files {
  const output = context.positionals.at(-1);
  if (output === undefined || context.positionals.length < 2) throw new UsageError("IN and OUT are needed");
  return { inputs: context.positionals.slice(0, -1), output };
}

function one(context: CommandContext): Files {
  const files = split(context);
  if (files.inputs.length > 1) throw new UsageError("one IN and one OUT are needed");
  return files;
}

async function copy(context: CommandContext, { inputs, output }: Files): Promise<ExitStatus> {
  const format = formatOfName(output);
  if (format === undefined) throw new UsageError(`${output}: the ending must be .mcap, .bag or .record`);
  const target = resolve(context.cwd, output);
  if (inputs.some((input) => isSame(resolve(context.cwd, input), target))) {
    throw new UsageError(`${output} is an input too`);
  }
  if (existsSync(target) && context.values["force"] !== true) {
    throw new DelosError("BAG_EXISTS", `${output} exists: --force replaces it`);
  }
  using recording = await open({ ...context, values: { ...context.values, "skip-bad-chunks": true } }, inputs);
  const query = selection(context, recording);
  const compression = context.values["compression"] as string | undefined;
  let count = 0;
  await finished(target, { format, compression }, async (writer) => {
    count = await pour(recording, writer, query, context);
  });
  context.err.write(`${output}: ${count} messages\n`);
  tellProblems(context, recording);
  return outcome(recording);
}

/** Problems that cost no message. */
const HARMLESS: ReadonlySet<string> = new Set(["BAG_MISSING_SCHEMA", "BAG_COMPRESSION_UNKNOWN", "BAG_CONFLICT"]);

async function cut(context: CommandContext): Promise<ExitStatus> {
  const [input, output = input] = context.positionals;
  if (input === undefined || output === undefined || context.positionals.length > 2)
    throw new UsageError("which file?");
  const format = formatOfName(output);
  if (format === undefined) throw new UsageError(`${output}: the ending must be .mcap, .bag or .record`);
  const [size, duration] = [positive(context, "size"), positive(context, "duration")];
  if ((size === undefined) === (duration === undefined)) throw new UsageError("--size or --duration, one of them");
  const limitBytes = (size ?? Number.POSITIVE_INFINITY) * 1e6;
  const durationNs = duration === undefined ? undefined : BigInt(Math.round(duration * 1e9));

  using recording = await open({ ...context, values: { ...context.values, "skip-bad-chunks": true } }, [input]);
  using cursor = recording.cursor();
  const compression = context.values["compression"] as string | undefined;
  const startNs = recording.startNs ?? 0n;
  let more = cursor.next();
  for (let part = 0; ; part++) {
    if (!more) break;
    const target = resolve(context.cwd, partName(output, part));
    if (existsSync(target) && context.values["force"] !== true) {
      throw new DelosError("BAG_EXISTS", `${partName(output, part)} exists: --force replaces it`);
    }
    const endNs =
      durationNs === undefined ? 2n ** 64n : startNs + ((cursor.logTimeNs - startNs) / durationNs + 1n) * durationNs;
    const belongs = (written: number): boolean => written < limitBytes && cursor.logTimeNs < endNs;
    let [count, bytes] = [0, 0];
    await finished(target, { format, compression }, async (writer) => {
      for (const metadata of recording.metadata) writer.addMetadata(metadata);
      if (part === 0) for (const attachment of recording.attachments) writer.addAttachment(attachment);
      while (more && belongs(bytes)) {
        bytes += cursor.dataEnd - cursor.dataStart;
        writer.write(cursor.channel, cursor.logTimeNs, cursor.publishTimeNs, cursor.sequence, cursor.data);
        if (++count % 4096 === 0) await breathe(context);
        more = cursor.next();
      }
    });
    context.err.write(`${partName(output, part)}: ${count} messages\n`);
  }
  tellProblems(context, recording);
  return outcome(recording);
}

/** `drive.mcap` → `drive_3.mcap`, as rosbag and ros2 bag number their parts. */
function partName(name: string, part: number): string {
  const [ending] = /\.(bag|mcap|record)(\.\d+)*$/.exec(name)!;
  return `${name.slice(0, -ending.length)}_${part}${ending}`;
}

function positive(context: CommandContext, name: string): number | undefined {
  const value = context.values[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) {
    throw new UsageError(`--${name} takes a positive number, not ${JSON.stringify(value)}`);
  }
  return number;
}

/** Writes a file under another name until it is whole, as rosbag does with .active: nobody takes half a file for a whole one. */
async function finished(
  target: string,
  options: RecordingWriterOptions,
  fill: (writer: RecordingWriter) => Promise<void>,
): Promise<void> {
  const partial = `${target}.partial`;
  try {
    const writer = await createRecording(partial, options);
    try {
      await fill(writer);
    } finally {
      writer.close();
    }
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Lets the event loop turn: Ctrl-C arrives with it. */
async function breathe(context: CommandContext): Promise<void> {
  await new Promise((continues) => setImmediate(continues));
  if (context.signal.aborted) throw new AbortedError("writing", context.signal.reason);
}

function outcome(recording: FileRecording): ExitStatus {
  return recording.complete && recording.problems.every(({ code }) => HARMLESS.has(code)) ? 0 : 3;
}

async function pour(
  recording: FileRecording,
  writer: RecordingWriter,
  query: Query,
  context: CommandContext,
): Promise<number> {
  for (const metadata of recording.metadata) writer.addMetadata(metadata);
  for (const attachment of recording.attachments) writer.addAttachment(attachment);
  using cursor = recording.cursor(query);
  let count = 0;
  while (cursor.next()) {
    writer.write(cursor.channel, cursor.logTimeNs, cursor.publishTimeNs, cursor.sequence, cursor.data);
    if (++count % 4096 === 0) await breathe(context);
  }
  return count;
}

function selection(context: CommandContext, recording: FileRecording): Query {
  const topics = topicsOption(context);
  const excluded = context.values["exclude-topics"];
  if (topics !== undefined && excluded !== undefined) {
    throw new UsageError("--topics and --exclude-topics exclude each other");
  }
  const all = new Set(recording.channels.map((channel) => channel.topic));
  for (const topic of topics ?? []) if (!all.has(topic)) context.err.write(`there is no topic ${topic}\n`);
  const without = new Set([excluded ?? []].flat().flatMap((item) => String(item).split(",")));
  return {
    topics: topics ?? (without.size === 0 ? undefined : [...all].filter((topic) => !without.has(topic))),
    startNs: integerOption(context, "start-ns"),
    endNs: integerOption(context, "end-ns"),
  };
}

function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  if (!existsSync(a) || !existsSync(b)) return false;
  const [first, second] = [statSync(a), statSync(b)];
  return first.dev === second.dev && first.ino === second.ino;
}
