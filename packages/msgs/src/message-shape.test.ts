import * as fc from "fast-check";
import { expect, test } from "vitest";
import { apollo, type FieldReader, fieldReader } from "./index.ts";

const { LocalizationEstimate } = apollo.localization;
const { Chassis } = apollo.canbus;

const poseReader = (): FieldReader<object> =>
  fieldReader(LocalizationEstimate, {
    x: "pose.position.x",
    again: "pose.position.x",
    heading: "pose.heading",
    who: "header.module_name",
    number: "header.sequence_num",
    stampNs: "header.lidar_timestamp",
    measured: "measurement_time",
  });

const pose = (x: number, who: string, number: number): Uint8Array =>
  LocalizationEstimate.encode({
    header: { module_name: who, sequence_num: number, lidar_timestamp: 5n },
    pose: { position: { x, y: 2 }, orientation: { qw: 1 }, heading: x / 2 },
    measurement_time: 7,
  });

/** What a reader makes of the bytes: copied, or the error's code and place. */
function outcome(reader: FieldReader<object>, bytes: Uint8Array): unknown {
  try {
    return { ...reader.read(bytes) };
  } catch (error) {
    const { code, details } = error as { code?: string; details?: object };
    if (code === undefined) throw error;
    return { code, ...details };
  }
}

test("messages that differ in their values alone are read like the first", () => {
  const reader = poseReader();
  for (let i = 1; i < 50; i++) {
    const expected = { x: i, again: i, heading: i / 2, who: "gnss", number: i, stampNs: 5n, measured: 7 };
    expect(reader.read(pose(i, "gnss", i))).toEqual(expected);
  }
});

test("a message of another shape is read as it is, and the next of the old shape again", () => {
  const reader = poseReader();
  for (let i = 0; i < 100; i++) {
    const [who, number] = i % 3 === 0 ? ["msf", 300] : ["gnss", 3];
    expect(reader.read(pose(i, who, number))).toMatchObject({ x: i, heading: i / 2, who, number });
    if (i % 10 === 0)
      expect(reader.read(new Uint8Array())).toEqual({ ...poseReader().read(new Uint8Array()), who: "", number: 0 });
  }
});

test("whatever bytes change, a reader that knows the shape reads or refuses what one that does not reads or refuses", () => {
  const change = fc.record({ at: fc.nat(200), byte: fc.integer({ min: 0, max: 255 }) });
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(3), (changes, cut) => {
      const known = poseReader();
      const bytes = pose(1, "gnss", 3);
      for (let i = 0; i < 3; i++) known.read(bytes);
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      const given = cut === 0 ? bytes.subarray(0, bytes.length - 1) : bytes;
      const expected = outcome(poseReader(), given);
      seen.add(expected !== null && typeof expected === "object" && "code" in expected ? "refused" : "read");
      expect(outcome(known, given)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  expect(seen).toEqual(new Set(["read", "refused"]));
});

test("so it is for every single byte of a message, whatever it becomes", () => {
  const bytes = Chassis.encode({
    engine_started: true,
    speed_mps: 3.5,
    odometer_m: 12,
    driving_mode: 1,
    gear_location: 1,
    header: { module_name: "canbus", sequence_num: 1 },
  });
  const make = (): FieldReader<object> =>
    fieldReader(Chassis, { speed: "speed_mps", on: "engine_started", who: "header.module_name" });
  const known = make();
  for (let at = 0; at < bytes.length; at++) {
    const was = bytes[at]!;
    for (let byte = 0; byte < 256; byte++) {
      bytes[at] = was;
      for (let i = 0; i < 20; i++) known.read(bytes); // its shape is known again
      bytes[at] = byte;
      const [mine, expected] = [outcome(known, bytes), outcome(make(), bytes)];
      if (JSON.stringify(mine) !== JSON.stringify(expected)) expect([at, byte, mine]).toEqual([at, byte, expected]);
    }
    bytes[at] = was;
  }
  expect(known.read(bytes)).toEqual({ speed: 3.5, on: true, who: "canbus" });
});
