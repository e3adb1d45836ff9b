import { deserialize, serialize } from "node:v8";
import type { MessagePort } from "node:worker_threads";
import type { LogLevel, MessageSchema } from "@delos/core";
import type {
  EndpointId,
  EndpointInfo,
  Mismatch,
  NodeInfo,
  ParticipantId,
  ParticipantInfo,
  Qos,
  SampleExtras,
  TransportAddress,
} from "@delos/transport";
import type { RtpsOptions } from "../rtps-transport.ts";

/** What the protocol's thread is started with. */
export interface ThreadData {
  readonly participant: ParticipantInfo;
  readonly options: RtpsOptions;
  /** Numbers of endpoints that both sides look at: see `EndpointState`. */
  readonly state: SharedArrayBuffer;
  /** See `CountersBoard`. */
  readonly counters: SharedArrayBuffer;
  readonly down: { readonly ring: SharedArrayBuffer; readonly port: MessagePort };
  readonly up: { readonly port: MessagePort };
}

/** An endpoint to be made; `index` names it from then on. */
export interface NewEndpoint {
  readonly index: number;
  readonly id: EndpointId;
  readonly node: string;
  readonly topic: string;
  readonly qos: Qos;
  readonly schema: MessageSchema | undefined;
  readonly ignoreLocal: boolean;
}

/** What the user's thread asks for. */
export type Command =
  | { readonly call: "announceNode" | "leaveNode"; readonly name: string }
  | { readonly call: "writer" | "reader"; readonly endpoint: NewEndpoint }
  | { readonly call: "assertLiveliness" | "resume"; readonly index: number }
  | { readonly call: "renew"; readonly transports: readonly TransportAddress[] }
  | { readonly call: "reconsider"; readonly verdict: Verdict }
  | { readonly call: "waitForAcknowledgments" | "closeEndpoint"; readonly index: number; readonly reply: number }
  | { readonly call: "close"; readonly reply: number };

/** Which pairs with a participant the network serves from now on. */
export interface Verdict {
  readonly participant: ParticipantId;
  /** Whether it serves new ones. */
  readonly carried: boolean;
  /** Subscriptions here and publications there that it need not serve any more. */
  readonly released: readonly (readonly [subscription: EndpointId, publication: EndpointId])[];
}

/** What the protocol's thread tells. */
export type Report =
  | { readonly call: "reply"; readonly reply: number }
  | { readonly call: "matched" | "unmatched"; readonly index: number; readonly other: EndpointInfo }
  | { readonly call: "join"; readonly index: number; readonly publication: number; readonly other: EndpointInfo }
  | { readonly call: "leave"; readonly index: number; readonly publication: number }
  | { readonly call: "alive"; readonly index: number; readonly publication: number; readonly alive: boolean }
  | { readonly call: "lost" | "dropped"; readonly index: number; readonly count: number }
  | { readonly call: "room"; readonly index: number }
  | { readonly call: "deadlineMissed" | "livelinessLost"; readonly index: number; readonly total: number }
  | {
      readonly call: "incompatible";
      readonly index: number;
      readonly other: EndpointInfo;
      readonly mismatches: readonly Mismatch[];
    }
  | {
      readonly call: "participantJoined" | "participantRenewed" | "participantLeft";
      readonly participant: ParticipantInfo;
    }
  | { readonly call: "nodeJoined" | "nodeLeft"; readonly node: NodeInfo }
  | { readonly call: "endpointJoined" | "endpointLeft"; readonly endpoint: EndpointInfo }
  | {
      readonly call: "log";
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Record<string, unknown>;
    };

export const encodeCall = (call: Command | Report): Uint8Array => serialize(call);
export const decodeCommand = (bytes: Uint8Array): Command => deserialize(bytes) as Command;
export const decodeReport = (bytes: Uint8Array): Report => deserialize(bytes) as Report;
export const encodeExtras = (extras: SampleExtras | undefined): Uint8Array | undefined =>
  extras === undefined ? undefined : serialize(extras);
export const decodeExtras = (bytes: Uint8Array | undefined): SampleExtras | undefined =>
  bytes === undefined ? undefined : (deserialize(bytes) as SampleExtras);

/** A codec may be a schema, and a codec cannot travel. */
export const plainSchema = (schema: MessageSchema | undefined): MessageSchema | undefined => {
  if (schema === undefined) return undefined;
  const { name, messageEncoding, schemaEncoding, data, md5sum } = schema;
  const plain = { name, messageEncoding, schemaEncoding, data };
  return md5sum === undefined ? plain : { ...plain, md5sum };
};

export const plainEndpoint = (info: EndpointInfo): EndpointInfo => ({ ...info, schema: plainSchema(info.schema) });

/**
 * Counters of the endpoints, by index, for questions that cannot wait for an answer; all modulo 2³².
 *
 *   word 0  samples that are done with: of a writer, acknowledged or let go of; of a reader, taken or let go of
 *        1  a writer's: samples that some reader will never get
 *        2  not 0: somebody waits until fewer samples than that are open; of a writer the user's side, of a reader the protocol
 */
export class EndpointState {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(MOST_ENDPOINTS * WORDS * 4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** For a new endpoint. */
  reset(index: number): void {
    for (let word = 0; word < WORDS; word++) Atomics.store(this.#words, index * WORDS + word, 0);
  }

  setDone(index: number, count: number): void {
    Atomics.store(this.#words, index * WORDS, count | 0);
  }

  /** How many of `given` samples are not done with yet. */
  open(index: number, given: number): number {
    return (given - Atomics.load(this.#words, index * WORDS)) | 0;
  }

  setDropped(index: number, count: number): void {
    Atomics.store(this.#words, index * WORDS + 1, count | 0);
  }

  dropped(index: number): number {
    return Atomics.load(this.#words, index * WORDS + 1) >>> 0;
  }

  /** Somebody waits until fewer than `samples` are open. */
  setWaiting(index: number, samples: number): void {
    Atomics.store(this.#words, index * WORDS + 2, samples);
  }

  /** Whether somebody waited for what is so now, with `open` samples; it does so no more. */
  takeWaiting(index: number, open: number): boolean {
    if (open >= Atomics.load(this.#words, index * WORDS + 2)) return false;
    return Atomics.exchange(this.#words, index * WORDS + 2, 0) !== 0;
  }
}

export const MOST_ENDPOINTS = 16_384;
const WORDS = 3;
