import { resolve } from "node:path";
import { DelosError } from "@delos/core";
import { locateModule } from "./locate-module.ts";

/** Where a value stands: names of fields and indices of lists, from the root. */
export type ConfigPath = readonly (string | number)[];

/** A field that is wrong. `path` says where; who knows the file adds file, line and column. */
export class ConfigError extends DelosError {
  override readonly name = "ConfigError";
  readonly path: ConfigPath;
  readonly complaint: string;

  constructor(path: ConfigPath, complaint: string, where?: string) {
    const field = fieldName(path);
    super("LAUNCH_CONFIG", `${where === undefined ? "" : `${where}: `}${field} ${complaint}`, { details: { field } });
    this.path = path;
    this.complaint = complaint;
  }
}

/** `modules.control.inputs[0]` */
export function fieldName(path: ConfigPath): string {
  if (path.length === 0) return "the configuration";
  return path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
}

interface Limits<T> {
  /** When the field is missing. Without it the field must be there. */
  readonly default?: T;
}

/**
 * One object of a configuration. Each method reads one field, checks it and remembers that it was asked for;
 * `refuseUnknown` then complains about fields that nobody asked for.
 */
export class ConfigFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: ConfigPath;
  readonly #directory: string;
  readonly #asked: Set<string> = new Set();
  readonly #children: ConfigFields[] = [];

  /**
   * @param directory what relative paths in the configuration are relative to
   * @throws {ConfigError} unless `value` is an object or missing
   */
  constructor(value: unknown, path: ConfigPath = [], directory = ".") {
    if (value !== undefined && value !== null && (typeof value !== "object" || Array.isArray(value))) {
      throw new ConfigError(path, `is ${shown(value)}, an object was expected`);
    }
    this.#values = (value ?? {}) as Readonly<Record<string, unknown>>;
    this.#path = path;
    this.#directory = directory;
  }

  /** The fields that are there. */
  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  has(key: string): boolean {
    this.#asked.add(key);
    return Object.hasOwn(this.#values, key) && this.#values[key] !== null;
  }

  /** A finite number. */
  number(key: string, limits: Limits<number> & { readonly min?: number; readonly max?: number } = {}): number {
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
    const value = this.#read(key, limits.default);
    if (typeof value === "number" && Number.isFinite(value) && value >= min && value <= max) return value;
    return this.refuse(key, `a number${range(min, max)}`);
  }

  integer(key: string, limits: Limits<number> & { readonly min?: number; readonly max?: number } = {}): number {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = limits;
    const value = this.#read(key, limits.default);
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    return this.refuse(key, `a whole number${range(limits.min, limits.max)}`);
  }

  boolean(key: string, limits: Limits<boolean> = {}): boolean {
    const value = this.#read(key, limits.default);
    return typeof value === "boolean" ? value : this.refuse(key, "true or false");
  }

  /** A text that is not empty. */
  text(key: string, limits: Limits<string> = {}): string {
    const value = this.#read(key, limits.default);
    return typeof value === "string" && value !== "" ? value : this.refuse(key, "a text");
  }

  oneOf<const T extends string>(key: string, choices: readonly T[], limits: Limits<NoInfer<T>> = {}): T {
    const value = this.#read(key, limits.default);
    return choices.find((choice) => choice === value) ?? this.refuse(key, `one of ${choices.join(", ")}`);
  }

  /** A file's name, made absolute: what is relative stands beside the launch file. */
  path(key: string, limits: Limits<string> = {}): string {
    return resolve(this.#directory, this.text(key, limits));
  }

  /** A module of code, as its URL: a file beside the launch file or a package's export. */
  module(key: string): string {
    const specifier = this.text(key);
    try {
      return locateModule(specifier, this.#directory);
    } catch (error) {
      return this.refuse(key, `a file or a package that is there (${(error as Error).message})`);
    }
  }

  texts(key: string, limits: Limits<readonly string[]> = {}): readonly string[] {
    const value = this.#read(key, limits.default);
    if (!Array.isArray(value)) return this.refuse(key, "a list of texts");
    value.forEach((item: unknown, i) => {
      if (typeof item !== "string")
        throw new ConfigError([...this.#path, key, i], `is ${shown(item)}, a text was expected`);
    });
    return value as readonly string[];
  }

  numbers(key: string, limits: Limits<readonly number[]> & { readonly length?: number } = {}): readonly number[] {
    const value = this.#read(key, limits.default);
    const fits =
      Array.isArray(value) && value.every(Number.isFinite) && value.length === (limits.length ?? value.length);
    const count = limits.length === undefined ? "" : `${limits.length} `;
    return fits ? (value as readonly number[]) : this.refuse(key, `a list of ${count}finite numbers`);
  }

  /** A list of objects; empty when it is missing. */
  list<T>(key: string, read: (fields: ConfigFields) => T): T[] {
    const value = this.#read(key, []);
    if (!Array.isArray(value)) return this.refuse(key, "a list");
    return value.map((item: unknown, i) => {
      if (item === undefined || item === null)
        throw new ConfigError([...this.#path, key, i], "is empty, an object was expected");
      return read(this.#child(item, [...this.#path, key, i]));
    });
  }

  /** An object inside; one without fields when it is missing. */
  child(key: string): ConfigFields {
    return this.#child(this.#read(key, {}), [...this.#path, key]);
  }

  /** The whole object, for somebody else to read: nothing in it counts as unknown. */
  get unread(): Readonly<Record<string, unknown>> {
    for (const name of this.names) this.#asked.add(name);
    return this.#values;
  }

  /** Whatever stands there, unread: the caller checks it. */
  raw(key: string): unknown {
    return this.#read(key, undefined);
  }

  /** @throws {ConfigError} always: what the field is, and what was expected */
  refuse(key: string, expected: string): never {
    const value = this.#values[key];
    throw new ConfigError(
      [...this.#path, key],
      value === undefined || value === null
        ? `is missing, ${expected} was expected`
        : `is ${shown(value)}, ${expected} was expected`,
    );
  }

  /** @throws {ConfigError} for the first field, here or inside, that was never asked for */
  refuseUnknown(): void {
    const stranger = this.names.find((name) => !this.#asked.has(name));
    if (stranger !== undefined) {
      const known = this.#asked.size === 0 ? "none" : [...this.#asked].join(", ");
      throw new ConfigError([...this.#path, stranger], `is not a field; there are: ${known}`);
    }
    for (const child of this.#children) child.refuseUnknown();
  }

  #child(value: unknown, path: ConfigPath): ConfigFields {
    const child = new ConfigFields(value, path, this.#directory);
    this.#children.push(child);
    return child;
  }

  #read(key: string, fallback: unknown): unknown {
    this.#asked.add(key);
    return this.has(key) ? this.#values[key] : fallback;
  }
}

function range(min: number | undefined, max: number | undefined): string {
  const [low, high] = [min !== undefined && Number.isFinite(min), max !== undefined && Number.isFinite(max)];
  if (low && high) return ` from ${min} to ${max}`;
  return low ? ` of at least ${min}` : high ? ` of at most ${max}` : "";
}

function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
