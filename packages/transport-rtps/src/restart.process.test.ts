import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startPeer } from "./delos-under-test.test-support.ts";
import { buildPeer, installed } from "./peers.test-support.ts";

const DELOS = fileURLToPath(new URL("./delos-peer.test-support.ts", import.meta.url));
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 5 });

let domain = 20 + (process.pid % 80);

/** What the others see of a Delos that is killed and started again; what Delos sees of them is tested beside the rest of each. */
describe.for(["cyclone", "fastdds"] as const)("%s as witness", (stack) => {
  describe.skipIf(!installed[stack])("(skipped without it)", () => {
    let folder: string;
    let built: ReturnType<typeof buildPeer>;
    let programs: ChildProcess[];
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "delos-restart-"));
      built = buildPeer(stack, folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    beforeEach(() => {
      programs = [];
      domain = 20 + ((domain + 1) % 80);
    });
    afterEach(() => {
      for (const program of programs) program.kill("SIGKILL");
    });

    const peer = (...args: string[]): readonly string[] => {
      const { lines, process } = startPeer(built.program, [String(domain), ...args], built.env);
      programs.push(process);
      return lines;
    };
    const delos = (...args: string[]): { lines: string[]; child: ChildProcess } => {
      const node = ["--import", "@oxc-node/core/register", "--conditions=@delos/source", DELOS];
      const words = [...node, "127.0.0.1", String(domain), ...args, "lease", "3000"];
      const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
      programs.push(child);
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
      return { lines, child };
    };

    test("a publisher: its successor is heard at once, itself gone with its lease", async () => {
      const lines = peer("sub", "string", "rt/chatter", "count", "1000");
      // Some tell of the instance that nobody writes any more, too.
      const heard = (): string[] => lines.filter((line) => line.startsWith("text"));
      const status = peer("request", "string", "rt/chatter");
      const first = delos("pub", "string", "/chatter", "count", "3");
      await until(() => expect(first.lines).toEqual(["matched", "matched"]));
      first.child.stdin!.write("go\n");
      await until(() => expect(heard()).toEqual([1, 2, 3].map((n) => `text sample ${n}`)));
      first.child.kill("SIGKILL");
      const second = delos("pub", "string", "/chatter", "count", "2");
      await until(() => expect(second.lines.slice(0, 2)).toEqual(["matched", "matched"]));
      second.child.stdin!.write("go\n");
      await until(() => expect(heard().slice(3)).toEqual([1, 2].map((n) => `text sample ${n}`)));
      // The dead one's lease ends, and with the living one's nobody is left.
      second.child.kill("SIGKILL");
      await until(() => expect(status.at(-1)).toBe("matched 0"));
    });

    test("a subscriber: its successor gets what is written from then on, the publisher is not held up", async () => {
      const status = peer("offer", "string", "rt/chatter");
      const first = delos("sub", "string", "/chatter");
      await until(() => expect(status.at(-1)).toBe("matched 1"));
      await until(() => expect(first.lines).toEqual(["matched"]));
      first.child.kill("SIGKILL");
      const second = delos("sub", "string", "/chatter");
      await until(() => expect(second.lines).toEqual(["matched"]));
      peer("pub", "string", "rt/chatter", "count", "4");
      await until(() => expect(second.lines.filter((line) => line.startsWith("text"))).toHaveLength(4));
      second.child.kill("SIGKILL");
      await until(() => expect(status.at(-1)).toBe("matched 0"));
    });
  });
});
