// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $delos_bridge from "./bridge.ts";

export const DrivingAction = {
  DRIVING_NONE: 0,
  /** RESET, then START, confirmed by the chassis */
  ENGAGE: 1,
  /** RESET to manual, confirmed by the chassis */
  DISENGAGE: 2,
  /** latched until RESET */
  ESTOP: 3,
  /** clears the stop, to manual */
  RESET: 4,
} as const;
export type DrivingAction = (typeof DrivingAction)[keyof typeof DrivingAction] | (number & {});

/** The buttons of quick record and quick play, as in Apollo 1.0's HMI. */
export const QuickAction = {
  QUICK_NONE: 0,
  SETUP_RECORDING: 1,
  START_RECORDING: 2,
  STOP_RECORDING: 3,
  NEW_RECORDING: 4,
  SETUP_PLAYING: 5,
  START_PLAYING: 6,
  STOP_PLAYING: 7,
  RESET_ALL: 8,
} as const;
export type QuickAction = (typeof QuickAction)[keyof typeof QuickAction] | (number & {});

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
  /** once a recording was read through */
  readonly marks?: $delos_bridge.MarkList | undefined;
  /** of the HD map, each once, when the car comes near */
  readonly tiles?: readonly $delos_bridge.MapTile[] | undefined;
  /** the newest, at most 10 a second, to pages that ask for clouds */
  readonly cloud?: $delos_bridge.PointCloud | undefined;
  /** on change, where there is something to operate */
  readonly operation?: $delos_bridge.Operation | undefined;
  /** to this page's requests */
  readonly answers?: readonly $delos_bridge.Answer[] | undefined;
  /** once a second */
  readonly resources?: $delos_bridge.Resources | undefined;
}
export const Frame: MessageType<Frame> = $message<Frame>("delos.bridge.Frame");

export interface Hello {
  /** name and version of the server */
  readonly server?: string | undefined;
  /** what is shown: file names, or "live" */
  readonly title?: string | undefined;
  /** playback commands of this page are obeyed */
  readonly can_control?: boolean | undefined;
  readonly role?: $delos_bridge.Hello.Role | undefined;
  /** other recordings can be opened in place of the one that plays */
  readonly can_open?: boolean | undefined;
}
export declare namespace Hello {
  type Role = 0 | 1 | (number & {});
}
export const Hello = $nested($message<Hello>("delos.bridge.Hello"), {
  Role: {
    /** sees */
    VIEWER: 0,
    /** moves the car, starts and stops modules */
    OPERATOR: 1,
  },
});

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
  readonly predictions?: readonly $delos_bridge.Prediction[] | undefined;
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
  /** how uncertain, where the source says it */
  readonly spread?: $delos_bridge.Spread | undefined;
}
export const Pose: MessageType<Pose> = $message<Pose>("delos.bridge.Pose");

/** Standard deviations along the axes of the ellipse of errors. */
export interface Spread {
  readonly major_m?: number | undefined;
  readonly minor_m?: number | undefined;
  /** of the major axis */
  readonly heading?: number | undefined;
}
export const Spread: MessageType<Spread> = $message<Spread>("delos.bridge.Spread");

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
  /** as many as points, or none */
  readonly acceleration_mps2?: readonly number[] | undefined;
  readonly curvature_per_m?: readonly number[] | undefined;
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
  readonly speed_mps?: number | undefined;
  /** direction of movement */
  readonly course?: number | undefined;
}
export const Obstacle: MessageType<Obstacle> = $message<Obstacle>("delos.bridge.Obstacle");

/** Where something around the car is expected to go. */
export interface Prediction {
  /** of the obstacle */
  readonly id?: string | undefined;
  /** 0 to 1 */
  readonly probability?: number | undefined;
  readonly x?: readonly number[] | undefined;
  readonly y?: readonly number[] | undefined;
}
export const Prediction: MessageType<Prediction> = $message<Prediction>("delos.bridge.Prediction");

/** A part of the HD map. Points are counted from (x, y): pairs of centimetres, each from the one before. */
export interface MapTile {
  readonly id?: number | undefined;
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly lines?: readonly $delos_bridge.MapLine[] | undefined;
  readonly areas?: readonly $delos_bridge.MapArea[] | undefined;
  readonly signs?: readonly $delos_bridge.MapSign[] | undefined;
}
export const MapTile: MessageType<MapTile> = $message<MapTile>("delos.bridge.MapTile");

