import { crc32 } from "node:zlib";
import { MalformedError } from "@delos/core";
import { type ByteSource, readBytes } from "../byte-source.ts";
import { RecordReader } from "./record-reader.ts";
import {
  FOOTER_BYTES,
  MCAP_MAGIC,
  type McapAttachmentIndex,
  type McapChannel,
  type McapChunkIndex,
  type McapFooter,
  type McapMetadataIndex,
  type McapSchema,
  type McapStatistics,
  OPCODE,
  RECORD_HEAD,
  readAttachmentIndex,
  readChannel,
  readChunkIndex,
  readFooter,
  readMetadataIndex,
  readSchema,
  readStatistics,
} from "./records.ts";

/** No summary is larger: a claim beyond this is not read into memory. */
const MAX_SUMMARY_BYTES = 256 * 2 ** 20;

/** What the summary section of a file repeats and indexes. */
export interface Summary {
  readonly start: number;
  readonly schemas: readonly McapSchema[];
  readonly channels: readonly McapChannel[];
  readonly chunkIndexes: readonly McapChunkIndex[];
  readonly attachmentIndexes: readonly McapAttachmentIndex[];
  readonly metadataIndexes: readonly McapMetadataIndex[];
  readonly statistics: McapStatistics | undefined;
}

/** The footer, or undefined when the file does not end as a closed one does. */
export function findFooter(source: ByteSource): (McapFooter & { readonly at: number }) | undefined {
  const at = source.size - MCAP_MAGIC.length - FOOTER_BYTES;
  if (at < MCAP_MAGIC.length) return undefined;
  const bytes = readBytes(source, at, FOOTER_BYTES + MCAP_MAGIC.length);
  if (!MCAP_MAGIC.every((byte, i) => bytes[FOOTER_BYTES + i] === byte)) return undefined;
  const r = new RecordReader(bytes, 0, FOOTER_BYTES, at);
  if (r.u8() !== OPCODE.footer || r.u64() !== 20n) return undefined;
  return { ...readFooter(r), at };
}

/** Reads the summary section. @throws {MalformedError} BAG_SUMMARY_CRC, BAG_BAD_RECORD: then the file has none to trust */
export function readSummary(source: ByteSource, footer: McapFooter & { readonly at: number }): Summary {
  const { summaryStart, summaryOffsetStart } = footer;
  const end = summaryOffsetStart === 0 ? footer.at : summaryOffsetStart;
  if (summaryStart < MCAP_MAGIC.length || end < summaryStart || end > footer.at) {
    throw new MalformedError("BAG_BAD_RECORD", `the footer puts the summary at ${summaryStart}`, footer.at);
  }
  if (footer.at - summaryStart > MAX_SUMMARY_BYTES) {
    throw new MalformedError("BAG_BAD_RECORD", `a summary of ${footer.at - summaryStart} bytes`, summaryStart);
  }
  const bytes = readBytes(source, summaryStart, footer.at + FOOTER_BYTES - 4 - summaryStart);
  if (footer.summaryCrc !== 0 && crc32(bytes) !== footer.summaryCrc) {
    throw new MalformedError("BAG_SUMMARY_CRC", "the checksum of the summary does not match", summaryStart);
  }
  const schemas: McapSchema[] = [];
  const channels: McapChannel[] = [];
  const chunkIndexes: McapChunkIndex[] = [];
  const attachmentIndexes: McapAttachmentIndex[] = [];
  const metadataIndexes: McapMetadataIndex[] = [];
  let statistics: McapStatistics | undefined;
  let at = 0;
  const last = end - summaryStart;
  while (at < last) {
    const head = new RecordReader(bytes, at, last, summaryStart);
    const opcode = head.u8();
    const length = head.size();
    const body = at + RECORD_HEAD;
    if (body + length > last) throw head.malformed("a record runs past the summary");
    const r = new RecordReader(bytes, body, body + length, summaryStart);
    if (opcode === OPCODE.schema) schemas.push(readSchema(r));
    else if (opcode === OPCODE.channel) channels.push(readChannel(r));
    else if (opcode === OPCODE.chunkIndex) chunkIndexes.push(readChunkIndex(r));
    else if (opcode === OPCODE.attachmentIndex) attachmentIndexes.push(readAttachmentIndex(r));
    else if (opcode === OPCODE.metadataIndex) metadataIndexes.push(readMetadataIndex(r));
    else if (opcode === OPCODE.statistics) statistics = readStatistics(r);
    else if (opcode === 0) throw head.malformed("a record with opcode 0 in the summary");
    at = body + length;
  }
  return { start: summaryStart, schemas, channels, chunkIndexes, attachmentIndexes, metadataIndexes, statistics };
}

/**
 * Whether the summary alone tells where all messages are and what they are: every chunk indexed, every channel and schema
 * repeated. Message indexes are not needed: a chunk is read as a whole.
 */
export function isSufficient(summary: Summary): boolean {
  const { statistics, channels, schemas, chunkIndexes } = summary;
  const schemaIds = new Set([0, ...schemas.map((schema) => schema.id)]);
  if (channels.some((channel) => !schemaIds.has(channel.schemaId))) return false;
  const channelIds = new Set(channels.map((channel) => channel.id));
  for (const chunk of chunkIndexes) {
    for (const id of chunk.messageIndexOffsets.keys()) if (!channelIds.has(id)) return false;
  }
  if (statistics === undefined) {
    return chunkIndexes.length > 0 && chunkIndexes.every((chunk) => chunk.messageIndexOffsets.size > 0);
  }
  if (statistics.messageCount === 0n) return true;
  return (
    statistics.chunkCount > 0 &&
    statistics.chunkCount === chunkIndexes.length &&
    statistics.channelCount <= channelIds.size
  );
}
