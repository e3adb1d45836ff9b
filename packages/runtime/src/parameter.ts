import { DelosError } from "@delos/core";
import type { delos } from "@delos/msgs";

/** What a parameter can hold. Integers are safe integers; on the wire they have 64 bits. */
export type ParameterValue = boolean | number | string | readonly number[] | readonly string[];

interface Described {
  readonly description?: string;
  readonly unit?: string;
  /** Set once, where it is declared (or by the runtime's `parameters`), never again. */
  readonly readOnly?: boolean;
}

interface Ranged extends Described {
  readonly min?: number;
  readonly max?: number;
  /** Values are `min` (or 0) plus a multiple of it. */
  readonly step?: number;
}

export type ParameterKind = "boolean" | "integer" | "number" | "string" | "numbers" | "strings";

/** Type, default and limits of one parameter. */
export interface ParameterDefinition<V extends ParameterValue = ParameterValue> extends Ranged {
  readonly kind: ParameterKind;
  readonly default: V;
  /** Of a string: what it may be. */
  readonly choices?: readonly string[];
}

/** `node.parameters({ kp: parameter.number(1.2, { min: 0, max: 10 }), mode: parameter.oneOf(["auto", "manual"]) })` */
export const parameter = {
  boolean: (value: boolean, options: Described = {}): ParameterDefinition<boolean> => ({
    kind: "boolean",
    default: value,
    ...options,
  }),
  /** A whole number. */
  integer: (value: number, options: Ranged = {}): ParameterDefinition<number> => ({
    kind: "integer",
    default: value,
    ...options,
  }),
  number: (value: number, options: Ranged = {}): ParameterDefinition<number> => ({
    kind: "number",
    default: value,
    ...options,
  }),
  string: (value: string, options: Described = {}): ParameterDefinition<string> => ({
    kind: "string",
    default: value,
    ...options,
  }),
  /** One of a few strings; the first is the default. */
  oneOf: <const C extends string>(choices: readonly [C, ...C[]], options: Described = {}): ParameterDefinition<C> => ({
    kind: "string",
    default: choices[0],
    choices,
    ...options,
  }),
  /** Each within the limits. */
  numbers: (value: readonly number[], options: Ranged = {}): ParameterDefinition<readonly number[]> => ({
    kind: "numbers",
    default: value,
    ...options,
  }),
  strings: (value: readonly string[], options: Described = {}): ParameterDefinition<readonly string[]> => ({
    kind: "strings",
    default: value,
    ...options,
  }),
} as const;

/** Why a value was refused. `details.problems` has one entry a parameter: name, code, reason. */
export class ParameterError extends DelosError {
  override readonly name = "ParameterError";
  readonly problems: readonly ParameterProblem[];
  constructor(problems: readonly ParameterProblem[]) {
    super("PARAMETER_REFUSED", problems.map((p) => `${p.name}: ${p.reason}`).join("; "), { details: { problems } });
    this.problems = problems;
  }
}

export interface ParameterProblem {
  readonly name: string;
  /** PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE, PARAMETER_CHOICE, PARAMETER_READ_ONLY, PARAMETER_REFUSED */
  readonly code: string;
  readonly reason: string;
}

/** Why `value` does not fit the definition; undefined when it does. */
export function parameterProblem(
  name: string,
  definition: ParameterDefinition,
  value: unknown,
): ParameterProblem | undefined {
  const problem = (code: string, reason: string): ParameterProblem => ({ name, code, reason });
  if (!hasKind(definition.kind, value)) {
    return problem("PARAMETER_TYPE", `${show(value)} is no ${KIND_NAMES[definition.kind]}`);
  }
  if (definition.choices !== undefined && !definition.choices.includes(value as string)) {
    return problem("PARAMETER_CHOICE", `${show(value)} is none of ${definition.choices.join(", ")}`);
  }
  const { min = -Infinity, max = Infinity, step } = definition;
  for (const number of typeof value === "number" ? [value] : Array.isArray(value) ? value : []) {
    if (typeof number !== "number") continue;
    if (number < min || number > max) return problem("PARAMETER_RANGE", `${number} is not within [${min}, ${max}]`);
    if (step === undefined) continue;
    const steps = (number - (definition.min ?? 0)) / step;
    if (Math.abs(steps - Math.round(steps)) > 1e-9 * Math.max(1, Math.abs(steps))) {
      return problem("PARAMETER_RANGE", `${number} is not ${definition.min ?? 0} plus a multiple of ${step}`);
    }
  }
  return undefined;
}

const KIND_NAMES: Readonly<Record<ParameterKind, string>> = {
  boolean: "boolean",
  integer: "whole number",
  number: "number",
  string: "string",
  numbers: "list of numbers",
  strings: "list of strings",
};

function hasKind(kind: ParameterKind, value: unknown): boolean {
  switch (kind) {
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && !Number.isNaN(value);
    case "string":
      return typeof value === "string";
    case "numbers":
      return Array.isArray(value) && value.every((each) => typeof each === "number" && !Number.isNaN(each));
    case "strings":
      return Array.isArray(value) && value.every((each) => typeof each === "string");
  }
}

const show = (value: unknown): string =>
  typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? String(value));

export function parameterToMessage(kind: ParameterKind, value: ParameterValue): delos.ParameterValue {
  switch (kind) {
    case "boolean":
      return { bool_value: value as boolean };
    case "integer":
      return { integer_value: BigInt(value as number) };
    case "number":
      return { double_value: value as number };
    case "string":
      return { string_value: value as string };
    case "numbers":
      return { double_array: { values: value as readonly number[] } };
    case "strings":
      return { string_array: { values: value as readonly string[] } };
  }
}

/** The plain value, whatever its type; undefined when there is none. */
export function parameterFromMessage(message: delos.ParameterValue | undefined): ParameterValue | undefined {
  if (message === undefined) return undefined;
  if (message.integer_value !== undefined) return Number(message.integer_value);
  if (message.integer_array !== undefined) return (message.integer_array.values ?? []).map(Number);
  if (message.double_array !== undefined) return message.double_array.values ?? [];
  if (message.string_array !== undefined) return message.string_array.values ?? [];
  return message.bool_value ?? message.double_value ?? message.string_value;
}

export function definitionToMessage(name: string, definition: ParameterDefinition): delos.ParameterDescriptor {
  const { description, unit, readOnly, min, max, step, choices } = definition;
  return {
    name,
    default_value: parameterToMessage(definition.kind, definition.default),
    ...(description !== undefined && { description }),
    ...(unit !== undefined && { unit }),
    ...(readOnly !== undefined && { read_only: readOnly }),
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
    ...(step !== undefined && { step }),
    ...(choices !== undefined && { choices }),
  };
}
