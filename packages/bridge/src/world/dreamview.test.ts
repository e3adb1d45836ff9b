import { apollo, foxglove } from "@delos/msgs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adapterFor } from "./adapters/index.ts";
import { MOST_POINTS } from "./adapters/point-clouds.ts";
import { type CloudObservation, type Observation, type PoseObservation, PoseRank } from "./observation.ts";
import { spreadOfAxes, spreadOfCovariance } from "./spread.ts";
import { WorldModel } from "./world-model.ts";

const read = (type: string, message: unknown): readonly Observation[] => adapterFor(type)!.read(message, "/t");
const carAt = (x: number, y: number, headingRad: number): PoseObservation => ({
  kind: "pose",
  rank: PoseRank.localization,
  position: [x, y, 0],
  forwardAxis: "x",
  headingRad,
});

/** x y z of each point, metres, as the page decodes them. */
function pointsOf(cloud: { readonly points?: Uint8Array | undefined } | undefined): number[] {
  const bytes = Uint8Array.from(cloud?.points ?? []);
  return [...new Int16Array(bytes.buffer)].map((value) => value / 100);
}

function pointCloud2(points: readonly (readonly [number, number, number])[], frame = "velodyne"): object {
  const data = new Uint8Array(points.length * 16);
  const view = new DataView(data.buffer);
  points.forEach((point, i) => point.forEach((value, axis) => view.setFloat32(i * 16 + axis * 4, value, true)));
  const fields = ["x", "y", "z"].map((name, axis) => ({ name, offset: axis * 4, datatype: 7, count: 1 }));
  const size = { height: 1, width: points.length, point_step: 16, row_step: data.length };
  return { header: { frame_id: frame, stamp: { sec: 5, nanosec: 0 } }, ...size, fields, is_bigendian: false, data };
}

describe("point clouds", () => {
  test("of the car's sensors stand around the car, turned as it is", () => {
    const world = new WorldModel();
    world.observe("/pose", 5, carAt(1000, 2000, Math.PI / 2));
    world.observe("/tf", 5, {
      kind: "transforms",
      transforms: [
        { parent: "base_link", child: "velodyne", translation: [1, 0, 2], rotation: { w: 1, x: 0, y: 0, z: 0 } },
      ],
    });
    for (const observation of read(
      "sensor_msgs/PointCloud2",
      pointCloud2([
        [10, 0, 0],
        [0, 3, -2],
      ]),
    ))
      world.observe("/velodyne", 5, observation);
    const cloud = world.takeCloud();
    expect(cloud).toMatchObject({ source: "/velodyne", time_s: 5, x: 1000, y: 2000, total: 2 });
    const expected = [0, 11, 2, -3, 1, 0]; // forward is north, left is west
    pointsOf(cloud).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    expect(world.takeCloud()).toBeUndefined(); // each is sent once
  });

  test("of the map stay where they are", () => {
    const world = new WorldModel();
    world.observe("/pose", 5, carAt(1000, 2000, 1));
    for (const observation of read("sensor_msgs/msg/PointCloud2", pointCloud2([[1003, 1998, 1]], "map")))
      world.observe("/cloud", 5, observation);
    expect(pointsOf(world.takeCloud())).toEqual([3, -2, 1]);
  });

  test("foxglove's are read with their own type numbers and their shift", () => {
    const data = new Uint8Array(12);
    const view = new DataView(data.buffer);
    [100, -200, 50].forEach((value, axis) => view.setInt16(axis * 4, value, true));
    const type = foxglove.PackedElementField.NumericType.INT16;
    const cloud = foxglove.PointCloud.create({
      frame_id: "map",
      point_stride: 12,
      pose: { position: { x: 1, y: 2, z: 3 } },
      fields: ["x", "y", "z"].map((name, axis) => ({ name, offset: axis * 4, type })),
      data,
    });
    const [observation] = read("foxglove.PointCloud", foxglove.PointCloud.decode(foxglove.PointCloud.encode(cloud)));
    expect([...(observation as CloudObservation).points]).toEqual([101, -198, 53]);
  });

  test("of any sizes are read within their bytes or left out", () => {
    fc.assert(
      fc.property(
        fc.record({
          width: fc.integer({ min: -2, max: 5000 }),
          height: fc.integer({ min: 0, max: 3 }),
          point_step: fc.integer({ min: -1, max: 40 }),
          row_step: fc.nat(100),
          data: fc.uint8Array({ maxLength: 200 }),
          fields: fc.array(
            fc.record({
              name: fc.constantFrom("x", "y", "z"),
              offset: fc.nat(40),
              datatype: fc.integer({ min: 0, max: 9 }),
            }),
          ),
        }),
        (message) => {
          for (const observation of read("sensor_msgs/PointCloud2", message))
            expect((observation as CloudObservation).points.every((value) => Number.isFinite(value))).toBe(true);
        },
      ),
    );
  });

  test("too many points are thinned evenly, and the message says of how many", () => {
    const many = Array.from({ length: MOST_POINTS + 10 }, (_, i): [number, number, number] => [i % 100, 1, 0]);
    const [observation] = read("sensor_msgs/PointCloud2", pointCloud2(many));
    const { points, total } = observation as CloudObservation;
    expect(total).toBe(many.length);
    expect(points.length / 3).toBe(many.length / 2);
  });
});

