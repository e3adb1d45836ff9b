import { openRecording } from "@delos/bag";
import { apollo } from "@delos/msgs";
import { builtinRecordingPath } from "@delos/replay";
import { expect, test } from "vitest";

test("the built-in recording holds the topics of Apollo 1.0's demo at their rates", async () => {
  using recording = await openRecording(builtinRecordingPath());
  expect(recording.problems).toEqual([]);
  expect(recording.complete).toBe(true);
  const seconds = Number(recording.endNs! - recording.startNs!) / 1e9;
  expect(seconds).toBeGreaterThan(38);
  const rates = Object.fromEntries(
    recording.channels.map(({ topic, messageCount }) => [topic, Math.round(messageCount! / seconds)]),
  );
  expect(rates).toMatchObject({
    "/apollo/localization/pose": 100,
    "/apollo/canbus/chassis": 100,
    "/apollo/control": 100,
    "/apollo/sensor/gnss/odometry": 100,
    "/apollo/sensor/gnss/corrected_imu": 100,
    "/apollo/planning": 10,
  });
  expect(recording.channels.map((channel) => channel.topic)).toContain("/apollo/control/pad");
});

test("the car in it drives by itself, around the course", async () => {
  using recording = await openRecording(builtinRecordingPath());
  const poses = [...recording.messages({ topics: ["/apollo/localization/pose"] })].map(({ data }) =>
    apollo.localization.LocalizationEstimate.decode(data),
  );
  const first = poses[0]!.pose!.position!;
  const away = poses.map(({ pose }) => Math.hypot(pose!.position!.x! - first.x!, pose!.position!.y! - first.y!));
  expect(Math.max(...away)).toBeGreaterThan(40);
  const modes = [...recording.messages({ topics: ["/apollo/canbus/chassis"] })].map(
    ({ data }) => apollo.canbus.Chassis.decode(data).driving_mode,
  );
  const { COMPLETE_MANUAL, COMPLETE_AUTO_DRIVE } = apollo.canbus.Chassis.DrivingMode;
  expect([modes[0], modes.at(-1)]).toEqual([COMPLETE_MANUAL, COMPLETE_AUTO_DRIVE]);
});
