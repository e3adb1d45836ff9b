import { delos } from "@delos/msgs";
import { type Component, defineComponent, topic } from "../src/index.ts";

export const countTopic = topic("/count", delos.Clock, { depth: 10 });
export const askTopic = topic("/ask", delos.Clock, { depth: 10 });

interface CounterConfig {
  readonly periodMs: number;
  readonly first: number;
}

/** Counts on `/count`, and does badly whatever `/ask` asks for: 1 throw in the open, 2 fail, 3 block for ever, 4 exit. */
export const counter: Component<CounterConfig> = defineComponent({
  name: "counter",
  summary: "Counts",
  configure: (fields) => ({
    periodMs: fields.number("period_ms", { default: 5, min: 1 }),
    first: fields.integer("first", { default: 0 }),
  }),
  ports: () => ({ inputs: [askTopic], outputs: [countTopic] }),
  start({ node, config, beat, fail }) {
    const counts = node.publisher(countTopic);
    let count = config.first;
    node.subscribe(askTopic).on(({ message }) => {
      if (message.pass === 1)
        setImmediate(() => {
          throw new Error("thrown in the open");
        });
      if (message.pass === 2) fail(new Error("cannot go on"));
      if (message.pass === 3) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (message.pass === 4) process.exit(7);
    });
    node.every(config.periodMs, () => {
      counts.publish({ time_ns: node.clock.nowNs(), pass: count++ });
      beat();
    });
    return undefined;
  },
});

/** Cannot be started. */
export const broken: Component<undefined> = defineComponent({
  name: "broken",
  summary: "Cannot be started",
  configure: () => undefined,
  ports: () => ({ inputs: [], outputs: [] }),
  start() {
    throw new Error("no engine");
  },
});

/** Ends only by force. */
export const stubborn: Component<undefined> = defineComponent({
  name: "stubborn",
  summary: "Does not end",
  configure: () => undefined,
  ports: () => ({ inputs: [], outputs: [] }),
  start: () => ({ [Symbol.asyncDispose]: () => new Promise<void>(() => {}) }),
});

export const notOne = 5;