describe("how sure a position is", () => {
  test("from deviations east and north", () => {
    expect(spreadOfAxes([0.2, 0.5, 9])).toEqual({ majorM: 0.5, minorM: 0.2, headingRad: Math.PI / 2 });
    expect(spreadOfAxes([0, 0, 0])).toBeUndefined();
  });

  test("from a covariance: turned back into its axes it is the covariance again", () => {
    const size = fc.double({ min: 0.1, max: 5, noNaN: true });
    fc.assert(
      fc.property(size, size, fc.double({ min: -1.5, max: 1.5, noNaN: true }), (a, b, turn) => {
        const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
        const covariance: number[] = Array.from({ length: 36 }, () => 0);
        covariance[0] = a * a * cos * cos + b * b * sin * sin;
        covariance[1] = covariance[6] = (a * a - b * b) * cos * sin;
        covariance[7] = a * a * sin * sin + b * b * cos * cos;
        const spread = spreadOfCovariance(covariance)!;
        expect(spread.majorM).toBeCloseTo(Math.max(a, b), 6);
        expect(spread.minorM).toBeCloseTo(Math.min(a, b), 6);
        if (Math.abs(a - b) < 0.01) return; // a circle has no axes
        const axis = a > b ? turn : turn + Math.PI / 2;
        expect(Math.abs(Math.sin(spread.headingRad - axis))).toBeLessThan(1e-4);
      }),
    );
    expect(spreadOfCovariance([])).toBeUndefined();
    expect(spreadOfCovariance(Array.from({ length: 36 }, () => 0))).toBeUndefined();
  });

  test("of Apollo's localization is on the page", () => {
    const world = new WorldModel();
    const estimate = apollo.localization.LocalizationEstimate.create({
      pose: { position: { x: 1, y: 2, z: 0 }, heading: 0.3 },
      uncertainty: { position_std_dev: { x: 0.4, y: 0.1, z: 1 } },
    });
    for (const observation of read("apollo.localization.LocalizationEstimate", estimate))
      world.observe("/pose", 1, observation);
    expect(world.world()?.pose?.spread).toEqual({ major_m: 0.4, minor_m: 0.1, heading: 0 });
  });
});

