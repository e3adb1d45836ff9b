import { DelosError, type JsonValue, type MessageCodec, type MessageSchema } from "@delos/core";
import type { Codec } from "./code.ts";
import type { Codecs } from "./codecs.ts";
import type { MessageDescriptor } from "./descriptor.ts";
import type { DescriptorPool } from "./descriptor-pool.ts";
import { messageFromJson, messageToJson } from "./json.ts";
import { messageFromText } from "./text-reader.ts";
import { messageToText } from "./text-writer.ts";
import { UNKNOWN_FIELDS } from "./unknown-fields.ts";
import { createMessage, fieldNamed, ownValue, unknownFieldError } from "./values.ts";
import { checkBytes, type Window, windowOf, windowOn, windowToFill } from "./window.ts";
import { cursor } from "./wire.ts";
import { wrongValue } from "./wrong-value.ts";

/**
 * A protobuf message type as a value. Messages are plain objects with the field names of the `.proto`; a field that is not
 * set is not there (`undefined`), however the message came; `get` reads it with its default.
 *
 * | field | value |
 * |---|---|
 * | `double` `float` `int32` `uint32` … | number |
 * | `int64` `uint64` `sint64` `fixed64` `sfixed64` | bigint |
 * | `bytes` | Uint8Array |
 * | enum | number |
 * | repeated | array |
 * | `map<K, V>` | Map |
 */
export class MessageType<T = Record<string, unknown>> implements MessageCodec<T> {
  /** Full name without leading dot. */
  readonly name: string;
  readonly #link: () => Linked;
  #linked: Linked | undefined;
  #schema: MessageSchema | undefined;

  /** Types come from a registry, generated or loaded; nobody else makes them. */
  constructor(name: string, link: () => Linked) {
    this.name = name;
    this.#link = link;
  }

  get #parts(): Linked {
    return (this.#linked ??= this.#link());
  }

  get descriptor(): MessageDescriptor {
    return this.#parts.descriptor;
  }

