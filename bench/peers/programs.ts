import { type SpawnOptions, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

export function inPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

export interface Output {
  readonly text: string;
  /** Its status, or the signal that ended it, in words. */
  readonly ended: string;
}

/** Runs a program to its end and gives what it printed; it is killed after `limitMs`, and when `signal` says so. */
export function output(
  program: string,
  args: readonly string[],
  options: Pick<SpawnOptions, "env"> & { readonly limitMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const { env, limitMs: timeout, signal } = options;
    const limits = { timeout, killSignal: "SIGKILL", ...(signal === undefined ? {} : { signal }) } as const;
    const child = spawn(program, args, { ...limits, env, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
    child.once("error", (error) => {
      if (!signal?.aborted) reject(error);
    });
    child.once("close", (status, killed) => resolve({ text, ended: killed ?? `status ${status}` }));
  });
}

/**
 * Processor time of the children that have ended, theirs included, in seconds: the kernel counts in hundredths. What a
 * program needs to start is part of it. proc(5), cutime and cstime.
 */
export function childrenCpuS(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the first is field 3
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return Number.NaN;
  }
}
