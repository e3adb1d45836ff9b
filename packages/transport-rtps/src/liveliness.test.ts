import { expect, test } from "vitest";
import { SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";

test("by participant, the samples of one writer show that all of its participant are alive; by topic they do not", () => {
  for (const [liveliness, changes] of [
    ["manual_by_participant", []],
    ["manual_by_topic", [false]],
  ] as const) {
    const net = new SimulatedNetwork();
    const [us, them] = [net.engine(), net.engine()];
    us.start();
    them.start();
    const readers = ["busy", "silent"].map((topic) => new TestReader(us, topic));
    const [busy] = ["busy", "silent"].map(
      (topic) => new TestWriter(them, topic, { liveliness, livelinessLeaseMs: 400 }),
    );
    net.advance(300);
    for (let n = 0; n < 10; n++) {
      busy!.write(n);
      net.advance(100);
    }
    expect(readers.map((reader) => reader.liveliness)).toEqual([[], changes]);
    net.advance(500);
    expect(readers.map((reader) => reader.liveliness)).toEqual([[false], [false]]);
  }
});
