import { createInterface } from "node:readline";
import type { MessageSchema } from "@delos/core";
import { BLOB, Delos, pattern, READING, STRING } from "./delos-under-test.test-support.ts";

/*
 * A Delos program with the command line of the peers in test-peers, so that it can stand where one of them does:
 *
 *   delos-peer CARD DOMAIN pub|sub string|reading|blob TOPIC [count N] [size N] [be] [tl] [dispose] [lease MS] [thread]
 *
 * pub prints "matched" when a subscriber is there, waits for a line on standard input, writes and waits until all is
 * acknowledged. sub prints "matched" and a line for each sample.
 */
const [card = "", domain = "0", role = "", kind = "", topic = "", ...words] = process.argv.slice(2);
const numberOf = (word: string, otherwise: number): number =>
  words.includes(word) ? Number(words[words.indexOf(word) + 1]) : otherwise;
const has = (word: string): boolean => words.includes(word);
const SCHEMAS: Readonly<Record<string, MessageSchema>> = { string: STRING, reading: READING, blob: BLOB };
const schema = SCHEMAS[kind]!;
const qos = {
  reliability: has("be") ? "best_effort" : "reliable",
  durability: has("tl") ? "transient_local" : "volatile",
  history: role === "sub" ? "keep_all" : "keep_last",
  depth: 5000,
} as const;
const line = (text: string): void => void process.stdout.write(`${text}\n`);

const leaseMs = numberOf("lease", 20_000);
const delos = await Delos.open(Number(domain), {
  interfaces: [card],
  leaseMs,
  announceMs: Math.min(3000, leaseMs / 3),
  thread: has("thread"),
});
if (role === "pub") await publish();
else subscribe();

async function publish(): Promise<void> {
  const writer = delos.writer(topic, schema, qos);
  writer.inner.events.on("matched", () => line("matched"));
  await new Promise<void>((resolve) => createInterface({ input: process.stdin }).once("line", () => resolve()));
  const [count, size] = [numberOf("count", 10), numberOf("size", 0)];
  for (let n = 1; n <= count; n++) {
    if (kind === "string") writer.send({ data: `sample ${n}` });
    else if (kind === "reading") writer.send({ id: n % 3, text: `sample ${n}` });
    else writer.send({ n, data: pattern(n, size) });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (has("dispose")) for (let id = 0; id < 3; id++) writer.send({ id, text: "" }, { instanceState: "disposed" });
  const acknowledged = await writer.inner.waitForAcknowledgments({ timeoutMs: 120_000 }).then(
    () => "yes",
    () => "no",
  );
  line(`written ${count} acknowledged ${acknowledged}`);
}

function subscribe(): void {
  const reader = delos.reader(topic, schema, qos);
  reader.inner.events.on("matched", () => line("matched"));
  reader.onMessage = (message) => {
    if (kind === "string") line(`text ${(message as { data: string }).data}`);
    else if (kind === "reading") {
      const { id, text } = message as { id: number; text: string };
      line(`reading ${id} ${text}`);
    } else {
      const { n, data } = message as { n: number; data: Uint8Array };
      line(`blob ${n} ${data.length} ${Buffer.compare(data, pattern(n, data.length)) === 0 ? "whole" : "torn"}`);
    }
  };
  reader.onEnd = ({ instanceState }) => line(`instance ${instanceState}`);
}
