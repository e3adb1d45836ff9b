// A bus that has much to say, and the real server on it, for `npm run measure -w @delos/hmi SECONDS URL`:
// `npm run busy -w @delos/hmi [port] [topics] [points]`: so many topics at 100 Hz, and a point cloud at 10 Hz.
import process from "node:process";
import { messageCodecs } from "@delos/bag";
import { openBridge } from "@delos/bridge";
import { apollo, foxglove } from "@delos/msgs";
import { open, topic } from "@delos/runtime";

const [port, topics, points] = [8891, 20, 100_000].map((otherwise, i) => Number(process.argv[2 + i] ?? otherwise));

const { LocalizationEstimate } = apollo.localization;
const { Chassis } = apollo.canbus;
const { ControlCommand } = apollo.control;
const runtime = await open({ name: "busy", codecs: messageCodecs() });
const node = runtime.node("/busy");
const pose = node.publisher(topic("/apollo/localization/pose", LocalizationEstimate));
const chassis = node.publisher(topic("/apollo/canbus/chassis", Chassis));
const control = node.publisher(topic("/apollo/control", ControlCommand));
const others = Array.from({ length: Math.max(0, topics - 3) }, (_, i) =>
  node.publisher(topic(`/busy/${i}`, i % 2 === 0 ? Chassis : ControlCommand)),
);
const clouds = node.publisher(topic("/velodyne", foxglove.PointCloud));

const stride = 16;
const data = new Uint8Array(points * stride);
const view = new DataView(data.buffer);
for (let i = 0; i < points; i++) {
  const angle = (i * 2.399963) % (2 * Math.PI);
  const ring = 4 + 56 * ((i * 0.618034) % 1) ** 2;
  const height = i % 3 === 0 ? (i * 0.414213) % 3.5 : 0.05 * Math.sin(i);
  [ring * Math.cos(angle), ring * Math.sin(angle), height].forEach((value, axis) => {
    view.setFloat32(i * stride + 4 * axis, value, true);
  });
}
const type = foxglove.PackedElementField.NumericType.FLOAT32;
const fields = ["x", "y", "z"].map((name, axis) => ({ name, offset: 4 * axis, type }));
const sent = foxglove.PointCloud.create({ frame_id: "base_link", point_stride: stride, fields, data });

let ticks = 0;
node.every(10, () => {
  const t = ticks++ / 100;
  const angle = t / 8;
  const timestamp_sec = Number(runtime.clock.nowNs()) / 1e9;
  const header = { timestamp_sec, sequence_num: ticks };
  const [x, y] = [40 * Math.cos(angle), 40 * Math.sin(angle)];
  const linear_velocity = { x: -5 * Math.sin(angle), y: 5 * Math.cos(angle), z: 0 };
  pose.publish({ header, pose: { position: { x, y, z: 0 }, heading: angle + Math.PI / 2, linear_velocity } });
  const driven = { header, speed_mps: 5, steering_percentage: 12 * Math.sin(t), throttle_percentage: 20 };
  chassis.publish(driven);
  const command = { header, steering_target: 12 * Math.sin(t + 0.1), throttle: 20, brake: 0 };
  control.publish(command);
  others.forEach((publisher, i) => publisher.publish(i % 2 === 0 ? driven : command));
  if (points > 0 && ticks % 10 === 0) clouds.publish(sent);
});

const bridge = await openBridge({ runtime, port, title: `${topics} topics at 100 Hz, ${points} points at 10 Hz` });
process.stdout.write(`HMI: ${bridge.url}\n`);
