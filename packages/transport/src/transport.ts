import type { Clock, EventMap, Events, Logger, MessageCodec, MessageSchema } from "@delos/core";
import type { Discovery } from "./discovery.ts";
import type { EndpointId, EndpointInfo, ParticipantId, ParticipantInfo, TransportAddress } from "./endpoint.ts";
import type { Incompatibility } from "./endpoint-matching.ts";
import type { Qos } from "./qos.ts";
import type { Sample, SampleInfo } from "./sample.ts";

/**
 * A way to move samples between endpoints. One participant (a runtime) opens each of its transports once. Nothing here
 * waits: writing and taking are synchronous, arrival is a callback, and what takes time says so by a promise.
 *
 * For every publication and subscription the participant creates one writer or reader *in each* of its transports, all with
 * the same id. `TransportContext.carries` then decides for each pair which single transport serves it.
 */
export interface Transport extends AsyncDisposable {
  readonly name: string;
  readonly discovery: Discovery;
  /** What an operator may want to see: packets dropped with their reason, retransmissions, … */
  readonly counters: Readonly<Record<string, number>>;
  /** Makes a node visible to the others until disposed. */
  announceNode(name: string): Disposable;
  createWriter(options: WriterOptions): Writer;
  createReader(options: ReaderOptions): Reader;
  /** Another transport of this runtime has found a participant: it may be within reach here too. */
  meet?(participant: ParticipantInfo): void;
  /** Tells the others that the own participant's transports have changed. */
  renew?(): void;
  /**
   * `carries` may answer otherwise now for pairs with this participant: matches those it has come to carry, lets go of those
   * it no longer does. A transport without it keeps its pairs as long as they live.
   */
  reconsider?(participant: ParticipantId): void;
}

/** What a transport is opened with. */
export interface TransportContext {
  readonly participant: ParticipantInfo;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this transport serves the pair; asked before a pair is matched. Both sides decide alike. */
  carries(local: PairEnd, remote: PairEnd): boolean;
}

/** What decides which transport serves a pair. */
export type PairEnd = Pick<EndpointInfo, "id" | "kind" | "participant">;

/** How a program names a transport: `open({ transports: [inProcess(), rtps({ domain: 0 })] })`. */
export interface TransportFactory {
  /** Announced to others, who choose by it. */
  readonly address: TransportAddress;
  /** Not every machine has it: where it cannot be opened, one line says why, and the next that reaches as far takes over. */
  readonly optional?: boolean;
  open(context: TransportContext): Promise<Transport>;
}

export interface EndpointOptions {
  readonly id: EndpointId;
  readonly node: string;
  readonly topic: string;
  readonly qos: Qos;
}

export interface WriterOptions extends EndpointOptions {
  readonly schema: MessageSchema;
  /** Absent where only bytes are published, as by a player. */
  readonly codec?: MessageCodec | undefined;
  /** Where the writer's events go. Given by the caller, who so misses none of those that creation itself causes. */
  readonly events?: Events<WriterEvents> | undefined;
}

export interface ReaderOptions extends EndpointOptions {
  /** Absent: takes messages of any type. */
  readonly schema?: MessageSchema | undefined;
  /** What `sample.message` is decoded with. Absent: the sample has the publisher's codec, if any. */
  readonly codec?: MessageCodec | undefined;
  /** Samples of this participant's own publications are not wanted. */
  readonly ignoreLocal?: boolean;
  /**
   * Called once for each sample that can be taken from now on. `take()` may give less than that, when keep_last let go of
   * some meanwhile. Must not throw.
   */
  readonly onData: () => void;
  readonly events?: Events<ReaderEvents> | undefined;
}

/** sent: handed to every subscriber there is. queued: some get it later. dropped: some will never get it (and it is counted). */
export type PublishResult = "sent" | "queued" | "dropped";

