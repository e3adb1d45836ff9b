import { wrongValue } from "./wrong-value.ts";

/**
 * Other forms of `google.protobuf.Timestamp` and `Duration` that come as JSON: protobuf's own mapping writes strings
 * ("2026-01-02T03:04:05.006Z", "1.5s"), ROS-minded viewers write `{sec, nsec}`. Anything else is returned as it is.
 */
export function timeFromJson(type: string, json: unknown, where: string): unknown {
  if (type !== "google.protobuf.Timestamp" && type !== "google.protobuf.Duration") return json;
  if (typeof json === "string")
    return (type === "google.protobuf.Timestamp" ? timestamp(json) : duration(json)) ?? notATime(type, json, where);
  if (typeof json === "object" && json !== null && ("sec" in json || "nsec" in json)) {
    const { sec = 0, nsec = 0, ...more } = json as { readonly sec?: unknown; readonly nsec?: unknown };
    return { seconds: sec, nanos: nsec, ...more };
  }
  return json;
}

interface Time {
  readonly seconds: string;
  readonly nanos: number;
}

/** RFC 3339, as protobuf's JSON has it: years 1 to 9999, up to nine digits of a second, any offset. */
function timestamp(text: string): Time | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  const ms = found === null ? Number.NaN : Date.parse(found[1]! + found[3]!);
  return Number.isNaN(ms) ? undefined : { seconds: String(ms / 1000), nanos: Number((found![2] ?? "").padEnd(9, "0")) };
}

function duration(text: string): Time | undefined {
  const found = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(text);
  if (found === null) return undefined;
  const [, sign, seconds, fraction = ""] = found;
  const nanos = Number(fraction.padEnd(9, "0"));
  return { seconds: sign! + seconds!, nanos: sign === "-" ? 0 - nanos : nanos };
}

function notATime(type: string, json: string, where: string): never {
  throw wrongValue(
    where,
    type.endsWith("Timestamp") ? 'a time such as "2026-01-02T03:04:05Z"' : 'a span such as "1.5s"',
    json,
  );
}
