import { BufferAttribute, BufferGeometry, LatheGeometry, Vector2 } from "three";
import { merge } from "./body.ts";
import { type Detail, WHEEL_RADIUS_M } from "./body-surface.ts";
import type { Kind } from "./kinds.ts";

const WIDTH_M = 0.225;
const SPOKES = 5;
const AROUND: Readonly<Record<Detail, number>> = { fine: 24, coarse: 14 };

/** One wheel with its axle along y through the origin, outer face towards `side`: tyre, dark dish, rim and spokes. */
export function wheelGeometries(side: 1 | -1, detail: Detail): readonly (readonly [Kind, BufferGeometry])[] {
  const r = WHEEL_RADIUS_M;
  const half = WIDTH_M / 2;
  return [
    [
      "rubber",
      lathe(side, detail, [
        [r * 0.66, half],
        [r - 0.03, half],
        [r, half - 0.035],
        [r, -half + 0.03],
        [r - 0.03, -half],
      ]),
    ],
    [
      "shade",
      lathe(side, detail, [
        [0, half * 0.8],
        [r * 0.68, half * 0.8],
      ]),
    ],
    [
      "spoke",
      merge([
        lathe(side, detail, [
          [r * 0.62, half * 0.86],
          [r * 0.67, half + 0.004],
          [r * 0.72, half + 0.004],
        ]),
        ...Array.from({ length: SPOKES }, (_, i) => spoke((i / SPOKES) * 2 * Math.PI, side, half)),
      ]),
    ],
  ];
}

/** A profile of (radius, towards the outer face) turned around the axle. */
function lathe(side: 1 | -1, detail: Detail, profile: readonly (readonly [number, number])[]): BufferGeometry {
  return new LatheGeometry(
    profile.map(([radius, outward]) => new Vector2(radius, side * outward)),
    AROUND[detail],
  );
}

/** A pair of flat bars from the hub to the rim. */
function spoke(angle: number, side: 1 | -1, half: number): BufferGeometry {
  const r = WHEEL_RADIUS_M;
  const positions: number[] = [];
  const index: number[] = [];
  for (const turn of [angle - 0.13, angle + 0.13]) {
    const base = positions.length / 3;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    for (const [along, wide, out] of [
      [0, 0.034, half + 0.006],
      [0, -0.034, half + 0.006],
      [r * 0.66, 0.016, half * 0.98],
      [r * 0.66, -0.016, half * 0.98],
    ] as const)
      positions.push(cos * along - sin * wide, side * out, sin * along + cos * wide);
    index.push(base, base + 1, base + 2, base + 2, base + 1, base + 3);
  }
  const result = new BufferGeometry();
  result.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  const normals = Array.from({ length: positions.length / 3 }, () => [0, side, 0]).flat();
  result.setAttribute("normal", new BufferAttribute(new Float32Array(normals), 3));
  result.setIndex(index);
  return result;
}
