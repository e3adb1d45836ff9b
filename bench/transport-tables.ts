import type { BenchRow } from "./suite.ts";
import { table } from "./table.ts";

/**
 * Rows of transports as a person reads them: a line for each, a column for each size; throughput for each number of readers,
 * then round trips, then what was lost and who is missing. The rows themselves go into `--json`.
 */
export function transportTables(rows: readonly BenchRow[]): string {
  const measured = rows.filter((row) => row["skipped"] === undefined);
  const parts: string[] = [];
  const throughput = measured.filter((row) => row["test"] === "throughput");
  for (const subscribers of different(throughput, "subscribers")) {
    const here = throughput.filter((row) => row["subscribers"] === subscribers);
    parts.push(section(`messages/s at each reader, 1 writer to ${String(subscribers)}`, pivot(here, rate)));
    parts.push(section(`processor time per second, 1 writer to ${String(subscribers)}`, pivot(here, load)));
  }
  const latency = measured.filter((row) => row["test"] === "latency");
  if (latency.length > 0) parts.push(section("round trip in µs: p50 / p99 / p99.9", pivot(latency, tails)));
  const lost = measured.filter((row) => Number(row["lost"]) > 0);
  parts.push(
    lost.length === 0
      ? "nothing was lost in any cell"
      : section(
          "lost",
          lost.map(({ transport, payload_bytes, subscribers, messages, lost: count }) => ({
            transport,
            payload_bytes,
            subscribers,
            messages,
            lost: count,
          })),
        ),
  );
  const skipped = rows.filter((row) => row["skipped"] !== undefined);
  if (skipped.length > 0) parts.push(section("not measured", skipped));
  return parts.join("\n\n");
}

const section = (title: string, rows: readonly BenchRow[]): string => `${title}\n${table(rows)}`;

const different = (rows: readonly BenchRow[], key: string): unknown[] => [...new Set(rows.map((row) => row[key]))];

function pivot(rows: readonly BenchRow[], cell: (row: BenchRow) => string): BenchRow[] {
  const sizes = different(rows, "payload_bytes");
  return different(rows, "transport").map((transport) => {
    const line: BenchRow = { transport };
    for (const size of sizes) {
      const row = rows.find((each) => each["transport"] === transport && each["payload_bytes"] === size);
      line[bytesText(Number(size))] = row === undefined ? "–" : cell(row);
    }
    return line;
  });
}

const bytesText = (bytes: number): string =>
  bytes >= 1 << 20 ? `${bytes / 2 ** 20} MB` : bytes >= 1024 ? `${bytes / 1024} KB` : `${bytes} B`;

const rate = (row: BenchRow): string => countText(Number(row["msgs_per_s"]));

/** Of all that takes part, in processors; starting included where the program is not ours. */
function load(row: BenchRow): string {
  const seconds = Number(row["cpu_s"]) / Number(row["seconds"]);
  return Number.isFinite(seconds) ? seconds.toFixed(2) : "–";
}

const tails = (row: BenchRow): string =>
  ["p50_us", "p99_us", "p999_us"].map((key) => (typeof row[key] === "number" ? usText(row[key]) : "–")).join(" / ");

const usText = (us: number): string => us.toFixed(us < 10 ? 1 : 0);

function countText(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  if (count >= 1e4) return `${Math.round(count / 1e3)} k`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(1)} k` : String(Math.round(count));
}
