// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $delos_bridge from "./bridge.ts";

/** Server to page. Any of the parts may be absent. */
export interface Frame {
  /** once, first */
  readonly hello?: $delos_bridge.Hello | undefined;
  /** newest state, at most 60 a second */
  readonly world?: $delos_bridge.World | undefined;
  /** samples since the last frame, for plots */
  readonly series?: readonly $delos_bridge.Series[] | undefined;
  /** on change, and while playing with each frame */
  readonly playback?: $delos_bridge.Playback | undefined;
  /** on change, and once a second for rates */
  readonly topics?: $delos_bridge.TopicList | undefined;
  /** the inspected topic, at most 10 a second */
  readonly raw?: $delos_bridge.RawMessage | undefined;
  /** once a recording is open */
  readonly density?: $delos_bridge.Density | undefined;
  readonly notices?: readonly $delos_bridge.Notice[] | undefined;
  /** once a second */
  readonly counters?: $delos_bridge.Counters | undefined;
}
export const Frame: MessageType<Frame> = $message<Frame>("delos.bridge.Frame");

export interface Hello {
  /** name and version of the server */
  readonly server?: string | undefined;
  /** what is shown: file names, or "live" */
  readonly title?: string | undefined;
  /** playback commands are obeyed */
  readonly can_control?: boolean | undefined;
}
export const Hello: MessageType<Hello> = $message<Hello>("delos.bridge.Hello");

/** The world in the map frame: x east, y north, z up, metres. Angles in radians, counter-clockwise from east. */
export interface World {
  /** recorded (or bus) time, unix seconds */
  readonly time_s?: number | undefined;
  readonly pose?: $delos_bridge.Pose | undefined;
  readonly chassis?: $delos_bridge.Chassis | undefined;
  /** only when it changed */
  readonly trajectory?: $delos_bridge.Trajectory | undefined;
  readonly control?: $delos_bridge.Control | undefined;
  readonly obstacles?: readonly $delos_bridge.Obstacle[] | undefined;
  readonly fix?: $delos_bridge.Fix | undefined;
}
export const World: MessageType<World> = $message<World>("delos.bridge.World");

export interface Pose {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
  readonly heading?: number | undefined;
  /** positive nose up */
  readonly pitch?: number | undefined;
  /** positive right side down */
  readonly roll?: number | undefined;
  readonly speed_mps?: number | undefined;
  readonly acceleration_mps2?: number | undefined;
  readonly yaw_rate_radps?: number | undefined;
  /** topic it came from */
  readonly source?: string | undefined;
  /** when it was measured, unix seconds: the page interpolates between these */
  readonly time_s?: number | undefined;
}
export const Pose: MessageType<Pose> = $message<Pose>("delos.bridge.Pose");

export interface Chassis {
  readonly speed_mps?: number | undefined;
  /** of full lock, positive to the left */
  readonly steering_percent?: number | undefined;
  readonly throttle_percent?: number | undefined;
  readonly brake_percent?: number | undefined;
  /** P R N D, or the name of the enum value */
  readonly gear?: string | undefined;
  /** COMPLETE_MANUAL, COMPLETE_AUTO_DRIVE, … */
  readonly driving_mode?: string | undefined;
  /** NONE LEFT RIGHT EMERGENCY */
  readonly signal?: string | undefined;
  readonly error_code?: string | undefined;
  /** where a recording has the angle itself */
  readonly steering_wheel_deg?: number | undefined;
  /** of the message, unix seconds: the page marks what has become old */
  readonly time_s?: number | undefined;
}
export const Chassis: MessageType<Chassis> = $message<Chassis>("delos.bridge.Chassis");

export interface Trajectory {
  readonly source?: string | undefined;
  /** metres, map frame */
  readonly x?: readonly number[] | undefined;
  readonly y?: readonly number[] | undefined;
  readonly speed_mps?: readonly number[] | undefined;
  readonly relative_time_s?: readonly number[] | undefined;
  readonly header_time_s?: number | undefined;
  readonly is_estop?: boolean | undefined;
}
export const Trajectory: MessageType<Trajectory> = $message<Trajectory>("delos.bridge.Trajectory");

export interface Control {
  readonly throttle_percent?: number | undefined;
  readonly brake_percent?: number | undefined;
  readonly steering_target_percent?: number | undefined;
  readonly lateral_error_m?: number | undefined;
  readonly heading_error_rad?: number | undefined;
  readonly station_error_m?: number | undefined;
  readonly speed_error_mps?: number | undefined;
  /** of the message, unix seconds */
  readonly time_s?: number | undefined;
}
export const Control: MessageType<Control> = $message<Control>("delos.bridge.Control");

