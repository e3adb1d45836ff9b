import type { RecordReader } from "./record-reader.ts";

/** mcap.dev/spec, "Records". */
export const OPCODE = {
  header: 0x01,
  footer: 0x02,
  schema: 0x03,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  messageIndex: 0x07,
  chunkIndex: 0x08,
  attachment: 0x09,
  attachmentIndex: 0x0a,
  statistics: 0x0b,
  metadata: 0x0c,
  metadataIndex: 0x0d,
  summaryOffset: 0x0e,
  dataEnd: 0x0f,
} as const;

export const MCAP_MAGIC: Uint8Array = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);

/** Opcode and u64 length stand before every record. */
export const RECORD_HEAD = 9;
/** Channel id, sequence, log time and publish time stand before a message's data. */
export const MESSAGE_HEAD = 22;
/** The footer record with its head, and the magic behind it. */
export const FOOTER_BYTES = RECORD_HEAD + 20;

export interface McapHeader {
  readonly profile: string;
  readonly library: string;
}

export interface McapSchema {
  readonly id: number;
  readonly name: string;
  readonly encoding: string;
  readonly data: Uint8Array;
}

export interface McapChannel {
  readonly id: number;
  readonly schemaId: number;
  readonly topic: string;
  readonly messageEncoding: string;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface McapMessage {
  readonly channelId: number;
  readonly sequence: number;
  readonly logTime: bigint;
  readonly publishTime: bigint;
  readonly data: Uint8Array;
}

export interface McapChunkHead {
  readonly startTime: bigint;
  readonly endTime: bigint;
  readonly uncompressedSize: number;
  readonly uncompressedCrc: number;
  readonly compression: string;
  readonly recordsLength: number;
}

export interface McapChunkIndex {
  readonly startTime: bigint;
  readonly endTime: bigint;
  readonly chunkStart: number;
  readonly chunkLength: number;
  readonly messageIndexOffsets: ReadonlyMap<number, bigint>;
  readonly messageIndexLength: number;
  readonly compression: string;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

export interface McapAttachmentHead {
  readonly logTime: bigint;
  readonly createTime: bigint;
  readonly name: string;
  readonly mediaType: string;
  readonly dataLength: number;
}

export interface McapAttachmentIndex {
  readonly offset: number;
  readonly length: number;
  readonly logTime: bigint;
  readonly createTime: bigint;
  readonly dataSize: number;
  readonly name: string;
  readonly mediaType: string;
}

export interface McapMetadata {
  readonly name: string;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface McapMetadataIndex {
  readonly offset: number;
  readonly length: number;
  readonly name: string;
}

export interface McapStatistics {
  readonly messageCount: bigint;
  readonly schemaCount: number;
  readonly channelCount: number;
  readonly attachmentCount: number;
  readonly metadataCount: number;
  readonly chunkCount: number;
  readonly messageStartTime: bigint;
  readonly messageEndTime: bigint;
  readonly channelMessageCounts: ReadonlyMap<number, bigint>;
}

export interface McapSummaryOffset {
  readonly groupOpcode: number;
  readonly groupStart: bigint;
  readonly groupLength: bigint;
}

export interface McapFooter {
  readonly summaryStart: number;
  readonly summaryOffsetStart: number;
  readonly summaryCrc: number;
}

export function readHeader(r: RecordReader): McapHeader {
  return { profile: r.text(), library: r.text() };
}

export function readFooter(r: RecordReader): McapFooter {
  return { summaryStart: r.size(), summaryOffsetStart: r.size(), summaryCrc: r.u32() };
}

/** `data` is a copy: schemas outlive the buffer they are read from. */
export function readSchema(r: RecordReader): McapSchema {
  return { id: r.u16(), name: r.text(), encoding: r.text(), data: r.sizedBytes().slice() };
}

export function readChannel(r: RecordReader): McapChannel {
  return { id: r.u16(), schemaId: r.u16(), topic: r.text(), messageEncoding: r.text(), metadata: r.textMap() };
}

/** `data` lies where it lay. */
export function readMessage(r: RecordReader, end: number): McapMessage {
  const [channelId, sequence, logTime, publishTime] = [r.u16(), r.u32(), r.u64(), r.u64()];
  return { channelId, sequence, logTime, publishTime, data: r.bytes(end - r.at) };
}

export function readChunkHead(r: RecordReader): McapChunkHead {
  return {
    startTime: r.u64(),
    endTime: r.u64(),
    uncompressedSize: r.size(),
    uncompressedCrc: r.u32(),
    compression: r.text(),
    recordsLength: r.size(),
  };
}

export function readChunkIndex(r: RecordReader): McapChunkIndex {
  const [startTime, endTime, chunkStart, chunkLength] = [r.u64(), r.u64(), r.size(), r.size()];
  const messageIndexOffsets = new Map<number, bigint>();
  r.entries(() => {
    const channelId = r.u16();
    messageIndexOffsets.set(channelId, r.u64());
  });
  return {
    startTime,
    endTime,
    chunkStart,
    chunkLength,
    messageIndexOffsets,
    messageIndexLength: r.size(),
    compression: r.text(),
    compressedSize: r.size(),
    uncompressedSize: r.size(),
  };
}

export function readAttachmentHead(r: RecordReader): McapAttachmentHead {
  return { logTime: r.u64(), createTime: r.u64(), name: r.text(), mediaType: r.text(), dataLength: r.size() };
}

export function readAttachmentIndex(r: RecordReader): McapAttachmentIndex {
  return {
    offset: r.size(),
    length: r.size(),
    logTime: r.u64(),
    createTime: r.u64(),
    dataSize: r.size(),
    name: r.text(),
    mediaType: r.text(),
  };
}

export function readMetadata(r: RecordReader): McapMetadata {
  return { name: r.text(), metadata: r.textMap() };
}

export function readMetadataIndex(r: RecordReader): McapMetadataIndex {
  return { offset: r.size(), length: r.size(), name: r.text() };
}

export function readStatistics(r: RecordReader): McapStatistics {
  const [messageCount, schemaCount, channelCount] = [r.u64(), r.u16(), r.u32()];
  const [attachmentCount, metadataCount, chunkCount] = [r.u32(), r.u32(), r.u32()];
  const [messageStartTime, messageEndTime] = [r.u64(), r.u64()];
  const channelMessageCounts = new Map<number, bigint>();
  r.entries(() => {
    const channelId = r.u16();
    channelMessageCounts.set(channelId, r.u64());
  });
  return {
    messageCount,
    schemaCount,
    channelCount,
    attachmentCount,
    metadataCount,
    chunkCount,
    messageStartTime,
    messageEndTime,
    channelMessageCounts,
  };
}

export function readSummaryOffset(r: RecordReader): McapSummaryOffset {
  return { groupOpcode: r.u8(), groupStart: r.u64(), groupLength: r.u64() };
}

export function readDataEnd(r: RecordReader): { readonly dataSectionCrc: number } {
  return { dataSectionCrc: r.u32() };
}
