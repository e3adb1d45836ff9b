import { BoxGeometry, CylinderGeometry, Group, type Material, Mesh, TorusGeometry } from "three";
import { merge } from "./body.ts";
import { WHEEL_RADIUS_M } from "./body-surface.ts";

const WIDTH_M = 0.225;
const SPOKES = 5;

/** One wheel with its axle along y, outer face towards `side`. Turn `spin` for rolling and the group for steering. */
export interface Wheel {
  readonly group: Group;
  readonly spin: Group;
}

export function makeWheel(side: 1 | -1, tyre: Material, metal: Material, dark: Material): Wheel {
  const spin = new Group();
  const r = WHEEL_RADIUS_M;
  const tread = new CylinderGeometry(r, r, WIDTH_M * 0.72, 40, 1, true);
  const shoulders = [1, -1].map((end) =>
    new TorusGeometry(r - 0.045, 0.045, 10, 40).rotateX(Math.PI / 2).translate(0, end * WIDTH_M * 0.33, 0),
  );
  const wall = new CylinderGeometry(r - 0.04, r - 0.04, WIDTH_M * 0.9, 40);
  spin.add(new Mesh(merge([tread, wall, ...shoulders]), tyre));

  const face = (side * WIDTH_M) / 2;
  const dish = new CylinderGeometry(r * 0.7, r * 0.7, 0.012, 40).translate(0, face * 0.93, 0);
  spin.add(new Mesh(dish, dark));
  const rim = new TorusGeometry(r * 0.7, 0.016, 8, 48).rotateX(Math.PI / 2).translate(0, face, 0);
  const hub = new CylinderGeometry(0.058, 0.05, 0.03, 20).translate(0, face * 0.99, 0);
  const spokes = Array.from({ length: SPOKES * 2 }, (_, i) => {
    const angle = ((i >> 1) / SPOKES) * 2 * Math.PI + (i % 2 === 0 ? -0.13 : 0.13);
    return new BoxGeometry(r * 0.66, 0.02, 0.03).translate(r * 0.35, face, 0).rotateY(angle);
  });
  spin.add(new Mesh(merge([rim, hub, ...spokes]), metal));

  const group = new Group();
  group.add(spin);
  return { group, spin };
}
