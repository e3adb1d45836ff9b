import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { expect, test } from "vitest";

const possible = process.platform === "linux" && existsSync("/dev/shm");

test.skipIf(!possible)(
  "Ctrl-C in the middle of a benchmark ends its processes and leaves nothing in /dev/shm",
  async () => {
    const args = ["--import", "tsx", "--conditions=@delos/source", "bench/index.ts", "--only", "mapped"];
    // In a process group of its own: the terminal gives Ctrl-C to all of it.
    const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "exit");
    let text = "";
    child.stderr.on("data", (data: Buffer) => (text += data.toString()));
    const own = (): string[] => readdirSync("/dev/shm").filter((name) => name.startsWith(`delos-bench-${child.pid}-`));
    try {
      await expect.poll(() => own().length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
      process.kill(-child.pid!, "SIGINT");
      const [status] = (await ended) as [number | null];
      expect(text).toContain("SIGINT: ending what was started");
      expect(status).toBe(130);
      expect(own()).toEqual([]);
      await expect.poll(() => anybodyOf(child.pid!)).toBe(false);
    } finally {
      if (anybodyOf(child.pid!)) process.kill(-child.pid!, "SIGKILL");
    }
  },
);

function anybodyOf(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
