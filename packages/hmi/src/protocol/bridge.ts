import {
  bool,
  bytes,
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
  optionalUnsigned,
  signed,
  signeds,
  string,
  strings,
  unsigned,
  unsigneds,
} from "./schema.ts";

/**
 * proto/delos/bridge.proto as the page reads it; a test holds the two against each other, field by field.
 * Map frame: x east, y north, z up, metres. Angles in radians, counter-clockwise from east. Times in unix seconds.
 */
export const Role = { viewer: 0, operator: 1 } as const;

export const Hello = message({
  server: string(1),
  title: string(2),
  can_control: bool(3),
  role: unsigned(4),
  can_open: bool(5),
});
export type Hello = Infer<typeof Hello>;

/** Standard deviations along the axes of the ellipse of errors. */
export const Spread = message({ major_m: double(1), minor_m: double(2), heading: double(3) });

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
  spread: one(12, Spread),
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
  acceleration_mps2: doubles(8),
  curvature_per_m: doubles(9),
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
  speed_mps: optionalDouble(9),
  course: optionalDouble(10),
});
export type Obstacle = Infer<typeof Obstacle>;

export const Prediction = message({ id: string(1), probability: double(2), x: doubles(3), y: doubles(4) });
export type Prediction = Infer<typeof Prediction>;

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
  predictions: many(8, Prediction),
});
export type World = Infer<typeof World>;

export const Series = message({ id: string(1), time_s: doubles(2), value: doubles(3) });
export type Series = Infer<typeof Series>;

export const PlaybackState = { none: 0, playing: 1, paused: 2, ended: 3 } as const;

export const LoopRange = message({ from_s: double(1), to_s: double(2) });
export type LoopRange = Infer<typeof LoopRange>;

export const MarkKind = { engage: 0, disengage: 1, estop: 2, mode: 3, problem: 4, error: 5, pad: 6 } as const;

export const Mark = message({ kind: unsigned(1), time_s: double(2), text: string(3) });
export type Mark = Infer<typeof Mark>;

export const MarkList = message({ marks: many(1, Mark) });

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
  loop_range: one(11, LoopRange),
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

export const DrivingAction = { none: 0, engage: 1, disengage: 2, estop: 3, reset: 4 } as const;

export const ModuleVerb = { start: 0, stop: 1, restart: 2 } as const;
export const ModuleAction = message({ name: string(1), verb: unsigned(2) });

/** The buttons of quick record and quick play, as in Apollo 1.0's HMI. */
export const QuickAction = {
  none: 0,
  setupRecording: 1,
  startRecording: 2,
  stopRecording: 3,
  newRecording: 4,
  setupPlaying: 5,
  startPlaying: 6,
  stopPlaying: 7,
  resetAll: 8,
} as const;

export const ToolAction = message({ name: string(1), run: bool(2) });

export const HandInput = message({
  throttle_percent: optionalDouble(1),
  brake_percent: optionalDouble(2),
  steering_percent: optionalDouble(3),
});
export type HandInput = Infer<typeof HandInput>;

export const Selection = message({ kind: string(1), chosen: string(2), choices: strings(3) });
export type Selection = Infer<typeof Selection>;

/** Beside the id a oneof: set exactly one. */
export const Request = message({
  id: unsigned(1),
  driving: optionalUnsigned(2),
  module: one(3, ModuleAction),
  quick: optionalUnsigned(4),
  check_hardware: optionalString(5),
  select: one(6, Selection),
  tool: one(7, ToolAction),
  hands: one(8, HandInput),
});
export type Request = Partial<Infer<typeof Request>>;

export const Answer = message({ id: unsigned(1), code: string(2), text: string(3) });
export type Answer = Infer<typeof Answer>;

export const ModuleState = { stopped: 0, starting: 1, started: 2, stopping: 3, crashed: 4, restarting: 5 } as const;

export const Module = message({
  name: string(1),
  display_name: string(2),
  state: unsigned(3),
  reason: string(4),
  restarts: unsigned(5),
  place: string(6),
  lag_ms: optionalDouble(7),
  needed: bool(8),
});
export type Module = Infer<typeof Module>;

