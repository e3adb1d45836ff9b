import { expect, test } from "vitest";
import { carEntity } from "./car-entity.ts";

/** The extent of all parts along x, y and z, m. */
function extent(vehicle?: Parameters<typeof carEntity>[2]): number[][] {
  const { cubes = [], cylinders = [] } = carEntity(undefined, "base_link", vehicle);
  // Wheels lie on their side: what is their height is across.
  const parts = [
    ...cubes.map(({ pose, size }) => ({ at: pose!.position!, size: [size!.x!, size!.y!, size!.z!] })),
    ...cylinders.map(({ pose, size }) => ({ at: pose!.position!, size: [size!.x!, size!.z!, size!.y!] })),
  ];
  return (["x", "y", "z"] as const).map((axis, i) => [
    Math.min(...parts.map(({ at, size }) => at[axis]! - size[i]! / 2)),
    Math.max(...parts.map(({ at, size }) => at[axis]! + size[i]! / 2)),
  ]);
}

test("the car has the sizes of the vehicle that is chosen, and stands on the ground", () => {
  const shuttle = { front_m: 3.2, back_m: 0.7, width_m: 1.6, height_m: 1.95, wheelbase_m: 2.4, wheel_radius_m: 0.3 };
  const [x, y, z] = extent(shuttle);
  expect(x![0]).toBeCloseTo(-0.7);
  expect(x![1]).toBeCloseTo(3.2);
  expect(Math.abs(y![0]!)).toBeLessThanOrEqual(0.8);
  expect(z![0]).toBeCloseTo(0);
  expect(z![1]).toBeCloseTo(1.95);
  const wheels = carEntity(undefined, "base_link", shuttle).cylinders!.map(({ pose }) => pose!.position!);
  expect(wheels.map(({ x: at }) => at)).toEqual([2.4, 2.4, 0, 0]);
  expect(wheels.every(({ z: up }) => up === 0.3)).toBe(true);
});

test("of which nothing is known it is a Lincoln MKZ", () => {
  const [x, , z] = extent();
  expect(x![0]).toBeCloseTo(-1.043);
  expect(x![1]).toBeCloseTo(3.89);
  expect(z![1]).toBeCloseTo(1.48);
  expect(extent({ front_m: 0, width_m: Number.NaN })).toEqual(extent());
});
