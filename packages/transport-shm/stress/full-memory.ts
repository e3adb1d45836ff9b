/** Run where /dev/shm is small: what happens to endpoints there. Prints one JSON line. See host-memory.process.test.ts. */
import { Logger, SystemClock } from "@delos/core";
import { completeQos, endpointId, newParticipant, Sample } from "@delos/transport";
import { hostMemory } from "../src/index.ts";

const clock = new SystemClock();
const lines: string[] = [];
const log = new Logger("full", clock, (record) => lines.push(`${record.message} ${JSON.stringify(record.fields)}`));
const schema = { name: "test.Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
const factory = hostMemory();
const open = (name: string) => {
  const participant = newParticipant(name, [factory.address]);
  return factory
    .open({ participant, clock, log, carries: () => true })
    .then((transport) => ({ transport, participant }));
};
const [a, b] = [await open("a"), await open("b")];
const writer = a.transport.createWriter({
  id: endpointId(a.participant.id, 1, "publication"),
  node: "/a",
  topic: "/t",
  qos: completeQos({}),
  schema,
});
let received = 0;
const reader = b.transport.createReader({
  id: endpointId(b.participant.id, 1, "subscription"),
  node: "/b",
  topic: "/t",
  qos: completeQos({}),
  schema,
  onData: () => {
    for (let sample = reader.take(); sample !== undefined; sample = reader.take()) received++;
  },
});
while (writer.matched.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
let sequence = 0;
const write = (bytes: number): string =>
  writer.write(
    Sample.ofBytes(new Uint8Array(bytes), schema, {
      publisher: writer.info.id,
      sequence: ++sequence,
      sourceTimeNs: 0n,
      receptionTimeNs: 0n,
    }),
  );
const large = [write(8_000_000), write(8_000_000)];
const small = write(10);
while (reader.counters.received === 0) await new Promise((resolve) => setTimeout(resolve, 5));
const { dropped } = writer.counters;
console.log(JSON.stringify({ large, small, dropped, received, lost: reader.counters.lost, lines }));
await Promise.all([a, b].map(({ transport }) => transport[Symbol.asyncDispose]()));
