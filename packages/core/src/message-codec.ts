/** What JSON can hold. 64-bit integers stand in it as decimal strings, bytes as base64, a set NaN as "NaN". */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** How a message's bytes are laid out: MCAP's well-known message encodings. */
export type MessageEncoding = "protobuf" | "ros1" | "cdr" | "json" | (string & {});

/** How a schema is written down: MCAP's well-known schema encodings; empty for none. */
export type SchemaEncoding =
  | "protobuf"
  | "ros1msg"
  | "ros2msg"
  | "ros2idl"
  | "omgidl"
  | "jsonschema"
  | ""
  | (string & {});

/**
 * A message type as it travels with the message, in discovery and in recordings (law 6): enough for a stranger to decode.
 * `name`: full protobuf name without leading dot, or `pkg/Type` (ROS 1), `pkg/msg/Type` (ROS 2).
 */
export interface MessageSchema {
  readonly name: string;
  readonly messageEncoding: MessageEncoding;
  readonly schemaEncoding: SchemaEncoding;
  /** protobuf: binary FileDescriptorSet with all imports, dependencies first. Others: UTF-8 text. Empty when unknown. */
  readonly data: Uint8Array;
  /** ROS 1 only. */
  readonly md5sum?: string;
}

/**
 * Values of one type to bytes and back, whatever the encoding. Generated protobuf types, types loaded at run time, ROS 1
 * and ROS 2 messages are all codecs, so publishers, recorders, tools and the page handle them alike.
 * Field names are those of the schema (snake_case in Apollo and ROS). 64-bit integers are bigint.
 */
export interface MessageCodec<T = unknown> {
  readonly schema: MessageSchema;
  encode(value: T): Uint8Array;
  /**
   * Encodes straight into `target` from `offset` (0) on, not beyond `end` (its length), and returns the number of bytes
   * written. Transports with memory of their own use it where it is there: `target` is then all of their memory, and what
   * lies before `offset` and behind `end` belongs to others.
   * @throws {DelosError} with `details.needed` (bytes) when they do not fit; `target` may be half written then
   */
  encodeInto?(value: T, target: Uint8Array, offset?: number, end?: number): number;
  /**
   * `bytes` may be reused by the caller afterwards: the value does not refer to it, unless the codec says otherwise.
   * @throws {MalformedError} when the bytes do not follow the schema
   */
  decode(bytes: Uint8Array): T;
  toJSON(value: T): JsonValue;
  /** @throws {DelosError} naming the field that does not fit */
  fromJSON(json: JsonValue): T;
}
