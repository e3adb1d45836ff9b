import {
  AreaKind,
  type Chassis,
  type Control,
  type Frame,
  LineKind,
  type Obstacle,
  type Pose,
  type Prediction,
  SignKind,
  type Trajectory,
} from "../src/protocol/bridge.ts";

/**
 * A made-up drive for developing and testing the page without a robot: a car follows a winding course by itself,
 * brakes for two bends and signals before them. Every value is a function of time alone.
 */
export const START_S = 1_500_000_000;
export const DURATION_S = 60;
const RATE_HZ = 100;
const ORIGIN = { x: 587_061.4, y: 4_141_628.7 }; // UTM zone 10, as Apollo's garage drive
const WHEELBASE_M = 2.85;
const FULL_LOCK_RAD = 0.51;
const TOPICS = [
  { name: "/apollo/localization/pose", type: "apollo.localization.LocalizationEstimate", rate_hz: 100 },
  { name: "/apollo/canbus/chassis", type: "apollo.canbus.Chassis", rate_hz: 100 },
  { name: "/apollo/control", type: "apollo.control.ControlCommand", rate_hz: 100 },
  { name: "/apollo/planning", type: "apollo.planning.ADCTrajectory", rate_hz: 10 },
  { name: "/apollo/sensor/gnss/best_pose", type: "apollo.drivers.gnss.GnssBestPose", rate_hz: 1 },
  { name: "/apollo/sensor/gnss/corrected_imu", type: "apollo.localization.CorrectedImu", rate_hz: 100 },
  { name: "/apollo/monitor", type: "apollo.common.monitor.MonitorMessage", rate_hz: 1 },
] as const;

interface Sample {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly speed: number;
  readonly acceleration: number;
  readonly curvature: number;
}

const samples: readonly Sample[] = drive();

function drive(): Sample[] {
  const result: Sample[] = [];
  let { x, y } = ORIGIN;
  let heading = 0.6;
  let speed = 0;
  for (let i = 0; i <= DURATION_S * RATE_HZ; i++) {
    const t = i / RATE_HZ;
    const curvature =
      0.052 * bump(t, 14, 4) - 0.06 * bump(t, 26, 3.5) + 0.045 * bump(t, 40, 5) + 0.004 * Math.sin(t / 3);
    const wanted =
      t < 1
        ? 0
        : Math.min(13.5, 3.2 / Math.sqrt(Math.abs(curvature) + 0.035)) * (t > 52 ? Math.max(0, (58 - t) / 6) : 1);
    const acceleration = Math.max(-3, Math.min(2, 0.9 * (wanted - speed)));
    result.push({ x, y, heading, speed, acceleration, curvature });
    speed = Math.max(0, speed + acceleration / RATE_HZ);
    heading += (curvature * speed) / RATE_HZ;
    x += (Math.cos(heading) * speed) / RATE_HZ;
    y += (Math.sin(heading) * speed) / RATE_HZ;
  }
  return result;
}

function bump(t: number, at: number, width: number): number {
  return Math.exp(-(((t - at) / width) ** 2));
}

function indexAt(t: number): number {
  return Math.max(0, Math.min(samples.length - 1, Math.floor(t * RATE_HZ + 1e-6)));
}

function poseAt(t: number): Pose {
  const i = indexAt(t);
  const s = samples[i]!;
  return {
    x: s.x,
    y: s.y,
    z: -30,
    heading: s.heading,
    pitch: 0,
    roll: 0,
    speed_mps: s.speed,
    acceleration_mps2: s.acceleration,
    yaw_rate_radps: s.curvature * s.speed,
    source: TOPICS[0].name,
    time_s: START_S + i / RATE_HZ,
    spread: { major_m: 0.55, minor_m: 0.3, heading: s.heading },
  };
}

function steeringPercent(s: Sample): number {
  return (Math.atan(s.curvature * WHEELBASE_M) / FULL_LOCK_RAD) * 100;
}

