import type { LocalOrigin } from "../motion/local-origin.ts";
import type { TimedPose } from "../motion/pose-track.ts";
import type { Trail } from "../motion/trail.ts";
import type { Obstacle, Trajectory } from "../protocol/bridge.ts";
import type { CameraMode } from "./camera-rig.ts";

/** What is to be drawn at one moment. Map coordinates; the view counts from `origin`. */
export interface Picture {
  /** Undefined until the first pose has come. */
  readonly pose: TimedPose | undefined;
  readonly origin: LocalOrigin;
  readonly trail: Trail;
  readonly trajectory: Trajectory | undefined;
  readonly trajectoryRevision: number;
  readonly obstacles: readonly Obstacle[];
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
  setNight(night: boolean): void;
  resize(width: number, height: number): void;
  draw(picture: Picture, nowMs: number): void;
  dispose(): void;
}
