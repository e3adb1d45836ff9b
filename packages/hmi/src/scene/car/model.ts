import { BufferAttribute, type BufferGeometry, CylinderGeometry, PlaneGeometry, SphereGeometry } from "three";
import { bodyGeometry, bodyPatch, floorGeometry, merge } from "./body.ts";
import { type Detail, FRONT_M, REAR_M } from "./body-surface.ts";
import { fitBody } from "./fitted.ts";
import { greenhouse } from "./greenhouse.ts";
import { KINDS, type Kind, PARTS, type Part } from "./kinds.ts";
import { lampGeometries } from "./lamps.ts";
import { type CarShape, isTall, MKZ } from "./shape.ts";
import { shuttleGeometries } from "./shuttle.ts";
import { wheelGeometries } from "./wheel.ts";

/** The car as one geometry. Attribute `made`: number of the kind, number of the part. Wheels are around their own axles. */
export function carGeometry(detail: Detail, shape: CarShape = MKZ): BufferGeometry {
  const body = isTall(shape) ? shuttleGeometries(shape) : sedanGeometries(detail, shape);
  const pieces: [Kind, Part, BufferGeometry][] = body.map(([kind, geometry]) => [kind, "body", geometry]);
  for (const part of PARTS.slice(1)) {
    for (const [kind, geometry] of wheelGeometries(part.endsWith("left") ? 1 : -1, detail))
      pieces.push([kind, part, geometry]);
  }
  const made = pieces.flatMap(([kind, part, geometry]) =>
    Array.from({ length: geometry.getAttribute("position").count }, () => [
      KINDS.indexOf(kind),
      PARTS.indexOf(part),
    ]).flat(),
  );
  const whole = merge(pieces.map(([, , geometry]) => geometry));
  whole.setAttribute("made", new BufferAttribute(new Float32Array(made), 2));
  return faceOutwards(whole);
}

/** The sedan, stretched to the measures of the car. */
function sedanGeometries(detail: Detail, shape: CarShape): readonly (readonly [Kind, BufferGeometry])[] {
  const cabin = greenhouse(detail);
  const parts: readonly (readonly [Kind, BufferGeometry])[] = [
    ["paint", merge([bodyGeometry(detail), cabin.painted, ...mirrors()])],
    ["glass", cabin.glass],
    ["dark", merge([floorGeometry(detail), trim(), sensor()])],
    ["metal", chrome()],
    ...lampGeometries(),
  ];
  return parts.map(([kind, geometry]) => [kind, fitBody(geometry, shape)] as const);
}

/**
 * Turns every triangle so that its front is where its normals point: what looks away is then not drawn, which is half of
 * the work.
 */
function faceOutwards(geometry: BufferGeometry): BufferGeometry {
  const position = geometry.getAttribute("position");
  const normal = geometry.getAttribute("normal");
  const index = geometry.getIndex()!.array;
  const kept: number[] = [];
  for (let i = 0; i < index.length; i += 3) {
    const [a, b, c] = [index[i]!, index[i + 1]!, index[i + 2]!];
    const edge = (to: number, axis: 0 | 1 | 2): number =>
      position.getComponent(to, axis) - position.getComponent(a, axis);
    const [ux, uy, uz] = [edge(b, 0), edge(b, 1), edge(b, 2)];
    const [vx, vy, vz] = [edge(c, 0), edge(c, 1), edge(c, 2)];
    const face = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
    if (Math.hypot(...face) < 1e-9) continue; // no area
    let towards = 0;
    for (const corner of [a, b, c])
      for (const axis of [0, 1, 2] as const) towards += face[axis] * normal.getComponent(corner, axis);
    if (towards < 0) kept.push(a, c, b);
    else kept.push(a, b, c);
  }
  geometry.setIndex(kept);
  return geometry;
}

function mirrors(): BufferGeometry[] {
  return [1, -1].map((side) =>
    new SphereGeometry(0.5, 8, 6).scale(0.19, 0.28, 0.15).translate(1.95, side * 0.92, 0.985),
  );
}

/** Grille, intake, diffuser, sills, pillars between the doors and door lines. */
function trim(): BufferGeometry {
  const lines = [-0.28, 0.72, 1.86].map((x) => bodyPatch([x, x + 0.016], [-0.8, 0], 0.007, [1, -1], 1, 4));
  return merge([
    facing(FRONT_M + 0.006, 0.82, 0.12, 0.475),
    facing(FRONT_M + 0.006, 0.94, 0.07, 0.345),
    facing(REAR_M - 0.006, 1.16, 0.13, 0.44),
    bodyPatch([0.42, 2.43], [-1, -0.84], 0.009, [1, -1], 4, 1),
    ...lines,
  ]);
}

/** An upright rectangle across the car: ahead of it seen from ahead, behind it from behind. */
function facing(x: number, width: number, height: number, z: number): BufferGeometry {
  return new PlaneGeometry(width, height)
    .rotateX(Math.PI / 2)
    .rotateZ(x > 0 ? Math.PI / 2 : -Math.PI / 2)
    .translate(x, 0, z);
}

function chrome(): BufferGeometry {
  const handles = [0.5, 1.62].map((x) => bodyPatch([x - 0.2, x], [0.26, 0.3], 0.016, [1, -1], 1));
  return merge([facing(REAR_M - 0.008, 0.46, 0.11, 0.66), facing(FRONT_M + 0.008, 0.82, 0.014, 0.475), ...handles]);
}

/** A lidar on the roof: this car drives itself. */
function sensor(): BufferGeometry {
  return merge([
    new CylinderGeometry(0.15, 0.17, 0.05, 14).rotateX(Math.PI / 2).translate(0.85, 0, 1.49),
    new CylinderGeometry(0.115, 0.115, 0.16, 14).rotateX(Math.PI / 2).translate(0.85, 0, 1.58),
  ]);
}
