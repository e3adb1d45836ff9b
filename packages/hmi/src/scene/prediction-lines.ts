import { BufferAttribute, BufferGeometry, Color, DoubleSide, DynamicDrawUsage, Mesh, ShaderMaterial } from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import { writeStrip } from "../motion/ribbon.ts";
import type { Prediction } from "../protocol/bridge.ts";
import { setColour } from "./flat-colour.ts";
import type { SceneTheme } from "./theme.ts";

const MOST_POINTS = 4096;
const WIDTH_M = 0.42;

/** Where others may go: a band for each path, the fainter the less probable and the farther away in time. */
export class PredictionLines {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #positions = new Float32Array(MOST_POINTS * 6);
  readonly #strengths = new Float32Array(MOST_POINTS * 2);
  readonly #index = new Uint32Array(MOST_POINTS * 6);
  #drawn: readonly Prediction[] | undefined;
  #origin = -1;

  constructor(theme: SceneTheme) {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(this.#positions, 3).setUsage(DynamicDrawUsage));
    geometry.setAttribute("strength", new BufferAttribute(this.#strengths, 1).setUsage(DynamicDrawUsage));
    geometry.setIndex(new BufferAttribute(this.#index, 1).setUsage(DynamicDrawUsage));
    geometry.setDrawRange(0, 0);
    const material = new ShaderMaterial({
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
      uniforms: { colour: { value: new Color() } },
      vertexShader:
        "attribute float strength; varying float alpha; void main() { alpha = strength; gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 ); }",
      fragmentShader: "uniform vec3 colour; varying float alpha; void main() { gl_FragColor = vec4( colour, alpha ); }",
    });
    this.mesh = new Mesh(geometry, material);
    this.mesh.renderOrder = 5;
    this.mesh.frustumCulled = false;
    this.restyle(theme);
  }

  restyle({ night }: SceneTheme): void {
    setColour(this.mesh.material.uniforms["colour"]!.value, night ? 0xf5d76e : 0x8a6a00);
  }

  update(predictions: readonly Prediction[], origin: LocalOrigin): void {
    if (predictions === this.#drawn && origin.revision === this.#origin) return;
    this.#drawn = predictions;
    this.#origin = origin.revision;
    let points = 0;
    let indices = 0;
    for (const { x, y, probability } of predictions) {
      const count = Math.min(x.length, y.length);
      if (count < 2) continue;
      if (points + count > MOST_POINTS) break;
      writeStrip(this.#positions.subarray(points * 6), x, y, 0, count, count, WIDTH_M, origin.x, origin.y);
      for (let i = 0; i < count; i++) {
        const strength = (0.25 + 0.6 * Math.max(0, Math.min(1, probability))) * (1 - (0.8 * i) / (count - 1));
        this.#strengths.fill(strength, 2 * (points + i), 2 * (points + i) + 2);
        if (i === 0) continue;
        const a = 2 * (points + i - 1);
        this.#index.set([a, a + 1, a + 2, a + 2, a + 1, a + 3], indices);
        indices += 6;
      }
      points += count;
    }
    const { geometry } = this.mesh;
    geometry.setDrawRange(0, indices);
    this.mesh.visible = indices > 0;
    const used: readonly (readonly [BufferAttribute, number])[] = [
      [geometry.getAttribute("position") as BufferAttribute, points * 6],
      [geometry.getAttribute("strength") as BufferAttribute, points * 2],
      [geometry.getIndex()!, indices],
    ];
    for (const [attribute, length] of used) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, length);
      attribute.needsUpdate = true;
    }
  }
}
