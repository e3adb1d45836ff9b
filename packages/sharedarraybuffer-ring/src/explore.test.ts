import { expect, test } from "vitest";
import { explore } from "../explore/explorer.ts";
import { scenarios } from "../explore/scenarios.ts";
import type { RingMemory } from "./index.ts";

/** The quick ones of `explore/main.ts`; the results of all are in docs/decisions. */
const QUICK = [
  "log: two readers sleep on one bell",
  "log: keep-last, two messages more than a full ring holds",
  "log: reliable, the position passes a multiple of 2 GB while a batch is copied",
  "log: a reliable reader joins while two messages go into a full ring",
  "log: a reliable reader is killed anywhere, the writer goes on",
  "pin: a reliable reader joins while four messages go through",
];

test.for(QUICK)("in every interleaving: %s", (name) => {
  const { states, ends } = explore(scenarios[name]!);
  expect(states).toBeGreaterThan(1000);
  expect(ends).toBeGreaterThan(10);
});

test("the explorer finds what is wrong: a sleeper that does not say so first", () => {
  const word = 0;
  const broken = {
    memoryBytes: 64,
    prepare: () => {},
    threads: [
      {
        run: ({ memory }: { readonly memory: RingMemory }) => {
          // No FLAG: looks, then sleeps. The change may come in between.
          if (Atomics.load(memory.words, word) === 0) memory.sleeper.wait(memory.words, 1, 0, 1e9);
        },
      },
      {
        run: ({ memory }: { readonly memory: RingMemory }) => {
          Atomics.store(memory.words, word, 1);
          memory.sleeper.notify(memory.words, 1);
        },
      },
    ],
    check: () => {},
  };
  expect(() => explore(broken)).toThrow(/thread 0 sleeps for ever.*\n.*schedule/);
});
