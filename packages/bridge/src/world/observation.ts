import type { Quaternion, Vector3 } from "@delos/math";

/**
 * What one message says about the world, in the terms of the page: adapters turn messages into observations, the
 * `WorldModel` makes one world of them. SI units, radians counter-clockwise. `timeS`: when it was measured, unix seconds;
 * absent where the message does not say.
 */
export type Observation =
  | PoseObservation
  | FixObservation
  | MotionObservation
  | ChassisObservation
  | SteeringObservation
  | TrajectoryObservation
  | ControlObservation
  | ObstaclesObservation
  | PredictionsObservation
  | CloudObservation
  | TransformsObservation
  | NoticeObservation;

interface Timed {
  readonly timeS?: number | undefined;
}

/** How sure we are that a pose is the car's own, highest first: the model follows the best source that is alive. */
export const PoseRank = {
  localization: 100,
  odometry: 80,
  pose: 70,
  transform: 50,
  receiver: 45,
  toy: 40,
  fix: 20,
} as const;

export interface PoseObservation extends Timed {
  readonly kind: "pose";
  readonly rank: number;
  /** In a local map frame (x east, y north), or earth-centred: told apart by the model, since recordings do not say. */
  readonly position: Vector3;
  readonly orientation?: Quaternion | undefined;
  /** Which body axis points forward: ROS and foxglove x (x forward, y left), Apollo y (x right, y forward). */
  readonly forwardAxis: "x" | "y";
  /** Where the message states it: wins over the orientation. */
  readonly headingRad?: number | undefined;
  /** In the frame of `position`. */
  readonly velocity?: Vector3 | undefined;
  /** Along the body's forward axis, where the velocity is given in the body's frame. */
  readonly forwardSpeedMps?: number | undefined;
  /** In the frame of `position`. */
  readonly acceleration?: Vector3 | undefined;
  readonly yawRateRadps?: number | undefined;
  readonly spread?: Spread | undefined;
}

/** Standard deviations along the axes of the ellipse of a position's errors. */
export interface Spread {
  readonly majorM: number;
  readonly minorM: number;
  /** Of the major axis. */
  readonly headingRad: number;
}

export interface FixObservation extends Timed {
  readonly kind: "fix";
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeM: number;
  readonly headingRad?: number | undefined;
}

/** Speeds and accelerations without a place. */
interface MotionObservation extends Timed {
  readonly kind: "motion";
  readonly speedMps?: number | undefined;
  readonly accelerationMps2?: number | undefined;
  readonly yawRateRadps?: number | undefined;
}

export interface ChassisObservation extends Timed {
  readonly kind: "chassis";
  readonly speedMps?: number | undefined;
  readonly steeringPercent?: number | undefined;
  readonly throttlePercent?: number | undefined;
  readonly brakePercent?: number | undefined;
  readonly gear?: string | undefined;
  readonly drivingMode?: string | undefined;
  readonly signal?: string | undefined;
  readonly errorCode?: string | undefined;
}

/** Angle of the steering wheel, positive to the left. */
interface SteeringObservation extends Timed {
  readonly kind: "steering";
  readonly wheelDeg: number;
}

export interface TrajectoryObservation extends Timed {
  readonly kind: "trajectory";
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly speedMps: readonly number[];
  readonly relativeTimeS: readonly number[];
  /** As many as points, or none. */
  readonly accelerationMps2?: readonly number[];
  readonly curvaturePerM?: readonly number[];
  readonly isEstop: boolean;
  /** How long planning took. */
  readonly latencyMs?: number | undefined;
}

export interface ControlObservation extends Timed {
  readonly kind: "control";
  readonly throttlePercent?: number | undefined;
  readonly brakePercent?: number | undefined;
  readonly steeringTargetPercent?: number | undefined;
  readonly lateralErrorM?: number | undefined;
  readonly headingErrorRad?: number | undefined;
  readonly stationErrorM?: number | undefined;
  readonly speedErrorMps?: number | undefined;
  readonly speedReferenceMps?: number | undefined;
  readonly accelerationReferenceMps2?: number | undefined;
  readonly curvatureReferencePerM?: number | undefined;
  /** How long control took. */
  readonly latencyMs?: number | undefined;
}

export interface ObservedObstacle {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly headingRad: number;
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly type: string;
  readonly speedMps?: number | undefined;
  /** Direction of movement. */
  readonly courseRad?: number | undefined;
}

export interface ObstaclesObservation extends Timed {
  readonly kind: "obstacles";
  /** Of the whole world, or only those of this message to be added or replaced. */
  readonly replaces: "all" | "named";
  readonly obstacles: readonly ObservedObstacle[];
  readonly deleted?: readonly string[];
  readonly deleteAll?: boolean;
}

/** Where things are expected to go: all of them. */
export interface PredictionsObservation extends Timed {
  readonly kind: "predictions";
  readonly predictions: readonly {
    readonly id: string;
    readonly probability: number;
    readonly x: readonly number[];
    readonly y: readonly number[];
  }[];
  /** Prediction repeats what perception saw; undefined where it does not. */
  readonly obstacles?: readonly ObservedObstacle[];
}

/** Points measured around the car. */
export interface CloudObservation extends Timed {
  readonly kind: "cloud";
  /** Frame of the points; empty: unknown. */
  readonly frame: string;
  /** x y z of each, metres. */
  readonly points: Float32Array;
  /** Points of the message, of which these may be a part. */
  readonly total: number;
}

export interface Transform {
  readonly parent: string;
  readonly child: string;
  readonly translation: Vector3;
  readonly rotation: Quaternion;
}

interface TransformsObservation extends Timed {
  readonly kind: "transforms";
  readonly transforms: readonly Transform[];
}

export type NoticeLevel = "info" | "warn" | "error" | "fatal";

export interface NoticeObservation extends Timed {
  readonly kind: "notice";
  readonly level: NoticeLevel;
  readonly source: string;
  readonly text: string;
}

/** Turns messages of some types into observations: a pure function of the message and its topic's name. */
export interface Adapter {
  /** Full names as recordings have them; ROS 2's `pkg/msg/Type` is written `pkg/Type`. */
  readonly types: readonly string[];
  /** For messages so long and so quickly replaced that only the newest before a frame is decoded. */
  readonly newestOnly?: boolean;
  read(message: unknown, topic: string): readonly Observation[];
}
