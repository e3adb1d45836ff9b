import { type JsonValue, type MessageCodec, type MessageSchema, UsageError } from "@delos/core";
import type { EndpointId } from "./endpoint.ts";

/** Names a sample on the whole bus. */
export interface SampleIdentity {
  readonly publisher: EndpointId;
  readonly sequence: number;
}

/** What only some samples carry. */
export interface SampleExtras {
  /**
   * The request that this sample answers (RTPS: RELATED_SAMPLE_IDENTITY, DDS-RPC §7.8.2). Of a request, with sequence 0: the
   * subscription that waits for the answer, as ROS 2 on Fast DDS has it.
   */
  readonly related?: SampleIdentity;
  /** Small text facts beside the message, such as a service's error. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of keyed DDS topics: the instance was disposed or its writer has let go of it; there is no message then. */
  readonly instanceState?: "disposed" | "unregistered";
  /** Of keyed DDS topics: the key hash, 16 bytes (DDSI-RTPS §9.6.3.8). */
  readonly keyHash?: Uint8Array;
}

/** Who published a sample and when. */
export interface SampleInfo extends SampleIdentity {
  /** When it was published, ns since the epoch on the publisher's clock. */
  readonly sourceTimeNs: bigint;
  /** When it got here, ns since the epoch on this side's clock. By reference that is when it was published. */
  readonly receptionTimeNs: bigint;
  readonly extras?: SampleExtras | undefined;
}

/** Finds a codec for a type known only by its schema. */
export type CodecResolver = (schema: MessageSchema) => MessageCodec | undefined;

/** Memory that a transport lends with a sample. One of `keep` and `pin` is there, and one of the three is called, once. */
export interface Lease {
  /** Makes `bytes` last: returns a copy, or the same bytes pinned until they are collected. */
  keep?(bytes: Uint8Array): Uint8Array;
  /** Makes the memory last as it is, without looking at it. */
  pin?(): void;
  /** The memory is not needed any more. */
  end(): void;
}

/** Makes a 64-bit number of its halves. */
const halves = new Int32Array(2);
const whole = new BigInt64Array(halves.buffer);
const [LOW, HIGH] = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? [0, 1] : [1, 0];

const UNDECODED: unique symbol = Symbol("undecoded");

/**
 * One published message: its value, its bytes, or both. Bytes are made at most once, on the first demand; so is the value.
 * All subscribers of a thread share one Sample, so nobody may change what it holds.
 *
 * Samples of a reader are lent: `bytes` may lie in memory that the transport needs back. Whoever keeps a sample calls
 * `retain()` first; whoever is done with one that was not retained calls `release()`. (The runtime does both for its users.)
 */
export class Sample<T = unknown> implements SampleInfo {
  readonly schema: MessageSchema;
  readonly publisher: EndpointId;
  readonly sequence: number;
  readonly receptionTimeNs: bigint;
  readonly extras: SampleExtras | undefined;
  /** Undefined: its halves are known, and nobody has asked yet. */
  #sourceTimeNs: bigint | undefined;
  #sourceHigh = 0;
  #sourceLow = 0;
  #codec: MessageCodec<T> | undefined;
  #value: T | typeof UNDECODED;
  #bytes: Uint8Array | undefined;
  /** Not negative: so many of `#bytes` from `#start` are the message, and nobody has asked for a view of them yet. */
  #length = -1;
  #start = 0;
  /** The same message for readers whose codec is another: decoded once for each codec. */
  #variant: Sample | undefined = undefined;
  #lease: Lease | undefined = undefined;
  #resolver: CodecResolver | undefined = undefined;

  /**
   * Use `Sample.ofValue` and `Sample.ofBytes`; this form is for paths on which an options object costs too much.
   * Where `bytes` are given, `value` is not looked at.
   */
  constructor(
    schema: MessageSchema,
    codec: MessageCodec<T> | undefined,
    value: T | undefined,
    bytes: Uint8Array | undefined,
    publisher: EndpointId,
    sequence: number,
    sourceTimeNs: bigint | undefined,
    receptionTimeNs: bigint,
    extras?: SampleExtras,
  ) {
    this.schema = schema;
    this.publisher = publisher;
    this.sequence = sequence;
    this.#sourceTimeNs = sourceTimeNs;
    this.receptionTimeNs = receptionTimeNs;
    this.extras = extras;
    this.#codec = codec;
    this.#value = bytes === undefined ? (value as T) : UNDECODED;
    this.#bytes = bytes;
  }

  static ofValue<T>(value: T, codec: MessageCodec<T>, info: SampleInfo): Sample<T> {
    const { publisher, sequence, sourceTimeNs, receptionTimeNs, extras } = info;
    return new Sample<T>(
      codec.schema,
      codec,
      value,
      undefined,
      publisher,
      sequence,
      sourceTimeNs,
      receptionTimeNs,
      extras,
    );
  }

  /** `bytes` are encoded as `schema` says; without a codec the value can only be had through `as(codec)`. */
  static ofBytes<T = unknown>(
    bytes: Uint8Array,
    schema: MessageSchema,
    info: SampleInfo,
    codec?: MessageCodec<T>,
  ): Sample<T> {
    const { publisher, sequence, sourceTimeNs, receptionTimeNs, extras } = info;
    return new Sample<T>(schema, codec, undefined, bytes, publisher, sequence, sourceTimeNs, receptionTimeNs, extras);
  }

