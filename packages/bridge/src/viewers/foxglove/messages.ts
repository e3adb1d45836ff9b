import { DelosError, type JsonValue } from "@delos/core";

/*
 * The Foxglove WebSocket protocol, version 1: text frames are JSON objects with `op`, binary frames begin with an opcode of
 * one byte; all integers are little-endian.
 */

/** The name that Foxglove's SDK speaks. */
export const LIVING = "foxglove.sdk.v1";
/**
 * `foxglove.websocket.v1` is the name before that. The messages are the same, with fewer of them: its clients know nothing of
 * playback control. Clients that offer both get the living one.
 */
export const SUBPROTOCOLS = [LIVING, "foxglove.websocket.v1"] as const;

export interface Channel {
  readonly id: number;
  readonly topic: string;
  readonly encoding: string;
  readonly schemaName: string;
  /** Base64 for protobuf, text for all others. */
  readonly schema: string;
  readonly schemaEncoding: string;
}

export interface Parameter {
  readonly name: string;
  readonly value?: JsonValue;
  readonly type?: "byte_array" | "float64" | "float64_array";
}

export const StatusLevel = { info: 0, warning: 1, error: 2 } as const;
export type StatusName = keyof typeof StatusLevel;

/** Server to client. */
export const ServerOpcode = { messageData: 1, time: 2, serviceCallResponse: 3, playbackState: 5 } as const;
/** Client to server. */
export const ClientOpcode = { messageData: 1, serviceCallRequest: 2, playbackControlRequest: 3 } as const;

export const PlaybackStatus = { playing: 0, paused: 1, buffering: 2, ended: 3 } as const;

const HEADER_BYTES = 13;

/** `| 1 | subscription u32 | time ns u64 | payload |` */
export function messageData(subscription: number, timeNs: bigint, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes[0] = ServerOpcode.messageData;
  bytes.writeUInt32LE(subscription, 1);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, timeNs), 5);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** `| 2 | time ns u64 |` */
export function time(timeNs: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = ServerOpcode.time;
  bytes.writeBigUInt64LE(BigInt.asUintN(64, timeNs), 1);
  return bytes;
}

export interface ServiceMessage {
  readonly serviceId: number;
  readonly callId: number;
  readonly encoding: string;
  readonly data: Uint8Array;
}

/** `| 3 | service u32 | call u32 | length u32, encoding | payload |` */
export function serviceCallResponse({ serviceId, callId, encoding, data }: ServiceMessage): Buffer {
  const name = Buffer.from(encoding);
  const head = Buffer.allocUnsafe(HEADER_BYTES);
  head[0] = ServerOpcode.serviceCallResponse;
  head.writeUInt32LE(serviceId, 1);
  head.writeUInt32LE(callId, 5);
  head.writeUInt32LE(name.length, 9);
  return Buffer.concat([head, name, data]);
}

export interface PlaybackState {
  readonly status: number;
  readonly timeNs: bigint;
  readonly speed: number;
  readonly didSeek: boolean;
  /** Of the request it answers; empty: it changed by itself. */
  readonly requestId: string;
}

/** `| 5 | status u8 | time ns u64 | speed f32 | did seek u8 | length u32, request id |` */
export function playbackState({ status, timeNs, speed, didSeek, requestId }: PlaybackState): Buffer {
  const id = Buffer.from(requestId);
  const head = Buffer.allocUnsafe(19);
  head[0] = ServerOpcode.playbackState;
  head[1] = status;
  head.writeBigUInt64LE(BigInt.asUintN(64, timeNs), 2);
  head.writeFloatLE(speed, 10);
  head[14] = didSeek ? 1 : 0;
  head.writeUInt32LE(id.length, 15);
  return Buffer.concat([head, id]);
}

export type ClientBinary =
  | { readonly op: "messageData"; readonly channelId: number; readonly data: Uint8Array }
  | ({ readonly op: "serviceCallRequest" } & ServiceMessage)
  | {
      readonly op: "playbackControlRequest";
      readonly play: boolean;
      readonly speed: number;
      readonly seekNs: bigint | undefined;
      readonly requestId: string;
    };

