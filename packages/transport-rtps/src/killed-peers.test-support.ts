import { expect } from "vitest";
import { type Delos, STRING, type startPeer, texts } from "./delos-under-test.test-support.ts";

/** Kills a publisher and a subscriber of another stack; new ones are found at once, the dead go within `leaseMs`. */
export async function expectKilledPeersReplaced(
  delos: Delos,
  peer: (...args: string[]) => ReturnType<typeof startPeer>,
  until: (check: () => void, timeoutMs?: number) => Promise<void>,
  leaseMs: number,
): Promise<void> {
  const reader = delos.reader("/chatter", STRING, { history: "keep_all" });
  const writer = delos.writer("/answers", STRING);
  const publisher = peer("pub", "string", "rt/chatter", "count", "100000");
  const subscriber = peer("sub", "string", "rt/answers", "count", "100000");
  await until(() => expect(reader.messages.length).toBeGreaterThan(5));
  await until(() => expect(writer.inner.matched).toHaveLength(1));
  writer.send({ data: "one" });
  await until(() => expect(subscriber.lines).toEqual(["text one"]));
  const dead = new Set([...reader.inner.matched, ...writer.inner.matched].map(({ id }) => id));
  expect(dead.size).toBe(2);
  publisher.process.kill("SIGKILL");
  subscriber.process.kill("SIGKILL");
  peer("pub", "string", "rt/chatter", "count", "5");
  const again = peer("sub", "string", "rt/answers", "count", "100000");
  await until(() => expect(reader.messages.slice(-5)).toEqual(texts(5).map((data) => ({ data }))));
  await until(() => expect(writer.inner.matched.some(({ id }) => !dead.has(id))).toBe(true));
  writer.send({ data: "two" });
  await until(() => expect(again.lines).toEqual(["text two"]));
  const left = (): boolean => [...reader.inner.matched, ...writer.inner.matched].some(({ id }) => dead.has(id));
  await until(() => expect(left()).toBe(false), leaseMs);
  expect(writer.inner.matched).toHaveLength(1);
}
