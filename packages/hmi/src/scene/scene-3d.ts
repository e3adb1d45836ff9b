import { DirectionalLight, HemisphereLight, NoToneMapping, Scene, SRGBColorSpace, WebGLRenderer } from "three";
import { type CameraMode, CameraRig } from "./camera-rig.ts";
import { Car } from "./car/car.ts";
import { Ground } from "./ground.ts";
import { ObstacleBoxes } from "./obstacle-boxes.ts";
import { Resolution } from "./resolution.ts";
import { Sky } from "./sky.ts";
import { DAY, NIGHT } from "./theme.ts";
import { TrailLine } from "./trail-line.ts";
import { TrajectoryRibbon } from "./trajectory-ribbon.ts";
import type { Picture, View } from "./view.ts";

/** The world in 3-D. Throws when the browser has no WebGL. */
export class Scene3d implements View {
  readonly kind = "3d";
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #rig = new CameraRig();
  readonly #sky = new Sky(NIGHT);
  readonly #ground = new Ground(NIGHT);
  readonly #car = new Car(NIGHT);
  readonly #ribbon = new TrajectoryRibbon(NIGHT);
  readonly #trail: TrailLine;
  readonly #obstacles = new ObstacleBoxes();
  readonly #ambient = new HemisphereLight(0xdfeaf2, 0x1a2026, NIGHT.ambient);
  readonly #sun = new DirectionalLight(0xffffff, NIGHT.sun);
  readonly #resolution: Resolution;
  #width = 1;
  #height = 1;
  #lastMs = 0;

  constructor(canvas: HTMLCanvasElement, trailCapacity: number) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: false, powerPreference: "high-performance" });
    this.#renderer.outputColorSpace = SRGBColorSpace;
    this.#renderer.toneMapping = NoToneMapping;
    this.#trail = new TrailLine(trailCapacity, NIGHT);
    const highest = Math.min(2, globalThis.devicePixelRatio || 1);
    this.#resolution = new Resolution(highest, isSoftware(this.#renderer) ? Math.min(1, highest) : highest);
    this.#sun.position.set(-4, 6, 9);
    this.#scene.add(
      this.#sky.mesh,
      this.#ground.mesh,
      this.#trail.mesh,
      this.#ribbon.mesh,
      this.#car.group,
      this.#obstacles.group,
      this.#ambient,
      this.#sun,
    );
    this.#car.group.visible = false;
  }

  get mode(): CameraMode {
    return this.#rig.mode;
  }

  get fastestMps(): number {
    return this.#ribbon.fastestMps;
  }

  choose(mode: CameraMode): void {
    this.#rig.choose(mode);
  }

  orbit(yawRad: number, pitchRad: number): void {
    this.#rig.orbit(yawRad, pitchRad);
  }

  zoom(factor: number): void {
    this.#rig.zoom(factor);
  }

  pan(right: number, up: number): void {
    this.#rig.pan(right, up);
  }

  setNight(night: boolean): void {
    const theme = night ? NIGHT : DAY;
    for (const part of [this.#sky, this.#ground, this.#car, this.#ribbon, this.#trail]) part.restyle(theme);
    this.#ambient.intensity = theme.ambient;
    this.#sun.intensity = theme.sun;
  }

  resize(width: number, height: number): void {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    this.#applySize();
  }

  draw(picture: Picture, nowMs: number): void {
    const elapsedMs = this.#lastMs === 0 ? 16 : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (this.#resolution.frame(elapsedMs)) this.#applySize();
    const elapsedS = Math.min(0.1, elapsedMs / 1000);
    const { pose, origin } = picture;
    this.#car.group.visible = pose !== undefined;
    const x = pose === undefined ? 0 : pose.x - origin.x;
    const y = pose === undefined ? 0 : pose.y - origin.y;
    const heading = pose?.heading ?? 0;
    this.#car.update({ ...picture, x, y, heading }, nowMs / 1000, elapsedS);
    this.#rig.update(x, y, heading, elapsedS);
    this.#ground.follow(x, y, this.#rig.distanceM);
    this.#sky.mesh.position.copy(this.#rig.camera.position);
    this.#trail.update(picture.trail, pose?.timeS ?? 0, origin);
    this.#ribbon.update(picture.trajectory, picture.trajectoryRevision, origin);
    this.#obstacles.update(picture.obstacles, origin);
    this.#renderer.render(this.#scene, this.#rig.camera);
  }

  dispose(): void {
    this.#renderer.dispose();
  }

  #applySize(): void {
    this.#renderer.setPixelRatio(this.#resolution.ratio);
    this.#renderer.setSize(this.#width, this.#height, false);
    this.#rig.camera.aspect = this.#width / this.#height;
    this.#rig.camera.updateProjectionMatrix();
  }
}

/** Drawn by the processor: begin with few pixels instead of finding out by stuttering. */
function isSoftware(renderer: WebGLRenderer): boolean {
  const gl = renderer.getContext();
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
  return /swiftshader|llvmpipe|software/i.test(name);
}
