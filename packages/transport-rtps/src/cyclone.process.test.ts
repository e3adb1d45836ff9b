import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessageSchema } from "@delos/core";
import { codecFor } from "@delos/wire";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { BLOB, Delos, NAMED, pattern, READING, STRING, startPeer, texts } from "./delos-under-test.test-support.ts";
import { expectKilledPeersReplaced } from "./killed-peers.test-support.ts";
import { buildPeer, installed } from "./peers.test-support.ts";

/**
 * Delos against Eclipse Cyclone DDS: the peer of test-peers is compiled with what the system has installed
 * (Debian: cyclonedds-dev, cyclonedds-tools, gcc), and everything happens on loopback.
 */
const until = (check: () => void, timeout = 20_000): Promise<void> => vi.waitFor(check, { timeout, interval: 5 });

let domain = process.pid;

describe.skipIf(!installed.cyclone)("with Eclipse Cyclone DDS (skipped without idlc and cc)", () => {
  let folder: string;
  let built: ReturnType<typeof buildPeer>;
  let peers: ChildProcess[];
  let delos: Delos;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-peer-"));
    built = buildPeer("cyclone", folder);
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
    const started = startPeer(built.program, [String(domain), ...args], built.env);
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
      const { lines } = peer("sub", "string", "rt/chatter", "count", "100000", ...flags);
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
      await until(() => expect(lines.filter((line) => line !== "text knock").slice(-200)).toEqual(expected));
      await writer.inner.waitForAcknowledgments({ timeoutMs: 10_000 });
    });
  });

  test("late joiners get transient-local samples, there and here", async () => {
    const writer = delos.writer("/late", STRING, { durability: "transient_local", depth: 5 });
    for (const data of texts(8)) writer.send({ data });
    const there = peer("sub", "string", "rt/late", "count", "5", "tl");
    await until(() =>
      expect(there.lines).toEqual(
        texts(8)
          .slice(3)
          .map((text) => `text ${text}`),
      ),
    );
    peer("pub", "string", "rt/early", "count", "5", "tl");
    await until(() => expect(delos.topics()).toContain("/early"));
    const reader = delos.reader("/early", STRING, { durability: "transient_local" });
    await until(() => expect(reader.messages).toEqual(texts(5).map((data) => ({ data }))));
  });

  test("keyed instances and their end arrive here, with short and with long keys", async () => {
    const readings = delos.reader("readings", READING, { history: "keep_all" });
    const named = delos.reader("named", NAMED, { history: "keep_all" });
    peer("pub", "reading", "readings", "count", "6", "dispose");
    peer("pub", "named", "named", "count", "6", "dispose");
    await until(() => expect(readings.messages).toHaveLength(6));
    await until(() => expect(named.messages).toHaveLength(6));
    expect(readings.messages[1]).toEqual({ id: 2, text: "sample 2" });
    await until(() => expect([readings.ended.length, named.ended.length]).toEqual([3, 3]));
    expect([...readings.ended, ...named.ended].map(({ instanceState }) => instanceState)).toEqual(
      Array.from({ length: 6 }, () => "disposed"),
    );
  });

  test("our keyed instances and their end arrive there, with short and with long keys", async () => {
    const readings = peer("sub", "reading", "readings", "count", "2", "dispose");
    const named = peer("sub", "named", "named", "count", "1", "dispose");
    const [reading, name] = [delos.writer("readings", READING), delos.writer("named", NAMED)];
    await until(() => expect([reading.inner.matched.length, name.inner.matched.length]).toEqual([1, 1]));
    reading.send({ id: 1, text: "one" });
    reading.send({ id: 2, text: "two" });
    name.send({ name: "a-name-of-more-than-16-bytes", n: 1 });
    await until(() => expect(readings.lines).toEqual(["reading 1 one", "reading 2 two"]));
    await until(() => expect(named.lines).toEqual(["named a-name-of-more-than-16-bytes 1"]));
    reading.send({ id: 1, text: "" }, { instanceState: "disposed" });
    name.send({ name: "a-name-of-more-than-16-bytes", n: 0 }, { instanceState: "disposed" });
    await until(() => expect([readings.lines[2], named.lines[1]]).toEqual(["instance disposed", "instance disposed"]));
  });

  test.for([1 << 20, 16 << 20])("%i bytes arrive here and there, whole", async (size) => {
    const reader = delos.reader("up", BLOB, { history: "keep_all" });
    peer("pub", "blob", "up", "count", "3", "size", String(size));
    await until(() => expect(reader.messages.length).toBe(3), 60_000); // the length alone: the messages are long to print
    for (const message of reader.messages) {
      const { n, data } = message as { n: number; data: Uint8Array };
      expect(Buffer.compare(data, pattern(n, size))).toBe(0);
    }
    const { lines } = peer("sub", "blob", "down", "count", "3");
    const writer = delos.writer("down", BLOB, { history: "keep_all" });
    await until(() => expect(writer.inner.matched).toHaveLength(1));
    for (let n = 1; n <= 3; n++) writer.send({ n, data: pattern(n, size) });
    await until(() => expect(lines).toEqual([1, 2, 3].map((n) => `blob ${n} ${size} whole`)), 60_000);
  });

  test("its samples in XCDR2 arrive here", async () => {
    const reader = delos.reader("up", BLOB, { history: "keep_all" });
    peer("pub", "blob", "up", "count", "3", "size", "1000", "xcdr2");
    await until(() => expect(reader.messages).toHaveLength(3));
    expect(reader.messages[2]).toEqual({ n: 3, data: pattern(3, 1000) });
  });

  test("QoS that does not fit is reported here exactly where Cyclone's own status says so", async () => {
    const { lines } = peer("sub", "string", "rt/chatter");
    const writer = delos.writer("/chatter", STRING, { reliability: "best_effort" });
    await until(() => expect(writer.incompatible).toHaveLength(1));
    expect(writer.incompatible[0]!.mismatches).toMatchObject([
      { policy: "reliability", offered: "best_effort", requested: "reliable" },
    ]);
    // DDS_RELIABILITY_QOS_POLICY_ID
    await until(() => expect(lines).toEqual(["incompatible policy 11"]));
  });

  test("killed peers go with their lease, new ones are found at once", () =>
    expectKilledPeersReplaced(delos, peer, (check, timeout) => until(check, timeout ?? 20_000), 30_000));

  test("a reader of any type finds the type by itself", async () => {
    const reader = delos.reader("/chatter", undefined, { history: "keep_all" });
    peer("pub", "string", "rt/chatter", "count", "3");
    await until(() => expect(reader.inner.counters.received).toBe(3));
    const sample = reader.samples[0]!;
    expect(sample.schema.name).toBe("std_msgs/msg/String");
    expect(codecFor(sample.schema).decode(sample.bytes)).toEqual({ data: "sample 1" });
  });

  test("our nodes are in ROS 2's graph", async () => {
    using node = delos.transport.announceNode("/drive/camera");
    expect(node).toBeDefined();
    delos.writer("/chatter", STRING, {}, "/drive/camera");
    delos.reader("/chatter", STRING, {}, "/drive/camera");
    const { lines } = peer("nodes");
    await until(() => expect(lines.at(-1)).toBe("node /drive camera readers 1 writers 1"));
  });

  test("it calls our service as ROS 2 does", async () => {
    const request: MessageSchema = {
      ...STRING,
      name: "example_interfaces/srv/AddTwoInts_Request",
      data: new Uint8Array(0),
    };
    const response: MessageSchema = {
      ...STRING,
      name: "example_interfaces/srv/AddTwoInts_Response",
      data: new Uint8Array(0),
    };
    const requests = delos.reader("rq/addRequest", request);
    const replies = delos.writer("rr/addReply", response);
    const { lines } = peer("call");
    await until(() => expect(requests.messages).toHaveLength(1));
    const { a, b } = requests.messages[0] as { a: bigint; b: bigint };
    const { publisher, sequence } = requests.samples[0]!;
    replies.send({ sum: a + b }, { related: { publisher, sequence } });
    await until(() => expect(lines).toEqual(["reply client ours sequence 7 sum 42"]));
  });
});
