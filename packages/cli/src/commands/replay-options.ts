import { MAX_RATE, MIN_RATE } from "@delos/bag";
import { UsageError } from "@delos/core";
import type { CommandContext } from "../command.ts";

/** A number behind an option; undefined when it was not given. @throws {UsageError} naming the option */
export function numberOption(
  { values }: CommandContext,
  name: string,
  {
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  }: { readonly min?: number; readonly max?: number } = {},
): number | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max && Number.isFinite(value)) return value;
  const range = [
    ...(min > Number.NEGATIVE_INFINITY ? [`from ${min}`] : []),
    ...(max < Number.POSITIVE_INFINITY ? [`to ${max}`] : []),
  ];
  throw new UsageError(`--${name} ${text}: ${["a number", ...range].join(" ")} was expected`);
}

/** `--rate`: 0.01 … 1000, or `max`. Default 1. */
export function rateOption(context: CommandContext): number {
  const text = context.values["rate"];
  if (text === "max" || text === "inf") return Number.POSITIVE_INFINITY;
  return numberOption(context, "rate", { min: MIN_RATE, max: MAX_RATE }) ?? 1;
}

/** Texts behind an option that may be repeated, and may hold several separated by commas. Undefined: not given. */
export function namesOption({ values }: CommandContext, ...options: readonly string[]): string[] | undefined {
  const given = options.flatMap((option) => {
    const value = values[option];
    return typeof value === "string" ? [value] : Array.isArray(value) ? (value as string[]) : [];
  });
  if (given.length === 0) return undefined;
  return given.flatMap((text) => text.split(/[,\s]+/)).filter((name) => name !== "");
}
