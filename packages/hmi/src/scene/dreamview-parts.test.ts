import { describe, expect, test } from "vitest";
import { LocalOrigin } from "../motion/local-origin.ts";
import type { MapTile, Obstacle, Vehicle } from "../protocol/bridge.ts";
import { CameraRig } from "./camera-rig.ts";
import { carGeometry } from "./car/model.ts";
import { type CarShape, MKZ, shapeOf } from "./car/shape.ts";
import { FIRST_LAYERS, LAYERS, readLayers } from "./layers.ts";
import { ObstacleBoxes } from "./obstacle-boxes.ts";
import { PredictionLines } from "./prediction-lines.ts";
import { Road } from "./road/road.ts";
import { DAY, NIGHT } from "./theme.ts";
import { CERTAIN_95, Uncertainty } from "./uncertainty.ts";

describe("layers", () => {
  test("what was stored is kept as far as it is known, and nothing else", () => {
    expect(readLayers(JSON.stringify({ map: false, cloud: false, gone: true, plan: "no" }))).toEqual({
      ...FIRST_LAYERS,
      map: false,
      cloud: false,
    });
    for (const broken of [null, "", "{", "[]", "7", '"x"', "null"]) expect(readLayers(broken)).toEqual(FIRST_LAYERS);
    expect(Object.keys(FIRST_LAYERS)).toEqual([...LAYERS]);
  });
});

describe("the car in one piece", () => {
  test.for(["fine", "coarse"] as const)(
    "%s: every triangle looks where its normals point, and knows what it is made of",
    (detail) => {
      const geometry = carGeometry(detail);
      const [position, normal, made] = ["position", "normal", "made"].map((name) => geometry.getAttribute(name));
      const index = geometry.getIndex()!.array;
      for (let i = 0; i < index.length; i += 3) {
        const [a, b, c] = [index[i]!, index[i + 1]!, index[i + 2]!];
        const edge = (to: number, axis: 0 | 1 | 2): number =>
          position!.getComponent(to, axis) - position!.getComponent(a, axis);
        const cross = [0, 1, 2].map((axis) => {
          const [u, v] = [((axis + 1) % 3) as 0 | 1 | 2, ((axis + 2) % 3) as 0 | 1 | 2];
          return edge(b, u) * edge(c, v) - edge(b, v) * edge(c, u);
        });
        const towards = [a, b, c].reduce(
          (sum, corner) =>
            sum + cross.reduce((part, value, axis) => part + value * normal!.getComponent(corner, axis), 0),
          0,
        );
        expect(towards).toBeGreaterThanOrEqual(0);
      }
      expect(new Set(Array.from({ length: made!.count }, (_, i) => made!.getX(i))).size).toBe(13);
      expect(new Set(Array.from({ length: made!.count }, (_, i) => made!.getY(i))).size).toBe(5);
    },
  );

  test("the coarse one has fewer than two thirds of the corners", () => {
    expect(carGeometry("coarse").getIndex()!.count).toBeLessThan((carGeometry("fine").getIndex()!.count * 2) / 3);
  });
});

describe("cameras", () => {
  const settled = (mode: "overhead" | "map" | "near" | "chase"): CameraRig => {
    const rig = new CameraRig();
    rig.camera.aspect = 2;
    rig.camera.updateProjectionMatrix();
    rig.choose(mode);
    for (let i = 0; i < 600; i++) rig.update(10, 20, 0.5, 1 / 60);
    rig.camera.updateMatrixWorld();
    return rig;
  };

  test("a point of the picture lies on the ground where it is seen", () => {
    for (const mode of ["overhead", "map", "near", "chase"] as const) {
      const rig = settled(mode);
      const at = rig.groundAt(0.1, -0.4)!;
      expect(at).toBeDefined();
      const seen = rig.camera.position.clone().set(at.x, at.y, 0).project(rig.camera);
      expect([seen.x, seen.y]).toEqual([expect.closeTo(0.1, 5), expect.closeTo(-0.4, 5)]);
    }
  });

  test("in the sky there is no ground", () => {
    expect(settled("near").groundAt(0, 0.95)).toBeUndefined();
  });

  test("from above north is up", () => {
    const rig = settled("map");
    const [below, above] = [rig.groundAt(0, -0.5)!, rig.groundAt(0, 0.5)!];
    expect(above.y).toBeGreaterThan(below.y + 50);
    expect(Math.abs(above.x - below.x)).toBeLessThan(0.1);
  });
});

