import { DelosError, UsageError } from "@delos/core";
import { BlockRecording } from "./block-recording.ts";
import { type ByteSource, bytesSource, openFile, readBytes } from "./byte-source.ts";
import { ChannelList } from "./channel-list.ts";
import { CodecNotLoadedError, loadCodec } from "./compression/decompress.ts";
import { CyberFile, isCyberRecord } from "./cyber/cyber-file.ts";
import { McapFile } from "./mcap/mcap-file.ts";
import { MCAP_MAGIC } from "./mcap/records.ts";
import type { FileRecording } from "./recording.ts";
import type { RecordingFile } from "./recording-file.ts";
import { type OpenOptions, type ReadOptions, readOptions } from "./recording-options.ts";
import { RosbagFile } from "./rosbag/rosbag-file.ts";

/** A file name, the bytes of a file, or any other source of them. */
export type RecordingInput = string | Uint8Array | ByteSource;

/**
 * Opens a recording; several files become one, ordered by time, ties by the order given. The format is recognised by the
 * content, never by the name. Damaged and unfinished files open too, and say in `problems` what is missing.
 * @throws {DelosError} BAG_IO, BAG_EMPTY_FILE, BAG_UNKNOWN_FORMAT, BAG_VERSION, BAG_ENCRYPTED
 */
export async function openRecording(
  input: RecordingInput | readonly RecordingInput[],
  options: OpenOptions = {},
): Promise<FileRecording> {
  const inputs: readonly RecordingInput[] = Array.isArray(input) ? input : [input as RecordingInput];
  if (inputs.length === 0) throw new UsageError("no file to open");
  const read = readOptions(options);
  for (;;) {
    try {
      const recording = openAll(inputs, read);
      for (const codec of ["zstd", "bz2"] as const) {
        if (recording.compression.includes(codec)) await loadCodec(codec);
      }
      return recording;
    } catch (error) {
      if (!(error instanceof CodecNotLoadedError)) throw error;
      await loadCodec(error.codec);
    }
  }
}

function openAll(inputs: readonly RecordingInput[], options: ReadOptions): BlockRecording {
  const parts: RecordingFile[] = [];
  const channels = new ChannelList();
  const sources: ByteSource[] = [];
  try {
    for (const input of inputs) {
      const source =
        typeof input === "string" ? openFile(input) : input instanceof Uint8Array ? bytesSource(input) : input;
      sources.push(source);
      parts.push(openOne(source, channels, options));
    }
    return new BlockRecording(parts, channels, options);
  } catch (error) {
    // A source that the caller opened stays the caller's until a recording owns it.
    for (const [i, source] of sources.entries()) if (typeof inputs[i] === "string") source[Symbol.dispose]();
    throw error;
  }
}

function openOne(source: ByteSource, channels: ChannelList, options: ReadOptions): RecordingFile {
  if (source.size === 0) {
    throw new DelosError("BAG_EMPTY_FILE", `${source.name} is empty: no recording`, {
      details: { file: source.name, offset: 0 },
    });
  }
  const head = readBytes(source, 0, Math.min(16, source.size));
  const text = new TextDecoder("latin1").decode(head);
  if (text.startsWith("#ROSBAG V2.0\n")) return new RosbagFile(source, channels, options);
  if (MCAP_MAGIC.every((byte, i) => head[i] === byte)) return new McapFile(source, channels, options);
  const old = /^#ROSBAG V(\d+\.\d+)/.exec(text)?.[1];
  if (old !== undefined) {
    throw new DelosError(
      "BAG_VERSION",
      `${source.name} is a ROS bag of version ${old}; only 2.0 is read: convert it with rosbag fix`,
      { details: { file: source.name, offset: 0, version: old } },
    );
  }
  if (isCyberRecord(source, head)) return new CyberFile(source, channels, options);
  throw new DelosError(
    "BAG_UNKNOWN_FORMAT",
    `${source.name} is no recording: it begins like neither a ROS bag, nor MCAP, nor a Cyber record`,
    { details: { file: source.name, offset: 0 } },
  );
}
