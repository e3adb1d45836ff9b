import { DelosError } from "@delos/core";

/** A driven path, in columns: one entry a sample, about 10 ms apart. UTM metres, rad with 0 east, SI. */
export interface DrivenPath {
  readonly length: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly speed: Float64Array;
  readonly acceleration: Float64Array;
  readonly curvature: Float64Array;
  readonly curvatureChangeRate: Float64Array;
  readonly time: Float64Array;
  readonly theta: Float64Array;
  readonly gear: Float64Array;
  readonly s: Float64Array;
}

/** Columns that the player needs, as the recorder's header names them. */
const COLUMNS = {
  x: "x",
  y: "y",
  z: "z",
  speed: "speed",
  acceleration: "acceleration",
  curvature: "curvature",
  curvatureChangeRate: "curvature_change_rate",
  time: "time",
  theta: "theta",
  gear: "gear",
  s: "s",
} as const;

/**
 * Reads a recorder's file (garage.csv): a header line of names, then numbers separated by commas.
 * @throws {DelosError} PATH_FILE naming file, line and what was expected
 */
export function parseDrivenPath(text: string, file = "trajectory"): DrivenPath {
  const fail = (line: number, what: string): never => {
    throw new DelosError("PATH_FILE", `${file}: line ${line}: ${what}`, { details: { file, line } });
  };
  const lines = text.split(/\r?\n/);
  const names = (lines[0] ?? "")
    .replace(/^#/, "")
    .split(",")
    .map((name) => name.trim());
  const indices = Object.values(COLUMNS).map((name) => {
    const index = names.indexOf(name);
    return index >= 0 ? index : fail(1, `there is no column "${name}" among "${names.join(",")}"`);
  });
  const rows: number[][] = [];
  lines.slice(1).forEach((line, i) => {
    if (line.trim() === "") return;
    const cells = line.split(",");
    if (cells.length !== names.length) fail(i + 2, `${cells.length} values, ${names.length} were expected`);
    rows.push(
      indices.map((index) => {
        const cell = cells[index]!.trim();
        const value = cell === "" ? Number.NaN : Number(cell);
        return Number.isFinite(value) ? value : fail(i + 2, `"${cell}" is not a finite number`);
      }),
    );
  });
  const columns = Object.keys(COLUMNS).map((key, j) => [key, Float64Array.from(rows, (row) => row[j]!)] as const);
  return { length: rows.length, ...Object.fromEntries(columns) } as unknown as DrivenPath;
}
