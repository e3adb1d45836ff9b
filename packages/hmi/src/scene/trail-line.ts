import { BufferAttribute, BufferGeometry, DoubleSide, DynamicDrawUsage, Mesh, MeshBasicMaterial } from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import { writeStrip } from "../motion/ribbon.ts";
import type { Trail } from "../motion/trail.ts";
import type { SceneTheme } from "./theme.ts";
import { stripIndex } from "./trajectory-ribbon.ts";

const WIDTH_M = 0.32;

/** The driven path. Only what is new is computed and sent to the graphics card. */
export class TrailLine {
  readonly mesh: Mesh<BufferGeometry, MeshBasicMaterial>;
  /** From the last point of the trail to the car. */
  readonly #head: Mesh<BufferGeometry, MeshBasicMaterial>;
  readonly #headPositions = new Float32Array(12);
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
    const material = new MeshBasicMaterial({ transparent: true, depthWrite: false, side: DoubleSide });
    this.mesh = new Mesh(geometry, material);
    this.mesh.renderOrder = 3;
    this.mesh.frustumCulled = false;
    const head = new BufferGeometry();
    head.setAttribute("position", new BufferAttribute(this.#headPositions, 3).setUsage(DynamicDrawUsage));
    head.setIndex(stripIndex(2));
    this.#head = new Mesh(head, material);
    this.#head.renderOrder = 3;
    this.#head.frustumCulled = false;
    this.mesh.add(this.#head);
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    this.mesh.material.color.set(theme.trail);
    this.mesh.material.opacity = theme.trailOpacity;
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
    writeStrip(this.#headPositions, [trail.x[last]!, x], [trail.y[last]!, y], 0, 2, 2, WIDTH_M, origin.x, origin.y);
    this.#head.geometry.getAttribute("position").needsUpdate = true;
  }
}
