import type { JsonValue, MessageCodec } from "@delos/core";
import { MessageType } from "@delos/msgs";
import type { DynamicCodec, FieldType, StructType } from "@delos/wire";

type Plain = Record<string, unknown>;

/**
 * A message as pages of rosbridge expect it: numbers are numbers (64-bit ones too, as far as they are exact), bytes base64,
 * numbers JSON lacks `null`, times of ROS 1 `{secs, nsecs}`. Protobuf messages have no convention there; they get their JSON
 * form.
 */
export function toRosbridge(codec: MessageCodec, message: unknown): unknown {
  return codec instanceof MessageType ? codec.toJSON(message as object) : plain(message);
}

function plain(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
    case "number":
      return Number.isFinite(value) ? value : null;
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64");
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<unknown>, plain);
  return Object.fromEntries(Object.entries(timed(value)).map(([key, each]) => [key, plain(each)]));
}

/** The same for CBOR, which has bytes, numbers of 64 bits and typed arrays of its own. */
export function toCbor(codec: MessageCodec, message: unknown): unknown {
  return codec instanceof MessageType ? codec.toJSON(message as object) : kept(message);
}

function kept(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(kept);
  return Object.fromEntries(Object.entries(timed(value)).map(([key, each]) => [key, kept(each)]));
}

function timed(value: object): object {
  const { sec, nsec, ...rest } = value as { readonly sec?: unknown; readonly nsec?: unknown };
  return sec !== undefined && nsec !== undefined && Object.keys(rest).length === 0 ? { secs: sec, nsecs: nsec } : value;
}

/**
 * The message that a page means: what it leaves out has its default, a header without a stamp is stamped with `nowNs`, and
 * times may be written `{secs, nsecs}`, `{sec, nsec}` or `{sec, nanosec}`.
 * @throws {DelosError} naming the field that does not fit
 */
export function fromRosbridge(codec: MessageCodec, given: unknown, nowNs: bigint): unknown {
  const json = (given ?? {}) as JsonValue;
  const { type } = codec as Partial<DynamicCodec>;
  if (codec instanceof MessageType || type?.kind !== "struct") return codec.fromJSON(json);
  return codec.fromJSON(stamped(type, adapted(type, json), nowNs) as JsonValue);
}

function adapted(type: FieldType, json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) {
    const element = type.kind === "array" || type.kind === "sequence" ? type.element : undefined;
    return element === undefined || element.kind === "primitive" ? json : json.map((each) => adapted(element, each));
  }
  if (type.kind === "time" || isTime(type)) {
    const time = json as Plain;
    const seconds = time["sec"] ?? time["secs"] ?? 0;
    const rest = time["nanosec"] ?? time["nsec"] ?? time["nsecs"] ?? 0;
    return type.kind === "time" ? { sec: seconds, nsec: rest } : { sec: seconds, nanosec: rest };
  }
  if (type.kind !== "struct") return json;
  const fields = new Map(type.fields.map((field) => [field.name, field.type]));
  return Object.fromEntries(
    Object.entries(json).map(([key, each]) => {
      const of = fields.get(key);
      return [key, of === undefined ? each : adapted(of, each)];
    }),
  );
}

/** builtin_interfaces/Time and Duration. */
function isTime(type: FieldType): boolean {
  return type.kind === "struct" && type.fields.map(({ name }) => name).join() === "sec,nanosec";
}

function stamped(type: StructType, json: unknown, nowNs: bigint): unknown {
  const header = type.fields.find(({ name }) => name === "header")?.type;
  const stamp = header?.kind === "struct" ? header.fields.find(({ name }) => name === "stamp")?.type : undefined;
  if (stamp === undefined || typeof json !== "object" || json === null) return json;
  const given = (json as Plain)["header"];
  if (typeof given === "object" && given !== null && (given as Plain)["stamp"] !== undefined) return json;
  const seconds = Number(nowNs / 1_000_000_000n);
  const rest = Number(nowNs % 1_000_000_000n);
  const now = stamp.kind === "time" ? { sec: seconds, nsec: rest } : { sec: seconds, nanosec: rest };
  return { ...json, header: { ...(given as object | undefined), stamp: now } };
}
