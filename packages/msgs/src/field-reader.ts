import { UsageError } from "@delos/core";
import { compileFieldReader, type FieldReads } from "./compile-field-reader.ts";
import { ShapeMemory, wantedTags } from "./message-shape.ts";
import type { MessageType } from "./message-type.ts";
import { unknownFieldError } from "./values.ts";
import { checkBytes, windowToRead } from "./window.ts";
import { cursor } from "./wire.ts";

type Leaf = number | bigint | string | boolean | Uint8Array;

/** Paths of the single fields of `T`, such as `pose.position.x`: through messages, not through lists and maps. */
export type FieldPath<T, Depth extends readonly 0[] = []> = Depth["length"] extends 5
  ? string
  : string extends keyof T
    ? string
    : {
        [K in keyof T & string]: NonNullable<T[K]> extends Leaf
          ? K
          : NonNullable<T[K]> extends readonly unknown[] | ReadonlyMap<unknown, unknown>
            ? never
            : `${K}.${FieldPath<NonNullable<T[K]>, [...Depth, 0]>}`;
      }[keyof T & string];

/** What stands at a path of `T`. */
export type FieldAt<T, Path extends string> = string extends keyof T
  ? Leaf
  : Path extends `${infer Head}.${infer Rest}`
    ? Head extends keyof T
      ? FieldAt<NonNullable<T[Head]>, Rest>
      : Leaf
    : Path extends keyof T
      ? NonNullable<T[Path]>
      : Leaf;

/** Reads a few fields out of encoded messages. */
export interface FieldReader<Values> {
  /**
   * The fields of the message in `bytes`, from `offset`, `length` bytes long. What is not set has its default, as `get` says.
   * It is the same object each time, filled anew: take out what is to be kept. Nothing is allocated for numbers and booleans;
   * a `bytes` field is a view.
   * @throws {MalformedError} where the way to a field is not protobuf; what lies aside of it is passed over unseen
   */
  read(bytes: Uint8Array, offset?: number, length?: number): Values;
  /** The same of a sample: `read(sample.bytes)` without the view that `bytes` makes. */
  of(encoded: Encoded): Values;
}

/** An encoded message in a larger piece of memory. Samples are one. */
export interface Encoded {
  readonly memory: Uint8Array;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * Compiles a reader of `fields`, a path under each name, for those who need three numbers of each message and not the message:
 *
 *     const where = fieldReader(LocalizationEstimate, { x: "pose.position.x", y: "pose.position.y" });
 *     pose.on((sample) => plot(where.read(sample.bytes)));
 *
 * @throws {DelosError} `MSG_UNKNOWN_FIELD`; USAGE for a path that ends at a message or leads through a list
 */
export function fieldReader<T, const Fields extends Readonly<Record<string, FieldPath<T>>>>(
  type: MessageType<T>,
  fields: Fields,
): FieldReader<{ readonly [Name in keyof Fields]: FieldAt<T, Fields[Name]> }> {
  const { descriptor } = type;
  const values: Record<string, unknown> = {};
  const paths = Object.entries<string>(fields).map(([name, path]) => {
    let message = descriptor;
    const steps = path.split(".").map((step, i, all) => {
      const field = message.fields.find((each) => each.name === step);
      if (field === undefined) throw unknownFieldError(message, step);
      const last = i === all.length - 1;
      if (field.label === "repeated" || (field.message === undefined) !== last)
        throw new UsageError(`${descriptor.name}: ${path} is no single value`, { details: { path } });
      if (field.message !== undefined) message = field.message;
      return field;
    });
    values[name] = steps.at(-1)!.default;
    return { name, steps };
  });
  const reads: FieldReads = compileFieldReader(descriptor, paths);
  const tags = wantedTags(paths.map(({ steps }) => steps));
  const seen = tags && new ShapeMemory(tags, paths.length);
  const read = (bytes: Uint8Array, offset: number, length: number): never => {
    const { whole, view, base } = windowToRead(bytes);
    const start = base + offset;
    cursor.base = start;
    try {
      const end = Math.min(start + length, base + bytes.length);
      const places = seen?.placesIn(view, start, end);
      if (places !== undefined) reads.pick(values, whole, view, start, end, places);
      else {
        reads.walk(values, whole, view, start, end);
        seen?.missed(whole, start, end);
      }
    } finally {
      cursor.base = 0;
    }
    return values as never;
  };
  return {
    read(bytes, offset = 0, length = bytes.length - offset) {
      checkBytes(bytes);
      return read(bytes, offset, length);
    },
    of: ({ memory, byteOffset, byteLength }) => read(memory, byteOffset, byteLength),
  };
}
