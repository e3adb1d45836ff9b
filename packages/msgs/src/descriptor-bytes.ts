import { text } from "./utf8.ts";
import { checkBytes } from "./window.ts";
import { cursor, DELIMITED, length, skip, tag, uint64, VARINT } from "./wire.ts";

/** A field of a descriptor message as it stands on the wire: a number for varints, bytes for what has a length. */
type RawField = readonly [number: number, value: number | Uint8Array];

function* rawFields(bytes: Uint8Array): Generator<RawField> {
  let pos = 0;
  const end = bytes.length;
  while (pos < end) {
    const fieldTag = tag(bytes, pos, end);
    pos = cursor.pos;
    if ((fieldTag & 7) === VARINT) {
      const value = Number(BigInt.asIntN(64, uint64(bytes, pos, end)));
      pos = cursor.pos;
      yield [fieldTag >>> 3, value];
    } else if ((fieldTag & 7) === DELIMITED) {
      const size = length(bytes, pos, end);
      pos = cursor.pos + size;
      yield [fieldTag >>> 3, bytes.subarray(cursor.pos, pos)];
    } else pos = skip(fieldTag, bytes, pos, end, 0);
  }
}

/** @internal Fields by number, each a list in order of arrival. */
export function collect(bytes: Uint8Array): {
  all(number: number): readonly Uint8Array[];
  texts(number: number): readonly string[];
  text(number: number): string | undefined;
  number(number: number): number | undefined;
} {
  const byNumber = new Map<number, (number | Uint8Array)[]>();
  for (const [number, value] of rawFields(bytes)) {
    const values = byNumber.get(number);
    if (values === undefined) byNumber.set(number, [value]);
    else values.push(value);
  }
  const all = (number: number): readonly Uint8Array[] =>
    (byNumber.get(number) ?? []).filter((value): value is Uint8Array => typeof value !== "number");
  const texts = (number: number): readonly string[] => all(number).map((value) => text(value, 0, value.length, false));
  return {
    all,
    texts,
    text: (number) => texts(number).at(-1),
    number: (number) => {
      const value = byNumber.get(number)?.at(-1);
      return typeof value === "number" ? value : undefined;
    },
  };
}

/** The files of a `FileDescriptorSet`, each as the bytes of its `FileDescriptorProto`. */
export function filesOfSet(set: Uint8Array): Uint8Array[] {
  checkBytes(set);
  return [...rawFields(set)].flatMap(([number, value]) => (number === 1 && typeof value !== "number" ? [value] : []));
}

/** Name and imports of a `FileDescriptorProto`, without reading the rest. */
export function fileHeader(bytes: Uint8Array): { readonly name: string; readonly dependencies: readonly string[] } {
  const file = collect(bytes);
  return { name: file.text(1) ?? "", dependencies: file.texts(3) };
}

/** Bytes of a `FileDescriptorSet` of these files. */
export function descriptorSet(files: readonly Uint8Array[]): Uint8Array {
  const heads = files.map((file) => {
    const head = [0x0a];
    for (let rest = file.length; ; rest >>>= 7) {
      head.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) return head;
    }
  });
  const set = new Uint8Array(files.reduce((sum, file, i) => sum + heads[i]!.length + file.length, 0));
  let pos = 0;
  for (const [i, file] of files.entries()) {
    set.set(heads[i]!, pos);
    set.set(file, (pos += heads[i]!.length));
    pos += file.length;
  }
  return set;
}
