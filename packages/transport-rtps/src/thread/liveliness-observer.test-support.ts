import { Delos, STRING } from "../delos-under-test.test-support.ts";

/*
 * Says what a subscriber in another process sees of a publisher: "matched", "unmatched", "alive", "not alive", "sample".
 * Argument: the domain.
 */
const line = (text: string): void => void process.stdout.write(`${text}\n`);
const delos = await Delos.open(Number(process.argv[2]));
const reader = delos.reader("beat", STRING, { livelinessLeaseMs: 2500 });
reader.inner.events.on("matched", () => line("matched"));
reader.inner.events.on("unmatched", () => line("unmatched"));
reader.inner.events.on("livelinessChanged", ({ alive }) => line(alive ? "alive" : "not alive"));
reader.onMessage = () => line("sample");
