import type { MessageSchema } from "@delos/core";

/** The three container formats, as `delos bag info` names them. */
export type RecordingFormat = "rosbag" | "mcap" | "record";

/**
 * One stream of messages in a recording: an MCAP channel, a connection of a ROS bag (one publisher as the recorder saw
 * it), a channel of a Cyber record. Several channels may share a topic, even with different types.
 */
export interface Channel {
  /** Unique in its Recording, dense from 0. Not the id in the file: files of a merge may share those. */
  readonly index: number;
  readonly topic: string;
  readonly schema: MessageSchema;
  /** Messages on this channel; undefined when only a scan would tell. */
  readonly messageCount: number | undefined;
  /** `callerid`, `latching`, `offered_qos_profiles`, …: what the file says of the publisher. */
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * Where the message itself begins in `data`: 4 for Apollo's protobuf inside ROS bags, whose data starts with the length of
   * what follows; else 0 or absent. Digests and raw copies take all of `data`, decoders what is behind this offset.
   */
  readonly payloadOffset?: number;
}

/** A named map of texts in an MCAP file. */
export interface Metadata {
  readonly name: string;
  readonly entries: ReadonlyMap<string, string>;
}

/** A file inside an MCAP file. */
export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly logTimeNs: bigint;
  readonly createTimeNs: bigint;
  readonly size: number;
  /** Reads it. @throws {DelosError} BAG_ATTACHMENT_CRC */
  read(): Uint8Array;
}

/** Something in the file that is not as it should be, with what it cost. */
export interface Problem {
  /** `BAG_TRUNCATED`, `BAG_CHUNK_CRC`, …: docs/reference/errors.md lists them. */
  readonly code: string;
  /** Byte offset in the file. */
  readonly offset: number;
  readonly message: string;
  readonly file?: string;
}

/** Which messages, in which direction. Times are log times, both ends inclusive. */
export interface Query {
  readonly startNs?: bigint | undefined;
  readonly endNs?: bigint | undefined;
  /** Topic names, exact. Absent: all. */
  readonly topics?: Iterable<string> | undefined;
  /**
   * Newest first; ties in reverse file order. `next()` then passes to the older message, `previous()` to the newer one, and
   * `seek(t)` stands before (in this direction) the newest message with log time ≤ t.
   */
  readonly reverse?: boolean | undefined;
}

/** A message by itself: safe to keep, its data is its own copy. */
export interface RecordedMessage {
  readonly channel: Channel;
  readonly logTimeNs: bigint;
  readonly publishTimeNs: bigint;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/**
 * Reads messages in the order of log time (ties: file order) one at a time, allocating nothing per message. After `next()` or
 * `previous()` returned true, the fields describe that message; `data` is a view that is valid until the next call.
 *
 * A cursor stands between messages, like a text cursor: `next()` passes the message after it, `previous()` the one before.
 */
export interface MessageCursor extends Disposable {
  next(): boolean;
  previous(): boolean;
  /** Stands before the first message with log time ≥ `timeNs`. */
  seek(timeNs: bigint): void;
  readonly channel: Channel;
  readonly logTimeNs: bigint;
  readonly publishTimeNs: bigint;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** What every format offers, merged files included. Opening reads only what an index needs; nothing loads a whole file. */
export interface Recording extends Disposable {
  /** File names, as given. */
  readonly files: readonly string[];
  readonly format: RecordingFormat | "merged";
  /** False when the recorder did not close the file or part of it is gone. */
  readonly complete: boolean;
  /** Bytes of all files. */
  readonly size: number;
  /** Names of the compressions used: `none`, `lz4`, `bz2`, `zstd`. */
  readonly compression: readonly string[];
  readonly channels: readonly Channel[];
  /** Log time of the first and the last message; undefined when there is none. */
  readonly startNs: bigint | undefined;
  readonly endNs: bigint | undefined;
  /** All messages that can be read. Scans when the file has no trustworthy index. */
  readonly messageCount: number;
  /** What is known to be wrong so far; reading may add to it. */
  readonly problems: readonly Problem[];
  cursor(query?: Query): MessageCursor;
  /** The convenient form: each message owns its data. For high rates use `cursor`. */
  messages(query?: Query): IterableIterator<RecordedMessage>;
}

/** A cursor over files: the contract, and the same facts without any allocation. */
export interface FileCursor extends MessageCursor {
  /** Upper and lower 32 bits of the log time: a comparison or a difference without allocating a bigint. */
  readonly logTimeHigh: number;
  readonly logTimeLow: number;
  /** `data` without making a view: `buffer[dataStart, dataEnd)`, valid until the next call. */
  readonly buffer: Uint8Array;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** What `openRecording` gives: the contract, and what only files have. */
export interface FileRecording extends Recording {
  readonly metadata: readonly Metadata[];
  readonly attachments: readonly Attachment[];
  /**
   * Reads every message once, in the order of the files, checking all checksums: afterwards counts, times and problems are
   * facts and not claims of an index. `visit` sees each message (a view, valid during the call).
   */
  verify(visit?: (channel: Channel, logTimeNs: bigint, data: Uint8Array) => void): void;
  cursor(query?: Query): FileCursor;
}