  /** With a `FileDescriptorSet` of everything a stranger needs to read it. Made once. */
  get schema(): MessageSchema {
    this.#schema ??= {
      name: this.name,
      messageEncoding: "protobuf",
      schemaEncoding: "protobuf",
      data: this.#parts.pool.setOf(this.descriptor.file),
    };
    return this.#schema;
  }

  /**
   * Fields in ascending order of their numbers, each that is set, also to its default; unknown fields at the end of their
   * message: what protobuf's C++ runtime writes.
   * @throws {DelosError} `MSG_WRONG_VALUE`, `MSG_REQUIRED_MISSING`, `MSG_TOO_DEEP`
   */
  encode(value: T): Uint8Array {
    this.#mustBeMessage(value);
    const { codec } = this.#parts;
    const scratch = acquire();
    try {
      const length = encodeIn(scratch, codec, value);
      return scratch.bytes.slice(0, length);
    } finally {
      release(scratch);
    }
  }

  /**
   * Encodes straight into `target` from `offset` on, not beyond `end`, also where that is memory of a ring; returns the number
   * of bytes written.
   * @throws {DelosError} as `encode`, and `MSG_NO_ROOM` (details: `needed`, `room`); `target` may be half written then
   */
  encodeInto(value: T, target: Uint8Array, offset = 0, end: number = target.length): number {
    this.#mustBeMessage(value);
    const { whole, view, base } = windowToFill(target);
    const start = base + offset;
    const stop = base + Math.min(end, target.length);
    const after = this.#parts.codec.encode(value as object, whole, view, start, stop, 0);
    return after >= 0 ? after - start : this.#encodeTight(value, target, offset, Math.max(0, stop - start));
  }

  /** It may fit after all: values of variable length ask for the room that the longest would take. */
  #encodeTight(value: T, target: Uint8Array, offset: number, room: number): number {
    const scratch = acquire();
    try {
      const used = encodeIn(scratch, this.#parts.codec, value);
      if (used > room)
        throw new DelosError("MSG_NO_ROOM", `${this.name} needs ${used} bytes, ${room} are there`, {
          details: { needed: used, room },
        });
      target.set(scratch.bytes.subarray(0, used), offset);
      return used;
    } finally {
      release(scratch);
    }
  }

  #mustBeMessage(value: unknown): void {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw wrongValue(this.name, `a ${this.name}`, value);
  }

  /** @throws {MalformedError} with the offset: `MSG_TRUNCATED`, `MSG_BAD_TAG`, `MSG_BAD_VARINT`, `MSG_BAD_UTF8`, `MSG_TOO_DEEP`, `MSG_REQUIRED_MISSING` */
  decode(bytes: Uint8Array): T {
    checkBytes(bytes);
    const { bytes: whole, view } = windowOn(bytes.buffer);
    const start = bytes.byteOffset;
    cursor.base = start;
    try {
      return this.#parts.codec.decode(undefined, whole, view, start, start + bytes.length, 0) as T;
    } finally {
      cursor.base = 0;
    }
  }

  /** A checked deep copy, with 32-bit floats rounded. @throws {DelosError} naming the field that is wrong */
  create(init: T): T {
    return createMessage(this.descriptor, init) as T;
  }

  /**
   * The field, or what its absence means: the default of the `.proto` (which may be NaN), 0, "", false, the first value of
   * an enum, an empty list, an empty message.
   */
  get<K extends keyof T & string>(value: T, field: K): Exclude<T[K], undefined> {
    const own = ownValue(value as object, field);
    return (own ?? this.#absent(field)) as Exclude<T[K], undefined>;
  }

  #absent(name: string): unknown {
    const field = fieldNamed(this.descriptor, name);
    if (field === undefined || field.name !== name) throw unknownFieldError(this.descriptor, name);
    if (field.message?.mapEntry === true) return new Map();
    if (field.label === "repeated") return [];
    return field.message === undefined ? field.default : {};
  }

  toJSON(value: T): { readonly [key: string]: JsonValue } {
    return messageToJson(this.descriptor, value as object);
  }

  /** @throws {DelosError} naming the field that does not fit */
  fromJSON(json: JsonValue): T {
    return messageFromJson(this.descriptor, json) as T;
  }

  /** Protobuf text format, as in Apollo's `.pb.txt` files. Unknown fields are left out. */
  toText(value: T): string {
    return messageToText(this.descriptor, value as object);
  }

  /** @throws {MalformedError} `MSG_TEXT_SYNTAX`, `MSG_UNKNOWN_FIELD`, `MSG_WRONG_VALUE`, … with line and column */
  fromText(text: string): T {
    return messageFromText(this.descriptor, text) as T;
  }
}

/** Bytes of the fields of a decoded message that its type does not know, as they came; undefined when there are none. */
export function unknownFields(message: object): Uint8Array | undefined {
  return (message as { readonly [UNKNOWN_FIELDS]?: Uint8Array })[UNKNOWN_FIELDS];
}

export interface Linked {
  readonly descriptor: MessageDescriptor;
  readonly codec: Codec;
  readonly pool: DescriptorPool;
}

/** What a type needs of the pool it lives in. @throws {DelosError} `MSG_UNKNOWN_TYPE` */
export function link(name: string, pool: DescriptorPool, codecs: Codecs): Linked {
  const descriptor = pool.message(name);
  if (descriptor === undefined)
    throw new DelosError("MSG_UNKNOWN_TYPE", `no message type ${name}`, { details: { type: name } });
  return { descriptor, codec: codecs.of(descriptor), pool };
}

const SCRATCH_BYTES = 1024;
/** A single huge message must not hold its memory for ever. */
const MOST_SCRATCH_BYTES = 1 << 22;

/** Memory to encode into is kept between calls; a getter that encodes while its message is encoded gets another. */
let spare: Window | undefined;

function acquire(): Window {
  const scratch = spare ?? windowOf(new ArrayBuffer(SCRATCH_BYTES));
  spare = undefined;
  return scratch;
}

function release(scratch: Window): void {
  spare = scratch.bytes.length > MOST_SCRATCH_BYTES ? undefined : scratch;
}

/** Encodes into `scratch`, which becomes larger until the message fits. Its length. */
function encodeIn(scratch: Window, codec: Codec, value: unknown): number {
  for (;;) {
    const { bytes, view } = scratch;
    const length = codec.encode(value as object, bytes, view, 0, bytes.length, 0);
    if (length >= 0) return length;
    Object.assign(scratch, windowOf(new ArrayBuffer(Math.max(bytes.length * 2, bytes.length - length))));
  }
}