export interface MapLine {
  readonly kind?: $delos_bridge.MapLine.Kind | undefined;
  readonly points?: readonly number[] | undefined;
}
export declare namespace MapLine {
  type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | (number & {});
}
export const MapLine = $nested($message<MapLine>("delos.bridge.MapLine"), {
  Kind: {
    LANE_CENTER: 0,
    DOTTED_YELLOW: 1,
    DOTTED_WHITE: 2,
    SOLID_YELLOW: 3,
    SOLID_WHITE: 4,
    DOUBLE_YELLOW: 5,
    CURB: 6,
    /** of unknown or no paint */
    BORDER: 7,
    STOP: 8,
    BUMP: 9,
  },
});

export interface MapArea {
  readonly kind?: $delos_bridge.MapArea.Kind | undefined;
  readonly points?: readonly number[] | undefined;
}
export declare namespace MapArea {
  type Kind = 0 | 1 | 2 | 3 | (number & {});
}
export const MapArea = $nested($message<MapArea>("delos.bridge.MapArea"), {
  Kind: {
    LANE: 0,
    CROSSWALK: 1,
    JUNCTION: 2,
    /** where nobody may stop */
    CLEAR: 3,
  },
});

export interface MapSign {
  readonly kind?: $delos_bridge.MapSign.Kind | undefined;
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  /** where it looks */
  readonly heading?: number | undefined;
}
export declare namespace MapSign {
  type Kind = 0 | 1 | 2 | (number & {});
}
export const MapSign = $nested($message<MapSign>("delos.bridge.MapSign"), {
  Kind: {
    SIGNAL: 0,
    STOP: 1,
    YIELD: 2,
  },
});

export interface PointCloud {
  readonly source?: string | undefined;
  readonly time_s?: number | undefined;
  /** what points are counted from; z: above the ground under the car */
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly z?: number | undefined;
  /** x y z of each, int16 little-endian, centimetres, axes of the map */
  readonly points?: Uint8Array | undefined;
  /** points of the message, of which this may be a part */
  readonly total?: number | undefined;
}
export const PointCloud: MessageType<PointCloud> = $message<PointCloud>("delos.bridge.PointCloud");

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
  /** the part that is looped over; absent: none */
  readonly loop_range?: $delos_bridge.LoopRange | undefined;
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

export interface LoopRange {
  /** unix seconds of the recording */
  readonly from_s?: number | undefined;
  /** in a command: not after from_s ends the loop */
  readonly to_s?: number | undefined;
}
export const LoopRange: MessageType<LoopRange> = $message<LoopRange>("delos.bridge.LoopRange");

/** What happened in a recording, in the order of time. */
export interface MarkList {
  readonly marks?: readonly $delos_bridge.Mark[] | undefined;
}
export const MarkList: MessageType<MarkList> = $message<MarkList>("delos.bridge.MarkList");

