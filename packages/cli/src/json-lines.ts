import { once } from "node:events";
import { createInterface } from "node:readline";
import { DelosError, type JsonValue, throwIfAborted } from "@delos/core";
import type { CommandContext } from "./command.ts";

/** An object of one input line, and how to say what is wrong with it. */
export interface JsonLine {
  readonly number: number;
  readonly value: { readonly [key: string]: JsonValue };
}

/**
 * The objects on standard input, one a line; empty lines are skipped. Reads no faster than the consumer.
 * @throws {DelosError} INPUT_LINE naming the line that is not a JSON object
 */
export async function* jsonLines(context: Pick<CommandContext, "in" | "signal">): AsyncGenerator<JsonLine> {
  let number = 0;
  for await (const text of createInterface({ input: context.in, crlfDelay: Number.POSITIVE_INFINITY })) {
    throwIfAborted(context.signal, "reading");
    number++;
    if (text.trim() === "") continue;
    let value: JsonValue;
    try {
      value = JSON.parse(text) as JsonValue;
    } catch (error) {
      throw new DelosError("INPUT_LINE", `line ${number} is not JSON: ${(error as Error).message}`, { cause: error });
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new DelosError("INPUT_LINE", `line ${number}: a JSON object was expected`);
    }
    yield { number, value: value as JsonLine["value"] };
  }
}

/** A number of a line, or what it is otherwise. "NaN" and "Infinity" are what protobuf's JSON has for those. */
export function numberOf(line: JsonLine, field: string): number {
  const value = line.value[field];
  if (typeof value === "number") return value;
  throw new DelosError(
    "INPUT_LINE",
    `line ${line.number}: ${field} is ${JSON.stringify(value)}, a number was expected`,
  );
}

/**
 * The message in `field`, undefined when it is absent.
 * @throws {DelosError} INPUT_LINE naming line, field and what does not fit
 */
export function messageOf<T>(line: JsonLine, field: string, type: { fromJSON(json: JsonValue): T }): T | undefined {
  const json = line.value[field];
  if (json === undefined || json === null) return undefined;
  try {
    return type.fromJSON(json);
  } catch (error) {
    throw new DelosError("INPUT_LINE", `line ${line.number}: ${field}: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes `value` as a line and waits while the reader is behind. */
export async function writeLine(context: Pick<CommandContext, "out" | "signal">, value: JsonValue): Promise<void> {
  if (!context.out.write(`${JSON.stringify(value)}\n`)) await once(context.out, "drain", { signal: context.signal });
}
