import { existsSync, readFileSync, readlinkSync } from "node:fs";

/**
 * A thread as the kernel knows it. A terminated worker leaves no message, but its entry in /proc goes at once, and the time
 * it was started tells it from a later thread with the same number.
 */
export interface ThreadIdentity {
  /** Linux: the thread's id in the kernel. 0 where there is no /proc. */
  readonly tid: number;
  /** Linux: clock ticks after boot. */
  readonly startTicks: string;
}

export const UNKNOWN_THREAD: ThreadIdentity = { tid: 0, startTicks: "" };

/** The calling thread. Unknown where there is no /proc: other threads then see its end only by its own farewell. */
export function thisThread(): ThreadIdentity {
  try {
    const tid = Number(/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1]);
    return Number.isInteger(tid) ? { tid, startTicks: startTicksOf(tid) } : UNKNOWN_THREAD;
  } catch {
    return UNKNOWN_THREAD;
  }
}

/** Whether a thread of this process still runs. An unknown thread counts as alive. */
export function isThreadAlive(thread: ThreadIdentity): boolean {
  if (thread.tid === 0) return true;
  if (!existsSync(`/proc/self/task/${thread.tid}`)) return false;
  try {
    return startTicksOf(thread.tid) === thread.startTicks;
  } catch {
    return false; // it ended between the two looks
  }
}

/** proc(5): field 22 of stat, counted behind the name in parentheses, which may itself hold spaces. */
function startTicksOf(tid: number): string {
  const stat = readFileSync(`/proc/self/task/${tid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
