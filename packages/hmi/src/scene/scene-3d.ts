import { LinearSRGBColorSpace, NoToneMapping, Scene, WebGLRenderer } from "three";
import { type CameraMode, CameraRig } from "./camera-rig.ts";
import { Car } from "./car/car.ts";
import { CloudPoints } from "./cloud-points.ts";
import { ControlMarks } from "./control-marks.ts";
import { Ghosts } from "./ghosts.ts";
import { Ground } from "./ground.ts";
import { MeasureLine } from "./measure-line.ts";
import { ObstacleBoxes } from "./obstacle-boxes.ts";
import { PredictionLines } from "./prediction-lines.ts";
import { Resolution } from "./resolution.ts";
import { Road } from "./road/road.ts";
import type { Point } from "./road/shapes.ts";
import { Sky } from "./sky.ts";
import { DAY, NIGHT } from "./theme.ts";
import { TrailLine } from "./trail-line.ts";
import { TrajectoryRibbon } from "./trajectory-ribbon.ts";
import { Uncertainty } from "./uncertainty.ts";
import type { Picture, View } from "./view.ts";

/** A picture unchanged for so long is drawn at full resolution. */
const STILL_MS = 180;

/** Where the processor draws, the first seconds need it for other things too. */
const SOFTWARE_START = 0.7;

const NOTHING: Picture["predictions"] = [];

/** The world in 3-D. Throws when the browser has no WebGL. */
export class Scene3d implements View {
  readonly kind = "3d";
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #rig = new CameraRig();
  readonly #sky = new Sky(NIGHT);
  readonly #ground = new Ground(NIGHT);
  readonly #car: Car;
  readonly #ribbon = new TrajectoryRibbon(NIGHT);
  readonly #trail: TrailLine;
  readonly #obstacles = new ObstacleBoxes();
  readonly #road = new Road(NIGHT);
  readonly #marks = new ControlMarks(NIGHT);
  readonly #uncertainty = new Uncertainty(NIGHT);
  readonly #predictions = new PredictionLines(NIGHT);
  readonly #cloud: CloudPoints;
  readonly #ghosts = new Ghosts();
  readonly #measure = new MeasureLine(NIGHT);
  #originX = 0;
  #originY = 0;
  readonly #resolution: Resolution;
  readonly #stillRatio: number;
  #width = 1;
  #height = 1;
  #lastMs = 0;
  /** What the last drawn picture depended on. */
  #drawn = "";
  #drawnParts: readonly unknown[] = [];
  #drawnBlinking = 0;
  /** Changes of size and style. */
  #changes = 0;
  #changedAtMs = 0;
  #sharp = false;

