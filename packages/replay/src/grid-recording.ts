import { createFile, McapWriter } from "@delos/bag";

/** A topic of a test recording: message `i` at `i × periodMs + offsetMs`, its payload the number `i` and filling. */
export interface GridTopic {
  readonly topic: string;
  readonly count: number;
  readonly periodMs: number;
  readonly offsetMs?: number;
  /** At least 8. */
  readonly bytes?: number;
  readonly metadata?: ReadonlyMap<string, string>;
}

export const GRID_START_NS = 1_700_000_000_000_000_000n;

/** Writes a recording whose times and payloads are known, to play and to measure with. */
export function writeGridRecording(path: string, topics: readonly GridTopic[]): void {
  using writer = new McapWriter(createFile(path), { compression: "none", chunkBytes: 1024 * 1024 });
  const all = topics.flatMap(({ topic, count, periodMs, offsetMs = 0, bytes = 8, metadata }) => {
    const id = writer.addChannel({ topic, schemaId: 0, messageEncoding: "raw", ...(metadata && { metadata }) });
    return Array.from({ length: count }, (_, i) => ({
      id,
      i,
      bytes,
      atNs: BigInt(Math.round((i * periodMs + offsetMs) * 1e6)),
    }));
  });
  all.sort((a, b) => Number(a.atNs - b.atNs));
  const payloads = new Map<number, Uint8Array>();
  for (const { id, i, bytes, atNs } of all) {
    let payload = payloads.get(bytes);
    if (payload === undefined) payloads.set(bytes, (payload = new Uint8Array(bytes)));
    new DataView(payload.buffer).setUint32(0, i, true);
    const timeNs = GRID_START_NS + atNs;
    writer.writeMessage(id, i, timeNs, timeNs, payload);
  }
}

/** The number in a payload. */
export function gridIndex(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
