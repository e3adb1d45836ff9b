import { Session } from "node:inspector/promises";
import { expect, test } from "vitest";
import { apollo, fieldReader } from "./index.ts";

const { LocalizationEstimate } = apollo.localization;
const MESSAGES = 200_000;

test("encoding into memory and reading fields from it allocates nothing for a message", async () => {
  const point = { x: 1.25, y: -2.5, z: 0.125 };
  const pose = {
    header: { timestamp_sec: 1.5, module_name: "localization", sequence_num: 4711 },
    pose: { position: point, linear_velocity: point, angular_velocity: point, heading: 0.5 },
  };
  const memory = new Uint8Array(new SharedArrayBuffer(4096));
  const where = fieldReader(LocalizationEstimate, { x: "pose.position.x", heading: "pose.heading" });
  const sum = new Float64Array(1); // a number that a closure changes would itself be allocated anew each time
  const pass = (messages: number): void => {
    for (let n = 0; n < messages; n++) {
      const at = (n & 7) * 512;
      const { x, heading } = where.read(memory, at, LocalizationEstimate.encodeInto(pose, memory, at, at + 512));
      sum[0]! += x + heading;
    }
  };
  pass(50_000); // compiled by then
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  pass(MESSAGES);
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const sizeOf = (node: (typeof profile)["head"]): number =>
    node.children.reduce((total, child) => total + sizeOf(child), node.selfSize);
  expect(sizeOf(profile.head) / MESSAGES).toBeLessThan(8);
  expect(sum[0]).toBe((MESSAGES + 50_000) * 1.75);
});