function chassisAt(t: number): Chassis {
  const i = indexAt(t);
  const s = samples[i]!;
  const ahead = samples[indexAt(t + 2.5)]!;
  return {
    speed_mps: s.speed,
    steering_percent: steeringPercent(s),
    throttle_percent: s.acceleration > -0.05 ? 9 + 14 * Math.max(0, s.acceleration) : 0,
    brake_percent: s.acceleration < -0.25 ? -s.acceleration * 13 : 0,
    gear: "GEAR_DRIVE",
    driving_mode: t < 0.8 ? "COMPLETE_MANUAL" : "COMPLETE_AUTO_DRIVE",
    signal: ahead.curvature > 0.025 ? "LEFT" : ahead.curvature < -0.025 ? "RIGHT" : "NONE",
    error_code: "NO_ERROR",
    steering_wheel_deg: undefined,
    time_s: START_S + i / RATE_HZ,
  };
}

function controlAt(t: number): Control {
  const s = samples[indexAt(t)]!;
  return {
    throttle_percent: s.acceleration > -0.05 ? 10 + 14 * Math.max(0, s.acceleration) : 0,
    brake_percent: s.acceleration < -0.25 ? -s.acceleration * 13.5 : 0,
    steering_target_percent: steeringPercent(samples[indexAt(t + 0.15)]!),
    lateral_error_m: 0.04 * Math.sin(t / 2.3),
    heading_error_rad: 0.004 * Math.cos(t / 1.9),
    station_error_m: 0.2 * Math.sin(t / 4),
    speed_error_mps: 0.05 * Math.sin(t),
    time_s: START_S + indexAt(t) / RATE_HZ,
  };
}

function trajectoryAt(t: number): Trajectory {
  const from = indexAt(t);
  const to = indexAt(t + 7);
  const points = Array.from({ length: Math.max(0, Math.floor((to - from) / 10)) }, (_, k) => samples[from + k * 10]!);
  return {
    source: "/apollo/planning",
    x: points.map((p) => p.x),
    y: points.map((p) => p.y),
    speed_mps: points.map((p) => p.speed),
    relative_time_s: points.map((_, k) => k / 10),
    header_time_s: START_S + t,
    is_estop: false,
    acceleration_mps2: points.map((p) => p.acceleration),
    curvature_per_m: points.map((p) => p.curvature),
  };
}

const obstacles: readonly Obstacle[] = [9.2, 19, 31, 44].map((t, k) => {
  const s = samples[indexAt(t)]!;
  const side = k % 2 === 0 ? 4.2 : -4.4;
  const person = k === 1;
  return {
    id: String(100 + k),
    x: s.x - Math.sin(s.heading) * side,
    y: s.y + Math.cos(s.heading) * side,
    heading: s.heading,
    length_m: person ? 0.6 : 4.4,
    width_m: person ? 0.6 : 1.8,
    height_m: person ? 1.75 : 1.5,
    type: person ? "PEDESTRIAN" : "VEHICLE",
    speed_mps: person ? 1.2 : 4,
    course: s.heading,
  };
});

/** Where each of them goes within three seconds. */
const predictions: readonly Prediction[] = obstacles.map(({ id, x, y, course, speed_mps }, k) => {
  const steps = Array.from({ length: 16 }, (_, i) => i / 5);
  const bend = k % 2 === 0 ? 0.12 : -0.2;
  return {
    id,
    probability: 0.9 - 0.2 * k,
    x: steps.map((t) => x + speed_mps! * t * Math.cos(course! + bend * t)),
    y: steps.map((t) => y + speed_mps! * t * Math.sin(course! + bend * t)),
  };
});

