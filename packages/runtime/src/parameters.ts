import { type EventMap, Events, UsageError } from "@delos/core";
import type { ParameterDefinition, ParameterProblem, ParameterValue } from "./parameter.ts";
import { ParameterError, parameterProblem } from "./parameter.ts";

export type Definitions = Readonly<Record<string, ParameterDefinition>>;

/** The values that definitions describe: `{ kp: number; mode: "auto" | "manual" }`. */
export type ValuesOf<D extends Definitions> = {
  readonly [K in keyof D]: D[K] extends ParameterDefinition<infer V> ? Widened<V> : never;
};
type Widened<V> = V extends boolean ? boolean : V;

/** One atomic set: what changed, from what to what. */
export interface ParameterChange<D extends Definitions = Definitions> {
  readonly values: ValuesOf<D>;
  readonly previous: ValuesOf<D>;
  readonly changed: readonly (keyof D & string)[];
}

interface ParameterEvents<D extends Definitions> extends EventMap {
  change: ParameterChange<D>;
}

/** Judges all values together; a reason refuses them. */
export type ParameterValidator<D extends Definitions> = (values: ValuesOf<D>) => string | undefined;

/**
 * A group of a node's parameters. `values` is a snapshot that is replaced as a whole: nobody ever sees half a change. Tools
 * read and set the same values by the node's services.
 */
export class Parameters<D extends Definitions = Definitions> {
  readonly definitions: D;
  readonly #validate: ParameterValidator<D> | undefined;
  readonly #events: Events<ParameterEvents<D>> = new Events();
  readonly #onChange: (change: ParameterChange<D>) => void;
  #values: ValuesOf<D>;

  /**
   * Use `node.parameters()`.
   * @throws {ParameterError} when a default or an override does not fit
   */
  constructor(
    definitions: D,
    overrides: Readonly<Record<string, unknown>>,
    validate: ParameterValidator<D> | undefined,
    onChange: (change: ParameterChange<D>) => void,
  ) {
    this.definitions = definitions;
    this.#validate = validate;
    this.#onChange = onChange;
    const defaults = Object.fromEntries(Object.entries(definitions).map(([name, d]) => [name, d.default]));
    const own = Object.fromEntries(Object.entries(overrides).filter(([name]) => name in definitions));
    this.#values = Object.freeze({ ...defaults, ...own }) as ValuesOf<D>;
    const problems = this.#problems(this.#values as Readonly<Record<string, unknown>>, this.#values);
    if (problems.length > 0) throw new ParameterError(problems);
  }

  get values(): ValuesOf<D> {
    return this.#values;
  }

  /**
   * All of `changes` or none.
   * @throws {ParameterError} naming each value that does not fit
   */
  set(changes: Partial<ValuesOf<D>>): void {
    const problems = this.problems(changes as Readonly<Record<string, unknown>>);
    if (problems.length > 0) throw new ParameterError(problems);
    const previous = this.#values;
    const values: ValuesOf<D> = Object.freeze({ ...previous, ...changes } as ValuesOf<D>);
    const changed = Object.keys(changes).filter((name) => !isEqual(previous[name]!, values[name]!));
    if (changed.length === 0) return;
    this.#values = values;
    const change = { values, previous, changed };
    this.#onChange(change);
    this.#events.emit("change", change);
  }

  /** Why `set(changes)` would throw; empty when it would not. */
  problems(changes: Readonly<Record<string, unknown>>): ParameterProblem[] {
    const readOnly = Object.keys(changes)
      .filter((name) => this.definitions[name]?.readOnly === true)
      .map((name) => ({ name, code: "PARAMETER_READ_ONLY", reason: "it can only be set where the node is started" }));
    if (readOnly.length > 0) return readOnly;
    return this.#problems(changes, { ...this.#values, ...changes } as ValuesOf<D>);
  }

  /** Watches. Called after each atomic set that changed something. */
  on(event: "change", listener: (change: ParameterChange<D>) => void): Disposable {
    return this.#events.on(event, listener);
  }

  #problems(changes: Readonly<Record<string, unknown>>, values: ValuesOf<D>): ParameterProblem[] {
    const problems = Object.entries(changes).flatMap(([name, value]) => {
      const definition = Object.hasOwn(this.definitions, name) ? this.definitions[name] : undefined;
      if (definition === undefined) return { name, code: "PARAMETER_UNKNOWN", reason: "there is no such parameter" };
      return parameterProblem(name, definition, value) ?? [];
    });
    if (problems.length > 0 || this.#validate === undefined) return problems;
    const reason = this.#validate(values);
    const names = Object.keys(changes).join(", ");
    return reason === undefined ? [] : [{ name: names, code: "PARAMETER_REFUSED", reason }];
  }
}

const isEqual = (a: ParameterValue, b: ParameterValue): boolean =>
  Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((each, i) => Object.is(each, b[i]))
    : Object.is(a, b);

export function checkParameterNames(names: readonly string[], taken: (name: string) => boolean): void {
  for (const name of names) {
    if (!/^[A-Za-z_][\w./]*$/.test(name)) throw new UsageError(`"${name}" is no name for a parameter`);
    if (taken(name)) throw new UsageError(`The parameter "${name}" is declared already`);
  }
}
