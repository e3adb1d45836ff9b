import { mkdtempSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFile, type FileCursor, McapWriter, openRecording, RosbagWriter } from "@delos/bag";
import { Bag } from "@foxglove/rosbag";
import { FileReader } from "@foxglove/rosbag/node.js";
import { McapIndexedReader } from "@mcap/core";
import { FileHandleReadable } from "@mcap/nodejs";

/**
 * Reading recordings: every message of a file, raw, in order of time. Files are made here, in the temporary directory, and
 * are read once before the clock runs, so that all readers find them in the page cache. Peers run on the same files, with
 * the WebAssembly decoders that their authors recommend.
 */
export async function benchBag(options: { readonly quick: boolean }): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(tmpdir(), "delos-bench-bag-"));
  try {
    const rows: Record<string, unknown>[] = [];
    const megabytes = options.quick ? 50 : 500;
    for (const compression of ["none", "lz4", "zstd"] as const) {
      const file = await writeMcap(join(folder, `small-${compression}.mcap`), compression, 300, megabytes * 1e6);
      rows.push(...(await against(file, "@mcap/core", peerMcap, `mcap ${compression}, 300 B messages`)));
      rmSync(file.path);
    }
    for (const compression of ["none", "lz4"] as const) {
      const file = writeRosbag(join(folder, `small-${compression}.bag`), compression, 300, megabytes * 1e6);
      rows.push(...(await against(file, "@foxglove/rosbag", peerRosbag, `rosbag ${compression}, 300 B messages`)));
      rmSync(file.path);
    }
    const large = await writeMcap(join(folder, "large.mcap"), "none", 1e6, megabytes * 1e6);
    rows.push(...(await against(large, "@mcap/core", peerMcap, "mcap none, 1 MB messages")));
    rmSync(large.path);
    rows.push(...(await opening(folder, options.quick ? 1_000_000 : 10_000_000)));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface BenchFile {
  readonly path: string;
  readonly messages: number;
  readonly payloadBytes: number;
}

/** What a reading costs: the payload's bytes, all of them seen as a view, none of them looked at. */
type Reader = (path: string) => Promise<{ messages: number; bytes: number }>;

async function against(file: BenchFile, peer: string, read: Reader, name: string): Promise<Record<string, unknown>[]> {
  // Turn and turn about, the best of each: the machine is shared, and the first round warms page cache and compiler.
  let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // A smoke run's rounds are short: more of them.
  const rounds = file.messages * file.payloadBytes < 100e6 ? 7 : 3;
  for (let round = 0; round < rounds; round++) {
    ours = Math.min(ours, await timed(file, readAll));
    theirs = Math.min(theirs, await timed(file, read));
  }
  const row = (seconds: number): Record<string, unknown> => ({
    bench: "bag",
    name,
    messages: file.messages,
    payload_bytes: file.payloadBytes,
    seconds,
    msgs_per_s: Math.round(file.messages / seconds),
    mb_per_s: Math.round((file.messages * file.payloadBytes) / seconds / 1e6),
  });
  return [
    { ...row(ours), reader: "delos", ratio: Number((theirs / ours).toFixed(2)), peer },
    { ...row(theirs), reader: peer },
  ];
}

async function timed(file: BenchFile, read: Reader): Promise<number> {
  const start = performance.now();
  const seen = await read(file.path);
  const seconds = (performance.now() - start) / 1000;
  if (seen.messages !== file.messages || seen.bytes !== file.messages * file.payloadBytes) {
    throw new Error(`read ${seen.messages} messages, ${seen.bytes} bytes of ${file.path}`);
  }
  return seconds;
}

async function readAll(path: string): Promise<{ messages: number; bytes: number }> {
  using recording = await openRecording(path);
  using cursor = recording.cursor();
  let [messages, bytes] = [0, 0];
  while (cursor.next()) {
    messages++;
    bytes += cursor.data.length;
  }
  return { messages, bytes };
}

async function peerMcap(path: string): Promise<{ messages: number; bytes: number }> {
  const require = createRequire(import.meta.url);
  const lz4 = require("@foxglove/wasm-lz4") as ((source: Uint8Array, size: number) => Uint8Array) & {
    isLoaded: Promise<void>;
  };
  const zstd = require("@foxglove/wasm-zstd") as typeof import("@foxglove/wasm-zstd");
  await Promise.all([lz4.isLoaded, zstd.isLoaded]);
  const handle = await open(path);
  try {
    const reader = await McapIndexedReader.Initialize({
      readable: new FileHandleReadable(handle),
      decompressHandlers: {
        lz4: (source, size) => lz4(source, Number(size)),
        zstd: (source, size) => zstd.decompress(source, Number(size)),
      },
    });
    let [messages, bytes] = [0, 0];
    for await (const message of reader.readMessages()) {
      messages++;
      bytes += message.data.byteLength;
    }
    return { messages, bytes };
  } finally {
    await handle.close();
  }
}

async function peerRosbag(path: string): Promise<{ messages: number; bytes: number }> {
  const require = createRequire(import.meta.url);
  const lz4 = require("@foxglove/wasm-lz4") as ((source: Uint8Array, size: number) => Uint8Array) & {
    isLoaded: Promise<void>;
  };
  await lz4.isLoaded;
  const file = new FileReader(path);
  try {
    const bag = new Bag(file, { parse: false, decompress: { lz4: (source, length) => lz4(source, length) } });
    await bag.open();
    let [messages, bytes] = [0, 0];
    for await (const event of bag.messageIterator()) {
      messages++;
      bytes += event.data.byteLength;
    }
    return { messages, bytes };
  } finally {
    await file.close();
  }
}

/**
 * Opening a large file, and how long after a jump into its middle the first message is there. Messages are small, to spare
 * the disk, and so are chunks: there are as many as with 300 B messages and the usual chunks.
 */
async function opening(folder: string, messages: number): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  const mcap = await writeMcap(join(folder, "many.mcap"), "lz4", 40, messages * 40, 225_000);
  const bag = writeRosbag(join(folder, "many.bag"), "lz4", 40, messages * 40, 195_000);
  for (const [format, file] of [
    ["mcap", mcap],
    ["rosbag", bag],
  ] as const) {
    const opens: number[] = [];
    const seeks: number[] = [];
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      using recording = await openRecording(file.path);
      const [startNs, endNs] = [recording.startNs!, recording.endNs!];
      if (recording.messageCount !== messages) throw new Error(`${recording.messageCount} messages in ${file.path}`);
      opens.push((performance.now() - start) / 1000);
      for (let i = 0; i < 20; i++) {
        using cursor: FileCursor = recording.cursor();
        const target = startNs + ((endNs - startNs) * BigInt((i * 7 + round) % 20)) / 20n;
        const before = performance.now();
        cursor.seek(target);
        if (!cursor.next()) throw new Error("no message after the seek");
        seeks.push((performance.now() - before) / 1000);
      }
    }
    const size = statSync(file.path).size;
    rows.push({
      bench: "bag",
      name: `open ${format}`,
      messages,
      payload_bytes: 40,
      file_bytes: size,
      seconds: median(opens),
    });
    rows.push({
      bench: "bag",
      name: `seek ${format}`,
      messages,
      payload_bytes: 40,
      seconds: median(seeks),
      max_seconds: Math.max(...seeks),
    });
    rmSync(file.path);
  }
  return rows;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const START_NS = 1_700_000_000_000_000_000n;
