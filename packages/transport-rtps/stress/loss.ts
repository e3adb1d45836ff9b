import { SimulatedNetwork, TestReader, TestWriter } from "../src/simulated-network.test-support.ts";
import { numbersOf, show } from "./arguments.ts";

const HELP = `Reliable samples through a network that loses, repeats and reorders: none lost, none twice, none out of order.

usage: node --expose-gc --import tsx --conditions=@delos/source packages/transport-rtps/stress/loss.ts [SAMPLES] [LOSS] [SEED] [--json]

  SAMPLES   how many (default 1000000: half a minute)
  LOSS      share of datagrams, 0 to 0.9 (default 0.3); 20 % of them are late besides and 10 % come twice
  SEED      of the weather: the same seed gives the same weather (default 1)
  --json    a line of JSON
  --help

Needs no network: both participants are in this process, with a network and a clock of their own. Exit status: 0 all arrived once and
in order, 1 they did not, 2 wrong usage.
`;
const { numbers, json } = numbersOf(HELP, [1_000_000, 0.3, 1]);
const [samples = 0, loss = 0, seed = 0] = numbers;
const net = new SimulatedNetwork({}, seed);
const [a, b] = [net.engine(), net.engine()];
a.start();
b.start();
const qos = { history: "keep_all" } as const;
const [writer, reader] = [new TestWriter(a, "t", qos), new TestReader(b, "t", qos)];
net.advance(500);
net.weather = { loss, reorder: 0.2, duplicate: 0.1 };
let next = 0;
let wrong = 0;
let checked = 0;
const check = (): void => {
  for (const n of reader.received) if (n !== checked++) wrong++;
  reader.received.length = 0;
};
while (next < samples) {
  while (next < samples && writer.write(next, 64) !== "dropped") next++;
  // Full: what "dropped" refused is written again after a while.
  net.advance(20);
  check();
}
for (let i = 0; i < 1000; i++) {
  net.advance(100);
  check();
  if (checked >= samples) break;
}
const { "samples resent": resent } = a.counters.values;
globalThis.gc?.();
const heap_mb = Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
show(json, { samples, loss, arrived: checked, wrong, lost: reader.lost, torn: reader.torn, resent, heap_mb });
process.exit(checked === samples && wrong === 0 && reader.lost === 0 && reader.torn === 0 ? 0 : 1);
