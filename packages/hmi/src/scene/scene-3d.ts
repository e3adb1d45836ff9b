import { LinearSRGBColorSpace, NoToneMapping, Scene, WebGLRenderer } from "three";
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

/** A picture unchanged for so long is drawn at full resolution. */
const STILL_MS = 180;

/** Where the processor draws, the first seconds need it for other things too. */
const SOFTWARE_START = 0.7;

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
  readonly #resolution: Resolution;
  readonly #stillRatio: number;
  #width = 1;
  #height = 1;
  #lastMs = 0;
  /** What the last drawn picture depended on. */
  #drawn = "";
  #drawnObstacles: Picture["obstacles"] | undefined;
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
    this.#car.update({ ...picture, x, y, heading }, nowMs / 1000, elapsedS);
    if (this.#hasChanged(picture)) {
      const moving = nowMs - this.#changedAtMs < STILL_MS; // not just a lamp that blinks
      this.#changedAtMs = nowMs;
      if (moving) {
        const changed = this.#resolution.frame(elapsedMs);
        if (changed || this.#sharp) this.#applySize(this.#resolution.ratio);
        this.#sharp = false;
      }
    } else {
      // What stands still has time to be drawn with all pixels, once.
      if (this.#sharp || nowMs - this.#changedAtMs < STILL_MS) return;
      this.#sharp = true;
      this.#applySize(this.#stillRatio);
    }
    this.#car.group.visible = pose !== undefined;
    this.#ground.follow(x, y, this.#rig.distanceM);
    this.#sky.follow(this.#rig.camera);
    this.#trail.update(picture.trail, pose?.timeS ?? 0, pose?.x ?? 0, pose?.y ?? 0, origin);
    this.#ribbon.update(picture.trajectory, picture.trajectoryRevision, origin);
    this.#obstacles.update(picture.obstacles, origin);
    this.#renderer.render(this.#scene, this.#rig.camera);
  }

  dispose(): void {
    this.#renderer.dispose();
  }

  /** A picture like the last one is not drawn again: a page that stands still costs nothing. */
  #hasChanged({ pose, origin, trajectoryRevision, trail, obstacles }: Picture): boolean {
    if (obstacles !== this.#drawnObstacles) this.#changes++;
    this.#drawnObstacles = obstacles;
    const motion = `${pose?.timeS} ${origin.revision} ${trajectoryRevision} ${trail.revision} ${trail.length}`;
    const depends = `${motion} ${this.#rig.signature} ${this.#car.signature} ${this.#changes}`;
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
