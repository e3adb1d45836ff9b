import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BlockRecording } from "../block-recording.ts";
import { MemorySink } from "../byte-sink.ts";
import { bytesSource } from "../byte-source.ts";
import { ChannelList } from "../channel-list.ts";
import { readOptions } from "../recording-options.ts";
import { McapFile } from "./mcap-file.ts";
import { McapWriter } from "./mcap-writer.ts";
import { type McapRecord, mcapRecords } from "./record-stream.ts";
import { findFooter, readSummary } from "./summary.ts";

/** What came of one case of the MCAP conformance suite (github.com/foxglove/mcap, tests/conformance) in one mode. */
export interface ConformanceResult {
  readonly name: string;
  readonly mode: "streamed-reader" | "indexed-reader" | "writer";
  /** Undefined: passed. */
  readonly failure: string | undefined;
}

/** A record as the suite's JSON has it: numbers as decimal strings, bytes as arrays of them, fields by name. */
interface JsonRecord {
  readonly type: string;
  readonly fields: readonly (readonly [name: string, value: JsonField])[];
}
type JsonField = string | readonly string[] | { readonly [key: string]: string };

interface ConformanceCase {
  readonly records: readonly JsonRecord[];
  readonly meta: { readonly variant: { readonly features: readonly string[] } };
}

/** Runs every case under `directory`: each `NAME.mcap` with its `NAME.json`, in all modes that apply to it. */
export function* runConformance(directory: string): Generator<ConformanceResult> {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  for (const file of files.sort()) {
    const name = basename(file, ".json");
    const expected = JSON.parse(readFileSync(join(directory, file), "utf8")) as ConformanceCase;
    if (!Array.isArray(expected.records) || expected.meta?.variant?.features === undefined) continue;
    const bytes = readFileSync(join(directory, file.replace(/\.json$/, ".mcap")));
    const { features } = expected.meta.variant;
    yield attempt(name, "streamed-reader", () => streamed(bytes), expected.records);
    const messages = expected.records.some((record) => record.type === "Message");
    if (messages && ["ch", "chx", "mx", "rsh", "rch"].every((feature) => features.includes(feature))) {
      yield attempt(name, "indexed-reader", () => indexed(bytes), indexedExpectation(expected.records));
    }
    if (!features.includes("pad")) yield writerResult(name, expected, bytes);
  }
}

function attempt(
  name: string,
  mode: ConformanceResult["mode"],
  run: () => unknown,
  expected: unknown,
): ConformanceResult {
  try {
    const [found, wanted] = [canonical(run()), canonical(expected)];
    return { name, mode, failure: found === wanted ? undefined : firstDifference(found, wanted) };
  } catch (error) {
    return { name, mode, failure: String(error) };
  }
}

function streamed(bytes: Uint8Array): readonly JsonRecord[] {
  return [...mcapRecords(bytesSource(bytes))].map(toJson);
}

interface IndexedView {
  readonly schemas: readonly JsonRecord[];
  readonly channels: readonly JsonRecord[];
  readonly messages: readonly JsonRecord[];
  readonly statistics: readonly JsonRecord[];
}

/** Through the recording, which must find its way by the index alone. */
function indexed(bytes: Uint8Array): IndexedView {
  const source = bytesSource(bytes);
  const options = readOptions({});
  const channels = new ChannelList();
  const file = new McapFile(source, channels, options);
  if (file.scanned) throw new Error("the file was scanned, although its index suffices");
  const recording = new BlockRecording([file], channels, options);
  const summary = readSummary(source, findFooter(source)!);
  const ids = new Map(summary.channels.map((channel) => [file.channelById(channel.id)!.index, channel.id]));
  const messages = [...recording.messages()].map((message) =>
    toJson({
      type: "Message",
      channelId: ids.get(message.channel.index)!,
      sequence: message.sequence,
      logTime: message.logTimeNs,
      publishTime: message.publishTimeNs,
      data: message.data,
    }),
  );
  return {
    schemas: summary.schemas.map((schema) => toJson({ type: "Schema", ...schema })),
    channels: summary.channels.map((channel) => toJson({ type: "Channel", ...channel })),
    messages,
    statistics: summary.statistics === undefined ? [] : [toJson({ type: "Statistics", ...summary.statistics })],
  };
}

