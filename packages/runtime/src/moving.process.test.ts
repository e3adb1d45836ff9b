import { existsSync } from "node:fs";
import process from "node:process";
import type { TransportFactory } from "@delos/transport";
import { rtps } from "@delos/transport-rtps";
import { hostMemory, sharedMemory } from "@delos/transport-shm";
import { expect, test } from "vitest";
import { pair, publishUntil } from "./moving.test-support.ts";

const MEMORIES: [string, (options: { domain: string }) => TransportFactory][] = [["shm", sharedMemory]];
if (process.platform === "linux" && existsSync("/dev/shm")) MEMORIES.push(["shm-host", hostMemory]);

test.for(MEMORIES)(
  "a pair on the network moves to the rings of %s, and back, while it publishes",
  async ([name, memory]) => {
    const shm = memory({ domain: `moving_rtps.${process.pid}` });
    await using one = await pair(rtps({ domain: 93, interfaces: ["127.0.0.1"] }));
    one.publish(5);
    for (let round = 0; round < 3; round++) {
      await Promise.all([one.a.addTransport(shm), one.b.addTransport(shm), publishUntil(one, name)]);
      await one.publisher.waitForAcknowledgments();
      // Turn by turn one and the other side takes its transport away first.
      const [first, second] = round % 2 === 0 ? [one.a, one.b] : [one.b, one.a];
      await Promise.all([first.removeTransport(name), publishUntil(one, "rtps")]);
      await second.removeTransport(name);
    }
    await expect.poll(() => one.got.length).toBe(one.publisher.sequence);
    expect(one.events).toEqual(["matched", "matched"]); // it was one pair all the time
  },
);