  constructor(canvas: HTMLCanvasElement, trailCapacity: number) {
    const software = isDrawnInSoftware();
    this.#renderer = new WebGLRenderer({
      canvas,
      antialias: !software, // four samples a pixel are free on a graphics card only
      alpha: false,
      powerPreference: "high-performance",
    });
    this.#renderer.outputColorSpace = LinearSRGBColorSpace; // shaders write what the screen takes
    this.#renderer.toneMapping = NoToneMapping;
    this.#car = new Car(NIGHT, software ? "coarse" : "fine");
    this.#cloud = new CloudPoints(NIGHT, software);
    this.#trail = new TrailLine(trailCapacity, NIGHT);
    const highest = Math.min(2, globalThis.devicePixelRatio || 1);
    this.#resolution = new Resolution(software ? Math.min(1, highest) : highest, software ? SOFTWARE_START : highest);
    // Without multisampling a still picture gets its smooth edges from more pixels.
    this.#stillRatio = software ? Math.max(2, highest) : highest;
    this.#scene.add(
      this.#sky.mesh,
      this.#ground.mesh,
      this.#trail.mesh,
      this.#ribbon.mesh,
      this.#car.group,
      this.#obstacles.group,
      this.#road.group,
      this.#marks.group,
      this.#uncertainty.mesh,
      this.#predictions.mesh,
      this.#cloud.points,
      this.#measure.group,
      this.#ghosts.group,
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

  groundAt(fromLeft: number, fromTop: number): Point | undefined {
    const local = this.#rig.groundAt(2 * fromLeft - 1, 1 - 2 * fromTop);
    return local === undefined ? undefined : { x: local.x + this.#originX, y: local.y + this.#originY };
  }

  setNight(night: boolean): void {
    const theme = night ? NIGHT : DAY;
    for (const part of [this.#sky, this.#ground, this.#car, this.#ribbon, this.#trail, this.#road, this.#marks])
      part.restyle(theme);
    for (const part of [this.#uncertainty, this.#predictions, this.#cloud, this.#measure]) part.restyle(theme);
    this.#changes++;
  }

  resize(width: number, height: number): void {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    this.#changes++;
    this.#resolution.setSize(this.#width, this.#height);
    this.#applySize(this.#resolution.ratio);
  }

  draw(picture: Picture, nowMs: number): void {
    const elapsedMs = this.#lastMs === 0 ? 16 : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    const elapsedS = Math.min(0.1, elapsedMs / 1000);
    const { pose, origin } = picture;
    const x = pose === undefined ? 0 : pose.x - origin.x;
    const y = pose === undefined ? 0 : pose.y - origin.y;
    const heading = pose?.heading ?? 0;
    this.#rig.update(x, y, heading, elapsedS);
    this.#car.reshape(picture.shape);
    this.#car.update({ ...picture, x, y, heading }, nowMs / 1000, elapsedS);
    if (this.#hasChanged(picture)) {
      const moving = nowMs - this.#changedAtMs < STILL_MS;
      this.#changedAtMs = nowMs;
      if (moving) {
        const changed = this.#resolution.frame(elapsedMs);
        if (changed || this.#sharp) this.#applySize(this.#resolution.ratio);
        this.#sharp = false;
      }
    } else if (this.#car.blinking === this.#drawnBlinking) {
      // What stands still has time to be drawn with all pixels, once.
      if (this.#sharp || nowMs - this.#changedAtMs < STILL_MS) return;
      this.#sharp = true;
      this.#applySize(this.#stillRatio);
    }
    this.#drawnBlinking = this.#car.blinking;
    this.#car.group.visible = pose !== undefined;
    this.#ground.follow(x, y, this.#rig.distanceM);
    this.#sky.follow(this.#rig.camera);
    const { layers } = picture;
    const { camera } = this.#rig;
    const rows = this.#renderer.domElement.height;
    const pixel = (2 * Math.tan((camera.fov / 2) * (Math.PI / 180))) / rows;
    [this.#originX, this.#originY] = [origin.x, origin.y];
    this.#road.update(picture.tiles, origin, pixel, layers.map, layers.signs);
    this.#trail.mesh.visible = layers.trail;
    this.#ribbon.mesh.visible = layers.plan;
    const [target, preview] = layers.target ? [picture.target, picture.preview] : [undefined, undefined];
    const offset = layers.errors ? picture.offset : undefined;
    this.#marks.update({ target, preview, offset }, { x, y, heading }, origin);
    this.#uncertainty.update(layers.uncertainty && pose !== undefined ? picture.spread : undefined, x, y);
    this.#predictions.update(layers.predictions ? picture.predictions : NOTHING, origin);
    this.#cloud.update(layers.cloud ? picture.cloud : undefined, origin, rows / this.#height);
    this.#ghosts.update(picture.ghosts, origin);
    this.#measure.update(picture.measured, origin, pixel);
    this.#trail.update(picture.trail, pose?.timeS ?? 0, pose?.x ?? 0, pose?.y ?? 0, origin);
    this.#ribbon.update(picture.trajectory, picture.trajectoryRevision, origin);
    this.#obstacles.update(picture.obstacles, origin, layers.obstacles, layers.velocities);
    this.#renderer.render(this.#scene, this.#rig.camera);
  }

  dispose(): void {
    this.#renderer.dispose();
  }

  /** A picture like the last one is not drawn again: a page that stands still costs nothing. */
  #hasChanged(picture: Picture): boolean {
    const { pose, origin, trajectoryRevision, trail, obstacles, cloud, layers, measured, tilesRevision, shape } =
      picture;
    const parts = [shape, obstacles, cloud, layers, measured, tilesRevision] as const;
    if (parts.some((part, i) => part !== this.#drawnParts[i])) this.#changes++;
    this.#drawnParts = parts;
    const motion = `${pose?.timeS} ${origin.revision} ${trajectoryRevision} ${trail.revision} ${trail.length}`;
    const depends = `${motion} ${this.#rig.signature} ${this.#car.signature} ${this.#changes} ${this.#ghosts.signatureOf(picture.ghosts)}`;
    if (depends === this.#drawn) return false;
    this.#drawn = depends;
    return true;
  }

  #applySize(ratio: number): void {
    this.#renderer.setPixelRatio(ratio);
    this.#renderer.setSize(this.#width, this.#height, false);
    this.#rig.camera.aspect = this.#width / this.#height;
    this.#rig.camera.updateProjectionMatrix();
  }
}

/** Whether the processor plays graphics card: a first context tells, since the second is made by what it says. */
function isDrawnInSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (gl === null) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software/i.test(name);
}
