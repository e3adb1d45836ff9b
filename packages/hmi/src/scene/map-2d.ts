import type { CameraMode } from "./camera-rig.ts";
import { FRONT_M, REAR_M, WIDTH_M } from "./car/body-surface.ts";
import { FlatRoad } from "./road/flat-road.ts";
import { speedColour, speedScale } from "./speed-colours.ts";
import { DAY, NIGHT, type SceneTheme } from "./theme.ts";
import type { Ghost, Picture, View } from "./view.ts";

/** The same world from above on a plain canvas, where the browser has no WebGL. North is up; with "chase", ahead is. */
export class Map2d implements View {
  readonly kind = "2d";
  mode: CameraMode = "chase";
  fastestMps = 5;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #road = new FlatRoad();
  #theme: SceneTheme = NIGHT;
  #width = 1;
  #height = 1;
  #metresHigh = 60;
  #yaw = 0;
  #panX = 0;
  #panY = 0;

  /** Ahead is up. */
  get #follows(): boolean {
    return this.mode === "chase" || this.mode === "near";
  }

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("this browser offers neither WebGL nor a 2-D canvas");
    this.#canvas = canvas;
    this.#context = context;
  }

  choose(mode: CameraMode): void {
    this.mode = mode;
    this.#panX = this.#panY = this.#yaw = 0;
    this.#metresHigh = mode === "map" ? 320 : mode === "overhead" || mode === "free" ? 90 : mode === "near" ? 35 : 60;
  }

  orbit(yawRad: number): void {
    this.#yaw += yawRad;
  }

  zoom(factor: number): void {
    this.#metresHigh = Math.min(5000, Math.max(10, this.#metresHigh * factor));
  }

  pan(right: number, up: number): void {
    this.#panX += right * this.#metresHigh;
    this.#panY += up * this.#metresHigh;
  }

  groundAt(): undefined {
    return undefined;
  }

  setNight(night: boolean): void {
    this.#theme = night ? NIGHT : DAY;
  }

  resize(width: number, height: number): void {
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    this.#width = this.#canvas.width = Math.max(1, Math.round(width * ratio));
    this.#height = this.#canvas.height = Math.max(1, Math.round(height * ratio));
  }

  draw(picture: Picture): void {
    const c = this.#context;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = css(this.#theme.ground);
    c.fillRect(0, 0, this.#width, this.#height);
    const { pose, origin } = picture;
    if (pose === undefined) return;
    const scale = this.#height / this.#metresHigh;
    const turned = (this.#follows ? Math.PI / 2 - pose.heading : 0) + this.#yaw;
    c.translate(this.#width / 2, this.#height * (this.#follows ? 0.68 : 0.5));
    c.scale(scale, -scale);
    c.translate(-this.#panX, -this.#panY);
    c.rotate(turned);
    c.translate(origin.x - pose.x, origin.y - pose.y);
    this.#grid(pose.x - origin.x, pose.y - origin.y, scale);
    if (picture.layers.map) this.#road.draw(c, picture.tiles, origin, this.#theme, scale);
    this.#trail(picture);
    this.#trajectory(picture);
    for (const ghost of picture.ghosts) this.#ghost(ghost, origin);
    for (const o of picture.obstacles)
      this.#box(o.x - origin.x, o.y - origin.y, o.heading, -o.length_m / 2, o.length_m / 2, o.width_m, 0xe69f00);
    this.#box(
      pose.x - origin.x,
      pose.y - origin.y,
      pose.heading,
      -picture.shape.backM,
      picture.shape.frontM,
      picture.shape.widthM,
      this.#theme.car,
    );
  }

  dispose(): void {}

  #grid(x: number, y: number, scale: number): void {
    const c = this.#context;
    const step = this.#metresHigh > 250 ? 50 : 5;
    const reach = this.#metresHigh * 1.6;
    c.lineWidth = 1 / scale;
    c.strokeStyle = css(this.#theme.grid, 0.25);
    c.beginPath();
    for (let gx = Math.ceil((x - reach) / step) * step; gx < x + reach; gx += step) {
      c.moveTo(gx, y - reach);
      c.lineTo(gx, y + reach);
    }
    for (let gy = Math.ceil((y - reach) / step) * step; gy < y + reach; gy += step) {
      c.moveTo(x - reach, gy);
      c.lineTo(x + reach, gy);
    }
    c.stroke();
  }

  #trail({ trail, origin, pose }: Picture): void {
    const c = this.#context;
    const count = trail.countUntil(pose!.timeS);
    c.lineWidth = 0.35;
    c.strokeStyle = css(this.#theme.trail, this.#theme.trailOpacity);
    c.beginPath();
    for (let i = 0; i < count; i++) c.lineTo(trail.x[i]! - origin.x, trail.y[i]! - origin.y);
    c.stroke();
  }

  #ghost({ colour, x, y, pose }: Ghost, origin: Picture["origin"]): void {
    const c = this.#context;
    c.globalAlpha = 0.6;
    c.lineWidth = 0.4;
    c.strokeStyle = colour;
    c.beginPath();
    for (let i = 0; i < x.length; i++) c.lineTo(x[i]! - origin.x, y[i]! - origin.y);
    c.stroke();
    if (pose !== undefined) {
      const hex = Number.parseInt(colour.slice(1), 16);
      this.#box(pose.x - origin.x, pose.y - origin.y, pose.headingRad, REAR_M, FRONT_M, WIDTH_M, hex);
    }
    c.globalAlpha = 1;
  }

  #trajectory({ trajectory, origin }: Picture): void {
    if (trajectory === undefined) return;
    const c = this.#context;
    this.fastestMps = speedScale(trajectory.speed_mps.reduce((most, speed) => Math.max(most, speed), 0));
    const colour: [number, number, number] = [0, 0, 0];
    c.lineWidth = 1.5;
    c.globalAlpha = this.#theme.ribbonOpacity;
    for (let i = 1; i < Math.min(trajectory.x.length, trajectory.y.length); i++) {
      speedColour((trajectory.speed_mps[i] ?? 0) / this.fastestMps, colour);
      c.strokeStyle = `rgb(${colour.map((part) => Math.round(part * 255)).join(" ")})`;
      c.beginPath();
      c.moveTo(trajectory.x[i - 1]! - origin.x, trajectory.y[i - 1]! - origin.y);
      c.lineTo(trajectory.x[i]! - origin.x, trajectory.y[i]! - origin.y);
      c.stroke();
    }
    c.globalAlpha = 1;
  }

  #box(x: number, y: number, heading: number, back: number, front: number, width: number, colour: number): void {
    const c = this.#context;
    c.save();
    c.translate(x, y);
    c.rotate(heading);
    c.fillStyle = css(colour);
    c.beginPath();
    c.roundRect(back, -width / 2, front - back, width, Math.min(0.5, width / 4));
    c.fill();
    c.fillStyle = css(this.#theme.ground, 0.6);
    c.fillRect(back + (front - back) * 0.62, -width * 0.38, (front - back) * 0.12, width * 0.76);
    c.restore();
  }
}

function css(colour: number, alpha = 1): string {
  return `rgb(${(colour >> 16) & 255} ${(colour >> 8) & 255} ${colour & 255} / ${alpha})`;
}
