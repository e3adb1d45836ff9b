import { existsSync } from "node:fs";
import { digest, MemorySink, openRecording } from "@delos/bag";
import { apollo } from "@delos/msgs";
import { expect, test } from "vitest";
import { builtinRecordingPath, writeBuiltinRecording } from "./recording.ts";

const sink = new MemorySink();
writeBuiltinRecording(sink);
const bytes = sink.bytes.slice();

test("holds the topics of Apollo 1.0's demo at their rates", async () => {
  using recording = await openRecording(bytes);
  expect(recording.problems).toEqual([]);
  const seconds = Number(recording.endNs! - recording.startNs!) / 1e9;
  const rates = Object.fromEntries(
    recording.channels.map(({ topic, messageCount }) => [topic, Math.round(messageCount! / seconds)]),
  );
  expect(rates).toMatchObject({
    "/apollo/localization/pose": 100,
    "/apollo/canbus/chassis": 100,
    "/apollo/sensor/gnss/odometry": 100,
    "/apollo/sensor/gnss/corrected_imu": 100,
    "/apollo/planning": 5,
    "/apollo/sensor/gnss/gnss_status": 2,
  });
  expect(rates["/apollo/control"]).toBeGreaterThan(95);
  expect(recording.channels.map((channel) => channel.topic)).toContain("/apollo/control/pad");
  expect(seconds).toBeGreaterThan(38);
});

test("its messages say what the drive did", async () => {
  using recording = await openRecording(bytes);
  const poses = [...recording.messages({ topics: ["/apollo/localization/pose"] })].map(({ data }) =>
    apollo.localization.LocalizationEstimate.decode(data),
  );
  const first = poses[0]!.pose!.position!;
  const far = Math.max(
    ...poses.map(({ pose }) => Math.hypot(pose!.position!.x! - first.x!, pose!.position!.y! - first.y!)),
  );
  expect(far).toBeGreaterThan(40);
  expect(poses.map(({ header }) => header!.sequence_num)).toEqual(poses.map((_, i) => i + 1));
  const modes = [...recording.messages({ topics: ["/apollo/canbus/chassis"] })].map(
    ({ data }) => apollo.canbus.Chassis.decode(data).driving_mode,
  );
  const { COMPLETE_MANUAL, COMPLETE_AUTO_DRIVE } = apollo.canbus.Chassis.DrivingMode;
  expect([modes[0], modes.at(-1)]).toEqual([COMPLETE_MANUAL, COMPLETE_AUTO_DRIVE]);
});

test("is the same on every machine", async () => {
  const again = new MemorySink();
  writeBuiltinRecording(again);
  expect(Buffer.compare(again.bytes, bytes)).toBe(0);
  using recording = await openRecording(bytes);
  expect(digest(recording)).toMatchInlineSnapshot(`"b635e4b41ce47ce1917a3cd27f6727bc95f2c9eb303edf1ef1335522685911ea"`);
});

test("stands ready as a file", () => {
  expect(existsSync(builtinRecordingPath())).toBe(true);
});