/** A road with two lanes along the whole course, with a crosswalk, a stop line and a signal. */
export function mapFrame(): Partial<Frame> {
  const along = samples.filter((s, i) => i === 0 || (i % 25 === 0 && s.speed > 0.3));
  const beside = (leftM: number, part = along): { x: number; y: number }[] =>
    part.map((s) => ({ x: s.x - Math.sin(s.heading) * leftM, y: s.y + Math.cos(s.heading) * leftM }));
  const at = samples[indexAt(18)]!;
  const stretch = along.filter((s) => Math.hypot(s.x - at.x, s.y - at.y) < 3);
  const sign = beside(-2.6, [at])[0]!;
  const lane = (left: number, right: number): { kind: number; points: number[] } => ({
    kind: AreaKind.lane,
    points: pairs([...beside(left), ...beside(right).reverse()]),
  });
  const line = (kind: number, leftM: number): { kind: number; points: number[] } => ({
    kind,
    points: pairs(beside(leftM)),
  });
  return {
    tiles: [
      {
        id: 1,
        ...ORIGIN,
        lines: [
          line(LineKind.solidWhite, -1.9),
          line(LineKind.doubleYellow, 1.9),
          line(LineKind.curb, 5.7),
          line(LineKind.laneCenter, 0),
          { kind: LineKind.stop, points: pairs([beside(-1.9, [stretch[0]!])[0]!, beside(1.9, [stretch[0]!])[0]!]) },
        ],
        areas: [
          lane(1.9, -1.9),
          lane(5.7, 1.9),
          { kind: AreaKind.crosswalk, points: pairs([...beside(5.7, stretch), ...beside(-1.9, stretch).reverse()]) },
        ],
        signs: [
          { kind: SignKind.signal, ...sign, heading: at.heading + Math.PI },
          {
            kind: SignKind.stop,
            ...beside(-2.6, [samples[indexAt(30)]!])[0]!,
            heading: samples[indexAt(30)]!.heading + Math.PI,
          },
        ],
      },
    ],
  };
}

/** As tiles hold them: centimetres, each point from the one before. */
function pairs(points: readonly { readonly x: number; readonly y: number }[]): number[] {
  let [lastX, lastY] = [0, 0];
  return points.flatMap(({ x, y }) => {
    const [toX, toY] = [Math.round((x - ORIGIN.x) * 100), Math.round((y - ORIGIN.y) * 100)];
    const step = [toX - lastX, toY - lastY];
    [lastX, lastY] = [toX, toY];
    return step;
  });
}

/** A cloud as a laser on the roof gives it: the ground in rings, and walls on both sides. */
export function cloudFrame(t: number, count = 100_000): Partial<Frame> {
  const pose = poseAt(t);
  const points = new Int16Array(count * 3);
  for (let i = 0; i < count; i++) {
    const angle = (i * 2.399963) % (2 * Math.PI);
    const ring = 4 + 56 * ((i * 0.618034) % 1) ** 2;
    const wall = i % 3 === 0;
    points[3 * i] = 100 * ring * Math.cos(angle);
    points[3 * i + 1] = 100 * ring * Math.sin(angle);
    points[3 * i + 2] = wall ? 100 * ((i * 0.414213) % 3.5) : 5 * Math.sin(i);
  }
  const bytes = new Uint8Array(points.buffer);
  return {
    cloud: { source: "/velodyne", time_s: START_S + t, x: pose.x, y: pose.y, z: 0, points: bytes, total: count },
  };
}

