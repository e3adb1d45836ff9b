import {
  bool,
  double,
  doubles,
  type Infer,
  many,
  message,
  one,
  optionalBool,
  optionalDouble,
  optionalSigned,
  optionalString,
  string,
  strings,
  unsigned,
  unsigneds,
} from "./schema.ts";

/**
 * proto/delos/bridge.proto as the page reads it; a test holds the two against each other, field by field.
 * Map frame: x east, y north, z up, metres. Angles in radians, counter-clockwise from east. Times in unix seconds.
 */
export const Hello = message({ server: string(1), title: string(2), can_control: bool(3) });
export type Hello = Infer<typeof Hello>;

export const Pose = message({
  x: double(1),
  y: double(2),
  z: double(3),
  heading: double(4),
  pitch: double(5),
  roll: double(6),
  speed_mps: double(7),
  acceleration_mps2: double(8),
  yaw_rate_radps: double(9),
  source: string(10),
  time_s: double(11),
});
export type Pose = Infer<typeof Pose>;

export const Chassis = message({
  speed_mps: optionalDouble(1),
  steering_percent: optionalDouble(2),
  throttle_percent: optionalDouble(3),
  brake_percent: optionalDouble(4),
  gear: optionalString(5),
  driving_mode: optionalString(6),
  signal: optionalString(7),
  error_code: optionalString(8),
  steering_wheel_deg: optionalDouble(9),
  time_s: double(10),
});
export type Chassis = Infer<typeof Chassis>;

export const Trajectory = message({
  source: string(1),
  x: doubles(2),
  y: doubles(3),
  speed_mps: doubles(4),
  relative_time_s: doubles(5),
  header_time_s: double(6),
  is_estop: bool(7),
});
export type Trajectory = Infer<typeof Trajectory>;

export const Control = message({
  throttle_percent: optionalDouble(1),
  brake_percent: optionalDouble(2),
  steering_target_percent: optionalDouble(3),
  lateral_error_m: optionalDouble(4),
  heading_error_rad: optionalDouble(5),
  station_error_m: optionalDouble(6),
  speed_error_mps: optionalDouble(7),
  time_s: double(8),
});
export type Control = Infer<typeof Control>;

export const Obstacle = message({
  id: string(1),
  x: double(2),
  y: double(3),
  heading: double(4),
  length_m: double(5),
  width_m: double(6),
  height_m: double(7),
  type: string(8),
});
export type Obstacle = Infer<typeof Obstacle>;

export const Fix = message({ latitude_deg: double(1), longitude_deg: double(2), altitude_m: double(3) });
export type Fix = Infer<typeof Fix>;

export const World = message({
  time_s: double(1),
  pose: one(2, Pose),
  chassis: one(3, Chassis),
  trajectory: one(4, Trajectory),
  control: one(5, Control),
  obstacles: many(6, Obstacle),
  fix: one(7, Fix),
});
export type World = Infer<typeof World>;

export const Series = message({ id: string(1), time_s: doubles(2), value: doubles(3) });
export type Series = Infer<typeof Series>;

export const PlaybackState = { none: 0, playing: 1, paused: 2, ended: 3 } as const;

export const Playback = message({
  state: unsigned(1),
  start_s: double(2),
  end_s: double(3),
  position_s: double(4),
  rate: double(5),
  loop: bool(6),
  published: unsigned(7),
  late: unsigned(8),
  max_lateness_ms: double(9),
  pass: unsigned(10),
});
export type Playback = Infer<typeof Playback>;

export const Topic = message({
  name: string(1),
  type: string(2),
  encoding: string(3),
  rate_hz: double(4),
  received: unsigned(5),
  lost: unsigned(6),
  bytes_per_s: double(7),
  recorded: unsigned(8),
});
export type Topic = Infer<typeof Topic>;

export const TopicList = message({ topics: many(1, Topic) });

export const RawMessage = message({
  topic: string(1),
  time_s: double(2),
  json: string(3),
  size: unsigned(4),
  error: string(5),
});
export type RawMessage = Infer<typeof RawMessage>;

export const Density = message({ topics: strings(1), buckets: unsigned(2), counts: unsigneds(3) });
export type Density = Infer<typeof Density>;

export const NoticeLevel = { info: 0, warn: 1, error: 2, fatal: 3 } as const;

export const Notice = message({ level: unsigned(1), time_s: double(2), source: string(3), text: string(4) });
export type Notice = Infer<typeof Notice>;

export const Counters = message({
  frames_sent: unsigned(1),
  frames_dropped: unsigned(2),
  bus_received: unsigned(3),
  bus_lost: unsigned(4),
});
export type Counters = Infer<typeof Counters>;

export const Frame = message({
  hello: one(1, Hello),
  world: one(2, World),
  series: many(3, Series),
  playback: one(4, Playback),
  topics: one(5, TopicList),
  raw: one(6, RawMessage),
  density: one(7, Density),
  notices: many(8, Notice),
  counters: one(9, Counters),
});
export type Frame = Infer<typeof Frame>;

/** A oneof: set exactly one. */
export const Command = message({
  play: optionalBool(1),
  step: optionalSigned(2),
  seek_s: optionalDouble(3),
  rate: optionalDouble(4),
  loop: optionalBool(5),
  inspect: optionalString(6),
  restart: optionalBool(7),
  visible: optionalBool(8),
});
export type Command = Partial<Infer<typeof Command>>;
