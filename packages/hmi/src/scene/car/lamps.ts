import { type BufferGeometry, PlaneGeometry } from "three";
import { bodyPatch, merge } from "./body.ts";
import { REAR_M } from "./body-surface.ts";
import type { Kind } from "./kinds.ts";

/** Where the lamps are; what they shine is in the table of kinds. */
export function lampGeometries(): readonly (readonly [Kind, BufferGeometry])[] {
  return [
    ["head", bodyPatch([3.5, 3.83], [0.1, 0.4], 0.008)],
    ["tail", merge([bodyPatch([REAR_M + 0.015, -0.86], [0.2, 0.5], 0.008), across(1.24, 0.03, REAR_M - 0.006, 0.79)])],
    [
      "brake",
      merge([
        bodyPatch([REAR_M + 0.004, -0.97], [0.2, 0.5], 0.014, [1, -1], 2),
        new PlaneGeometry(0.03, 0.52).translate(-0.62, 0, 1.05),
      ]),
    ],
    ["left", blinker(1)],
    ["right", blinker(-1)],
    ["reverse", bodyPatch([REAR_M + 0.002, -1.0], [0.02, 0.12], 0.012, [1, -1], 2)],
  ];
}

/** A strip across the tail, seen from behind. */
function across(width: number, height: number, x: number, z: number): BufferGeometry {
  return new PlaneGeometry(width, height)
    .rotateX(Math.PI / 2)
    .rotateZ(-Math.PI / 2)
    .translate(x, 0, z);
}

/** Amber in the front corner and in the tail lamp of one side. */
function blinker(side: 1 | -1): BufferGeometry {
  return merge([
    bodyPatch([3.46, 3.62], [0.02, 0.1], 0.009, [side], 2),
    bodyPatch([-0.9, -0.76], [0.18, 0.4], 0.012, [side], 2),
  ]);
}
