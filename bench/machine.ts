import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

/** What a figure means nothing without. */
export function machine(): Record<string, unknown> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()}`,
    node: process.versions.node,
    load_before: Number(loadavg()[0]!.toFixed(2)),
  };
}
