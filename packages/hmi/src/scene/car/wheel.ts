import {
  BoxGeometry,
  BufferAttribute,
  type BufferGeometry,
  CylinderGeometry,
  Group,
  LatheGeometry,
  type Material,
  Mesh,
  TorusGeometry,
  Vector2,
} from "three";
import { merge } from "./body.ts";
import { WHEEL_RADIUS_M } from "./body-surface.ts";

const WIDTH_M = 0.225;
const SPOKES = 5;
const AROUND = 24;
const RUBBER = [0.012, 0.013, 0.015] as const;
const SHADE = [0.006, 0.007, 0.008] as const;
const METAL = [0.5, 0.54, 0.58] as const;

/** One wheel with its axle along y, outer face towards `side`. Turn `spin` for rolling and the group for steering. */
export interface Wheel {
  readonly group: Group;
  readonly spin: Mesh;
}

/** Tyre, dish and spokes in one mesh; `material` takes its colour from the vertices. */
export function makeWheel(side: 1 | -1, material: Material): Wheel {
  const r = WHEEL_RADIUS_M;
  const half = WIDTH_M / 2;
  const face = side * half;
  const profile = [
    [r * 0.66, -half],
    [r - 0.03, -half],
    [r, -half + 0.035],
    [r, half - 0.035],
    [r - 0.03, half],
    [r * 0.66, half],
  ] as const;
  const tyre = new LatheGeometry(
    profile.map(([x, y]) => new Vector2(x, y)),
    AROUND,
  );
  const dish = new CylinderGeometry(r * 0.68, r * 0.68, 0.01, AROUND).translate(0, face * 0.86, 0);
  const rim = new TorusGeometry(r * 0.69, 0.016, 5, AROUND).rotateX(Math.PI / 2).translate(0, face, 0);
  const hub = new CylinderGeometry(0.058, 0.05, 0.03, 10).translate(0, face * 0.99, 0);
  const spokes = Array.from({ length: SPOKES * 2 }, (_, i) => {
    const angle = ((i >> 1) / SPOKES) * 2 * Math.PI + (i % 2 === 0 ? -0.13 : 0.13);
    return new BoxGeometry(r * 0.66, 0.02, 0.032).translate(r * 0.35, face, 0).rotateY(angle);
  });
  const spin = new Mesh(
    joined([
      [tyre, RUBBER],
      [dish, SHADE],
      [merge([rim, hub, ...spokes]), METAL],
    ]),
    material,
  );
  const group = new Group();
  group.add(spin);
  return { group, spin };
}

/** Parts of different colours as one geometry: one draw call. Colours are linear. */
function joined(parts: readonly (readonly [BufferGeometry, readonly [number, number, number]])[]): BufferGeometry {
  const colours = parts.flatMap(([part, colour]) =>
    Array.from({ length: part.getAttribute("position").count }, () => colour).flat(),
  );
  const result = merge(parts.map(([part]) => part));
  result.setAttribute("color", new BufferAttribute(new Float32Array(colours), 3));
  return result;
}
