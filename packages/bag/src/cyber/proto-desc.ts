import { ProtoReader } from "./protobuf.ts";
import { ProtoWriter } from "./protobuf-writer.ts";

/**
 * A FileDescriptorSet as the tree that Cyber stores, `ProtoDesc { bytes desc = 1; repeated ProtoDesc dependencies = 2; }`:
 * the file that declares `type`, and below it what it imports, as often as it is imported. (`protoDescToSet` of @delos/msgs
 * is the way back.) Files that are not in the set, and imports that go round in a circle, are left out.
 */
export function protoDescOf(descriptorSet: Uint8Array, type: string): Uint8Array {
  const files = new Map<string, DescriptorFile>();
  const set = new ProtoReader(descriptorSet);
  let root: DescriptorFile | undefined;
  while (set.next()) {
    if (set.field !== 1 || set.wire !== 2) continue;
    const file = readFile(descriptorSet.subarray(set.start, set.end));
    files.set(file.name, file);
    if (file.messages.some((message) => type === message || type.startsWith(`${message}.`))) root = file;
  }
  if (root === undefined) return new Uint8Array(0);
  return tree(root, files, new Map(), new Set());
}

interface DescriptorFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly imports: readonly string[];
  /** Full names of the messages at the top of the file. */
  readonly messages: readonly string[];
}

function tree(
  file: DescriptorFile,
  files: ReadonlyMap<string, DescriptorFile>,
  done: Map<string, Uint8Array>,
  open: Set<string>,
): Uint8Array {
  const known = done.get(file.name);
  if (known !== undefined) return known;
  open.add(file.name);
  const node = new ProtoWriter();
  node.sized(1, file.bytes);
  for (const name of file.imports) {
    const imported = files.get(name);
    if (imported !== undefined && !open.has(name)) node.sized(2, tree(imported, files, done, open));
  }
  open.delete(file.name);
  const bytes = node.bytes.slice();
  done.set(file.name, bytes);
  return bytes;
}

/** FileDescriptorProto { name 1, package 2, dependency 3, message_type 4 { name 1 } } */
function readFile(bytes: Uint8Array): DescriptorFile {
  const r = new ProtoReader(bytes);
  let [name, scope] = ["", ""];
  const imports: string[] = [];
  const short: string[] = [];
  while (r.next()) {
    if (r.wire !== 2) continue;
    if (r.field === 1) name = r.text();
    else if (r.field === 2) scope = r.text();
    else if (r.field === 3) imports.push(r.text());
    else if (r.field === 4) {
      const message = new ProtoReader(bytes, r.start, r.end);
      while (message.next()) if (message.field === 1 && message.wire === 2) short.push(message.text());
    }
  }
  return { name, bytes, imports, messages: short.map((message) => (scope === "" ? message : `${scope}.${message}`)) };
}