export interface Obstacle {
  readonly id?: string | undefined;
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly heading?: number | undefined;
  readonly length_m?: number | undefined;
  readonly width_m?: number | undefined;
  readonly height_m?: number | undefined;
  readonly type?: string | undefined;
}
export const Obstacle: MessageType<Obstacle> = $message<Obstacle>("delos.bridge.Obstacle");

export interface Fix {
  readonly latitude_deg?: number | undefined;
  readonly longitude_deg?: number | undefined;
  readonly altitude_m?: number | undefined;
}
export const Fix: MessageType<Fix> = $message<Fix>("delos.bridge.Fix");

/** A plotted quantity. `id` names it for the page: speed, steering, acceleration, throttle, brake, … */
export interface Series {
  readonly id?: string | undefined;
  readonly time_s?: readonly number[] | undefined;
  readonly value?: readonly number[] | undefined;
}
export const Series: MessageType<Series> = $message<Series>("delos.bridge.Series");

export interface Playback {
  readonly state?: $delos_bridge.Playback.State | undefined;
  /** unix seconds of the recording */
  readonly start_s?: number | undefined;
  readonly end_s?: number | undefined;
  readonly position_s?: number | undefined;
  /** infinity: as fast as it goes */
  readonly rate?: number | undefined;
  readonly loop?: boolean | undefined;
  readonly published?: bigint | undefined;
  /** messages sent after their time */
  readonly late?: bigint | undefined;
  readonly max_lateness_ms?: number | undefined;
  /** grows with every loop, jump or step back: the page clears its trails */
  readonly pass?: number | undefined;
}
export declare namespace Playback {
  type State = 0 | 1 | 2 | 3 | (number & {});
}
export const Playback = $nested($message<Playback>("delos.bridge.Playback"), {
  State: {
    /** no recording: the live bus */
    NONE: 0,
    PLAYING: 1,
    PAUSED: 2,
    ENDED: 3,
  },
});

export interface TopicList {
  readonly topics?: readonly $delos_bridge.Topic[] | undefined;
}
export const TopicList: MessageType<TopicList> = $message<TopicList>("delos.bridge.TopicList");

export interface Topic {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly encoding?: string | undefined;
  /** measured over the last second(s) of bus time */
  readonly rate_hz?: number | undefined;
  readonly received?: bigint | undefined;
  readonly lost?: bigint | undefined;
  readonly bytes_per_s?: number | undefined;
  /** messages in the recording, when there is one */
  readonly recorded?: bigint | undefined;
}
export const Topic: MessageType<Topic> = $message<Topic>("delos.bridge.Topic");

export interface RawMessage {
  readonly topic?: string | undefined;
  readonly time_s?: number | undefined;
  /** field names of the schema */
  readonly json?: string | undefined;
  /** encoded bytes */
  readonly size?: number | undefined;
  /** why it cannot be decoded */
  readonly error?: string | undefined;
}
export const RawMessage: MessageType<RawMessage> = $message<RawMessage>("delos.bridge.RawMessage");

/** Messages over time for the seek bar: `counts` has `buckets` numbers for each topic, row after row. */
export interface Density {
  readonly topics?: readonly string[] | undefined;
  readonly buckets?: number | undefined;
  readonly counts?: readonly number[] | undefined;
}
export const Density: MessageType<Density> = $message<Density>("delos.bridge.Density");

export interface Notice {
  readonly level?: $delos_bridge.Notice.Level | undefined;
  readonly time_s?: number | undefined;
  readonly source?: string | undefined;
  readonly text?: string | undefined;
}
export declare namespace Notice {
  type Level = 0 | 1 | 2 | 3 | (number & {});
}
export const Notice = $nested($message<Notice>("delos.bridge.Notice"), {
  Level: {
    INFO: 0,
    WARN: 1,
    ERROR: 2,
    FATAL: 3,
  },
});

export interface Counters {
  readonly frames_sent?: bigint | undefined;
  /** this page was too slow: older frames left out */
  readonly frames_dropped?: bigint | undefined;
  readonly bus_received?: bigint | undefined;
  readonly bus_lost?: bigint | undefined;
}
export const Counters: MessageType<Counters> = $message<Counters>("delos.bridge.Counters");

/** Page to server. One of the parts. */
export interface Command {
  /** true: play, false: pause */
  readonly play?: boolean | undefined;
  /** messages, negative: back */
  readonly step?: number | undefined;
  /** unix seconds of the recording */
  readonly seek_s?: number | undefined;
  /** infinity: as fast as it goes */
  readonly rate?: number | undefined;
  readonly loop?: boolean | undefined;
  /** topic of RawMessage; empty: none */
  readonly inspect?: string | undefined;
  readonly restart?: boolean | undefined;
  /** false: the page is hidden, send nothing but playback once a second */
  readonly visible?: boolean | undefined;
}
export const Command: MessageType<Command> = $message<Command>("delos.bridge.Command");