/** What the bridge would send at `t` seconds of the drive, with the samples since `sinceS` for the plots. */
export function worldFrame(t: number, sinceS: number, withTrajectory: boolean): Partial<Frame> {
  const times: number[] = [];
  for (let i = indexAt(sinceS) + 1; i <= indexAt(t); i++) times.push(i / RATE_HZ);
  const series = (id: string, value: (t: number) => number | undefined) => ({
    id,
    time_s: times.map((time) => START_S + time),
    value: times.map((time) => value(time) ?? 0),
  });
  return {
    world: {
      time_s: START_S + t,
      pose: poseAt(t),
      chassis: chassisAt(t),
      control: controlAt(t),
      trajectory: withTrajectory ? trajectoryAt(t) : undefined,
      obstacles: [...obstacles],
      predictions: [...predictions],
      fix: { latitude_deg: 37.4163 + t * 1e-6, longitude_deg: -122.0158 + t * 1e-6, altitude_m: -30 },
    },
    series:
      times.length === 0
        ? []
        : [
            series("speed", (time) => chassisAt(time).speed_mps),
            series("steering", (time) => chassisAt(time).steering_percent),
            series("steering_target", (time) => controlAt(time).steering_target_percent),
            series("acceleration", (time) => poseAt(time).acceleration_mps2),
            series("throttle", (time) => chassisAt(time).throttle_percent),
            series("brake", (time) => chassisAt(time).brake_percent),
            series("speed_target", (time) => samples[indexAt(time + 0.2)]!.speed),
            series("acceleration_target", (time) => samples[indexAt(time + 0.2)]!.acceleration),
            series("curvature", (time) => samples[indexAt(time)]!.curvature),
            series("curvature_target", (time) => samples[indexAt(time + 0.2)]!.curvature),
            series("lateral_error", (time) => controlAt(time).lateral_error_m),
            series("heading_error", (time) => controlAt(time).heading_error_rad),
            series("station_error", (time) => controlAt(time).station_error_m),
            series("speed_error", (time) => controlAt(time).speed_error_mps),
            series("planning_latency", (time) => 12 + 5 * Math.sin(time * 3.1) ** 2),
            series("control_latency", (time) => 1.1 + 0.4 * Math.sin(time * 7) ** 2),
            series("localization_delay", (time) => 4 + Math.sin(time)),
          ],
  };
}

export function topicsFrame(t: number): Partial<Frame> {
  return {
    topics: {
      topics: TOPICS.map((topic) => ({
        ...topic,
        encoding: "protobuf",
        received: Math.floor(topic.rate_hz * t),
        lost: topic.name.endsWith("monitor") ? Math.floor(t / 20) : 0,
        bytes_per_s: topic.rate_hz * 380,
        recorded: topic.rate_hz * DURATION_S,
      })),
    },
  };
}

export function densityFrame(): Partial<Frame> {
  const buckets = 480;
  const counts = TOPICS.flatMap(({ rate_hz }, row) =>
    Array.from({ length: buckets }, (_, i) => {
      const t = (i / buckets) * DURATION_S;
      if (row === 3 && (t < 0.8 || (t > 33 && t < 35))) return 0;
      const expected = (rate_hz * DURATION_S) / buckets;
      return expected >= 1
        ? Math.round(expected * (0.85 + 0.15 * Math.sin(i * 1.7 + row)))
        : i % Math.round(1 / expected) === 0
          ? 1
          : 0;
    }),
  );
  return { density: { topics: TOPICS.map(({ name }) => name), buckets, counts } };
}

export function rawFrame(topic: string, t: number): Partial<Frame> {
  const messages: Record<string, unknown> = {
    [TOPICS[0].name]: {
      header: { timestamp_sec: START_S + t, module_name: "localization", sequence_num: indexAt(t) },
      pose: { position: (({ x, y, z }) => ({ x, y, z }))(poseAt(t)), heading: poseAt(t).heading },
    },
    [TOPICS[1].name]: {
      header: { timestamp_sec: START_S + t, module_name: "canbus", sequence_num: indexAt(t) },
      engine_started: true,
      ...chassisAt(t),
    },
    [TOPICS[3].name]: {
      header: { timestamp_sec: START_S + t, module_name: "planning" },
      total_path_length: 60.2,
      adc_trajectory_point: trajectoryAt(t).x.map((x, k) => ({ x, y: trajectoryAt(t).y[k], relative_time: k / 10 })),
    },
  };
  const json = JSON.stringify(messages[topic] ?? { header: { timestamp_sec: START_S + t } });
  return { raw: { topic, time_s: START_S + t, json, size: Math.round(json.length * 0.55), error: "" } };
}
