import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ByteWriter } from "@delos/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";
import type { Locator } from "./wire/locator.ts";

const installed = spawnSync("which", ["tshark"]).status === 0;

/** Wireshark reads along: everything that two participants say on a lossy network, discovery, data, repairs and goodbyes. */
describe.skipIf(!installed)("in the eyes of tshark (skipped where it is not installed)", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-pcap-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("no packet of ours is malformed, and every kind that we send is recognised", () => {
    const net = new SimulatedNetwork({ loss: 0.2, reorder: 0.3, duplicate: 0.1 }, 11);
    const packets: Uint8Array[] = [];
    net.onSend = (bytes, from, to) => void packets.push(ethernetless(bytes, from, to));
    const engines = [net.engine({ multicastData: true }), net.engine(), net.engine({ multicastData: true })];
    for (const engine of engines) engine.start();
    const qos = { history: "keep_all", durability: "transient_local", livelinessLeaseMs: 2000 } as const;
    const writer = new TestWriter(engines[0]!, "topic", {
      ...qos,
      partition: ["a", "b"],
      deadlineMs: 500,
      lifespanMs: 900,
    });
    const readers = engines.slice(1).map((engine) => new TestReader(engine, "topic", { ...qos, partition: ["a"] }));
    net.advance(3000);
    for (let n = 0; n < 50; n++) writer.write(n, n % 10 === 0 ? 40_000 : 30);
    net.advance(20_000);
    // A history with holes, of which a late reader is told.
    const holes = new TestWriter(engines[0]!, "holes", { durability: "transient_local", depth: 2 });
    for (const key of ["a", "b", "a", "a", "a"]) {
      holes.writer.write({ payload: new Uint8Array(8), isKey: false, time: undefined, inlineQos: undefined }, key);
    }
    const late = new TestReader(engines[1]!, "holes", { durability: "transient_local" });
    net.advance(5000);
    expect(late.received).toHaveLength(3);
    engines[0]!.removeWriter(writer.local);
    for (const engine of engines) engine.close();
    net.advance(100);
    expect(readers.map(({ received }) => received.length)).toEqual([50, 50]);

    const file = join(folder, "delos.pcap");
    writeFileSync(file, pcap(packets));
    const tshark = (...args: string[]): string =>
      execFileSync("tshark", ["-r", file, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(tshark("-Y", "_ws.malformed")).toBe("");
    const submessages = new Set(tshark("-T", "fields", "-e", "rtps.sm.id").split(/[\s,]+/));
    for (const id of ["0x15", "0x16", "0x07", "0x06", "0x08", "0x12", "0x09", "0x0e"])
      expect(submessages).toContain(id);
    expect(tshark("-Y", "!rtps")).toBe("");
  });
});

/** An IPv4 packet with a UDP datagram in it, checksums left out. */
function ethernetless(bytes: Uint8Array, from: Locator, to: Locator): Uint8Array {
  const writer = new ByteWriter({ littleEndian: false });
  const address = (dotted: string): void => writer.raw(Uint8Array.from(dotted.split("."), Number));
  writer.uint16(0x4500);
  writer.uint16(28 + bytes.length);
  writer.uint32(0x0000_4000);
  writer.uint32(0x4011_0000);
  address(from.address);
  address(to.address);
  writer.uint16(from.port);
  writer.uint16(to.port);
  writer.uint16(8 + bytes.length);
  writer.uint16(0);
  writer.raw(bytes);
  return writer.finish();
}

/** The classic capture format, link type raw IP. */
function pcap(packets: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter();
  for (const word of [0xa1b2_c3d4, 0x0004_0002, 0, 0, 0x40_0000, 101]) writer.uint32(word);
  for (const [i, packet] of packets.entries()) {
    for (const word of [1, i, packet.length, packet.length]) writer.uint32(word);
    writer.raw(packet);
  }
  return writer.finish();
}
