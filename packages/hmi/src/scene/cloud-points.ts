import { BufferGeometry, DynamicDrawUsage, Int16BufferAttribute, Points, ShaderMaterial } from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import type { PointCloud } from "../protocol/bridge.ts";
import type { SceneTheme } from "./theme.ts";

const MOST_POINTS = 131_072;
/** Where the processor draws, each point costs it about half a microsecond a frame: more would stop the picture. */
const MOST_IN_SOFTWARE = 40_000;

/** The newest point cloud, coloured by height, from the bytes as they came: nothing is computed for a point but its place. */
export class CloudPoints {
  readonly points: Points<BufferGeometry, ShaderMaterial>;
  readonly #attribute = new Int16BufferAttribute(new Int16Array(MOST_POINTS * 3), 3).setUsage(DynamicDrawUsage);
  readonly #most: number;
  readonly #all = new Int16Array(MOST_POINTS * 3);
  #drawn: PointCloud | undefined;

  constructor(theme: SceneTheme, software: boolean) {
    this.#most = software ? MOST_IN_SOFTWARE : MOST_POINTS;
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", this.#attribute);
    geometry.setDrawRange(0, 0);
    const material = new ShaderMaterial({
      uniforms: { night: { value: 1 }, size: { value: 1.5 } },
      vertexShader: `
        uniform float night; uniform float size; varying vec3 shade;
        void main() {
          vec3 at = position * 0.01;
          float height = clamp( at.z * 0.3 + 0.12, 0.0, 1.0 );
          vec3 low = mix( vec3( 0.1, 0.22, 0.45 ), vec3( 0.22, 0.42, 0.72 ), night );
          vec3 high = mix( vec3( 0.62, 0.42, 0.02 ), vec3( 0.98, 0.88, 0.42 ), night );
          shade = mix( low, high, height );
          gl_Position = projectionMatrix * modelViewMatrix * vec4( at, 1.0 );
          gl_PointSize = size;
        }`,
      fragmentShader: "varying vec3 shade; void main() { gl_FragColor = vec4( shade, 1.0 ); }",
    });
    this.points = new Points(geometry, material);
    this.points.frustumCulled = false;
    this.points.visible = false;
    this.restyle(theme);
  }

  restyle({ night }: SceneTheme): void {
    this.points.material.uniforms["night"]!.value = night ? 1 : 0;
  }

  /** `ratio`: pixels of the picture to a pixel of the page. */
  update(cloud: PointCloud | undefined, origin: LocalOrigin, ratio: number): void {
    this.points.visible = cloud !== undefined && cloud.points.length >= 6;
    if (cloud === undefined) return;
    this.points.position.set(cloud.x - origin.x, cloud.y - origin.y, cloud.z);
    this.points.material.uniforms["size"]!.value = Math.max(1, 1.6 * ratio);
    if (cloud === this.#drawn) return;
    this.#drawn = cloud;
    const count = Math.min(MOST_POINTS, Math.floor(cloud.points.length / 6));
    // The bytes lie anywhere in their frame; numbers of two bytes must not.
    new Uint8Array(this.#all.buffer).set(cloud.points.subarray(0, count * 6));
    const shown = this.#thinned(count);
    this.#attribute.clearUpdateRanges();
    this.#attribute.addUpdateRange(0, shown * 3);
    this.#attribute.needsUpdate = true;
    this.points.geometry.setDrawRange(0, shown);
  }

  /** Every so manieth point, so that what is left is everywhere. Returns how many. */
  #thinned(count: number): number {
    const to = this.#attribute.array as Int16Array;
    const every = Math.max(1, Math.ceil(count / this.#most));
    let written = 0;
    for (let i = 0; i < count; i += every) {
      to[written++] = this.#all[3 * i]!;
      to[written++] = this.#all[3 * i + 1]!;
      to[written++] = this.#all[3 * i + 2]!;
    }
    return written / 3;
  }
}
