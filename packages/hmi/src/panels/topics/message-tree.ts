/** A message's JSON as a tree. What cannot be parsed is shown as the text it is. */
export function parseMessage(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return json;
  }
}

export type Shape = "object" | "list" | "text" | "number" | "bool" | "none";

export function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "bool" : "text";
}

/** A value on one line, or what stands for a branch while it is closed. */
export function summary(value: unknown): string {
  switch (shapeOf(value)) {
    case "list":
      return `[${(value as unknown[]).length}]`;
    case "object":
      return `{${Object.keys(value as object).length}}`;
    case "text": {
      const text = value as string;
      return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
    }
    default:
      return String(value);
  }
}

export function childrenOf(value: unknown, from: number, to: number): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.slice(from, to).map((child, i) => [String(from + i), child] as const);
  return Object.entries(value as object).slice(from, to);
}

export function childCount(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(value as object).length;
}