function indexedExpectation(records: readonly JsonRecord[]): IndexedView {
  const of = (type: string): JsonRecord[] => records.filter((record) => record.type === type);
  const unique = (list: readonly JsonRecord[]): JsonRecord[] => [
    ...new Map(list.map((record) => [fieldsOf(record).get("id") as string, record])).values(),
  ];
  const time = (record: JsonRecord): bigint => BigInt(fieldsOf(record).get("log_time") as string);
  return {
    schemas: unique(of("Schema")),
    channels: unique(of("Channel")),
    messages: of("Message").sort((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0)),
    statistics: of("Statistics"),
  };
}

/** The writer must give the very bytes of the suite's file. */
function writerResult(name: string, expected: ConformanceCase, bytes: Uint8Array): ConformanceResult {
  try {
    const written = write(expected);
    const same = Buffer.compare(written, bytes) === 0;
    const at = written.findIndex((byte, i) => byte !== bytes[i]);
    return {
      name,
      mode: "writer",
      failure: same
        ? undefined
        : `${written.length} bytes instead of ${bytes.length}, first difference at ${at < 0 ? written.length : at}`,
    };
  } catch (error) {
    return { name, mode: "writer", failure: String(error) };
  }
}

function write(expected: ConformanceCase): Uint8Array {
  const has = (feature: string): boolean => expected.meta.variant.features.includes(feature);
  const sink = new MemorySink();
  const writer = new McapWriter(sink, {
    library: "",
    profile: "",
    compression: "none",
    chunkBytes: has("ch") ? 2 ** 20 : 0,
    features: {
      messageIndexes: has("mx"),
      chunkIndexes: has("chx"),
      attachmentIndexes: has("ax"),
      metadataIndexes: has("mdx"),
      statistics: has("st"),
      repeatedSchemas: has("rsh"),
      repeatedChannels: has("rch"),
      summaryOffsets: has("sum"),
    },
  });
  for (const record of expected.records) {
    const fields = fieldsOf(record);
    const text = (key: string): string => fields.get(key) as string;
    const big = (key: string): bigint => BigInt(text(key));
    const data = (): Uint8Array => Uint8Array.from(fields.get("data") as readonly string[], Number);
    const map = (): Map<string, string> => new Map(Object.entries(fields.get("metadata") as Record<string, string>));
    if (record.type === "DataEnd") break;
    else if (record.type === "Schema") {
      writer.addSchema({ id: Number(text("id")), name: text("name"), encoding: text("encoding"), data: data() });
    } else if (record.type === "Channel") {
      writer.addChannel({
        id: Number(text("id")),
        schemaId: Number(text("schema_id")),
        topic: text("topic"),
        messageEncoding: text("message_encoding"),
        metadata: map(),
      });
    } else if (record.type === "Message") {
      writer.writeMessage(
        Number(text("channel_id")),
        Number(text("sequence")),
        big("log_time"),
        big("publish_time"),
        data(),
      );
    } else if (record.type === "Attachment") {
      writer.addAttachment({
        name: text("name"),
        mediaType: text("media_type"),
        logTimeNs: big("log_time"),
        createTimeNs: big("create_time"),
        data: data(),
      });
    } else if (record.type === "Metadata") {
      writer.addMetadata(text("name"), map());
    }
  }
  writer.close();
  return sink.bytes;
}

/** Field names of the suite where they are not simply the snake_case of ours. */
const SUITE_NAMES: Readonly<Record<string, string>> = {
  chunkStart: "chunk_start_offset",
  startTime: "message_start_time",
  endTime: "message_end_time",
  summaryOffsetStart: "summary_offset_start",
};

function toJson(record: McapRecord): JsonRecord {
  const fields = Object.entries(record)
    .filter(([name]) => name !== "type")
    .map(([name, value]): [string, JsonField] => [
      SUITE_NAMES[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      jsonField(value),
    ]);
  return { type: record.type, fields };
}

function jsonField(value: unknown): JsonField {
  if (value instanceof Uint8Array) return Array.from(value, String);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), String(item)]));
  return String(value);
}

function fieldsOf(record: JsonRecord): Map<string, JsonField> {
  return new Map(record.fields);
}

/** JSON with the fields of every record, and the keys of every map, in order of name. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
    const record = item as Record<string, unknown>;
    if (typeof record["type"] === "string" && Array.isArray(record["fields"])) {
      const fields = [...(record["fields"] as [string, unknown][])].sort(([a], [b]) => (a < b ? -1 : 1));
      return { kind: record["type"], values: fields };
    }
    return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function firstDifference(found: string, wanted: string): string {
  let at = 0;
  while (at < found.length && found[at] === wanted[at]) at++;
  const from = Math.max(0, at - 40);
  return `found …${found.slice(from, at + 60)}… instead of …${wanted.slice(from, at + 60)}…`;
}
