import { expect, test } from "vitest";
import { range, SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";

const QOS = { reliability: "reliable", history: "keep_all" } as const;

test.for([0, 0.3])("at %f loss a pair leaves this protocol and comes back, and both sides know", (loss) => {
  const net = new SimulatedNetwork({ loss, duplicate: loss / 3, reorder: loss }, 11);
  const [a, b, c] = [net.engine(), net.engine(), net.engine()];
  const writer = new TestWriter(a, "t", QOS);
  const [reader, other] = [new TestReader(b, "t", QOS), new TestReader(c, "t", QOS)];
  for (const engine of [a, b, c]) engine.start();
  net.advance(10_000);
  const isBs = ({ participant }: { participant: { prefix: string } }): boolean => participant.prefix === b.prefix;
  let count = 0;
  const write = (): void => {
    for (let i = 0; i < 50; i++) writer.write(count++);
    net.advance(10_000);
  };
  write();
  expect(reader.received).toEqual(range(0, count));
  for (let round = 0; round < 4; round++) {
    reader.served = false;
    b.reconsider(b.participants.get(a.prefix)!);
    expect(reader.matched).toEqual([]);
    net.advance(10_000);
    expect(writer.matched.filter(isBs)).toEqual([]);
    const before = reader.received.length;
    write();
    expect(reader.received).toHaveLength(before);
    reader.served = true;
    b.reconsider(b.participants.get(a.prefix)!);
    net.advance(10_000);
    expect([writer.matched.filter(isBs).length, reader.matched.length]).toEqual([1, 1]);
    const first = count;
    write();
    expect(reader.received.slice(before)).toEqual(range(first, count));
  }
  expect(other.received).toEqual(range(0, count)); // nobody else has noticed
  expect([reader.lost, other.lost, reader.torn]).toEqual([0, 0, 0]);
});

test("a writer that does not serve the pair yet is asked until it does", () => {
  const net = new SimulatedNetwork();
  const [a, b] = [net.engine(), net.engine()];
  const [writer, reader] = [new TestWriter(a, "t", QOS), new TestReader(b, "t", QOS)];
  writer.served = false;
  reader.served = false;
  a.start();
  b.start();
  net.advance(1000);
  reader.served = true;
  b.reconsider(b.participants.get(a.prefix)!);
  net.advance(1000);
  expect([writer.matched.length, reader.matched.length]).toEqual([0, 1]);
  writer.served = true;
  net.advance(5000);
  expect(writer.matched).toHaveLength(1);
  writer.write(1);
  net.advance(1000);
  expect(reader.received).toEqual([1]);
});

test("a pair within one participant leaves and comes back, too", () => {
  const net = new SimulatedNetwork();
  const a = net.engine();
  const [writer, reader] = [new TestWriter(a, "t", QOS), new TestReader(a, "t", QOS)];
  a.start();
  net.advance(100);
  for (const served of [false, true]) {
    writer.served = served;
    reader.served = served;
    a.reconsider(a.self);
    net.advance(5000);
    expect([writer.matched.length, reader.matched.length]).toEqual(served ? [1, 1] : [0, 0]);
  }
  writer.write(7);
  net.advance(100);
  expect(reader.received).toEqual([7]);
});

test("requests that come late, are cut off or speak for a reader that is gone change nothing", () => {
  const net = new SimulatedNetwork();
  const [a, b] = [net.engine(), net.engine()];
  const [writer, reader] = [new TestWriter(a, "t", QOS), new TestReader(b, "t", QOS)];
  a.start();
  b.start();
  net.advance(1000);
  const sent: Uint8Array[] = [];
  net.onSend = (bytes) => void sent.push(Uint8Array.from(bytes));
  reader.served = false;
  b.reconsider(b.participants.get(a.prefix)!);
  net.settle();
  const request = sent.find((bytes) => bytes.includes(0x80, 20))!;
  net.onSend = undefined;
  reader.served = true;
  b.reconsider(b.participants.get(a.prefix)!);
  net.advance(5000);
  expect(writer.matched).toHaveLength(1);
  const [bAddress] = a.participants.get(b.prefix)!.addresses;
  a.receive(request, { address: bAddress!, port: 7411 }); // an old one comes late
  expect(writer.matched).toHaveLength(1);
  for (let cut = 20; cut < request.length; cut++)
    a.receive(request.subarray(0, cut), { address: bAddress!, port: 7411 });
  expect(writer.matched).toHaveLength(1);
  b.removeReader(reader.local);
  net.advance(1000);
  a.receive(request, { address: bAddress!, port: 7411 });
  expect(a.counters.values["pairing of an unknown reader"]).toBe(1);
});
