import { BoxGeometry, BufferGeometry, CylinderGeometry, PlaneGeometry } from "three";
import { geometry, merge } from "./body.ts";
import type { Kind } from "./kinds.ts";
import type { CarShape } from "./shape.ts";

/** A part of the body between two heights: a rectangle below, a rectangle above. */
interface Slab {
  readonly z: readonly [below: number, above: number];
  readonly back: readonly [number, number];
  readonly front: readonly [number, number];
  readonly half: readonly [number, number];
}

/** A shuttle: one box with large windows, a sloping windscreen, and a roof that holds the sensors. Any measures. */
export function shuttleGeometries(shape: CarShape): readonly (readonly [Kind, BufferGeometry])[] {
  const { frontM: front, backM: back, heightM: height, wheelRadiusM: radius } = shape;
  const half = shape.widthM / 2;
  const sill = radius * 0.7;
  const belt = sill + 0.42 * (height - sill);
  const eaves = height - 0.2;
  const slope = 0.16 * (eaves - belt);
  const glass: Slab = {
    z: [belt, eaves],
    back: [-back + 0.02, -back + 0.08],
    front: [front - 0.06, front - 0.06 - slope * 2],
    half: [half - 0.02, half - 0.09],
  };
  const painted: Slab[] = [
    { z: [sill, sill + 0.2], back: [-back + 0.05, -back], front: [front - 0.07, front], half: [half - 0.03, half] },
    { z: [sill + 0.2, belt], back: [-back, -back + 0.02], front: [front, front - 0.06], half: [half, half - 0.02] },
    {
      z: [eaves, height - 0.06],
      back: [-back + 0.06, -back + 0.16],
      front: [front - 0.03 - slope * 2, front - 0.14 - slope * 2],
      half: [half - 0.08, half - 0.17],
    },
  ];
  const at = (x: number, y: number, z: number, size: readonly [number, number, number]): BufferGeometry =>
    new BoxGeometry(...size).translate(x, y, z);
  const sides = [1, -1] as const;
  const pillars = [-back + 0.07, (front - back) / 2 - 0.4, front - 0.62].flatMap((x) =>
    sides.map((side) => at(x, side * (half - 0.055), (belt + eaves) / 2, [0.09, 0.085, eaves - belt])),
  );
  // Half discs over the wheels.
  const arches = [0, shape.wheelbaseM].flatMap((x) =>
    sides.map((side) =>
      new CylinderGeometry(radius * 1.16, radius * 1.16, 0.02, 16, 1, false, -Math.PI / 2, Math.PI).translate(
        x,
        side * (half - 0.005),
        radius,
      ),
    ),
  );
  const lampZ = sill + 0.36;
  const pair = (x: number, y: number, z: number, size: readonly [number, number, number]): BufferGeometry =>
    merge(sides.map((side) => at(x, side * y, z, size)));
  const blinker = (side: 1 | -1): BufferGeometry =>
    merge([
      at(front - 0.005, side * (half - 0.08), lampZ + 0.02, [0.05, 0.08, 0.16]),
      at(-back, side * (half - 0.09), lampZ + 0.34, [0.05, 0.1, 0.16]),
    ]);
  return [
    ["paint", merge([...painted.map(slab), ...pillars])],
    ["glass", slab(glass)],
    [
      "dark",
      merge([
        slab({
          z: [sill - 0.04, sill],
          back: [-back + 0.1, -back + 0.05],
          front: [front - 0.12, front - 0.07],
          half: [half - 0.08, half - 0.03],
        }),
        ...arches,
        lid(front + 0.004, 0.9 * half, 0.12, sill + 0.16),
        lid(-back - 0.004, half, 0.1, sill + 0.14),
        new CylinderGeometry(0.14, 0.16, 0.05, 14).rotateX(Math.PI / 2).translate(front * 0.45, 0, height - 0.05),
        new CylinderGeometry(0.105, 0.105, 0.12, 14).rotateX(Math.PI / 2).translate(front * 0.45, 0, height + 0.03),
      ]),
    ],
    ["metal", merge([lid(front + 0.008, half * 0.9, 0.014, sill + 0.24), lid(-back - 0.008, 0.46, 0.11, belt - 0.28)])],
    ["head", pair(front - 0.01, half - 0.24, lampZ + 0.02, [0.05, 0.22, 0.12])],
    ["tail", pair(-back + 0.005, half - 0.1, lampZ + 0.1, [0.05, 0.1, 0.22])],
    [
      "brake",
      merge([
        pair(-back, half - 0.1, lampZ - 0.1, [0.05, 0.1, 0.12]),
        at(-back + 0.06, 0, eaves + 0.03, [0.04, 0.5, 0.03]),
      ]),
    ],
    ["left", blinker(1)],
    ["right", blinker(-1)],
    ["reverse", pair(-back, half - 0.24, lampZ - 0.06, [0.05, 0.1, 0.08])],
  ];
}

/** Six flat faces; a slab's own corners keep their edges sharp. */
function slab({ z: [low, high], back, front, half }: Slab): BufferGeometry {
  const corner = (top: 0 | 1, x: "front" | "back", side: 1 | -1): readonly [number, number, number] => [
    x === "front" ? front[top] : back[top],
    side * half[top],
    top === 0 ? low : high,
  ];
  const faces = [
    [corner(0, "front", -1), corner(0, "front", 1), corner(1, "front", 1), corner(1, "front", -1)],
    [corner(0, "back", 1), corner(0, "back", -1), corner(1, "back", -1), corner(1, "back", 1)],
    [corner(0, "back", -1), corner(0, "front", -1), corner(1, "front", -1), corner(1, "back", -1)],
    [corner(0, "front", 1), corner(0, "back", 1), corner(1, "back", 1), corner(1, "front", 1)],
    [corner(1, "back", -1), corner(1, "front", -1), corner(1, "front", 1), corner(1, "back", 1)],
    [corner(0, "back", 1), corner(0, "front", 1), corner(0, "front", -1), corner(0, "back", -1)],
  ] as const;
  const positions: number[] = [];
  const normals: number[] = [];
  const index: number[] = [];
  for (const [a, b, c, d] of faces) {
    const at = positions.length / 3;
    const [u, v] = [b.map((value, i) => value - a[i]!), d.map((value, i) => value - a[i]!)] as [number[], number[]];
    const n = [u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!];
    const length = Math.hypot(...n) || 1;
    for (const point of [a, b, c, d]) {
      positions.push(...point);
      normals.push(...n.map((value) => value / length));
    }
    index.push(at, at + 1, at + 2, at, at + 2, at + 3);
  }
  return geometry(positions, normals, index);
}

/** An upright rectangle across the car, seen from ahead where x is ahead and from behind where it is behind. */
function lid(x: number, width: number, height: number, z: number): BufferGeometry {
  return new PlaneGeometry(width, height)
    .rotateX(Math.PI / 2)
    .rotateZ(x > 0 ? Math.PI / 2 : -Math.PI / 2)
    .translate(x, 0, z);
}