export const HardwareStatus = { checking: -2, unknown: -1, ok: 0, notReady: 1, notPresent: 2, error: 3 } as const;
export const Hardware = message({ name: string(1), display_name: string(2), status: signed(3), message: string(4) });
export type Hardware = Infer<typeof Hardware>;

export const Recording = {
  notReady: 0,
  readyToCheck: 1,
  checking: 2,
  readyToStart: 3,
  recording: 4,
  finished: 5,
} as const;
export const Playing = { notReady: 0, readyToCheck: 1, checking: 2, readyToStart: 3, playing: 4 } as const;

export const QuickStart = message({
  recording: unsigned(1),
  playing: unsigned(2),
  planning_ready: bool(3),
  recorded_s: double(4),
  begun_s: double(5),
  message: string(6),
  file: string(7),
});
export type QuickStart = Infer<typeof QuickStart>;

export const Driving = message({
  mode: string(1),
  changing: unsigned(2),
  tries: unsigned(3),
  estop: bool(4),
  estop_reason: string(5),
  by_hands: bool(6),
});
export type Driving = Infer<typeof Driving>;

export const Tool = message({ name: string(1), display_name: string(2), running: bool(3) });
export type Tool = Infer<typeof Tool>;

/** The car that is led; counted from the middle of the rear axle. */
export const Vehicle = message({
  name: string(1),
  front_m: double(2),
  back_m: double(3),
  width_m: double(4),
  height_m: double(5),
  wheelbase_m: double(6),
  wheel_radius_m: double(7),
  steering_lock_deg: double(8),
  steering_ratio: double(9),
  mass_kg: double(10),
  brake_rest_percent: double(11),
  preview_s: double(12),
  calibration_rows: unsigned(13),
  top_speed_mps: double(14),
});
export type Vehicle = Infer<typeof Vehicle>;

export const Operation = message({
  modules: many(1, Module),
  hardware: many(2, Hardware),
  quick: one(3, QuickStart),
  driving: one(4, Driving),
  selections: many(5, Selection),
  tools: many(6, Tool),
  vehicle: one(7, Vehicle),
});
export type Operation = Infer<typeof Operation>;

export const Resource = message({
  name: string(1),
  unit: string(2),
  value: double(3),
  soft: double(4),
  hard: double(5),
  full: double(6),
  level: unsigned(7),
});
export type Resource = Infer<typeof Resource>;
export const Resources = message({ resources: many(1, Resource) });

export const LineKind = {
  laneCenter: 0,
  dottedYellow: 1,
  dottedWhite: 2,
  solidYellow: 3,
  solidWhite: 4,
  doubleYellow: 5,
  curb: 6,
  border: 7,
  stop: 8,
  bump: 9,
} as const;
export const AreaKind = { lane: 0, crosswalk: 1, junction: 2, clear: 3 } as const;
export const SignKind = { signal: 0, stop: 1, yield: 2 } as const;

/** Points are counted from the tile's (x, y): pairs of centimetres, each from the one before. */
export const MapLine = message({ kind: unsigned(1), points: signeds(2) });
export const MapArea = message({ kind: unsigned(1), points: signeds(2) });
export const MapSign = message({ kind: unsigned(1), x: double(2), y: double(3), heading: double(4) });
export const MapTile = message({
  id: unsigned(1),
  x: double(2),
  y: double(3),
  lines: many(4, MapLine),
  areas: many(5, MapArea),
  signs: many(6, MapSign),
});
export type MapTile = Infer<typeof MapTile>;

/** Points are x y z of each in centimetres, int16 little-endian, along the axes of the map. */
export const PointCloud = message({
  source: string(1),
  time_s: double(2),
  x: double(3),
  y: double(4),
  z: double(5),
  points: bytes(6),
  total: unsigned(7),
});
export type PointCloud = Infer<typeof PointCloud>;

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
  marks: one(10, MarkList),
  tiles: many(20, MapTile),
  cloud: one(21, PointCloud),
  operation: one(30, Operation),
  answers: many(31, Answer),
  resources: one(32, Resources),
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
  loop_range: one(9, LoopRange),
  clouds: optionalBool(20),
  request: one(30, Request),
});
export type Command = Partial<Infer<typeof Command>>;
