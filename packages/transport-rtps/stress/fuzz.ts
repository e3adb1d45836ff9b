import { range, SimulatedNetwork, seeded, TestReader, TestWriter } from "../src/simulated-network.test-support.ts";
import { numbersOf, show } from "./arguments.ts";

const HELP = `Mutated datagrams into a participant in full operation: no exception, no growth, and the peers still talk afterwards.

usage: node --expose-gc --import tsx --conditions=@delos/source packages/transport-rtps/stress/fuzz.ts [DATAGRAMS] [SEED] [--json]

  DATAGRAMS   how many (default 1000000: two minutes)
  SEED        of the mutations: the same seed gives the same datagrams (default 1)
  --json      lines of JSON
  --help

Needs no network: both participants are in this process, with a network and a clock of their own. Prints a line each half million:
heap and external memory after a collection; at the end what was refused and why. Exit status: 0 nothing went wrong, 1 an exception, a
failure counted, or a pair made afterwards that does not talk, 2 wrong usage.
`;
const { numbers, json } = numbersOf(HELP, [1_000_000, 1]);
const [datagrams = 0, seed = 0] = numbers;
const random = seeded(seed);
const pick = (n: number): number => Math.floor(random() * n);
const from = { address: "10.0.0.2", port: 7411 };

const net = new SimulatedNetwork({}, seed);
const [victim, peer] = [net.engine(), net.engine()];
const traffic: Uint8Array[] = [];
net.onSend = (bytes) => void traffic.push(Uint8Array.from(bytes));
victim.start();
peer.start();
const reader = new TestReader(victim, "t", { history: "keep_all" });
const writer = new TestWriter(peer, "t", { history: "keep_all" });
const back = new TestWriter(victim, "back", { history: "keep_all" });
const answers = new TestReader(peer, "back", { history: "keep_all" });
net.advance(300);
let sent = 0;
for (let i = 0; i < 5; i++) {
  writer.write(sent++);
  back.write(i, 100);
}
writer.write(sent++, 50_000);
back.write(5, 50_000);
net.advance(300);
net.onSend = undefined;

let failures = 0;
const told = (done: number): void => {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const mb = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  const memory = { heap_mb: mb(heapUsed), external_mb: mb(external), array_buffers_mb: mb(arrayBuffers) };
  const about = { participants: victim.participants.size, received: reader.received.length + answers.received.length };
  show(json, { datagrams: done, ...memory, ...about });
};
told(0);
for (let i = 1; i <= datagrams; i++) {
  const original = traffic[pick(traffic.length)]!;
  const bytes = Uint8Array.from(original.subarray(0, random() < 0.2 ? pick(original.length) : original.length));
  for (let k = 1 + pick(6); k > 0 && bytes.length > 0; k--) {
    // Mostly not the prefix: what is not known is dropped unread.
    const at = random() < 0.05 ? pick(bytes.length) : 20 + pick(Math.max(1, bytes.length - 20));
    if (at < bytes.length) bytes[at] = random() < 0.3 ? [0, 1, 0x7f, 0x80, 0xff][pick(5)]! : pick(256);
  }
  try {
    victim.receive(bytes, from);
  } catch (error) {
    failures++;
    console.error(error);
  }
  if (i % 1000 === 0) net.advance(50);
  // What was forged in the peer's name may have ended its stream here: a collection of results is no growth.
  if (reader.received.length > 10_000) reader.received.length = 0;
  if (i % 500_000 === 0) told(i);
}
// A pair that was not there before finds itself.
const again = new TestReader(victim, "again", { history: "keep_all" });
const other = net.engine();
other.start();
const fresh = new TestWriter(other, "again", { history: "keep_all" });
net.advance(2000);
for (let n = 0; n < 100; n++) fresh.write(n);
net.advance(2000);
const talks = JSON.stringify(again.received) === JSON.stringify(range(0, 100));
show(json, { failures, talks, counters: victim.counters.values });
process.exit(failures === 0 && talks && victim.counters.values["failed"] === undefined ? 0 : 1);