export interface EndpointEvents extends EventMap {
  matched: EndpointInfo;
  unmatched: EndpointInfo;
  incompatible: Incompatibility;
  /** No sample within `qos.deadlineMs`; on a reader from that peer, on a writer from itself. */
  deadlineMissed: { readonly total: number };
}

export interface WriterEvents extends EndpointEvents {
  /** The writer did not assert its liveliness within its own lease. */
  livelinessLost: { readonly total: number };
}

export interface ReaderEvents extends EndpointEvents {
  /** Samples that this reader will never see; `total` since the reader exists. */
  lost: { readonly count: number; readonly total: number };
  /** Samples that had arrived but found no room in the bounded queue, or made room for newer ones. */
  dropped: { readonly count: number; readonly total: number };
  livelinessChanged: { readonly publication: EndpointInfo; readonly alive: boolean };
}

export interface WriterCounters {
  readonly written: number;
  /** Samples that some matched reliable subscriber will never get. */
  readonly dropped: number;
  readonly deadlinesMissed: number;
}

/** Where every sample went: received = taken + dropped + expired + filtered + those still in the queue. */
export interface ReaderCounters {
  /** Samples that entered the queue, or would have. */
  readonly received: number;
  readonly taken: number;
  /** Received, but pushed out of the bounded queue, or without room in it. */
  readonly dropped: number;
  /** Never received, though they were meant for this reader (gaps in the sequence, laps of a ring). */
  readonly lost: number;
  /** Received, but older than the lifespan when their turn came. */
  readonly expired: number;
  /** Received, but not wanted: time-based filter, weaker publisher under exclusive ownership. */
  readonly filtered: number;
  readonly deadlinesMissed: number;
}

/** Ends by `[Symbol.asyncDispose]`, which may be called at any time, also from its own callbacks, and more than once. */
export interface Endpoint extends AsyncDisposable {
  readonly info: EndpointInfo;
  /** The endpoints of the other kind that this one talks to through this transport. */
  readonly matched: readonly EndpointInfo[];
}

export interface Writer extends Endpoint {
  readonly events: Events<WriterEvents>;
  readonly counters: WriterCounters;
  /** @throws {ClosedError} after the writer was closed */
  write(sample: Sample): PublishResult;
  /**
   * The short way of a message of the writer's codec that comes with nothing but its number and time: no sample is made of it.
   * Undefined when this one must go the long way, by `write`: nothing has happened then.
   */
  put?(message: unknown, sequence: number, sourceTimeNs: bigint): PublishResult | undefined;
  /**
   * Memory of the transport to encode `size` bytes into; undefined when it has none to lend and copies anyway.
   * A loan is committed once or disposed.
   */
  loan(size: number): Loan | undefined;
  /** For liveliness manual_by_participant and manual_by_topic; writing does it too. */
  assertLiveliness(): void;
  /**
   * Resolves when every matched reliable subscriber has got everything written so far.
   * @throws {AbortedError} when `signal` fires, {TimeoutError} after `timeoutMs` of the transport's clock
   */
  waitForAcknowledgments(options?: WaitLimits): Promise<void>;
  /**
   * Resolves when nothing waits on this side any more: what is written then is "sent" again, and not "queued". A transport
   * without it waits for acknowledgments, which is more than is needed.
   * @throws {AbortedError} when `signal` fires, {TimeoutError} after `timeoutMs` of the transport's clock
   */
  waitForRoom?(options?: WaitLimits): Promise<void>;
}

export interface WaitLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Memory for one message, to be filled by the publisher. Disposing without a commit gives it back. */
export interface Loan extends Disposable {
  readonly bytes: Uint8Array;
  /** Publishes the first `length` bytes (all by default). The memory must not be touched afterwards. */
  commit(info: SampleInfo, length?: number): PublishResult;
}

export interface Reader extends Endpoint {
  readonly events: Events<ReaderEvents>;
  readonly counters: ReaderCounters;
  /** How many samples can be taken now. */
  readonly available: number;
  /** The oldest sample not taken yet. It is lent: see `Sample`. */
  take(): Sample | undefined;
}
