import { ChannelCodecs, type FileCursor, payloadOf } from "@delos/bag";
import { describeError, UsageError } from "@delos/core";
import type { Command } from "../command.ts";
import {
  DAMAGE_HELP,
  DAMAGE_OPTION,
  filesOf,
  integerOption,
  Lines,
  open,
  tellProblems,
  topicsOption,
  VERIFY_HELP,
  VERIFY_OPTIONS,
  verifyIfAsked,
} from "./bag-output.ts";

export const bagCat: Command = {
  name: "bag cat",
  usage: "bag cat FILE… [--topics A,B] [--start-ns T] [--end-ns T] [--limit N] [--reverse] [--raw] [--json]",
  summary: "Print messages in order of time, one JSON object a line",
  description: [
    'Each line is {"topic","log_time_ns","type","message"}; several files are merged by time. A message that cannot be decoded',
    'has "data" (base64) and "error" instead of "message"; --raw prints "data" for all.',
  ].join("\n"),
  examples: ["delos bag cat drive.bag --topics /apollo/canbus/chassis --limit 5"],
  options: {
    topics: { type: "string", multiple: true },
    "start-ns": { type: "string" },
    "end-ns": { type: "string" },
    limit: { type: "string", short: "n" },
    reverse: { type: "boolean" },
    raw: { type: "boolean" },
    ...DAMAGE_OPTION,
    ...VERIFY_OPTIONS,
  },
  optionHelp: {
    topics: "Only these topics, separated by commas (repeatable)",
    "start-ns": "From this log time on, in ns",
    "end-ns": "Up to and with this log time, in ns",
    limit: "At most this many messages",
    reverse: "Newest first",
    raw: "Print bytes as base64 instead of decoding",
    ...DAMAGE_HELP,
    ...VERIFY_HELP,
  },
  async run(context) {
    const files = filesOf(context);
    const topics = topicsOption(context);
    const [startNs, endNs, limit] = ["start-ns", "end-ns", "limit"].map((name) => integerOption(context, name));
    if (limit !== undefined && limit < 0n) throw new UsageError("--limit is negative");
    using recording = await open(context, files);
    verifyIfAsked(context, recording);
    const missing = topics?.filter((topic) => !recording.channels.some((channel) => channel.topic === topic)) ?? [];
    for (const topic of missing) context.err.write(`${files.join(" ")}: there is no topic ${topic}\n`);

    const print = context.values["raw"] === true ? rawLine : decodedLine(new ChannelCodecs(), context.err);
    using lines = new Lines(context.out);
    using cursor = recording.cursor({ topics, startNs, endNs, reverse: context.values["reverse"] === true });
    for (let left = limit ?? -1n; left !== 0n && cursor.next(); left--) {
      const waits = lines.write(print(cursor));
      if (waits !== undefined) await waits;
      if (lines.gone || context.signal.aborted) break;
    }
    await lines.flush();
    tellProblems(context, recording);
  },
};

function head(cursor: FileCursor): { topic: string; log_time_ns: string; type: string } {
  const { topic, schema } = cursor.channel;
  return { topic, log_time_ns: String(cursor.logTimeNs), type: schema.name };
}

function rawLine(cursor: FileCursor): string {
  return JSON.stringify({ ...head(cursor), data: base64(cursor.data) });
}

function decodedLine(codecs: ChannelCodecs, err: NodeJS.WritableStream): (cursor: FileCursor) => string {
  const told = new Set<string>();
  return (cursor) => {
    const { channel, data } = cursor;
    try {
      const codec = codecs.codecFor(channel);
      return JSON.stringify({ ...head(cursor), message: codec.toJSON(codec.decode(payloadOf(channel, data))) });
    } catch (error) {
      const reason = describeError(error);
      if (!told.has(`${channel.topic} ${reason}`) && told.size < 100) {
        told.add(`${channel.topic} ${reason}`);
        err.write(`${channel.topic}: ${reason}\n`);
      }
      return JSON.stringify({ ...head(cursor), data: base64(data), error: reason });
    }
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
