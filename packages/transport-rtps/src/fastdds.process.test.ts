import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { BLOB, Delos, pattern, READING, STRING, startPeer, texts } from "./delos-under-test.test-support.ts";
import { expectKilledPeersReplaced } from "./killed-peers.test-support.ts";
import { buildPeer, installed } from "./peers.test-support.ts";

/**
 * Delos against eProsima Fast DDS: the peer of test-peers is compiled with what the system has installed
 * (Debian: libfastrtps-dev, libfastcdr-dev, g++), and everything happens on loopback.
 */
const until = (check: () => void, timeout = 20_000): Promise<void> => vi.waitFor(check, { timeout, interval: 5 });

let domain = process.pid + 40;

describe.skipIf(!installed.fastdds)("with eProsima Fast DDS (skipped without its headers and c++)", () => {
  let folder: string;
  let built: ReturnType<typeof buildPeer>;
  let peers: ChildProcess[];
  let delos: Delos;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-peer-"));
    built = buildPeer("fastdds", folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    peers = [];
    domain = 20 + ((domain + 1) % 80);
    delos = await Delos.open(domain);
  });
  afterEach(async () => {
    for (const peer of peers) peer.kill("SIGKILL");
    await delos.transport[Symbol.asyncDispose]();
  });

  function peer(...args: string[]): ReturnType<typeof startPeer> {
    const started = startPeer(built.program, [String(domain), ...args]);
    peers.push(started.process);
    return started;
  }

  describe.for(["reliable", "best_effort"] as const)("%s", (reliability) => {
    const flags = reliability === "reliable" ? [] : ["be"];
    test("its strings arrive here", async () => {
      const reader = delos.reader("/chatter", STRING, { reliability, history: "keep_all" });
      const { lines } = peer("pub", "string", "rt/chatter", "count", "200", ...flags);
      await until(() => expect(reader.messages).toHaveLength(200));
      expect(reader.messages).toEqual(texts(200).map((data) => ({ data })));
      if (reliability === "reliable") await until(() => expect(lines).toEqual(["written 200 acknowledged yes"]));
    });

    test("our strings arrive there", async () => {
      const { lines } = peer("sub", "string", "rt/chatter", ...flags);
      const writer = delos.writer("/chatter", STRING, { reliability, history: "keep_all" });
      await until(() => expect(writer.inner.matched).toHaveLength(1));
      if (reliability === "best_effort") {
        // Nobody tells when a best-effort reader has matched its side: it listens when something has come through.
        await until(() => {
          writer.send({ data: "knock" });
          expect(lines).toContain("text knock");
        });
      }
      for (const data of texts(200)) writer.send({ data });
      const expected = texts(200).map((text) => `text ${text}`);
      await until(() => expect(lines.filter((line) => line !== "text knock")).toEqual(expected));
      await writer.inner.waitForAcknowledgments({ timeoutMs: 10_000 });
    });
  });

  test("late joiners get transient-local samples, there and here", async () => {
    const writer = delos.writer("/late", STRING, { durability: "transient_local", depth: 5 });
    for (const data of texts(8)) writer.send({ data });
    const there = peer("sub", "string", "rt/late", "tl");
    const last = texts(8).slice(3);
    await until(() => expect(there.lines).toEqual(last.map((text) => `text ${text}`)));
    peer("pub", "string", "rt/early", "count", "5", "tl");
    await until(() => expect(delos.topics()).toContain("/early"));
    const reader = delos.reader("/early", STRING, { durability: "transient_local" });
    await until(() => expect(reader.messages).toEqual(texts(5).map((data) => ({ data }))));
  });

  test("keyed instances and their end arrive here and there", async () => {
    const readings = delos.reader("up", READING, { history: "keep_all" });
    peer("pub", "reading", "up", "count", "6", "dispose");
    await until(() => expect(readings.messages).toHaveLength(6));
    await until(() =>
      expect(readings.ended.map(({ instanceState }) => instanceState)).toEqual(
        Array.from({ length: 3 }, () => "disposed"),
      ),
    );
    const { lines } = peer("sub", "reading", "down");
    const writer = delos.writer("down", READING, { history: "keep_all" });
    await until(() => expect(writer.inner.matched).toHaveLength(1));
    writer.send({ id: 1, text: "one" });
    await until(() => expect(lines).toEqual(["reading 1 one"]));
    writer.send({ id: 1, text: "" }, { instanceState: "disposed" });
    await until(() => expect(lines[1]).toBe("instance disposed"));
  });

  test.for([1 << 20, 16 << 20])("%i bytes arrive here and there, whole", async (size) => {
    const reader = delos.reader("up", BLOB, { history: "keep_all" });
    peer("pub", "blob", "up", "count", "2", "size", String(size));
    await until(() => expect(reader.messages.length).toBe(2), 60_000); // the length alone: the messages are long to print
    for (const message of reader.messages) {
      const { n, data } = message as { n: number; data: Uint8Array };
      expect(Buffer.compare(data, pattern(n, size))).toBe(0);
    }
    const { lines } = peer("sub", "blob", "down");
    const writer = delos.writer("down", BLOB, { history: "keep_all" });
    await until(() => expect(writer.inner.matched).toHaveLength(1));
    for (let n = 1; n <= 2; n++) writer.send({ n, data: pattern(n, size) });
    await until(() => expect(lines).toEqual([1, 2].map((n) => `blob ${n} ${size} whole`)), 60_000);
  });

  test("killed peers go with their lease, new ones are found at once", () =>
    expectKilledPeersReplaced(delos, peer, (check, timeout) => until(check, timeout ?? 20_000), 40_000));

  test("QoS that does not fit is reported here exactly where Fast DDS's own status says so", async () => {
    const { lines } = peer("sub", "string", "rt/chatter");
    const writer = delos.writer("/chatter", STRING, { reliability: "best_effort" });
    await until(() => expect(writer.incompatible).toHaveLength(1));
    expect(writer.incompatible[0]!.mismatches).toMatchObject([
      { policy: "reliability", offered: "best_effort", requested: "reliable" },
    ]);
    // RELIABILITY_QOS_POLICY_ID
    await until(() => expect(lines).toEqual(["incompatible policy 11"]));
  });
});
