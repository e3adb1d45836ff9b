import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Delos, STRING } from "../delos-under-test.test-support.ts";

const OBSERVER = fileURLToPath(new URL("./liveliness-observer.test-support.ts", import.meta.url));
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

let domain = 20 + (process.pid % 40);

/** What a subscriber in another process saw of a publisher whose program does nothing for five seconds. */
async function whileBlocked(thread: boolean, until: string): Promise<string[]> {
  const place = domain++;
  const args = ["--import", "@oxc-node/core/register", "--conditions=@delos/source", OBSERVER, String(place)];
  const observer = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  ends.push(() => observer.kill("SIGKILL"));
  const lines: string[] = [];
  createInterface({ input: observer.stdout }).on("line", (line) => lines.push(line));
  const delos = await Delos.open(place, { interfaces: ["127.0.0.1"], thread, leaseMs: 3000, announceMs: 300 });
  ends.push(() => delos.transport[Symbol.asyncDispose]());
  const writer = delos.writer("beat", STRING, { livelinessLeaseMs: 2500 });
  await expect.poll(() => writer.inner.matched.length, { timeout: 30_000 }).toBe(1);
  await expect.poll(() => lines, { timeout: 30_000 }).toEqual(["matched"]);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
  writer.send({ data: "still here" });
  await expect.poll(() => lines, { timeout: 30_000 }).toContain(until);
  return lines;
}

test("with the protocol in a thread of its own a program that stands still keeps its leases", async () => {
  expect(await whileBlocked(true, "sample")).toEqual(["matched", "sample"]);
}, 90_000);

test("without it, it does not: the others notice", async () => {
  expect(await whileBlocked(false, "not alive")).toContain("not alive");
}, 90_000);
