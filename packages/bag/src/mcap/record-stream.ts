import { crc32 } from "node:zlib";
import { MalformedError } from "@delos/core";
import { LoadedBlock } from "../block.ts";
import type { ByteSource } from "../byte-source.ts";
import { decompress } from "../compression/decompress.ts";
import { Window } from "../window.ts";
import { RecordReader } from "./record-reader.ts";
import {
  MCAP_MAGIC,
  type McapAttachmentIndex,
  type McapChannel,
  type McapChunkIndex,
  type McapFooter,
  type McapHeader,
  type McapMessage,
  type McapMetadata,
  type McapMetadataIndex,
  type McapSchema,
  type McapStatistics,
  type McapSummaryOffset,
  OPCODE,
  RECORD_HEAD,
  readAttachmentHead,
  readAttachmentIndex,
  readChannel,
  readChunkHead,
  readChunkIndex,
  readDataEnd,
  readFooter,
  readHeader,
  readMessage,
  readMetadata,
  readMetadataIndex,
  readSchema,
  readStatistics,
  readSummaryOffset,
} from "./records.ts";

/** Any record of an MCAP file but Chunk and MessageIndex, which are structure rather than content. */
export type McapRecord =
  | ({ readonly type: "Header" } & McapHeader)
  | ({ readonly type: "Footer" } & McapFooter)
  | ({ readonly type: "Schema" } & McapSchema)
  | ({ readonly type: "Channel" } & McapChannel)
  | ({ readonly type: "Message" } & McapMessage)
  | ({ readonly type: "ChunkIndex" } & McapChunkIndex)
  | ({ readonly type: "Statistics" } & McapStatistics)
  | ({ readonly type: "AttachmentIndex" } & McapAttachmentIndex)
  | ({ readonly type: "Metadata" } & McapMetadata)
  | ({ readonly type: "MetadataIndex" } & McapMetadataIndex)
  | ({ readonly type: "SummaryOffset" } & McapSummaryOffset)
  | { readonly type: "DataEnd"; readonly dataSectionCrc: number }
  | {
      readonly type: "Attachment";
      readonly logTime: bigint;
      readonly createTime: bigint;
      readonly name: string;
      readonly mediaType: string;
      readonly data: Uint8Array;
    };

/**
 * Every record of a file in the order in which it stands there, chunks opened, all checksums checked. Memory is one record
 * or one chunk. For reading messages use a recording; this is for tools that look at the file itself.
 * @throws {DelosError} at the first damage
 */
export function* mcapRecords(source: ByteSource, maxChunkBytes: number = 256 * 2 ** 20): Generator<McapRecord> {
  const window = new Window(source, 64 * 1024);
  const loaded = new LoadedBlock();
  const need = (at: number, length: number): number => {
    if (at + length > source.size) throw new MalformedError("BAG_TRUNCATED", "the file is cut", source.size);
    return window.at(at, length);
  };
  const checkMagic = (at: number): void => {
    const i = need(at, MCAP_MAGIC.length);
    if (!MCAP_MAGIC.every((byte, k) => window.bytes[i + k] === byte)) {
      throw new MalformedError("BAG_UNKNOWN_FORMAT", "no MCAP magic", at);
    }
  };
  checkMagic(0);
  let at = MCAP_MAGIC.length;
  let dataCrc = crc32(MCAP_MAGIC);
  for (;;) {
    const head = need(at, RECORD_HEAD);
    const opcode = window.bytes[head]!;
    const length = window.view.getUint32(head + 1, true) + window.view.getUint32(head + 5, true) * 2 ** 32;
    const i = need(at, RECORD_HEAD + length);
    const body = i + RECORD_HEAD;
    const bytes = window.bytes;
    const r = new RecordReader(bytes, body, body + length, at - i);
    if (opcode === OPCODE.chunk) {
      const chunk = readChunkHead(r);
      const packed = r.bytes(chunk.recordsLength);
      const content =
        chunk.compression === ""
          ? packed
          : decompress(chunk.compression, packed, chunk.uncompressedSize, loaded, maxChunkBytes);
      if (chunk.uncompressedCrc !== 0 && crc32(content) !== chunk.uncompressedCrc) {
        throw new MalformedError("BAG_CHUNK_CRC", "the checksum of a chunk does not match", at);
      }
      for (let inner = 0; inner < content.length; ) {
        const innerHead = new RecordReader(content, inner, content.length, 0);
        const innerOpcode = innerHead.u8();
        const innerLength = innerHead.size();
        innerHead.bytes(innerLength);
        const start = inner + RECORD_HEAD;
        const record = parse(
          innerOpcode,
          new RecordReader(content, start, start + innerLength, 0),
          start + innerLength,
        );
        if (record !== undefined) yield record;
        inner = start + innerLength;
      }
    } else {
      const record = parse(opcode, r, body + length);
      if (record?.type === "DataEnd" && record.dataSectionCrc !== 0 && record.dataSectionCrc !== dataCrc) {
        throw new MalformedError("BAG_DATA_CRC", "the checksum of the data section does not match", at);
      }
      if (record !== undefined) yield record;
      if (opcode === OPCODE.footer) {
        checkMagic(at + RECORD_HEAD + length);
        return;
      }
    }
    dataCrc = crc32(bytes.subarray(i, i + RECORD_HEAD + length), dataCrc);
    at += RECORD_HEAD + length;
  }
}

function parse(opcode: number, r: RecordReader, end: number): McapRecord | undefined {
  switch (opcode) {
    case OPCODE.header:
      return { type: "Header", ...readHeader(r) };
    case OPCODE.footer:
      return { type: "Footer", ...readFooter(r) };
    case OPCODE.schema:
      return { type: "Schema", ...readSchema(r) };
    case OPCODE.channel:
      return { type: "Channel", ...readChannel(r) };
    case OPCODE.message:
      return { type: "Message", ...readMessage(r, end) };
    case OPCODE.chunkIndex:
      return { type: "ChunkIndex", ...readChunkIndex(r) };
    case OPCODE.attachment: {
      const from = r.at;
      const { dataLength, ...head } = readAttachmentHead(r);
      const data = r.bytes(dataLength);
      const stored = r.u32();
      if (stored !== 0 && crc32(r.since(from, 4)) !== stored) {
        throw r.malformed("the checksum of an attachment does not match");
      }
      return { type: "Attachment", ...head, data };
    }
    case OPCODE.attachmentIndex:
      return { type: "AttachmentIndex", ...readAttachmentIndex(r) };
    case OPCODE.statistics:
      return { type: "Statistics", ...readStatistics(r) };
    case OPCODE.metadata:
      return { type: "Metadata", ...readMetadata(r) };
    case OPCODE.metadataIndex:
      return { type: "MetadataIndex", ...readMetadataIndex(r) };
    case OPCODE.summaryOffset:
      return { type: "SummaryOffset", ...readSummaryOffset(r) };
    case OPCODE.dataEnd:
      return { type: "DataEnd", ...readDataEnd(r) };
    case 0:
      throw r.malformed("a record with opcode 0");
    default:
      return undefined;
  }
}
