import type { BenchRow } from "./suite.ts";

/** Rows as aligned text, a column for each key that any of them has. */
export function table(rows: readonly BenchRow[]): string {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => keys.map((key) => cell(row[key])));
  const widths = keys.map((key, i) => Math.max(key.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => row.map((text, i) => text.padStart(widths[i]!)).join("  ");
  return [line(keys), ...cells.map(line)].join("\n");
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "number") return JSON.stringify(value);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toString();
  return value.toPrecision(4).replace(/\.?0+$/, "");
}
