import type { LocalOrigin } from "../motion/local-origin.ts";
import type { PlanOffset, PlanPoint } from "../motion/plan-target.ts";
import type { TimedPose } from "../motion/pose-track.ts";
import type { Trail } from "../motion/trail.ts";
import type { MapTile, Obstacle, PointCloud, Prediction, Trajectory } from "../protocol/bridge.ts";
import type { CameraMode } from "./camera-rig.ts";
import type { CarShape } from "./car/shape.ts";
import type { Layers } from "./layers.ts";
import type { Point } from "./road/shapes.ts";
import type { SpreadOnMap } from "./uncertainty.ts";

/** The car of another run: its whole path, and where it is now. Map coordinates. */
export interface Ghost {
  /** As in style sheets: `#e69f00`. */
  readonly colour: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly pose: { readonly x: number; readonly y: number; readonly headingRad: number } | undefined;
}

/** What is to be drawn at one moment. Map coordinates; the view counts from `origin`. */
export interface Picture {
  /** Undefined until the first pose has come. */
  readonly pose: TimedPose | undefined;
  readonly origin: LocalOrigin;
  readonly trail: Trail;
  readonly trajectory: Trajectory | undefined;
  readonly trajectoryRevision: number;
  readonly obstacles: readonly Obstacle[];
  readonly layers: Layers;
  readonly tiles: ReadonlyMap<number, MapTile>;
  readonly tilesRevision: number;
  readonly predictions: readonly Prediction[];
  readonly cloud: PointCloud | undefined;
  /** Of the newest pose; undefined where its source does not say. */
  readonly spread: SpreadOnMap | undefined;
  /** Where the plan wants the car now, and at the end of control's preview. */
  readonly target: PlanPoint | undefined;
  readonly preview: PlanPoint | undefined;
  readonly offset: PlanOffset | undefined;
  /** Points of the distance tool. */
  readonly measured: readonly Point[];
  /** Cars of other runs, beside the one that plays. */
  readonly ghosts: readonly Ghost[];
  /** Of the own car. */
  readonly shape: CarShape;
  readonly steeringPercent: number;
  readonly braking: boolean;
  readonly reversing: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

/** Something that draws pictures into a canvas: three.js, or plain 2-D where there is no WebGL. */
export interface View {
  readonly kind: "3d" | "2d";
  readonly mode: CameraMode;
  /** Upper end of the trajectory's colour scale, m/s. */
  readonly fastestMps: number;
  choose(mode: CameraMode): void;
  orbit(yawRad: number, pitchRad: number): void;
  zoom(factor: number): void;
  pan(right: number, up: number): void;
  /** The point of the map under a point of the picture (0…1 from the left, from the top); undefined in the sky. */
  groundAt(fromLeft: number, fromTop: number): Point | undefined;
  setNight(night: boolean): void;
  resize(width: number, height: number): void;
  draw(picture: Picture, nowMs: number): void;
  dispose(): void;
}
