import type { Quaternion, Vector3 } from "@delos/math";

/**
 * Access to decoded messages of types that are only known at run time. A field that is absent, of another type or not
 * finite is `undefined`: recordings hold what their writers thought of, and one odd field must not hide the others.
 */
export type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Fields = {};

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : NOTHING;
}

export function field(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of path) at = fields(at)[name];
  return at;
}

export function num(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "bigint" ? Number(value) : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : ArrayBuffer.isView(value) ? [...(value as Float64Array)] : [];
}

/** Undefined unless x and y are there; z may be missing. */
export function vector(value: unknown): Vector3 | undefined {
  const { x, y, z } = fields(value);
  const [vx, vy] = [num(x), num(y)];
  return vx === undefined || vy === undefined ? undefined : [vx, vy, num(z) ?? 0];
}

/** Of length 1. Undefined when absent or when its length says that it is no rotation (all zero: "unknown"). */
export function quaternion(value: unknown, prefix: "" | "q" = ""): Quaternion | undefined {
  const at = fields(value);
  const [w, x, y, z] = ["w", "x", "y", "z"].map((name) => num(at[prefix + name]) ?? 0) as [
    number,
    number,
    number,
    number,
  ];
  const length = Math.hypot(w, x, y, z);
  if (length < 0.5 || length > 2) return undefined;
  return { w: w / length, x: x / length, y: y / length, z: z / length };
}

/** Stamp of a ROS message: `sec`/`nanosec` (ROS 2), `secs`/`nsecs`, `sec`/`nsec`, `seconds`/`nanos` (protobuf), ns as bigint. */
export function stampS(value: unknown): number | undefined {
  if (typeof value === "bigint") return value === 0n ? undefined : Number(value) / 1e9;
  const at = fields(value);
  const seconds = num(at["sec"] ?? at["secs"] ?? at["seconds"]);
  if (seconds === undefined) return undefined;
  const nanoseconds = num(at["nanosec"] ?? at["nsec"] ?? at["nsecs"] ?? at["nanos"]) ?? 0;
  return seconds === 0 && nanoseconds === 0 ? undefined : seconds + nanoseconds / 1e9;
}

export function rosStampS(message: unknown): number | undefined {
  return stampS(field(message, "header", "stamp"));
}

/** The name of an enum's value; unknown values as their number. */
export function enumName(value: unknown, names: Readonly<Record<number, string>>): string | undefined {
  if (typeof value === "string") return value;
  const number = num(value);
  return number === undefined ? undefined : (names[number] ?? String(number));
}
