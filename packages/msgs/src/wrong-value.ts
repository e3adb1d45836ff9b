import { DelosError } from "@delos/core";

/** The error for a value that does not fit its field: names the field, what it takes and what it got. */
export function wrongValue(where: string, expected: string, value: unknown): DelosError {
  const got =
    value === null
      ? "null"
      : typeof value === "object"
        ? Array.isArray(value)
          ? "an array"
          : `an object of ${value.constructor?.name ?? "no class"}`
        : typeof value === "string"
          ? `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
          : `the ${typeof value} ${String(value as number | bigint | boolean | symbol | undefined)}`;
  return new DelosError("MSG_WRONG_VALUE", `${where} takes ${expected}, not ${got}`, {
    details: { field: where, expected },
  });
}
