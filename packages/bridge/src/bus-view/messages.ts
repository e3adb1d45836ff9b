import { DelosError, type JsonValue } from "@delos/core";

/*
 * What the page's bus view and the server say to each other: JSON, a message a frame. The page asks with an id and gets one
 * answer of the same id; the graph and the samples of plotted fields come by themselves, once they are wanted.
 */

/** A field of a topic's messages: `pose.position.x`, `wheel[0].speed`. */
export interface PlottedField {
  readonly key: string;
  readonly topic: string;
  readonly path: string;
}

export type Ask =
  | { readonly do: "watch"; readonly graph: boolean }
  | { readonly do: "plot"; readonly fields: readonly PlottedField[] }
  /** The types that may be published on a topic, and the JSON Schema of one. */
  | { readonly do: "types"; readonly topic: string }
  | { readonly do: "schema"; readonly topic: string; readonly type: string }
  | { readonly do: "publish"; readonly topic: string; readonly type: string; readonly message: JsonValue }
  | { readonly do: "service"; readonly name: string }
  | { readonly do: "call"; readonly name: string; readonly request: JsonValue }
  | { readonly do: "parameters" }
  | { readonly do: "set"; readonly node: string; readonly name: string; readonly value: JsonValue };

export interface Asked {
  readonly id: number;
  readonly ask: Ask;
}

export interface GraphTopic {
  readonly name: string;
  readonly type: string;
  readonly encoding: string;
  readonly publishers: readonly string[];
  readonly subscribers: readonly string[];
  /** Measured here; undefined where nobody here has heard a message. */
  readonly rateHz?: number;
  readonly bytesPerS?: number;
  readonly lost?: number;
}

export interface GraphLink {
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  /** `inprocess`, `shm`, `rtps`; empty: they have no way to each other. */
  readonly transport: string;
  /** Why they do not talk, in sentences; empty when they do. */
  readonly mismatches: readonly string[];
}

export interface GraphNode {
  readonly name: string;
  readonly participant: string;
  readonly vendor: string;
  /** `this thread`, `thread 3`, `process 4711`, or the machine. */
  readonly place: string;
}

export interface GraphService {
  readonly name: string;
  readonly type: string;
  readonly servers: readonly string[];
  readonly clients: readonly string[];
}

export interface GraphState {
  readonly nodes: readonly GraphNode[];
  readonly topics: readonly GraphTopic[];
  readonly links: readonly GraphLink[];
  readonly services: readonly GraphService[];
}

export interface Samples {
  readonly key: string;
  /** Bus time, unix seconds. */
  readonly t: readonly number[];
  readonly v: readonly number[];
}

export type Told =
  | { readonly id: number; readonly answer: JsonValue }
  | { readonly id: number; readonly error: { readonly code: string; readonly text: string } }
  | { readonly graph: GraphState }
  | { readonly samples: readonly Samples[] };

const MAX_FIELDS = 64;
const MAX_TEXT = 1024;

/** @throws {DelosError} `BRIDGE_MALFORMED` saying what is wrong; `details.id`: of the message, where it has one */
export function readAsked(text: string): Asked {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed("a message is no JSON");
  }
  const { id, do: what, ...rest } = record(json);
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1) throw malformed("id is no number from 1 up");
  try {
    return { id, ask: readAsk(typeof what === "string" ? what : "", rest) };
  } catch (error) {
    throw new DelosError("BRIDGE_MALFORMED", error instanceof Error ? error.message : String(error), {
      details: { id },
    });
  }
}

function readAsk(what: string, json: Readonly<Record<string, unknown>>): Ask {
  const text = (name: string): string => {
    const value = json[name];
    if (typeof value !== "string" || value.length > MAX_TEXT) throw malformed(`${what}: ${name} is no text`);
    return value;
  };
  switch (what) {
    case "watch":
      return { do: "watch", graph: json["graph"] === true };
    case "plot": {
      const { fields } = json;
      if (!Array.isArray(fields) || fields.length > MAX_FIELDS)
        throw malformed(`plot: fields is no list of at most ${MAX_FIELDS}`);
      const read = fields.map((field) => {
        const { key, topic, path } = record(field);
        if (typeof key !== "string" || typeof topic !== "string" || typeof path !== "string")
          throw malformed("plot: a field has key, topic and path");
        return { key, topic, path };
      });
      return { do: "plot", fields: read };
    }
    case "types":
      return { do: "types", topic: text("topic") };
    case "schema":
      return { do: "schema", topic: text("topic"), type: text("type") };
    case "publish":
      return { do: "publish", topic: text("topic"), type: text("type"), message: (json["message"] ?? {}) as JsonValue };
    case "service":
      return { do: "service", name: text("name") };
    case "call":
      return { do: "call", name: text("name"), request: (json["request"] ?? {}) as JsonValue };
    case "parameters":
      return { do: "parameters" };
    case "set":
      return { do: "set", node: text("node"), name: text("name"), value: (json["value"] ?? null) as JsonValue };
    default:
      throw malformed(`nothing here does ${JSON.stringify(what).slice(0, 60)}`);
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("a message is no object");
  return value as Readonly<Record<string, unknown>>;
}

const malformed = (text: string): DelosError => new DelosError("BRIDGE_MALFORMED", text);
