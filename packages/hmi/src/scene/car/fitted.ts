import type { BufferGeometry } from "three";
import { FRONT_M, HEIGHT_M, REAR_M, WHEELBASE_M } from "./body-surface.ts";
import { type CarShape, MKZ } from "./shape.ts";

/** Stretches the sedan's body to other measures, overhangs and wheelbase each by itself: wheels stay in their arches. */
export function fitBody(geometry: BufferGeometry, shape: CarShape): BufferGeometry {
  if (shape === MKZ) return geometry;
  const back = shape.backM / -REAR_M;
  const between = shape.wheelbaseM / WHEELBASE_M;
  const front = Math.max(shape.frontM - shape.wheelbaseM, 0.1) / (FRONT_M - WHEELBASE_M);
  const across = shape.widthM / MKZ.widthM;
  const up = shape.heightM / HEIGHT_M;
  const position = geometry.getAttribute("position");
  const normal = geometry.getAttribute("normal");
  for (let i = 0; i < position.count; i++) {
    const x = position.getX(i);
    const along = x < 0 ? back : x < WHEELBASE_M ? between : front;
    const fitted = x < WHEELBASE_M ? x * along : shape.wheelbaseM + (x - WHEELBASE_M) * front;
    position.setXYZ(i, fitted, position.getY(i) * across, position.getZ(i) * up);
    const [nx, ny, nz] = [normal.getX(i) / along, normal.getY(i) / across, normal.getZ(i) / up];
    const length = Math.hypot(nx, ny, nz) || 1;
    normal.setXYZ(i, nx / length, ny / length, nz / length);
  }
  return geometry;
}
