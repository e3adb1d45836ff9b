import { rotate } from "@delos/math";
import type { delos } from "@delos/msgs";
import type { CloudObservation } from "./observation.ts";
import { type BasePose, isFixedFrame } from "./transform-tree.ts";

/** Farther than this from what points are counted from, int16 centimetres end. */
const REACH_M = 327;
/** Where a sensor of unknown place is taken to be: on the roof of a car. */
const ROOF: Omit<BasePose, "frame"> = { position: [1.2, 0, 1.9], orientation: { w: 1, x: 0, y: 0, z: 0 } };

interface CarPose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
}

/**
 * A cloud as the page draws it: turned into the axes of the map, counted from the car. Points in a frame of the map keep their
 * place; those in a frame of the car go through `inBase`, or, where nobody says where the sensor is, are taken to come from its roof.
 */
export function cloudOnMap(
  topic: string,
  { frame, points, total }: CloudObservation,
  timeS: number,
  car: CarPose,
  inBase: Omit<BasePose, "frame"> | undefined,
): delos.bridge.PointCloud {
  const packed = new Int16Array(points.length);
  const { orientation, position } = inBase ?? ROOF;
  const [cos, sin] = [Math.cos(car.heading), Math.sin(car.heading)];
  const fixed = isFixedFrame(frame);
  // The nine numbers of the rotation, once: a hundred thousand points go through them.
  const [ux, uy, uz] = [rotate(orientation, [1, 0, 0]), rotate(orientation, [0, 1, 0]), rotate(orientation, [0, 0, 1])];
  let written = 0;
  for (let i = 0; i + 2 < points.length; i += 3) {
    const [px, py, pz] = [points[i]!, points[i + 1]!, points[i + 2]!];
    let [x, y, z] = [px - car.x, py - car.y, pz - car.z];
    if (!fixed) {
      const bx = ux[0] * px + uy[0] * py + uz[0] * pz + position[0];
      const by = ux[1] * px + uy[1] * py + uz[1] * pz + position[1];
      z = ux[2] * px + uy[2] * py + uz[2] * pz + position[2];
      x = cos * bx - sin * by;
      y = sin * bx + cos * by;
    }
    if (Math.abs(x) > REACH_M || Math.abs(y) > REACH_M || Math.abs(z) > REACH_M) continue;
    packed[written++] = Math.round(x * 100);
    packed[written++] = Math.round(y * 100);
    packed[written++] = Math.round(z * 100);
  }
  const bytes = new Uint8Array(packed.buffer, 0, written * 2);
  return { source: topic, time_s: timeS, x: car.x, y: car.y, z: 0, points: bytes, total };
}