  /**
   * For transports that read many small messages out of one piece of memory: the message is `length` bytes of `memory` from
   * `start`, the source time comes as the halves of a 64-bit number. A view and a bigint are made for those who ask for them.
   */
  static inMemory<T>(
    schema: MessageSchema,
    codec: MessageCodec<T> | undefined,
    memory: Uint8Array,
    start: number,
    length: number,
    publisher: EndpointId,
    sequence: number,
    sourceHigh: number,
    sourceLow: number,
    receptionTimeNs: bigint,
    extras: SampleExtras | undefined,
  ): Sample<T> {
    const sample = new Sample<T>(
      schema,
      codec,
      undefined,
      memory,
      publisher,
      sequence,
      undefined,
      receptionTimeNs,
      extras,
    );
    if (length !== memory.length) {
      sample.#start = start;
      sample.#length = length;
    }
    sample.#sourceHigh = sourceHigh;
    sample.#sourceLow = sourceLow;
    return sample;
  }

  get sourceTimeNs(): bigint {
    if (this.#sourceTimeNs === undefined) {
      halves[HIGH] = this.#sourceHigh;
      halves[LOW] = this.#sourceLow;
      this.#sourceTimeNs = whole[0]!;
    }
    return this.#sourceTimeNs;
  }

  /**
   * The message, decoded on the first demand. It belongs to everybody who got it: read it, do not change it.
   * @throws {MalformedError} when the bytes do not follow the schema
   * @throws {UsageError} when nothing here knows the type, or as `bytes`
   */
  get message(): T {
    if (this.#value === UNDECODED) this.#value = this.#knownCodec().decode(this.bytes);
    return this.#value;
  }

  /**
   * The message encoded as `schema` says, on the first demand. Do not change them.
   * @throws {UsageError} when the sample was given back undecoded, and not retained before
   */
  get bytes(): Uint8Array {
    if (this.#length >= 0) {
      const { buffer, byteOffset } = this.#bytes!;
      // Not `subarray`: of a Buffer, which is what sockets give, it is another one, and three times as slow.
      this.#bytes = new Uint8Array(buffer, byteOffset + this.#start, this.#length);
      this.#length = -1;
    }
    this.#bytes ??= this.#encoded();
    return this.#bytes;
  }

  /** The memory that `bytes` are a part of: `byteLength` bytes from `byteOffset` on. Asking for them makes no view. */
  get memory(): Uint8Array {
    return this.#length >= 0 ? this.#bytes! : this.bytes;
  }

  /** Where the encoded message starts in `memory`. */
  get byteOffset(): number {
    return this.#length >= 0 ? this.#start : 0;
  }

  /** How long the encoded message is. */
  get byteLength(): number {
    return this.#length >= 0 ? this.#length : this.bytes.length;
  }

  /** The message as JSON: 64-bit integers as strings, bytes as base64, enums by name. */
  get json(): JsonValue {
    return this.#knownCodec().toJSON(this.message);
  }

  /** The codec of the publisher, of the first reader that has one, or else what `resolve` finds. */
  get codec(): MessageCodec<T> | undefined {
    this.#codec ??= this.#resolver?.(this.schema) as MessageCodec<T> | undefined;
    return this.#codec;
  }

  /** Whether `bytes` costs nothing any more. */
  get isEncoded(): boolean {
    return this.#bytes !== undefined;
  }

  /** Whether `message` costs nothing any more. */
  get isDecoded(): boolean {
    return this.#value !== UNDECODED;
  }

  /** This message for a reader of type `U`: itself when the codec is the same, or else another view on the same bytes. */
  as<U>(codec: MessageCodec<U>): Sample<U> {
    if ((this.#codec as unknown) === codec) return this as unknown as Sample<U>;
    if (this.#codec === undefined) {
      (this as unknown as Sample<U>).#codec = codec;
      return this as unknown as Sample<U>;
    }
    this.#variant ??= Sample.ofBytes(this.retain().bytes, this.schema, this);
    return this.#variant.as(codec);
  }

  /** Where to ask for a codec if one is wanted and nobody has brought one by then. */
  resolve(resolver: CodecResolver): this {
    if (this.#codec === undefined) this.#resolver = resolver;
    return this;
  }

  /** For transports: the bytes are lent, under these terms. */
  lend(lease: Lease): this {
    this.#lease = lease;
    return this;
  }

  /** Makes the sample safe to keep. A sample by reference is anyway. */
  retain(): this {
    const lease = this.#lease;
    if (lease === undefined) return this;
    this.#lease = undefined;
    if (lease.keep === undefined) lease.pin?.();
    else this.#bytes = lease.keep(this.bytes);
    return this;
  }

  /** Gives lent memory back, unless the sample was retained. Its bytes cannot be had afterwards. */
  release(): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    this.#lease = undefined;
    this.#bytes = undefined;
    this.#length = -1;
    lease.end();
  }

  #encoded(): Uint8Array {
    if (this.#value !== UNDECODED) return this.#knownCodec().encode(this.#value);
    throw new UsageError("The sample was given back: who keeps one longer than its callback calls retain()", {
      details: { publisher: this.publisher, sequence: this.sequence },
    });
  }

  #knownCodec(): MessageCodec<T> {
    const { codec } = this;
    if (codec !== undefined) return codec;
    throw new UsageError(`No codec for messages of type ${this.schema.name}: only their bytes can be had`, {
      details: { type: this.schema.name, encoding: this.schema.messageEncoding },
    });
  }
}