describe("things on the ground", () => {
  const origin = new LocalOrigin();
  origin.follow(586_400, 4_140_700);

  test("a tile is built once, moves with the origin, and goes when it is gone", () => {
    const road = new Road(NIGHT);
    const tile: MapTile = {
      id: 3,
      x: 586_100,
      y: 4_140_500,
      lines: [{ kind: 4, points: [0, 0, 10_000, 0] }],
      areas: [{ kind: 0, points: [0, 0, 10_000, 0, 0, 350, -10_000, 0] }],
      signs: [{ kind: 1, x: 586_110, y: 4_140_503, heading: 1 }],
    };
    const tiles = new Map([[3, tile]]);
    road.update(tiles, origin, 0.001, true, false);
    const [group] = road.group.children;
    expect(group!.position.toArray()).toEqual([586_100 - origin.x, 4_140_500 - origin.y, 0]);
    expect(group!.children.map(({ visible }) => visible)).toEqual([true, true, false]);
    road.update(tiles, origin, 0.001, false, true);
    expect(road.group.children[0]).toBe(group);
    expect(group!.children.map(({ visible }) => visible)).toEqual([false, false, true]);
    road.restyle(DAY);
    road.update(new Map(), origin, 0.001, true, true);
    expect(road.group.children).toHaveLength(0);
  });

  test("a thousand obstacles are three draw calls, and as many as there is room for", () => {
    const boxes = new ObstacleBoxes();
    const obstacles = Array.from(
      { length: 1000 },
      (_, i): Obstacle => ({
        id: String(i),
        x: 586_400 + i,
        y: 4_140_700,
        heading: 0,
        length_m: 4,
        width_m: 2,
        height_m: 1.5,
        type: "VEHICLE",
        speed_mps: 3,
        course: undefined,
      }),
    );
    boxes.update(obstacles, origin, true, false);
    expect(boxes.group.children).toHaveLength(3);
    expect(boxes.group.children.map(({ visible }) => visible)).toEqual([true, true, false]);
    boxes.update([], origin, true, true);
    expect(boxes.group.children.some(({ visible }) => visible)).toBe(false);
  });

  test("predictions are bands of triangles; one too short is none", () => {
    const lines = new PredictionLines(NIGHT);
    const path = (count: number): { id: string; probability: number; x: number[]; y: number[] } => ({
      id: "1",
      probability: 0.5,
      x: Array.from({ length: count }, (_, i) => 586_400 + i),
      y: Array.from({ length: count }, () => 4_140_700),
    });
    lines.update([path(5), path(1), path(3)], origin);
    expect(lines.mesh.geometry.drawRange.count).toBe((4 + 2) * 6);
    lines.update([path(5000)], origin);
    expect(lines.mesh.visible).toBe(false);
  });

  test("the ellipse covers nineteen of twenty cases", () => {
    const uncertainty = new Uncertainty(NIGHT);
    uncertainty.update({ major_m: 2, minor_m: 1, heading: 0.3 }, 5, 6);
    expect(uncertainty.mesh.scale.toArray()).toEqual([2 * CERTAIN_95, CERTAIN_95, 1]);
    expect(1 - Math.exp(-(CERTAIN_95 ** 2) / 2)).toBeCloseTo(0.95, 3);
    uncertainty.update(undefined, 0, 0);
    expect(uncertainty.mesh.visible).toBe(false);
  });
});

describe("another vehicle", () => {
  const vehicle = (told: Partial<Vehicle>): Vehicle => ({
    name: "",
    front_m: 0,
    back_m: 0,
    width_m: 0,
    height_m: 0,
    wheelbase_m: 0,
    wheel_radius_m: 0,
    steering_lock_deg: 0,
    steering_ratio: 0,
    mass_kg: 0,
    brake_rest_percent: 0,
    preview_s: 0,
    calibration_rows: 0,
    top_speed_mps: 0,
    ...told,
  });
  const shuttle = shapeOf(
    vehicle({
      front_m: 3.18,
      back_m: 0.72,
      width_m: 1.6,
      height_m: 2.05,
      wheelbase_m: 2.6,
      wheel_radius_m: 0.29,
      steering_lock_deg: 420,
      steering_ratio: 14,
    }),
  );
  const low: CarShape = { ...MKZ, frontM: 3.0, backM: 0.8, wheelbaseM: 2.2, widthM: 1.8, heightM: 1.3 };

  test("is drawn in its own size, whatever the build", () => {
    for (const [shape, slackM] of [
      [shuttle, 0.06],
      [low, 0.2], // mirrors and the lidar on the roof
    ] as const) {
      for (const detail of ["fine", "coarse"] as const) {
        const geometry = carGeometry(detail, shape);
        const made = geometry.getAttribute("made");
        const position = geometry.getAttribute("position");
        const [least, most] = [
          [Infinity, Infinity, Infinity],
          [-Infinity, -Infinity, -Infinity],
        ] as [number[], number[]];
        for (let i = 0; i < position.count; i++) {
          if (made.getY(i) !== 0) continue; // wheels are around their own axles
          for (const axis of [0, 1, 2] as const) {
            least[axis] = Math.min(least[axis]!, position.getComponent(i, axis));
            most[axis] = Math.max(most[axis]!, position.getComponent(i, axis));
          }
        }
        expect(Math.abs(least[0]! + shape.backM)).toBeLessThan(0.06);
        expect(Math.abs(most[0]! - shape.frontM)).toBeLessThan(0.06);
        expect(Math.abs(most[1]! - least[1]! - shape.widthM)).toBeLessThan(0.22);
        expect(least[2]!).toBeGreaterThan(0.1);
        expect(most[2]!).toBeGreaterThan(shape.heightM - 0.02);
        expect(most[2]!).toBeLessThan(shape.heightM + 0.1 + slackM);
      }
    }
  });

  test("steers and counts by its own wheels; what is missing or cannot be is the MKZ's", () => {
    expect(shuttle.lockDeg).toBe(420);
    expect((shuttle.wheelLockRad * 180) / Math.PI).toBeCloseTo(30);
    expect(shapeOf(undefined)).toBe(MKZ);
    const strange = shapeOf(vehicle({ front_m: Number.NaN, back_m: -1, width_m: 1e9, wheelbase_m: 50 }));
    expect(strange).toEqual({ ...MKZ, wheelbaseM: MKZ.wheelbaseM });
  });
});
