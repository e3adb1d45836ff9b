import { Sample } from "@delos/transport";
import { codecFor } from "@delos/wire";
import { afterEach, expect, test, vi } from "vitest";
import { Delos, STRING } from "./delos-under-test.test-support.ts";

/** Item 20 of the list of bad inputs, for payloads of users: what no codec can read is dropped and counted, and the next is handed out. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
let open: Delos[] = [];
afterEach(async () => {
  await Promise.all(open.map(({ transport }) => transport[Symbol.asyncDispose]()));
  open = [];
});

test("a payload in an unknown representation, or none at all", async () => {
  const domain = 20 + (process.pid % 80);
  const [from, to] = [await Delos.open(domain), await Delos.open(domain)];
  open = [from, to];
  const writer = from.writer("/t", STRING);
  const reader = to.reader("/t", STRING, { history: "keep_all" });
  await until(() => expect(writer.inner.matched).toHaveLength(1));
  const good = codecFor(STRING).encode({ data: "good" });
  const bad = [[0x77, 0, 0, 0, 1, 2, 3, 4], [0, 4, 0, 0, 1, 2, 3, 4], [0, 0x0c, 0, 0, 1, 2, 3, 4], []].map((bytes) =>
    Uint8Array.from(bytes),
  );
  const info = { publisher: writer.inner.info.id, sourceTimeNs: 1n, receptionTimeNs: 1n };
  for (const [i, bytes] of [good, ...bad, good].entries()) {
    writer.inner.write(Sample.ofBytes(bytes, STRING, { ...info, sequence: i + 1 }, undefined));
  }
  await until(() => expect(reader.messages).toEqual([{ data: "good" }, { data: "good" }]));
  expect(to.counters["malformed payload"]).toBe(bad.length);
  expect(reader.inner.counters.lost).toBe(bad.length);
});
