import { PerspectiveCamera, Vector3 } from "three";
import { turn } from "../motion/pose-track.ts";

export const CAMERA_MODES = ["chase", "overhead", "free", "near", "map"] as const;
export type CameraMode = (typeof CAMERA_MODES)[number];

interface View {
  /** Around the vertical, counter-clockwise, radians. 0 looks along the car (chase), north (overhead) or east (free). */
  readonly yaw: number;
  /** Above the horizon, radians. */
  readonly pitch: number;
  readonly distanceM: number;
}

const STRAIGHT_DOWN = Math.PI / 2 - 0.0001;

const START: Readonly<Record<CameraMode, View>> = {
  chase: { yaw: 0, pitch: 0.3, distanceM: 12.5 },
  overhead: { yaw: 0, pitch: STRAIGHT_DOWN, distanceM: 60 },
  free: { yaw: 0.75, pitch: 0.42, distanceM: 14 },
  near: { yaw: 0, pitch: 0.24, distanceM: 8.2 },
  map: { yaw: 0, pitch: STRAIGHT_DOWN, distanceM: 320 },
};
/** The camera looks at a point ahead of the rear axle, at the height of the windows. */
const AHEAD_M: Readonly<Record<CameraMode, number>> = { chase: 3.2, overhead: 6, free: 1.42, near: 2, map: 0 };
const HEIGHT_M: Readonly<Record<CameraMode, number>> = { chase: 1.1, overhead: 0, free: 0.6, near: 1.15, map: 0 };
const HEADING_LAG_S = 0.35;
const EASE_S = 0.22;
const SNAP_RAD = 2e-3;

/** Follows the car from behind, from above, or from where a person has turned it. */
export class CameraRig {
  readonly camera = new PerspectiveCamera(42, 1, 0.5, 2000);
  #mode: CameraMode = "chase";
  readonly #wanted: Record<CameraMode, View> = { ...START };
  #view: View = START.chase;
  #heading = Number.NaN;
  #panX = 0;
  #panY = 0;

  constructor() {
    this.camera.up.set(0, 0, 1);
  }

  get mode(): CameraMode {
    return this.#mode;
  }

  /** Choosing the mode that is on puts the camera back where it began. */
  choose(mode: CameraMode): void {
    if (mode === this.#mode) this.#wanted[mode] = START[mode];
    this.#panX = this.#panY = 0;
    // The camera glides from where it is: its direction stays, counted from what the new mode counts from.
    this.#view = { ...this.#view, yaw: this.#view.yaw + this.#zeroYaw(this.#mode) - this.#zeroYaw(mode) };
    if (mode === "free") this.#wanted.free = { ...this.#wanted.free, yaw: this.#knownHeading() + START.free.yaw };
    this.#mode = mode;
  }

  orbit(yaw: number, pitch: number): void {
    const { [this.#mode]: view } = this.#wanted;
    const lowest = 0.03;
    this.#wanted[this.#mode] =
      this.#mode === "overhead" || this.#mode === "map"
        ? { ...view, yaw: view.yaw + yaw }
        : {
            ...view,
            yaw: view.yaw + yaw,
            pitch: Math.min(STRAIGHT_DOWN, Math.max(lowest, view.pitch + pitch)),
          };
  }

  zoom(factor: number): void {
    const { [this.#mode]: view } = this.#wanted;
    this.#wanted[this.#mode] = { ...view, distanceM: Math.min(1500, Math.max(4, view.distanceM * factor)) };
  }

  /** Moves what is looked at over the ground, in parts of the view's height. */
  pan(right: number, up: number): void {
    const scale = this.#view.distanceM;
    const yaw = this.#lookYaw();
    this.#panX += (Math.sin(yaw) * right + Math.cos(yaw) * up) * scale;
    this.#panY += (-Math.cos(yaw) * right + Math.sin(yaw) * up) * scale;
  }

  /** Changes when the picture does, by half a pixel or more; a glide has ended when it no longer shows. */
  get signature(): string {
    const { x, y, z } = this.camera.position;
    const { yaw, pitch, distanceM } = this.#view;
    const step = distanceM * 5e-4;
    const place = `${Math.round(x / step)} ${Math.round(y / step)} ${Math.round(z / step)}`;
    return `${place} ${Math.log(distanceM).toFixed(3)} ${yaw.toFixed(3)} ${pitch.toFixed(3)} ${this.#heading.toFixed(3)}`;
  }

  /** Where the line of sight through a point of the picture (−1…1, up positive) meets the ground; undefined in the sky. */
  groundAt(right: number, up: number): { x: number; y: number } | undefined {
    const { position } = this.camera;
    const ray = new Vector3(right, up, 0.5).unproject(this.camera).sub(position);
    if (ray.z > -1e-4) return undefined;
    const reach = -position.z / ray.z;
    return { x: position.x + reach * ray.x, y: position.y + reach * ray.y };
  }

  get distanceM(): number {
    return this.#view.distanceM;
  }

  update(x: number, y: number, heading: number, elapsedS: number): void {
    if (Number.isNaN(this.#heading)) this.#heading = heading;
    const behind = turn(this.#heading, heading);
    // The last part of a glide is not seen and would keep the picture from standing still.
    this.#heading += Math.abs(behind) < SNAP_RAD ? behind : behind * (1 - Math.exp(-elapsedS / HEADING_LAG_S));
    const ease = 1 - Math.exp(-elapsedS / EASE_S);
    const wanted = this.#wanted[this.#mode];
    this.#view = {
      yaw: this.#view.yaw + turn(this.#view.yaw, wanted.yaw) * ease,
      pitch: this.#view.pitch + (wanted.pitch - this.#view.pitch) * ease,
      distanceM: this.#view.distanceM * (wanted.distanceM / this.#view.distanceM) ** ease,
    };
    const ahead = AHEAD_M[this.#mode];
    const targetX = x + Math.cos(heading) * ahead + this.#panX;
    const targetY = y + Math.sin(heading) * ahead + this.#panY;
    const yaw = this.#lookYaw();
    const flat = Math.cos(this.#view.pitch) * this.#view.distanceM;
    const height = HEIGHT_M[this.#mode] + Math.sin(this.#view.pitch) * this.#view.distanceM;
    this.camera.position.set(targetX - Math.cos(yaw) * flat, targetY - Math.sin(yaw) * flat, height);
    this.camera.lookAt(targetX, targetY, HEIGHT_M[this.#mode]);
  }

  /** Direction of sight over the ground, counter-clockwise from east. */
  #lookYaw(): number {
    return this.#view.yaw + this.#zeroYaw(this.#mode);
  }

  #zeroYaw(mode: CameraMode): number {
    if (mode === "chase" || mode === "near") return this.#knownHeading();
    return mode === "overhead" || mode === "map" ? Math.PI / 2 : 0;
  }

  #knownHeading(): number {
    return Number.isNaN(this.#heading) ? 0 : this.#heading;
  }
}
