import { type BufferGeometry, DoubleSide, Group, Mesh, RingGeometry, type ShaderMaterial } from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import { flatColour, setColour } from "./flat-colour.ts";
import type { Point } from "./road/shapes.ts";
import { STRIP_CORNER, stripsGeometry } from "./road/strips.ts";
import type { SceneTheme } from "./theme.ts";

/** The distance tool's line over the ground. Rebuilt when a point is set, which nobody does sixty times a second. */
export class MeasureLine {
  readonly group = new Group();
  readonly #line: Mesh<BufferGeometry, ShaderMaterial>;
  #points: readonly Point[] = [];
  #origin = -1;

  constructor(theme: SceneTheme) {
    const material = flatColour({
      side: DoubleSide,
      depthTest: false,
      uniforms: { pixel: { value: 0.001 } },
      vertexShader: `${STRIP_CORNER} void main() { float strength; gl_Position = stripCorner( strength ); }`,
    });
    this.#line = new Mesh(stripsGeometry([]), material);
    this.#line.renderOrder = 20;
    this.#line.frustumCulled = false;
    this.group.add(this.#line);
    this.restyle(theme);
  }

  restyle({ night }: SceneTheme): void {
    setColour(this.#line.material.uniforms["colour"]!.value, night ? 0xffffff : 0x101820);
  }

  update(points: readonly Point[], origin: LocalOrigin, pixel: number): void {
    this.#line.material.uniforms["pixel"]!.value = 4 * pixel; // a line to be read, whatever the distance
    if (points === this.#points && origin.revision === this.#origin) return;
    this.#points = points;
    this.#origin = origin.revision;
    const local = points.map(({ x, y }) => ({ x: x - origin.x, y: y - origin.y }));
    this.#line.geometry.dispose();
    this.#line.geometry = stripsGeometry(local.length < 2 ? [] : [{ points: local, widthM: 0.05, kind: 0 }]);
    for (const knot of this.group.children.slice(1)) {
      knot.removeFromParent();
      (knot as Mesh).geometry.dispose();
    }
    for (const { x, y } of local) {
      const knot = new Mesh(new RingGeometry(0.1, 0.22, 16), this.#line.material.clone());
      knot.material.vertexShader = flatColour().vertexShader;
      knot.material.uniforms["colour"] = this.#line.material.uniforms["colour"]!;
      knot.position.set(x, y, 0);
      knot.renderOrder = 21;
      this.group.add(knot);
    }
  }
}
