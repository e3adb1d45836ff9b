import process from "node:process";
import { rtps } from "@delos/transport-rtps";
import { test } from "vitest";
import { expectMovesThereAndBack, MEMORIES } from "./moving.test-support.ts";

test.for(MEMORIES)(
  "a pair on the network moves to the rings of %s, and back, while it publishes",
  async ([, memory]) => {
    const far = rtps({ domain: 93, interfaces: ["127.0.0.1"] });
    await expectMovesThereAndBack(far, memory({ domain: `moving_rtps.${process.pid}` }));
  },
);
