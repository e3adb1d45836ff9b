import { describe, expect, test, vi } from "vitest";
import { SimulatedNetwork, TestReader, TestWriter } from "./simulated-network.test-support.ts";

/*
 * Memory that fragments are put together in may be a chunk of a ring, of which there are few: whatever happens to a sample, its
 * memory is delivered with it or given back, once.
 */
describe("memory of samples that arrive in fragments", () => {
  const weathers = [
    ["fair weather", {}],
    ["loss, reordering and duplicates", { loss: 0.2, reorder: 0.3, duplicate: 0.2 }],
  ] as const;
  const qualities = [
    ["reliable, keep all", { history: "keep_all" }, Infinity],
    ["reliable, keep all, a reader without room at times", { history: "keep_all" }, 3],
    ["reliable, keep last (gaps)", { history: "keep_last", depth: 2 }, Infinity],
    ["best effort", { reliability: "best_effort" }, Infinity],
  ] as const;
  const cells = weathers.flatMap((weather) => qualities.map((quality) => [...weather, ...quality] as const));

  test.for(cells)("%s, %o: %s", ([, weather, , qos, room]) => {
    for (let seed = 1; seed <= 4; seed++) {
      const net = new SimulatedNetwork({}, seed);
      const [a, b] = [net.engine(), net.engine()];
      a.start();
      b.start();
      const taken: Uint8Array[] = [];
      const take = b.memory.take.bind(b.memory);
      vi.spyOn(b.memory, "take").mockImplementation((bytes) => {
        const memory = take(bytes);
        taken.push(memory);
        return memory;
      });
      // Nothing is used again, so that each piece of memory stands for one sample.
      const give = vi.spyOn(b.memory, "give").mockImplementation(() => {});
      const [writer, reader] = [new TestWriter(a, "t", qos), new TestReader(b, "t", qos)];
      const deliver = vi.spyOn(reader.reader.sink, "deliver");
      net.advance(200);
      net.weather = weather;
      reader.room = room;
      for (let n = 0; n < 40; n++) {
        writer.write(n, n % 4 === 0 ? 100 : 100_000 + n);
        if (n % 5 === 0) net.advance(7);
        if (n % 10 !== 0) continue;
        reader.room = room;
        reader.reader.resume();
      }
      net.advance(50);
      b.removeReader(reader.local); // in the middle of it
      const results = deliver.mock.settledResults.map(({ value }) => value);
      const delivered = deliver.mock.calls.flatMap(([, { owned, bytes }], i) =>
        owned && results[i] === true ? [bytes] : [],
      );
      // Small ones that had to wait have memory of their own, which nobody took from here.
      const ends = [...give.mock.calls.map(([memory]) => memory), ...delivered].filter(({ length }) => length > 100);
      expect(taken.length).toBeGreaterThan(10);
      expect(ends).toHaveLength(taken.length);
      expect(new Set(ends)).toEqual(new Set(taken));
    }
  });
});
