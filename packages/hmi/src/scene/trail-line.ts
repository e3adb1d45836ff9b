import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  DynamicDrawUsage,
  Mesh,
  type ShaderMaterial,
  Vector4,
} from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import { writeStrip } from "../motion/ribbon.ts";
import type { Trail } from "../motion/trail.ts";
import { flatColour, setColour } from "./flat-colour.ts";
import type { SceneTheme } from "./theme.ts";
import { stripIndex } from "./trajectory-ribbon.ts";

const WIDTH_M = 0.32;

/** The driven path. Only what is new is computed and sent to the graphics card. */
export class TrailLine {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  /** From the last point of the trail to the car. Its two ends are numbers of the program: nothing to send but them. */
  readonly #head: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #ends = new Vector4();
  readonly #positions: Float32Array;
  readonly #attribute: BufferAttribute;
  #written = 0;
  #drawn = "";

  constructor(capacity: number, theme: SceneTheme) {
    this.#positions = new Float32Array(capacity * 6);
    this.#attribute = new BufferAttribute(this.#positions, 3).setUsage(DynamicDrawUsage);
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", this.#attribute);
    geometry.setIndex(stripIndex(capacity));
    geometry.setDrawRange(0, 0);
    this.mesh = new Mesh(geometry, flatColour({ side: DoubleSide }));
    this.mesh.renderOrder = 3;
    this.mesh.frustumCulled = false;
    const head = new BufferGeometry();
    const corners = Float32Array.of(0, 1, 0, 0, -1, 0, 1, 1, 0, 1, -1, 0); // which end, which side
    head.setAttribute("position", new BufferAttribute(corners, 3));
    head.setIndex(stripIndex(2));
    this.#head = new Mesh(
      head,
      flatColour({
        side: DoubleSide,
        uniforms: { ...this.mesh.material.uniforms, ends: { value: this.#ends } },
        vertexShader: `
          uniform vec4 ends;
          void main() {
            vec2 along = ends.zw - ends.xy;
            vec2 side = vec2( -along.y, along.x ) * ${(WIDTH_M / 2).toFixed(3)} / max( length( along ), 1.0e-4 );
            vec2 at = mix( ends.xy, ends.zw, position.x ) + side * position.y;
            gl_Position = projectionMatrix * modelViewMatrix * vec4( at, 0.0, 1.0 );
          }`,
      }),
    );
    this.#head.renderOrder = 3;
    this.#head.frustumCulled = false;
    this.mesh.add(this.#head);
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    const { uniforms } = this.mesh.material; // the head has the same
    setColour(uniforms["colour"]!.value, theme.trail);
    uniforms["opacity"]!.value = theme.trailOpacity;
  }

  /** Draws the trail up to the moment shown and on to the car itself, at (x, y) of the map. */
  update(trail: Trail, timeS: number, x: number, y: number, origin: LocalOrigin): void {
    const key = `${trail.revision}/${origin.revision}`;
    if (key !== this.#drawn) {
      this.#drawn = key;
      this.#written = 0;
    }
    if (trail.length > this.#written) {
      const from = Math.max(0, this.#written - 1); // the last joint bends towards the new point
      writeStrip(this.#positions, trail.x, trail.y, from, trail.length, trail.length, WIDTH_M, origin.x, origin.y);
      this.#attribute.addUpdateRange(from * 6, (trail.length - from) * 6);
      this.#attribute.needsUpdate = true;
      this.#written = trail.length;
    }
    const shown = trail.countUntil(timeS);
    this.mesh.geometry.setDrawRange(0, Math.max(0, shown - 1) * 6);
    this.#head.visible = shown > 0;
    if (shown === 0) return;
    const last = shown - 1;
    this.#ends.set(trail.x[last]! - origin.x, trail.y[last]! - origin.y, x - origin.x, y - origin.y);
  }
}