/** @throws {DelosError} `FOXGLOVE_MALFORMED` */
export function readClientBinary(bytes: Buffer): ClientBinary {
  const need = (length: number): void => {
    if (bytes.length < length) throw malformed(`a binary message of ${bytes.length} bytes ends before byte ${length}`);
  };
  const text = (at: number): readonly [string, number] => {
    need(at + 4);
    const end = at + 4 + bytes.readUInt32LE(at);
    need(end);
    return [bytes.toString("utf8", at + 4, end), end];
  };
  need(1);
  switch (bytes[0]) {
    case ClientOpcode.messageData:
      need(5);
      return { op: "messageData", channelId: bytes.readUInt32LE(1), data: bytes.subarray(5) };
    case ClientOpcode.serviceCallRequest: {
      need(9);
      const [encoding, end] = text(9);
      const [serviceId, callId] = [bytes.readUInt32LE(1), bytes.readUInt32LE(5)];
      return { op: "serviceCallRequest", serviceId, callId, encoding, data: bytes.subarray(end) };
    }
    case ClientOpcode.playbackControlRequest: {
      need(15);
      const command = bytes[1]!;
      if (command > 1) throw malformed(`no playback command ${command}`);
      const speed = bytes.readFloatLE(2);
      const seekNs = bytes[6] === 0 ? undefined : bytes.readBigUInt64LE(7);
      const [requestId] = text(15);
      return { op: "playbackControlRequest", play: command === 0, speed, seekNs, requestId };
    }
    default:
      throw malformed(`no operation with opcode ${bytes[0]}`);
  }
}

export interface ClientChannel {
  readonly id: number;
  readonly topic: string;
  readonly encoding: string;
  readonly schemaName: string;
}

export type ClientText =
  | { readonly op: "subscribe"; readonly subscriptions: readonly { readonly id: number; readonly channelId: number }[] }
  | { readonly op: "unsubscribe"; readonly subscriptionIds: readonly number[] }
  | { readonly op: "advertise"; readonly channels: readonly ClientChannel[] }
  | { readonly op: "unadvertise"; readonly channelIds: readonly number[] }
  | { readonly op: "getParameters"; readonly parameterNames: readonly string[]; readonly id?: string | undefined }
  | { readonly op: "setParameters"; readonly parameters: readonly Parameter[]; readonly id?: string | undefined }
  | {
      readonly op: "subscribeParameterUpdates" | "unsubscribeParameterUpdates";
      readonly parameterNames: readonly string[];
    }
  | { readonly op: "subscribeConnectionGraph" | "unsubscribeConnectionGraph" };

/** @throws {DelosError} `FOXGLOVE_MALFORMED` naming what is wrong */
export function readClientText(text: string): ClientText {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed("a text message is no JSON");
  }
  const message = object(json, "a message");
  const id = message["id"] === undefined ? undefined : string(message["id"], "id");
  switch (message["op"]) {
    case "subscribe":
      return {
        op: "subscribe",
        subscriptions: list(message["subscriptions"], "subscriptions", (each) => ({
          id: uint32(object(each, "a subscription")["id"], "id"),
          channelId: uint32(object(each, "a subscription")["channelId"], "channelId"),
        })),
      };
    case "unsubscribe":
      return { op: "unsubscribe", subscriptionIds: list(message["subscriptionIds"], "subscriptionIds", id32) };
    case "advertise":
      return { op: "advertise", channels: list(message["channels"], "channels", clientChannel) };
    case "unadvertise":
      return { op: "unadvertise", channelIds: list(message["channelIds"], "channelIds", id32) };
    case "getParameters":
      return { op: "getParameters", parameterNames: names(message), id };
    case "setParameters":
      return { op: "setParameters", parameters: list(message["parameters"], "parameters", parameterOf), id };
    case "subscribeParameterUpdates":
    case "unsubscribeParameterUpdates":
      return { op: message["op"], parameterNames: names(message) };
    case "subscribeConnectionGraph":
    case "unsubscribeConnectionGraph":
      return { op: message["op"] };
    default:
      throw malformed(`no operation ${JSON.stringify(message["op"] ?? null).slice(0, 60)}`);
  }
}

const id32 = (value: unknown): number => uint32(value, "an id");
const names = (message: Readonly<Record<string, unknown>>): string[] =>
  list(message["parameterNames"] ?? [], "parameterNames", (name) => string(name, "a parameter's name"));

function clientChannel(value: unknown): ClientChannel {
  const { id, topic, encoding, schemaName } = object(value, "a channel");
  return {
    id: uint32(id, "id"),
    topic: string(topic, "topic"),
    encoding: string(encoding, "encoding"),
    schemaName: string(schemaName ?? "", "schemaName"),
  };
}

function parameterOf(value: unknown): Parameter {
  const { name, value: held, type } = object(value, "a parameter");
  const kind = type === "byte_array" || type === "float64" || type === "float64_array" ? type : undefined;
  return {
    name: string(name, "name"),
    ...(held === undefined ? {} : { value: held as JsonValue }),
    ...(kind === undefined ? {} : { type: kind }),
  };
}

/** Longer lists than any viewer has are a mistake or an attack. */
const MAX_LIST = 10_000;

function list<T>(value: unknown, what: string, each: (item: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > MAX_LIST) throw malformed(`${what} is no list, or too long a one`);
  return value.map(each);
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(`${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

function string(value: unknown, what: string): string {
  if (typeof value !== "string") throw malformed(`${what} is no string`);
  return value;
}

function uint32(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw malformed(`${what} is no number of 32 bits`);
}

const malformed = (text: string): DelosError => new DelosError("FOXGLOVE_MALFORMED", text);
