import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  Group,
  Mesh,
  PlaneGeometry,
  RingGeometry,
  type ShaderMaterial,
} from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import type { PlanOffset, PlanPoint } from "../motion/plan-target.ts";
import { flatColour, setColour } from "./flat-colour.ts";
import type { SceneTheme } from "./theme.ts";

/** The heading error's sector reaches this far ahead of the rear axle. */
const SECTOR_M = 7;
const SECTOR_STEPS = 12;
/** Ends of the bar that shows the lateral error: without them nobody sees centimetres. */
const CAP_M = 0.9;

/**
 * What control looks at, in true scale: a ring where the plan wants the car now, a dashed one where it wants it at the end of
 * the preview, a bar from the plan to the car (lateral error), a sector between the plan's and the car's heading.
 */
export class ControlMarks {
  readonly group = new Group();
  readonly #target = mark(new RingGeometry(0.42, 0.56, 28));
  readonly #preview = mark(dashedRing(0.42, 0.56));
  readonly #bar = mark(new PlaneGeometry(1, 1).translate(0, 0.5, 0));
  readonly #caps = [mark(new PlaneGeometry(CAP_M, 0.05)), mark(new PlaneGeometry(CAP_M, 0.05))] as const;
  readonly #sector: Mesh<BufferGeometry, ShaderMaterial>;

  constructor(theme: SceneTheme) {
    const between = new BufferGeometry();
    const corners = [0, ...Array.from({ length: SECTOR_STEPS + 1 }, (_, i) => i)].flatMap((i, k) => [
      k === 0 ? 0 : 1,
      i / SECTOR_STEPS,
      0,
    ]);
    between.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3));
    between.setIndex(Array.from({ length: SECTOR_STEPS }, (_, i) => [0, i + 1, i + 2]).flat());
    this.#sector = new Mesh(
      between,
      flatColour({
        side: DoubleSide,
        depthTest: false,
        uniforms: { angle: { value: 0 } },
        vertexShader: `
          uniform float angle;
          void main() {
            float turned = angle * position.y; float reach = position.x * ${SECTOR_M.toFixed(1)};
            gl_Position = projectionMatrix * modelViewMatrix * vec4( reach * cos( turned ), reach * sin( turned ), 0.0, 1.0 );
          }`,
      }),
    );
    this.#sector.renderOrder = 6;
    this.#sector.frustumCulled = false;
    this.group.add(this.#target, this.#preview, this.#bar, ...this.#caps, this.#sector);
    this.restyle(theme);
  }

  restyle({ night }: SceneTheme): void {
    const [blue, orange] = night ? [0x56b4e9, 0xf0934a] : [0x0b6fae, 0xb85400];
    for (const [mesh, colour, opacity] of [
      [this.#target, blue, 0.95],
      [this.#preview, blue, 0.95],
      [this.#bar, orange, 0.95],
      [this.#caps[0], orange, 0.95],
      [this.#caps[1], orange, 0.95],
      [this.#sector, orange, 0.45],
    ] as const) {
      setColour(mesh.material.uniforms["colour"]!.value, colour);
      mesh.material.uniforms["opacity"]!.value = opacity;
    }
  }

  update(
    marks: {
      readonly target: PlanPoint | undefined;
      readonly preview: PlanPoint | undefined;
      readonly offset: PlanOffset | undefined;
    },
    car: { readonly x: number; readonly y: number; readonly heading: number },
    origin: LocalOrigin,
  ): void {
    for (const [mesh, at] of [
      [this.#target, marks.target],
      [this.#preview, marks.preview],
    ] as const) {
      mesh.visible = at !== undefined;
      if (at !== undefined) mesh.position.set(at.x - origin.x, at.y - origin.y, 0.02);
    }
    const { offset } = marks;
    for (const mesh of [this.#bar, ...this.#caps, this.#sector]) mesh.visible = offset !== undefined;
    if (offset === undefined) return;
    const { foot, lateralM, headingRad } = offset;
    const [x, y] = [foot.x - origin.x, foot.y - origin.y];
    this.#bar.position.set(x, y, 0.02);
    this.#bar.rotation.z = foot.heading;
    this.#bar.scale.set(0.08, Math.max(1e-4, Math.abs(lateralM)) * (Math.sign(lateralM) || 1), 1);
    this.#caps[0].position.set(x, y, 0.02);
    this.#caps[1].position.set(car.x, car.y, 0.02);
    for (const cap of this.#caps) cap.rotation.z = foot.heading;
    this.#sector.position.set(car.x, car.y, 0.02);
    this.#sector.rotation.z = foot.heading;
    this.#sector.material.uniforms["angle"]!.value = headingRad;
  }
}

function mark(geometry: BufferGeometry): Mesh<BufferGeometry, ShaderMaterial> {
  const mesh = new Mesh(geometry, flatColour({ side: DoubleSide, depthTest: false }));
  mesh.renderOrder = 7;
  mesh.visible = false;
  return mesh;
}

/** Eight arcs around the middle. */
function dashedRing(inner: number, outer: number): BufferGeometry {
  const ring = new RingGeometry(inner, outer, 32);
  const index = ring.getIndex()!.array;
  ring.setIndex([...index].filter((_, i) => Math.floor(i / 6) % 4 < 2)); // six indices a segment, two of four kept
  return ring;
}
