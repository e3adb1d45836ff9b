import { DelosError } from "@delos/core";

/* rosbridge protocol 2.1: JSON objects with `op`. */

export type Json = Readonly<Record<string, unknown>>;

export interface Delivery {
  /** Least ms between two messages. */
  readonly throttleMs: number;
  /** Messages kept while the time between two has not passed; 0: they are left out. */
  readonly queueLength: number;
  /** Characters in one frame at most; longer messages go in pieces. */
  readonly fragmentSize: number;
  readonly compression: "none" | "png" | "cbor" | "cbor-raw";
}

export const LEVELS = ["none", "error", "warning", "info"] as const;
export type Level = (typeof LEVELS)[number];

/** Reads the fields of one message. */
export class Fields {
  readonly json: Json;
  readonly op: string;

  /** @throws {DelosError} `ROSBRIDGE_MALFORMED` */
  constructor(json: unknown) {
    if (typeof json !== "object" || json === null || Array.isArray(json)) throw malformed("a message is no object");
    this.json = json as Json;
    this.op = this.text("op");
  }

  text(name: string): string {
    const value = this.json[name];
    if (typeof value !== "string" || value === "") throw malformed(`${this.op ?? "a message"}: ${name} is no text`);
    return value;
  }

  textOr<T>(name: string, otherwise: T): string | T {
    const value = this.json[name];
    if (value === undefined || value === null) return otherwise;
    if (typeof value === "string") return value;
    throw malformed(`${this.op}: ${name} is no text`);
  }

  count(name: string, otherwise: number): number {
    const value = this.json[name] ?? otherwise;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return Math.trunc(value);
    throw malformed(`${this.op}: ${name} is no number from 0 up`);
  }

  /** Names of ROS are absolute. */
  name(field: string): string {
    const value = this.text(field);
    return value.startsWith("/") ? value : `/${value}`;
  }

  get delivery(): Delivery {
    const compression = this.textOr("compression", "none");
    const known = ["none", "png", "cbor", "cbor-raw"] as const;
    const found = known.find((each) => each === compression);
    if (found === undefined) throw malformed(`${this.op}: no compression ${compression}; there is ${known.join(", ")}`);
    const fragmentSize = this.json["fragment_size"] == null ? Infinity : this.count("fragment_size", 0);
    return {
      throttleMs: this.count("throttle_rate", 0),
      queueLength: Math.min(MAX_QUEUE, this.count("queue_length", 0)),
      fragmentSize: fragmentSize === 0 ? Infinity : Math.max(MIN_FRAGMENT, fragmentSize),
      compression: found,
    };
  }
}

const MAX_QUEUE = 1000;
/** Smaller pieces would be all frame and no content. */
const MIN_FRAGMENT = 64;
const MAX_FRAGMENTS = 10_000;
const MAX_UNFINISHED = 8;

/** @throws {DelosError} `ROSBRIDGE_MALFORMED` */
export function readMessage(text: string): Fields {
  try {
    return new Fields(JSON.parse(text));
  } catch (error) {
    if (error instanceof DelosError) throw error;
    throw malformed("a message is no JSON");
  }
}

export const malformed = (text: string): DelosError => new DelosError("ROSBRIDGE_MALFORMED", text);

/** A long message in pieces. */
export function fragmentsOf(text: string, size: number, id: string): string[] {
  const total = Math.ceil(text.length / size);
  return Array.from({ length: total }, (_, num) =>
    JSON.stringify({ op: "fragment", id, data: text.slice(num * size, (num + 1) * size), num, total }),
  );
}

/** Puts pieces together again, in whatever order they come. What is never finished is forgotten, the oldest first. */
export class Defragmenter {
  readonly #unfinished: Map<string, (string | undefined)[]> = new Map();
  readonly #maxCharacters: number;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** The whole text with its last piece; undefined before. @throws {DelosError} `ROSBRIDGE_MALFORMED` */
  add(fields: Fields): string | undefined {
    const id = fields.text("id");
    const data = fields.json["data"];
    const [num, total] = [fields.count("num", 0), fields.count("total", 1)];
    if (typeof data !== "string" || total < 1 || total > MAX_FRAGMENTS || num >= total)
      throw malformed(`fragment ${num} of ${total}: no such piece`);
    const parts = this.#unfinished.get(id) ?? [];
    this.#unfinished.delete(id);
    parts[num] = data;
    const have = parts.filter((part) => part !== undefined);
    if (have.reduce((sum, part) => sum + part.length, 0) > this.#maxCharacters)
      throw malformed(`the fragments of ${id.slice(0, 60)} are longer than ${this.#maxCharacters} characters together`);
    if (have.length === total) return have.join("");
    this.#unfinished.set(id, parts);
    if (this.#unfinished.size > MAX_UNFINISHED) this.#unfinished.delete(this.#unfinished.keys().next().value!);
    return undefined;
  }
}
