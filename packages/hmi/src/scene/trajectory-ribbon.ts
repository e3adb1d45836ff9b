import { BufferAttribute, BufferGeometry, DynamicDrawUsage, Mesh, ShaderMaterial } from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import { writeStrip } from "../motion/ribbon.ts";
import { thinned } from "../motion/thinned.ts";
import type { Trajectory } from "../protocol/bridge.ts";
import { speedColour, speedScale } from "./speed-colours.ts";
import type { SceneTheme } from "./theme.ts";

const MAX_POINTS = 4096;
const WIDTH_M = 1.5;
/** Points closer than this are left out: a recorded drive creeps along with a centimetre's noise when it begins. */
const APART_M = 0.3;

/** The planned trajectory, coloured by its speeds, brighter along its edges, fading out at its end. */
export class TrajectoryRibbon {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  /** Upper end of the colour scale, m/s. */
  fastestMps = 5;
  readonly #positions = new Float32Array(MAX_POINTS * 6);
  readonly #colours = new Float32Array(MAX_POINTS * 6);
  /** Across −1…1, and how far along in metres. */
  readonly #across = new Float32Array(MAX_POINTS * 4);
  #drawn = "";

  constructor(theme: SceneTheme) {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(this.#positions, 3).setUsage(DynamicDrawUsage));
    geometry.setAttribute("color", new BufferAttribute(this.#colours, 3).setUsage(DynamicDrawUsage));
    geometry.setAttribute("across", new BufferAttribute(this.#across, 2).setUsage(DynamicDrawUsage));
    geometry.setIndex(stripIndex(MAX_POINTS));
    geometry.setDrawRange(0, 0);
    const material = new ShaderMaterial({
      transparent: true,
      depthWrite: false,
      uniforms: { opacity: { value: 0.7 }, lengthM: { value: 1 }, brightness: { value: 1 } },
      vertexShader: `
        attribute vec3 color; attribute vec2 across; varying vec3 shade; varying vec2 place;
        void main() {
          shade = color; place = across;
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: `
        uniform float opacity; uniform float lengthM; uniform float brightness; varying vec3 shade; varying vec2 place;
        void main() {
          float side = abs( place.x );
          float edge = smoothstep( 0.80, 0.90, side ) * ( 1.0 - smoothstep( 0.96, 1.0, side ) );
          float ends = smoothstep( 0.0, 2.5, place.y ) * smoothstep( 0.0, min( 12.0, 0.3 * lengthM ), lengthM - place.y );
          float alpha = ( 0.5 + 0.5 * edge ) * ( 1.0 - smoothstep( 0.97, 1.0, side ) ) * ends * opacity;
          gl_FragColor = vec4( shade * ( 0.85 + 0.4 * edge ) * brightness, alpha );
        }`,
    });
    this.mesh = new Mesh(geometry, material);
    this.mesh.renderOrder = 4;
    this.mesh.frustumCulled = false;
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    this.mesh.material.uniforms["opacity"]!.value = theme.ribbonOpacity;
    this.mesh.material.uniforms["brightness"]!.value = theme.night ? 1 : 0.78;
  }

  update(trajectory: Trajectory | undefined, revision: number, origin: LocalOrigin): void {
    const key = `${revision}/${origin.revision}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    const given = Math.min(trajectory?.x.length ?? 0, trajectory?.y.length ?? 0);
    const drawn = trajectory === undefined ? [] : thinned(trajectory.x, trajectory.y, given, APART_M);
    const count = Math.min(MAX_POINTS, drawn.length);
    const { geometry } = this.mesh;
    geometry.setDrawRange(0, Math.max(0, count - 1) * 6);
    if (trajectory === undefined || count < 2) return;
    this.fastestMps = speedScale(trajectory.speed_mps.reduce((most, speed) => Math.max(most, speed), 0));
    const x = drawn.map((i) => trajectory.x[i]!);
    const y = drawn.map((i) => trajectory.y[i]!);
    writeStrip(this.#positions, x, y, 0, count, count, WIDTH_M, origin.x, origin.y);
    let along = 0;
    for (let i = 0; i < count; i++) {
      if (i > 0) along += Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!);
      this.#across.set([1, along, -1, along], i * 4);
      const part = (trajectory.speed_mps[drawn[i]!] ?? 0) / this.fastestMps;
      speedColour(part, this.#colours, i * 6);
      speedColour(part, this.#colours, i * 6 + 3);
    }
    this.mesh.material.uniforms["lengthM"]!.value = Math.max(1, along);
    for (const name of ["position", "color", "across"] as const) {
      const attribute = geometry.getAttribute(name) as BufferAttribute;
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, 2 * count * attribute.itemSize);
      attribute.needsUpdate = true;
    }
  }
}

/** Triangles of a strip with two vertices a point. */
export function stripIndex(points: number): BufferAttribute {
  const index = new Uint32Array((points - 1) * 6);
  for (let i = 0; i + 1 < points; i++) {
    const a = 2 * i;
    index.set([a, a + 1, a + 2, a + 2, a + 1, a + 3], i * 6);
  }
  return new BufferAttribute(index, 1);
}