export interface Mark {
  readonly kind?: $delos_bridge.Mark.Kind | undefined;
  readonly time_s?: number | undefined;
  readonly text?: string | undefined;
}
export declare namespace Mark {
  type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | (number & {});
}
export const Mark = $nested($message<Mark>("delos.bridge.Mark"), {
  Kind: {
    ENGAGE: 0,
    DISENGAGE: 1,
    ESTOP: 2,
    /** another change of the driving mode */
    MODE: 3,
    /** of the file */
    PROBLEM: 4,
    /** a log line, or what the chassis says */
    ERROR: 5,
    /** what somebody asked for at the pad */
    PAD: 6,
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
  readonly loop_range?: $delos_bridge.LoopRange | undefined;
  /** send point clouds: they are large */
  readonly clouds?: boolean | undefined;
  /** false: the page is hidden, send nothing but playback once a second */
  readonly visible?: boolean | undefined;
  readonly request?: $delos_bridge.Request | undefined;
}
export const Command: MessageType<Command> = $message<Command>("delos.bridge.Command");

/** Moves the car or starts and stops something: for operators only, answered by an Answer of the same id, audited. */
export interface Request {
  /** chosen by the page, not 0 */
  readonly id?: number | undefined;
  readonly driving?: $delos_bridge.DrivingAction | undefined;
  readonly module?: $delos_bridge.ModuleAction | undefined;
  readonly quick?: $delos_bridge.QuickAction | undefined;
  /** name; empty: all */
  readonly check_hardware?: string | undefined;
  /** kind and chosen */
  readonly select?: $delos_bridge.Selection | undefined;
  readonly tool?: $delos_bridge.ToolAction | undefined;
  /** what the driver of a simulated car does */
  readonly hands?: $delos_bridge.HandInput | undefined;
}
export const Request: MessageType<Request> = $message<Request>("delos.bridge.Request");

export interface ModuleAction {
  /** `all`: every module */
  readonly name?: string | undefined;
  readonly verb?: $delos_bridge.ModuleAction.Verb | undefined;
}
export declare namespace ModuleAction {
  type Verb = 0 | 1 | 2 | (number & {});
}
export const ModuleAction = $nested($message<ModuleAction>("delos.bridge.ModuleAction"), {
  Verb: {
    START: 0,
    STOP: 1,
    RESTART: 2,
  },
});

export interface ToolAction {
  readonly name?: string | undefined;
  readonly run?: boolean | undefined;
}
export const ToolAction: MessageType<ToolAction> = $message<ToolAction>("delos.bridge.ToolAction");

/** Pedals in percent, steering in percent of full lock, positive to the left. What is absent is let go. */
export interface HandInput {
  readonly throttle_percent?: number | undefined;
  readonly brake_percent?: number | undefined;
  readonly steering_percent?: number | undefined;
}
export const HandInput: MessageType<HandInput> = $message<HandInput>("delos.bridge.HandInput");

export interface Answer {
  readonly id?: number | undefined;
  /** empty: done; or the name of the error */
  readonly code?: string | undefined;
  readonly text?: string | undefined;
}
export const Answer: MessageType<Answer> = $message<Answer>("delos.bridge.Answer");

/** What an operator sees and leads. */
export interface Operation {
  readonly modules?: readonly $delos_bridge.Module[] | undefined;
  readonly hardware?: readonly $delos_bridge.Hardware[] | undefined;
  /** absent where nothing records */
  readonly quick?: $delos_bridge.QuickStart | undefined;
  /** absent where there is no car */
  readonly driving?: $delos_bridge.Driving | undefined;
  /** vehicle, map */
  readonly selections?: readonly $delos_bridge.Selection[] | undefined;
  readonly tools?: readonly $delos_bridge.Tool[] | undefined;
  /** absent: as of a Lincoln MKZ */
  readonly vehicle?: $delos_bridge.Vehicle | undefined;
}
export const Operation: MessageType<Operation> = $message<Operation>("delos.bridge.Operation");

/** The car that is led: what is drawn of it, and what its gauges are made for. Counted from the middle of the rear axle. */
export interface Vehicle {
  readonly name?: string | undefined;
  /** to the front bumper */
  readonly front_m?: number | undefined;
  /** to the rear bumper */
  readonly back_m?: number | undefined;
  readonly width_m?: number | undefined;
  readonly height_m?: number | undefined;
  readonly wheelbase_m?: number | undefined;
  readonly wheel_radius_m?: number | undefined;
  /** of the steering wheel, to one side */
  readonly steering_lock_deg?: number | undefined;
  /** degrees of the steering wheel to one of the front wheels */
  readonly steering_ratio?: number | undefined;
  readonly mass_kg?: number | undefined;
  /** what the brake reports while nobody touches it */
  readonly brake_rest_percent?: number | undefined;
  /** how far ahead longitudinal control looks */
  readonly preview_s?: number | undefined;
  /** of the table that turns accelerations into pedals */
  readonly calibration_rows?: number | undefined;
  /** of that table */
  readonly top_speed_mps?: number | undefined;
}
export const Vehicle: MessageType<Vehicle> = $message<Vehicle>("delos.bridge.Vehicle");

export interface Module {
  readonly name?: string | undefined;
  readonly display_name?: string | undefined;
  readonly state?: $delos_bridge.Module.State | undefined;
  /** of the last crash or failure to start */
  readonly reason?: string | undefined;
  /** after crashes */
  readonly restarts?: number | undefined;
  /** thread or process it runs in */
  readonly place?: string | undefined;
  /** largest delay of its event loop in the last second */
  readonly lag_ms?: number | undefined;
  /** setup starts it and waits for it */
  readonly needed?: boolean | undefined;
}
export declare namespace Module {
  type State = 0 | 1 | 2 | 3 | 4 | 5 | (number & {});
}
export const Module = $nested($message<Module>("delos.bridge.Module"), {
  State: {
    STOPPED: 0,
    STARTING: 1,
    STARTED: 2,
    STOPPING: 3,
    /** ended by itself; `reason` says why */
    CRASHED: 4,
    /** crashed, and is started anew after a pause */
    RESTARTING: 5,
  },
});

/** Status codes of Apollo: -2 checking, -1 unknown, 0 OK, 1 not ready, 2 not present, 3 error. */
export interface Hardware {
  readonly name?: string | undefined;
  readonly display_name?: string | undefined;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}
export const Hardware: MessageType<Hardware> = $message<Hardware>("delos.bridge.Hardware");

export interface QuickStart {
  readonly recording?: $delos_bridge.QuickStart.Recording | undefined;
  readonly playing?: $delos_bridge.QuickStart.Playing | undefined;
  readonly planning_ready?: boolean | undefined;
  /** length of the recorded drive */
  readonly recorded_s?: number | undefined;
  /** unix time at which recording or playing began; 0: neither */
  readonly begun_s?: number | undefined;
  /** what to do next */
  readonly message?: string | undefined;
  readonly file?: string | undefined;
}
export declare namespace QuickStart {
  type Recording = 0 | 1 | 2 | 3 | 4 | 5 | (number & {});
  type Playing = 0 | 1 | 2 | 3 | 4 | (number & {});
}
export const QuickStart = $nested($message<QuickStart>("delos.bridge.QuickStart"), {
  Recording: {
    RECORDING_NOT_READY: 0,
    RECORDING_READY_TO_CHECK: 1,
    RECORDING_CHECKING: 2,
    RECORDING_READY_TO_START: 3,
    RECORDING: 4,
    RECORDING_FINISHED: 5,
  },
  Playing: {
    PLAYING_NOT_READY: 0,
    PLAYING_READY_TO_CHECK: 1,
    PLAYING_CHECKING: 2,
    PLAYING_READY_TO_START: 3,
    PLAYING: 4,
  },
});

export interface Driving {
  /** of the newest chassis message; empty: none, or an old one */
  readonly mode?: string | undefined;
  /** under way */
  readonly changing?: $delos_bridge.DrivingAction | undefined;
  /** of five */
  readonly tries?: number | undefined;
  /** a stop is latched */
  readonly estop?: boolean | undefined;
  readonly estop_reason?: string | undefined;
  /** HandInput is obeyed: the car is simulated */
  readonly by_hands?: boolean | undefined;
}
export const Driving: MessageType<Driving> = $message<Driving>("delos.bridge.Driving");

export interface Selection {
  /** vehicle, map */
  readonly kind?: string | undefined;
  readonly chosen?: string | undefined;
  readonly choices?: readonly string[] | undefined;
}
export const Selection: MessageType<Selection> = $message<Selection>("delos.bridge.Selection");

export interface Tool {
  readonly name?: string | undefined;
  readonly display_name?: string | undefined;
  readonly running?: boolean | undefined;
}
export const Tool: MessageType<Tool> = $message<Tool>("delos.bridge.Tool");

export interface Resources {
  readonly resources?: readonly $delos_bridge.Resource[] | undefined;
}
export const Resources: MessageType<Resources> = $message<Resources>("delos.bridge.Resources");

/** One thing that can run out. `level`: as of Notice; WARN beyond `soft`, ERROR beyond `hard`. */
export interface Resource {
  /** cpu, memory, disk, lag, or lag:<thread> */
  readonly name?: string | undefined;
  readonly unit?: string | undefined;
  readonly value?: number | undefined;
  readonly soft?: number | undefined;
  readonly hard?: number | undefined;
  /** end of the scale */
  readonly full?: number | undefined;
  readonly level?: $delos_bridge.Notice.Level | undefined;
}
export const Resource: MessageType<Resource> = $message<Resource>("delos.bridge.Resource");
