import process from "node:process";
import { rtps } from "@delos/transport-rtps";
import { describe, test } from "vitest";
import { expectMovesThereAndBack, MEMORIES } from "./moving.test-support.ts";

describe.for([
  { where: "on the program's event loop", thread: false, domain: 93 },
  { where: "in a thread of its own", thread: true, domain: 94 },
])("a pair on the network, with the protocol $where", ({ thread, domain }) => {
  test.for(MEMORIES)("moves to the rings of %s, and back, while it publishes", async ([, memory]) => {
    const far = rtps({ domain, thread, interfaces: ["127.0.0.1"] });
    await expectMovesThereAndBack(far, memory({ domain: `moving_rtps.${process.pid}` }));
  });
});
