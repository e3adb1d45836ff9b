import type { Channel, FileRecording } from "@delos/bag";
import type { Command, CommandContext } from "../command.ts";
import {
  DAMAGE_HELP,
  DAMAGE_OPTION,
  eachFile,
  open,
  tellProblems,
  VERIFY_HELP,
  VERIFY_OPTIONS,
  verifyIfAsked,
} from "./bag-output.ts";

export const bagInfo: Command = {
  name: "bag info",
  usage: "bag info FILE… [--verify | --quick] [--skip-bad-chunks] [--json]",
  summary: "Show what a recording holds: topics, types, times, damage",
  description:
    "Files below 256 MiB are read through, so that the figures are facts; of larger ones the index is believed unless --verify is given.",
  examples: ["delos bag info drive.bag", "delos bag info drive.mcap --json"],
  options: { ...DAMAGE_OPTION, ...VERIFY_OPTIONS },
  optionHelp: { ...DAMAGE_HELP, ...VERIFY_HELP },
  run: (context) =>
    eachFile(context, async (file) => {
      using recording = await open(context, [file]);
      const verified = verifyIfAsked(context, recording);
      const info = describe(file, recording, verified);
      context.out.write(context.json ? `${JSON.stringify(info)}\n` : human(info, recording));
      if (context.json) return;
      tellProblems(context, recording);
      separate(context, file);
    }),
};

interface TopicInfo {
  readonly name: string;
  readonly type: string;
  readonly messages: number | null;
  readonly message_encoding: string;
  readonly schema_encoding: string;
  readonly md5sum?: string;
  /** Publishers as the recorder saw them. */
  readonly connections: number;
}

interface Info {
  readonly file: string;
  readonly format: string;
  readonly messages: number;
  readonly start_ns: string | null;
  readonly end_ns: string | null;
  readonly duration_s: number;
  readonly size: number;
  readonly complete: boolean;
  readonly verified: boolean;
  readonly compression: readonly string[];
  readonly topics: readonly TopicInfo[];
  readonly metadata: readonly { readonly name: string; readonly metadata: Readonly<Record<string, string>> }[];
  readonly attachments: readonly { readonly name: string; readonly media_type: string; readonly bytes: number }[];
  readonly problems: readonly { readonly code: string; readonly offset: number; readonly message: string }[];
}

function describe(file: string, recording: FileRecording, verified: boolean): Info {
  // Counting may read, and reading may find out more: everything else is asked afterwards.
  const messages = recording.messageCount;
  const { startNs, endNs } = recording;
  return {
    file,
    format: recording.format,
    messages,
    start_ns: startNs === undefined ? null : String(startNs),
    end_ns: endNs === undefined ? null : String(endNs),
    duration_s: startNs === undefined || endNs === undefined ? 0 : Number(endNs - startNs) / 1e9,
    size: recording.size,
    complete: recording.complete,
    verified,
    compression: recording.compression,
    topics: topicsOf(recording),
    metadata: recording.metadata.map(({ name, entries }) => ({ name, metadata: Object.fromEntries(entries) })),
    attachments: recording.attachments.map(({ name, mediaType, size }) => ({
      name,
      media_type: mediaType,
      bytes: size,
    })),
    problems: recording.problems.map(({ code, offset, message }) => ({ code, offset, message })),
  };
}

/** One entry per topic and type, in order of name: several connections may feed a topic. */
function topicsOf(recording: FileRecording): TopicInfo[] {
  const groups = new Map<string, Channel[]>();
  for (const channel of recording.channels) {
    const key = JSON.stringify([channel.topic, channel.schema.name, channel.schema.md5sum]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [channel]);
    else group.push(channel);
  }
  return [...groups.values()]
    .map((channels) => {
      const { topic, schema } = channels[0]!;
      const counts = channels.map((channel) => channel.messageCount);
      return {
        name: topic,
        type: schema.name,
        messages: counts.includes(undefined) ? null : counts.reduce<number>((sum, count) => sum + count!, 0),
        message_encoding: schema.messageEncoding,
        schema_encoding: schema.schemaEncoding,
        ...(schema.md5sum === undefined ? {} : { md5sum: schema.md5sum }),
        connections: channels.length,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const FORMATS: Readonly<Record<string, string>> = { rosbag: "ROS bag 2.0", mcap: "MCAP", record: "Cyber record" };

function human(info: Info, recording: FileRecording): string {
  const rows: [string, string][] = [
    ["file", info.file],
    ["format", `${FORMATS[info.format] ?? info.format}${info.complete ? "" : ", not complete"}`],
    ["size", bytes(info.size)],
    ["compression", info.compression.join(", ")],
    [
      "messages",
      `${info.messages}${info.verified || info.messages === 0 ? "" : " (by the index; --verify reads them)"}`,
    ],
  ];
  if (recording.startNs !== undefined && recording.endNs !== undefined) {
    rows.push(["duration", duration(info.duration_s)]);
    rows.push(["start", moment(recording.startNs)], ["end", moment(recording.endNs)]);
  }
  const lines = rows.map(([name, value]) => `${`${name}:`.padEnd(14)}${value}`);
  const name = Math.max(0, ...info.topics.map((topic) => topic.name.length));
  const count = Math.max(0, ...info.topics.map((topic) => String(topic.messages ?? "?").length));
  for (const [i, topic] of info.topics.entries()) {
    const connections = topic.connections > 1 ? ` (${topic.connections} connections)` : "";
    lines.push(
      `${(i === 0 ? "topics:" : "").padEnd(14)}${topic.name.padEnd(name)}  ${String(topic.messages ?? "?").padStart(count)} msgs : ${topic.type || "(unknown type)"} [${topic.message_encoding}]${connections}`,
    );
  }
  for (const { name: title, metadata } of info.metadata) {
    const entries = Object.entries(metadata).map(([key, value]) => `${key}=${value}`);
    lines.push(`${"metadata:".padEnd(14)}${title}  ${entries.join(" ")}`);
  }
  for (const attachment of info.attachments) {
    lines.push(`${"attachment:".padEnd(14)}${attachment.name}  ${attachment.media_type}, ${bytes(attachment.bytes)}`);
  }
  if (info.problems.length > 0) lines.push(`${"problems:".padEnd(14)}${info.problems.length}`);
  return `${lines.join("\n")}\n`;
}

function separate(context: CommandContext, file: string): void {
  if (file !== context.positionals.at(-1)) context.out.write("\n");
}

function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [count, 0];
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${count} B` : `${value.toFixed(1)} ${units[unit]}`;
}

function duration(seconds: number): string {
  const plain = `${seconds.toFixed(3)} s`;
  if (seconds < 60) return plain;
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")} (${plain})`;
}

/** UTC and the seconds that tools of ROS show. Stamps near 0 are counters, not dates: the date is left out. */
function moment(ns: bigint): string {
  const seconds = `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;
  const ms = ns / 1_000_000n;
  if (ns < 1_000_000_000_000_000n || ms > 8_640_000_000_000_000n) return seconds;
  return `${new Date(Number(ms)).toISOString()} (${seconds})`;
}
