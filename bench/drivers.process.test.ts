import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";

/** Those that every machine has: rings, and what is compared with them. What they measure in so short a time is nobody's business. */
const DRIVERS = ["shm", "shm-loan", "shm-plain", "ringbuf", "postmessage", "broadcast", "unix", "ws"];

test("every way between threads carries messages through the benchmark, and none is lost", () => {
  const folder = mkdtempSync(join(tmpdir(), "delos-bench-"));
  try {
    const file = join(folder, "rows.json");
    const args = ["--import", "tsx", "--conditions=@delos/source", "bench/index.ts"];
    args.push("--only", "threads,postmessage,broadcast,ringbuf,unix,ws", "--quick");
    args.push("--sizes", "256", "--subscribers", "1", "--json", file);
    execFileSync(process.execPath, args, { stdio: "pipe" });
    const rows = JSON.parse(readFileSync(file, "utf8")) as { transport?: string; test?: string; lost?: number }[];
    for (const kind of ["throughput", "latency"]) {
      const measured = rows.filter(({ test: of }) => of === kind).map(({ transport }) => transport);
      expect(measured, kind).toEqual(expect.arrayContaining(DRIVERS));
    }
    expect(rows.filter(({ lost = 0 }) => lost > 0)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
