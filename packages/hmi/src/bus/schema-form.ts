/** The part of JSON Schema that the server sends (packages/bridge/src/viewers/json-schema.ts). */
export interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly contentEncoding?: string;
  readonly pattern?: string;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One way through a message: names of fields and places in lists. */
export type Path = readonly (string | number)[];

/** What is written between a name and its value: `number`, `text`, `list of …`. */
export function kindOf(schema: Schema): string {
  if (schema.enum !== undefined) return "enum";
  if (schema.type === "array") return `${kindOf(schema.items ?? {})}[]`;
  if (schema.contentEncoding !== undefined) return "bytes";
  if (schema.type === "string" && schema.pattern !== undefined) return "int64";
  return schema.type === "object" ? (schema.title?.split(/[./]/).pop() ?? "object") : (schema.type ?? "any");
}

/** What a field begins with when somebody adds it to a form. */
export function initial(schema: Schema): Json {
  if (schema.enum !== undefined) return schema.enum[0] ?? "";
  switch (schema.type) {
    case "object":
      return {};
    case "array":
      return [];
    case "boolean":
      return false;
    case "number":
    case "integer":
      return 0;
    default:
      return schema.pattern === undefined ? "" : "0";
  }
}

/** The message with another value at a path; undefined takes the field away. */
export function withValue(message: Json, path: Path, value: Json | undefined): Json {
  const [first, ...rest] = path;
  if (first === undefined) return value ?? null;
  if (typeof first === "number") {
    const list = Array.isArray(message) ? [...(message as readonly Json[])] : [];
    if (rest.length === 0 && value === undefined) list.splice(first, 1);
    else list[first] = withValue(list[first] ?? {}, rest, value);
    return list;
  }
  const object: Record<string, Json> = { ...(isObject(message) ? message : {}) };
  if (rest.length === 0 && value === undefined) delete object[first];
  else object[first] = withValue(object[first] ?? {}, rest, value);
  return object;
}

export function valueAt(message: Json | undefined, path: Path): Json | undefined {
  let at = message;
  for (const part of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Readonly<Record<string, Json>>)[part];
  }
  return at;
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `pose.position.x`, `wheel[0].speed`: how the server is told of a field. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

/** The number that a text means; undefined: none yet, or none at all. */
export function numberOf(text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const value = Number(text.replace(",", "."));
  return Number.isFinite(value) ? value : undefined;
}
