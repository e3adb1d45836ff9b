import { MalformedFrameError, WireReader, WireType, WireWriter } from "./wire.ts";

/**
 * Messages described by plain tables: `message({ x: double(1), tags: repeated(string(2)) })`. The type of the decoded
 * value follows from the table. Fields without presence have proto3's zero when absent; optional scalars and messages
 * are `undefined`.
 */
export interface Field<T> {
  readonly number: number;
  readonly wireType: number;
  initial(): T;
  /** Reads one occurrence; `previous` is what stood there before. */
  read(reader: WireReader, wireType: number, previous: T): T;
  write(writer: WireWriter, field: number, value: T): void;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;

export interface Message<T> {
  readonly fields: Fields;
  decode(bytes: Uint8Array): T;
  /** Absent properties are left out. */
  encode(value: Partial<T>): Uint8Array<ArrayBuffer>;
  /** Reads what is left of the reader; fields that stand there are laid over `before`. */
  read(reader: WireReader, before?: T): T;
}

export type Infer<M> = M extends Message<infer T> ? T : never;

interface Scalar<T> {
  readonly wireType: number;
  readonly zero: T;
  readonly get: (reader: WireReader) => T;
  readonly put: (writer: WireWriter, value: T) => void;
}

const DOUBLE: Scalar<number> = {
  wireType: WireType.fixed64,
  zero: 0,
  get: (reader) => reader.double(),
  put: (writer, value) => writer.double(value),
};
const UNSIGNED: Scalar<number> = {
  wireType: WireType.varint,
  zero: 0,
  get: (reader) => reader.varint(),
  put: (writer, value) => writer.varint(value),
};
const ZIGZAG: Scalar<number> = {
  wireType: WireType.varint,
  zero: 0,
  get: (reader) => {
    const value = reader.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  },
  put: (writer, value) => writer.varint(value >= 0 ? value * 2 : -value * 2 - 1),
};
const BOOL: Scalar<boolean> = {
  wireType: WireType.varint,
  zero: false,
  get: (reader) => reader.varint() !== 0,
  put: (writer, value) => writer.varint(value ? 1 : 0),
};
const STRING: Scalar<string> = {
  wireType: WireType.delimited,
  zero: "",
  get: (reader) => reader.string(),
  put: (writer, value) => writer.string(value),
};

const BYTES: Scalar<Uint8Array> = {
  wireType: WireType.delimited,
  zero: new Uint8Array(),
  get: (reader) => reader.raw(),
  put: (writer, value) => writer.bytes(value),
};

function expectWireType(found: number, wanted: number, field: number): void {
  if (found !== wanted) throw new MalformedFrameError(`field ${field} has wire type ${found}, not ${wanted}`);
}

function scalar<T>(kind: Scalar<T>, number: number): Field<T> {
  return {
    number,
    wireType: kind.wireType,
    initial: () => kind.zero,
    read: (reader, wireType) => {
      expectWireType(wireType, kind.wireType, number);
      return kind.get(reader);
    },
    write: (writer, field, value) => {
      if (Object.is(value, kind.zero)) return; // −0 is written, as protobuf does
      writer.tag(field, kind.wireType);
      kind.put(writer, value);
    },
  };
}

function optionalScalar<T>(kind: Scalar<T>, number: number): Field<T | undefined> {
  const plain = scalar(kind, number);
  return {
    ...plain,
    initial: () => undefined,
    read: (reader, wireType) => plain.read(reader, wireType, kind.zero),
    write: (writer, field, value) => {
      if (value === undefined) return;
      writer.tag(field, kind.wireType);
      kind.put(writer, value);
    },
  };
}

/** Numbers come packed in one field, as proto3 writes them, or one by one. */
function repeatedScalar<T>(kind: Scalar<T>, number: number): Field<T[]> {
  const packable = kind.wireType !== WireType.delimited;
  return {
    number,
    wireType: WireType.delimited,
    initial: () => [],
    read: (reader, wireType, previous) => {
      if (packable && wireType === WireType.delimited) {
        const inner = reader.delimited();
        while (!inner.done) previous.push(kind.get(inner));
        reader.position = inner.position;
      } else {
        expectWireType(wireType, kind.wireType, number);
        previous.push(kind.get(reader));
      }
      return previous;
    },
    write: (writer, field, values) => {
      if (values.length === 0) return;
      if (packable) {
        const inner = new WireWriter();
        for (const value of values) kind.put(inner, value);
        writer.tag(field, WireType.delimited);
        writer.bytes(inner.finish());
      } else {
        for (const value of values) {
          writer.tag(field, kind.wireType);
          kind.put(writer, value);
        }
      }
    },
  };
}

export const double = (number: number): Field<number> => scalar(DOUBLE, number);
/** uint32, uint64 and enums. */
export const unsigned = (number: number): Field<number> => scalar(UNSIGNED, number);
export const bool = (number: number): Field<boolean> => scalar(BOOL, number);
export const string = (number: number): Field<string> => scalar(STRING, number);
export const optionalDouble = (number: number): Field<number | undefined> => optionalScalar(DOUBLE, number);
export const optionalString = (number: number): Field<string | undefined> => optionalScalar(STRING, number);
export const optionalBool = (number: number): Field<boolean | undefined> => optionalScalar(BOOL, number);
/** sint32 */
export const signed = (number: number): Field<number> => scalar(ZIGZAG, number);
export const optionalUnsigned = (number: number): Field<number | undefined> => optionalScalar(UNSIGNED, number);
export const optionalSigned = (number: number): Field<number | undefined> => optionalScalar(ZIGZAG, number);
export const doubles = (number: number): Field<number[]> => repeatedScalar(DOUBLE, number);
export const unsigneds = (number: number): Field<number[]> => repeatedScalar(UNSIGNED, number);
export const signeds = (number: number): Field<number[]> => repeatedScalar(ZIGZAG, number);
/** The value is a part of the frame's memory, not a copy. */
export const bytes = (number: number): Field<Uint8Array> => scalar(BYTES, number);
export const strings = (number: number): Field<string[]> => repeatedScalar(STRING, number);

/** A message inside. Occurrences are merged, so that frames can be joined by joining their bytes. */
export function one<T>(number: number, inner: Message<T>): Field<T | undefined> {
  return {
    number,
    wireType: WireType.delimited,
    initial: () => undefined,
    read: (reader, wireType, previous) => {
      expectWireType(wireType, WireType.delimited, number);
      return readInside(reader, inner, previous);
    },
    write: (writer, field, value) => {
      if (value === undefined) return;
      writer.tag(field, WireType.delimited);
      writer.bytes(inner.encode(value));
    },
  };
}

export function many<T>(number: number, inner: Message<T>): Field<T[]> {
  return {
    number,
    wireType: WireType.delimited,
    initial: () => [],
    read: (reader, wireType, previous) => {
      expectWireType(wireType, WireType.delimited, number);
      previous.push(readInside(reader, inner));
      return previous;
    },
    write: (writer, field, values) => {
      for (const value of values) {
        writer.tag(field, WireType.delimited);
        writer.bytes(inner.encode(value));
      }
    },
  };
}

function readInside<T>(reader: WireReader, inner: Message<T>, before?: T): T {
  const part = reader.delimited();
  const value = inner.read(part, before);
  reader.position = part.end;
  return value;
}

export function message<F extends Fields>(fields: F): Message<{ [K in keyof F]: ValueOf<F[K]> }> {
  type T = { [K in keyof F]: ValueOf<F[K]> };
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));

  const read = (reader: WireReader, before?: T): T => {
    const value: Record<string, unknown> = before ?? {};
    if (before === undefined) for (const [name, field] of entries) value[name] = field.initial();
    while (!reader.done) {
      const tag = reader.varint();
      const known = byNumber.get(Math.floor(tag / 8));
      if (known === undefined) reader.skip(tag % 8);
      else value[known.name] = known.field.read(reader, tag % 8, value[known.name]);
    }
    return value as T;
  };

  return {
    fields,
    read,
    decode: (bytes) => read(new WireReader(bytes)),
    encode: (value) => {
      const writer = new WireWriter();
      for (const [name, field] of entries) {
        const present = (value as Record<string, unknown>)[name];
        if (present !== undefined) field.write(writer, field.number, present);
      }
      return writer.finish();
    },
  };
}