const TOPICS = 8;

/** Half noise, half structure, so that compression has something to do, as with messages of sensors. */
function payloads(bytes: number): Uint8Array[] {
  let seed = 0x2545f491;
  return Array.from({ length: 64 }, () => {
    const payload = new Uint8Array(bytes);
    for (let i = 0; i < bytes; i++) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      payload[i] = i % 8 < 4 ? seed & 0xff : i & 0x0f;
    }
    return payload;
  });
}

async function writeMcap(
  path: string,
  compression: "none" | "lz4" | "zstd",
  payloadBytes: number,
  total: number,
  chunkBytes: number = 2 ** 20,
): Promise<BenchFile> {
  const messages = Math.round(total / payloadBytes);
  const data = payloads(payloadBytes);
  const writer = await McapWriter.create(createFile(path), { compression, chunkBytes });
  const channels = Array.from({ length: TOPICS }, (_, i) =>
    writer.addChannel({ topic: `/topic_${i}`, schemaId: 0, messageEncoding: "raw" }),
  );
  for (let i = 0, timeNs = START_NS; i < messages; i++, timeNs += 100_000n) {
    writer.writeMessage(channels[i % TOPICS]!, i >>> 0, timeNs, timeNs, data[i % data.length]!);
  }
  writer.close();
  return { path, messages, payloadBytes };
}

function writeRosbag(
  path: string,
  compression: "none" | "lz4",
  payloadBytes: number,
  total: number,
  chunkBytes: number = 768 * 1024,
): BenchFile {
  const messages = Math.round(total / payloadBytes);
  const data = payloads(payloadBytes);
  const writer = new RosbagWriter(createFile(path), { compression, chunkBytes });
  const connections = Array.from({ length: TOPICS }, (_, i) =>
    writer.addConnection({
      topic: `/topic_${i}`,
      type: "std_msgs/String",
      md5sum: "992ce8a1687cec8c8bd883ec73ca41d1",
      definition: new TextEncoder().encode("string data\n"),
    }),
  );
  for (let i = 0, timeNs = START_NS; i < messages; i++, timeNs += 100_000n) {
    writer.writeMessage(connections[i % TOPICS]!, timeNs, data[i % data.length]!);
  }
  writer.close();
  return { path, messages, payloadBytes };
}
