import { readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { thisThread } from "../thread-liveness.ts";

/**
 * A thread of a process as others of the same kernel and PID namespace see it. The time it was started tells it from a later
 * one with the same numbers.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly tid: number;
  /** Clock ticks after boot. */
  readonly startTicks: string;
}

/** The calling thread; undefined where there is no /proc. */
export function thisProcess(): ProcessIdentity | undefined {
  const { tid, startTicks } = thisThread();
  return tid === 0 ? undefined : { pid: process.pid, tid, startTicks };
}

/** Whether it still runs. A zombie does not: it waits for its parent only. */
export function isProcessAlive({ pid, tid, startTicks }: ProcessIdentity): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, "latin1");
    // proc(5): field 3 is the state, field 22 the start, counted behind the name in parentheses, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] !== "Z" && fields[0] !== "X" && fields[19] === startTicks;
  } catch {
    return false;
  }
}

/** The number of this process' PID namespace: elsewhere its pid means nothing. Undefined where there is no /proc. */
export function pidNamespace(): string | undefined {
  try {
    return /\[(\d+)\]/.exec(readlinkSync("/proc/self/ns/pid"))?.[1];
  } catch {
    return undefined;
  }
}