describe("others on the road", () => {
  const obstacle = {
    id: 7,
    position: { x: 10, y: 5, z: 0 },
    theta: 0.1,
    velocity: { x: 0, y: -3, z: 0 },
    type: apollo.perception.PerceptionObstacle.Type.VEHICLE,
  };
  const predicted = apollo.prediction.PredictionObstacles.create({
    prediction_obstacle: [
      {
        perception_obstacle: obstacle,
        trajectory: [
          {
            probability: 0.8,
            trajectory_point: [
              { x: 10, y: 5 },
              { x: 10, y: 2 },
            ],
          },
          { probability: 0.2, trajectory_point: [{ x: 10, y: 5 }] },
        ],
      },
    ],
  });

  test("have a speed and a direction", () => {
    const world = new WorldModel();
    const message = apollo.perception.PerceptionObstacles.create({ perception_obstacle: [obstacle] });
    for (const observation of read("apollo.perception.PerceptionObstacles", message))
      world.observe("/p", 1, observation);
    expect(world.world()?.obstacles?.[0]).toMatchObject({
      id: "7",
      type: "VEHICLE",
      speed_mps: 3,
      course: -Math.PI / 2,
    });
  });

  test("have predictions, which bring the obstacles with them unless perception does", () => {
    const world = new WorldModel();
    for (const observation of read("apollo.prediction.PredictionObstacles", predicted))
      world.observe("/q", 1, observation);
    expect(world.world()?.predictions).toEqual([{ id: "7", probability: 0.8, x: [10, 10], y: [5, 2] }]);
    expect(world.world()?.obstacles).toHaveLength(1);
    const none = apollo.perception.PerceptionObstacles.create({});
    for (const observation of read("apollo.perception.PerceptionObstacles", none)) world.observe("/p", 2, observation);
    for (const observation of read("apollo.prediction.PredictionObstacles", predicted))
      world.observe("/q", 2.1, observation);
    expect(world.world()?.obstacles ?? []).toHaveLength(0);
    world.advance(5);
    expect(world.world()?.predictions).toBeUndefined(); // silent for more than two seconds
  });
});

describe("what the monitor plots", () => {
  test("plans bring acceleration and curvature of every point, or none", () => {
    const point = (kappa: number | undefined): object => ({
      path_point: { x: 1, y: 2, ...(kappa === undefined ? {} : { kappa }) },
      v: 3,
      a: 0.5,
    });
    const plan = (points: readonly object[]): object => ({ trajectory_point: points });
    expect(read("apollo.planning.ADCTrajectory", plan([point(0.1), point(0.2)]))).toMatchObject([
      { accelerationMps2: [0.5, 0.5], curvaturePerM: [0.1, 0.2] },
    ]);
    expect(read("apollo.planning.ADCTrajectory", plan([point(0.1), point(undefined)]))).toMatchObject([
      { curvaturePerM: [] },
    ]);
  });

  test("curvature is what the car turns on its way; standing it has none", () => {
    const world = new WorldModel();
    world.observe("/pose", 1, { ...carAt(0, 0, 0), velocity: [5, 0, 0], yawRateRadps: 0.5 });
    world.observe("/pose", 1.1, { ...carAt(0.5, 0, 0), velocity: [0.1, 0, 0], yawRateRadps: 0.5 });
    const curvature = world.takeSeries().find(({ id }) => id === "curvature");
    expect(curvature?.value).toEqual([0.1]);
  });

  test("latencies are of the same clock or not told", () => {
    const world = new WorldModel();
    const plan = (headerS: number): Observation => ({
      kind: "trajectory",
      x: [0, 1],
      y: [0, 0],
      speedMps: [1, 1],
      relativeTimeS: [0, 1],
      isEstop: false,
      latencyMs: 12,
      timeS: headerS,
    });
    world.observe("/planning", 100, plan(99.95));
    world.observe("/planning", 101, plan(7));
    const series = new Map(world.takeSeries().map(({ id, value }) => [id, value]));
    expect(series.get("planning_latency")).toEqual([12, 12]);
    expect(series.get("planning_delay")!.map(Math.round)).toEqual([50]);
  });
});
