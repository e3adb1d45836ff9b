import { MalformedError } from "@delos/core";
import { ProtoReader } from "./protobuf.ts";

/** Imports do not nest deeper in any sane set of files. */
const MAX_DEPTH = 256;

/**
 * Cyber stores types as a tree, `ProtoDesc { bytes desc = 1; repeated ProtoDesc dependencies = 2; }`: a serialized
 * FileDescriptorProto and its imports, each file as often as it is imported. Everybody else wants a FileDescriptorSet with
 * dependencies first and every file once: a walk in depth, children before the node.
 * @throws {MalformedError} BAG_PROTOBUF
 */
export function fileDescriptorSet(protoDesc: Uint8Array): Uint8Array {
  const files: Uint8Array[] = [];
  const seen = new Set<string>();
  collect(protoDesc, 0, protoDesc.length, 0, files, seen);
  const set = new Uint8Array(files.reduce((sum, file) => sum + 1 + varintSize(file.length) + file.length, 0));
  let at = 0;
  for (const file of files) {
    set[at++] = 0x0a; // FileDescriptorSet.file = 1, length-delimited
    for (let rest = file.length; ; rest >>>= 7) {
      set[at++] = rest > 0x7f ? (rest & 0x7f) | 0x80 : rest;
      if (rest <= 0x7f) break;
    }
    set.set(file, at);
    at += file.length;
  }
  return set;
}

function collect(
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  files: Uint8Array[],
  seen: Set<string>,
): void {
  if (depth > MAX_DEPTH) throw new MalformedError("BAG_PROTOBUF", "proto_desc nests too deep", start);
  const r = new ProtoReader(bytes, start, end);
  let descriptor: Uint8Array | undefined;
  while (r.next()) {
    if (r.wire !== 2) continue;
    if (r.field === 1) descriptor = bytes.subarray(r.start, r.end);
    else if (r.field === 2) collect(bytes, r.start, r.end, depth + 1, files, seen);
  }
  if (descriptor === undefined || descriptor.length === 0) return;
  const name = fileName(descriptor);
  if (seen.has(name)) return;
  seen.add(name);
  files.push(descriptor);
}

/** FileDescriptorProto.name = 1. */
function fileName(descriptor: Uint8Array): string {
  const r = new ProtoReader(descriptor);
  while (r.next()) if (r.field === 1 && r.wire === 2) return r.text();
  return "";
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) size++;
  return size;
}
