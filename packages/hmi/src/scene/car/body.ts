import { BufferAttribute, BufferGeometry } from "three";
import { bodyNormal, bodyPoint, type Detail, FRONT_M, REAR_M, stations } from "./body-surface.ts";

/** Around the cross-section: closer together where the shoulder bends. */
const AROUND: Readonly<Record<Detail, readonly number[]>> = {
  fine: [-1, -0.75, -0.45, -0.15, 0.05, 0.15, 0.28, 0.4, 0.5, 0.6, 0.72, 0.86, 1],
  coarse: [-1, -0.5, -0.1, 0.1, 0.27, 0.43, 0.6, 0.8, 1],
};

/** The whole painted body: both sides, with the flat ends of bumper and nose closed. */
export function bodyGeometry(detail: Detail): BufferGeometry {
  const [along, around] = [stations(detail), AROUND[detail]];
  return merge([patch(along, around, 1), patch(along, around, -1), end(FRONT_M, 1, around), end(REAR_M, -1, around)]);
}

/** A piece of the body's surface lifted off it by `liftM`, on one side or both, in `along` × `around` squares. */
export function bodyPatch(
  x: readonly [number, number],
  u: readonly [number, number],
  liftM = 0.006,
  sides: readonly (1 | -1)[] = [1, -1],
  along = 4,
  around = along,
): BufferGeometry {
  const xs = steps(x[0], x[1], along);
  const us = steps(u[0], u[1], around);
  return merge(sides.map((side) => patch(xs, us, side, liftM)));
}

/** The underside and wheel wells, seen as darkness through the arches. */
export function floorGeometry(detail: Detail): BufferGeometry {
  const positions: number[] = [];
  const normals: number[] = [];
  const index: number[] = [];
  for (const x of stations(detail)) {
    const edge = bodyPoint(x, -1);
    positions.push(x, edge.y, edge.z, x, -edge.y, edge.z);
    normals.push(0, 0, -1, 0, 0, -1);
  }
  for (let i = 2; i < positions.length / 3; i += 2) index.push(i - 2, i, i - 1, i - 1, i, i + 1);
  return geometry(positions, normals, index);
}

function patch(xs: readonly number[], us: readonly number[], side: 1 | -1, liftM = 0): BufferGeometry {
  const positions: number[] = [];
  const normals: number[] = [];
  for (const x of xs) {
    for (const u of us) {
      const p = bodyPoint(x, u);
      const n = bodyNormal(x, u);
      positions.push(p.x + n.x * liftM, side * (p.y + n.y * liftM), p.z + n.z * liftM);
      normals.push(n.x, side * n.y, n.z);
    }
  }
  return geometry(positions, normals, quads(xs.length, us.length, side < 0));
}

/** A flat lid over one end. */
function end(x: number, facing: 1 | -1, around: readonly number[]): BufferGeometry {
  const positions: number[] = [];
  const normals: number[] = [];
  const index: number[] = [];
  for (const u of around) {
    const p = bodyPoint(x, u);
    const n = bodyNormal(x - facing * 0.03, u);
    // Turned outwards towards the rim, as if the end were round.
    const length = Math.hypot(1, 0.9 * n.y, 0.9 * n.z);
    positions.push(x, p.y, p.z, x, -p.y, p.z);
    normals.push(facing / length, (0.9 * n.y) / length, (0.9 * n.z) / length);
    normals.push(facing / length, (-0.9 * n.y) / length, (0.9 * n.z) / length);
  }
  for (let i = 2; i < around.length * 2; i += 2) {
    const strip = facing > 0 ? [i - 2, i, i - 1, i - 1, i, i + 1] : [i - 2, i - 1, i, i, i - 1, i + 1];
    index.push(...strip);
  }
  return geometry(positions, normals, index);
}

function quads(rows: number, columns: number, flip: boolean): number[] {
  const index: number[] = [];
  for (let i = 0; i + 1 < rows; i++) {
    for (let j = 0; j + 1 < columns; j++) {
      const a = i * columns + j;
      const b = a + 1;
      const c = a + columns;
      const d = c + 1;
      if (flip) index.push(a, c, b, b, c, d);
      else index.push(a, b, c, b, d, c);
    }
  }
  return index;
}

export function geometry(
  positions: readonly number[],
  normals: readonly number[],
  index: readonly number[],
): BufferGeometry {
  const result = new BufferGeometry();
  result.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  result.setAttribute("normal", new BufferAttribute(new Float32Array(normals), 3));
  result.setIndex([...index]);
  return result;
}

/** One geometry of several: one draw call for all lamps of a kind. */
export function merge(parts: readonly BufferGeometry[]): BufferGeometry {
  const positions: number[] = [];
  const normals: number[] = [];
  const index: number[] = [];
  for (const part of parts) {
    const base = positions.length / 3;
    const position = part.getAttribute("position");
    for (const value of position.array) positions.push(value);
    for (const value of part.getAttribute("normal").array) normals.push(value);
    const indices = part.getIndex();
    if (indices === null) for (let i = 0; i < position.count; i++) index.push(base + i);
    else for (const i of indices.array) index.push(base + i);
    part.dispose();
  }
  return geometry(positions, normals, index);
}

function steps(from: number, to: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
}
