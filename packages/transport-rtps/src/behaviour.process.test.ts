import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Durability, QosOptions } from "@delos/transport";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Delos, READING } from "./delos-under-test.test-support.ts";
import { buildHand, installed } from "./peers.test-support.ts";

/** How policies of quality of service work out over time, against Cyclone DDS on the other side: DDS 1.4 §2.2.3. */
let domain = process.pid + 40;
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

describe.skipIf(!installed.cyclone)("with Cyclone DDS", () => {
  let folder: string;
  let built: ReturnType<typeof buildHand>;
  let delos: Delos;
  let hands: ChildProcess[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-behaviour-"));
    built = buildHand(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    hands = [];
    domain = 20 + ((domain + 1) % 80);
    delos = await Delos.open(domain);
  });
  afterEach(async () => {
    for (const hand of hands) hand.kill("SIGKILL");
    await delos.transport[Symbol.asyncDispose]();
  });

  function hand(role: "reader" | "writer", words = "", count = 1) {
    const args = [String(domain), role, "t", String(count), ...words.split(" ").filter(Boolean)];
    const child = spawn(built.program, args, {
      env: { ...process.env, ...built.env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    hands.push(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    const say = (line: string): void => void child.stdin.write(`${line}\n`);
    const of = (word: string): string[] => lines.filter((line) => line.startsWith(word));
    return { lines, say, of };
  }
  const matched = (...ours: { readonly inner: { readonly matched: readonly unknown[] } }[]): Promise<void> =>
    until(() => expect(ours.map(({ inner }) => inner.matched.length > 0)).toEqual(ours.map(() => true)));

  const durability = (word: string): Durability =>
    word === "tl" ? "transient_local" : (word as "transient" | "persistent");
  test.for([
    ["transient", "transient", true],
    ["persistent", "tl", true],
    ["tl", "transient", false],
    ["transient", "persistent", false],
  ] as const)("durability %s offered, %s asked for, both ways", async ([offered, requested, fits]) => {
    const verdict = fits ? "matched 1" : "incompatible policy 2";
    const writer = delos.writer("t", READING, { durability: durability(offered) });
    const theirReader = hand("reader", requested);
    await until(() => expect(theirReader.lines).toContain(verdict));
    const told = (): unknown => [writer.inner.matched.length, writer.incompatible[0]?.mismatches[0]?.policy];
    await until(() => expect(told()).toEqual(fits ? [1, undefined] : [0, "durability"]));
    await writer.inner[Symbol.asyncDispose]();
    const reader = delos.reader("t", READING, { durability: durability(requested) });
    const theirWriter = hand("writer", offered);
    await until(() => expect(theirWriter.lines).toContain(verdict));
    await until(() => expect(reader.inner.matched).toHaveLength(fits ? 1 : 0));
    if (!fits) await until(() => expect(reader.incompatible[0]?.mismatches[0]?.policy).toBe("durability"));
  });

  test("XCDR2 asked of a publisher of XCDR1", async () => {
    const writer = delos.writer("t", READING);
    const theirs = hand("reader", "x2");
    await until(() => expect(theirs.of("incompatible")).toHaveLength(1));
    await until(() => expect(writer.incompatible[0]?.mismatches[0]?.policy).toBe("data representation"));
  });

  test("user data that changes at run time: nothing comes twice, nobody is unmatched", async () => {
    const reader = delos.reader("t", READING, { durability: "transient_local", history: "keep_all" });
    const theirs = hand("writer", "tl");
    await matched(reader);
    theirs.say("write 1 a");
    theirs.say("userdata 0 changed");
    theirs.say("write 2 b");
    await until(() => expect(reader.messages).toHaveLength(2));
    const late = delos.reader("t", READING, { durability: "transient_local", history: "keep_all" });
    await until(() => expect(late.messages).toHaveLength(2));
    expect(reader.messages.map((message) => (message as { text: string }).text)).toEqual(["a", "b"]);
    await until(() => expect(theirs.of("matched")).toEqual(["matched 1", "matched 2"]));
  });

  test("exclusive ownership: who is stronger owns what it writes; what it never wrote is another's", async () => {
    const reader = delos.reader("t", READING, { ownership: "exclusive", history: "keep_all" });
    const texts = (): string => reader.messages.map((message) => (message as { text: string }).text).join(" ");
    const [weak, strong] = [hand("writer", "exclusive 1"), hand("writer", "exclusive 5")];
    await until(() => expect(reader.inner.matched).toHaveLength(2));
    for (const { lines } of [weak, strong]) await until(() => expect(lines).toContain("matched 1"));
    weak.say("write 1 weak1");
    await until(() => expect(texts()).toBe("weak1"));
    strong.say("write 1 strong1");
    await until(() => expect(texts()).toBe("weak1 strong1"));
    weak.say("write 1 weak2");
    weak.say("write 2 weak3");
    await until(() => expect(texts()).toBe("weak1 strong1 weak3"));
    strong.say("delete");
    await until(() => expect(reader.inner.matched).toHaveLength(1));
    weak.say("write 1 weak4");
    await until(() => expect(texts()).toBe("weak1 strong1 weak3 weak4"));
  });

  test("the same, owned by our writers", async () => {
    const theirs = hand("reader", "exclusive");
    const writer = (ownershipStrength: number) =>
      delos.writer("t", READING, { ownership: "exclusive", ownershipStrength });
    const [weak, strong] = [writer(1), writer(5)];
    await matched(weak, strong);
    weak.send({ id: 1, text: "weak1" });
    await until(() => expect(theirs.of("data")).toEqual(["data 1 weak1"]));
    strong.send({ id: 1, text: "strong1" });
    await until(() => expect(theirs.of("data").at(-1)).toBe("data 1 strong1"));
    weak.send({ id: 1, text: "weak2" });
    weak.send({ id: 2, text: "weak3" });
    await until(() => expect(theirs.of("data").at(-1)).toBe("data 2 weak3"));
    await strong.inner[Symbol.asyncDispose]();
    await until(() => expect(theirs.lines.at(-1)).toBe("alive 1 not alive 0"));
    weak.send({ id: 1, text: "weak4" });
    await until(() => expect(theirs.of("data").at(-1)).toBe("data 1 weak4"));
    expect(theirs.of("data")).toHaveLength(4);
  });

  test("a deadline is missed by each instance, as often as they say", async () => {
    const reader = delos.reader("t", READING, { deadlineMs: 250 });
    const theirs = hand("writer", "deadline 250");
    await until(() => expect(theirs.lines).toContain("matched 1"));
    await matched(reader);
    theirs.say("write 1 a");
    theirs.say("write 2 b");
    await until(() => expect(Number(theirs.of("deadline").at(-1)?.split(" ").at(-1))).toBeGreaterThanOrEqual(4));
    await until(() => expect(reader.inner.counters.deadlinesMissed).toBeGreaterThanOrEqual(4));
    theirs.say("unregister 1");
    theirs.say("unregister 2");
    await until(() => expect(reader.ended).toHaveLength(2));
  });

  test("manual by participant: one writer speaks for both, and for no other participant", async () => {
    const qos: QosOptions = { liveliness: "manual_by_participant", livelinessLeaseMs: 1000 };
    const [speaking, silent] = [delos.writer("t", READING, qos), delos.writer("t", READING, qos)];
    const other = await Delos.open(domain);
    const dumb = other.writer("t", READING, qos);
    const timer = setInterval(() => speaking.inner.assertLiveliness(), 50);
    const theirs = hand("reader", "participant 1200");
    await matched(speaking, silent, dumb);
    await until(() => expect(theirs.of("alive").at(-1)).toBe("alive 2 not alive 1"));
    clearInterval(timer);
    await until(() => expect(theirs.of("alive").at(-1)).toBe("alive 0 not alive 3"));
    await other.transport[Symbol.asyncDispose]();
  });

  test("the last of each instance waits for who comes late", async () => {
    const writer = delos.writer("t", READING, { durability: "transient_local", depth: 2 });
    for (let i = 0; i < 12; i++) writer.send({ id: i % 3, text: `n${i}` });
    const theirs = hand("reader", "tl");
    const expected = ["data 0 n6", "data 0 n9", "data 1 n10", "data 1 n7", "data 2 n11", "data 2 n8"];
    await until(() => expect(theirs.of("data").sort()).toEqual(expected));
    const ours = delos.reader("t", READING, { durability: "transient_local", depth: 1 });
    await until(() => expect(ours.messages).toHaveLength(3));
    expect(ours.messages).toEqual([0, 1, 2].map((id) => ({ id, text: `n${id + 9}` })));
  });
});
