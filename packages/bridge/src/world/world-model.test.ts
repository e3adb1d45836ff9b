import { describe, expect, test } from "vitest";
import { attitudeOf, geodeticOf, isEarthCentred, toEastNorthUp } from "./frames.ts";
import { HeadingChoice } from "./heading.ts";
import { type PoseObservation, PoseRank } from "./observation.ts";
import { WorldModel } from "./world-model.ts";

const pose = (x: number, more: Partial<PoseObservation> = {}): PoseObservation => ({
  kind: "pose",
  rank: PoseRank.pose,
  position: [x, 0, 0],
  forwardAxis: "x",
  ...more,
});

describe("which pose", () => {
  test("the highest rank that is alive; among equals the first", () => {
    const world = new WorldModel();
    const source = (): string | undefined => world.world()?.pose?.source;
    world.observe("/first", 0, pose(0));
    world.observe("/second", 0.1, pose(100));
    expect(source()).toBe("/first");
    world.observe("/best", 0.2, pose(50, { rank: PoseRank.localization }));
    world.observe("/first", 0.3, pose(1));
    expect(source()).toBe("/best");
    world.observe("/second", 2.5, pose(100)); // the best one has been silent for more than two seconds
    expect(source()).toBe("/second");
    world.observe("/best", 2.6, pose(60, { rank: PoseRank.localization }));
    expect(world.world()?.pose).toMatchObject({ source: "/best", x: 60 });
  });

  test("after a jump nothing of before is left", () => {
    const world = new WorldModel();
    world.observe("/p", 10, pose(5, { velocity: [1, 0, 0] }));
    world.reset(3);
    expect(world.world(true)).toEqual({ time_s: 3 });
    world.observe("/p", 3, pose(2));
    expect(world.world()?.pose).toMatchObject({ x: 2, time_s: 3, speed_mps: 0 });
  });

  test("stamps of the message, unless they are of another clock or stand still", () => {
    const world = new WorldModel();
    world.observe("/p", 100, pose(0, { timeS: 99.9 }));
    expect(world.world()?.pose?.time_s).toBe(99.9);
    world.observe("/p", 100.1, pose(0, { timeS: 99.9 }));
    expect(world.world()?.pose?.time_s).toBe(100.1);
    world.observe("/p", 100.2, pose(0, { timeS: 5 }));
    expect(world.world()?.pose?.time_s).toBe(100.2);
  });
});

describe("what poses leave out", () => {
  test("speed, heading, turning and acceleration come from the places", () => {
    const world = new WorldModel();
    // A circle of 20 m radius, faster and faster: v = 2 t, a = 2, yaw rate = v / r.
    for (let i = 0; i <= 500; i++) {
      const timeS = i / 100;
      const angle = (timeS * timeS) / 20;
      world.observe(
        "/p",
        timeS,
        pose(20 * Math.cos(angle), { position: [20 * Math.cos(angle), 20 * Math.sin(angle), 0] }),
      );
    }
    const { heading, speed_mps, yaw_rate_radps, acceleration_mps2 } = world.world()!.pose!;
    const angle = 25 / 20;
    // The velocity is that of the last 0.15 s, so half of that old.
    expect(speed_mps).toBeCloseTo(10 - 0.15, 0);
    expect(heading).toBeCloseTo(angle + Math.PI / 2 - 0.04, 1);
    expect(yaw_rate_radps).toBeCloseTo(0.47, 1);
    expect(acceleration_mps2).toBeCloseTo(2, 0);
  });

  test("standing still keeps the heading", () => {
    const world = new WorldModel();
    for (let i = 0; i < 50; i++) world.observe("/p", i * 0.1, pose(-i));
    for (let i = 50; i < 100; i++) world.observe("/p", i * 0.1, pose(-49));
    const { heading, speed_mps } = world.world()!.pose!;
    expect(Math.abs(heading!)).toBeCloseTo(Math.PI);
    expect(speed_mps).toBe(0);
  });

  test("a fix alone is a place on the map, with the heading of its motion", () => {
    const world = new WorldModel();
    for (let i = 0; i < 20; i++) {
      const latitudeDeg = 37.72 + i * 1e-5; // 1.11 m north each tenth of a second
      world.observe("/fix", i * 0.1, { kind: "fix", latitudeDeg, longitudeDeg: -122.47, altitudeM: 30 });
    }
    const { pose: at, fix, chassis } = world.world()!;
    expect(fix).toMatchObject({ longitude_deg: -122.47, altitude_m: 30 });
    expect(at!.x).toBeCloseTo(546_709, -1); // UTM zone 10
    expect(at!.y).toBeCloseTo(4_174_890, -2);
    expect(at!.heading).toBeCloseTo(Math.PI / 2, 1);
    expect(chassis!.speed_mps).toBeCloseTo(11.1, 0);
  });
});

describe("earth-centred poses", () => {
  const position = [-2712087.0739665064, -4261669.445610611, 3881015.395004491] as const;
  const orientation = {
    x: -0.8029631758686899,
    y: -0.4347528189573479,
    z: -0.3480157361622426,
    w: 0.21242686267619562,
  };

  test("are told from map coordinates", () => {
    expect(isEarthCentred(position)).toBe(true);
    expect(isEarthCentred([586_385, 4_140_674, -28])).toBe(false); // UTM
    expect(isEarthCentred([3_000_000, 5_600_000, 120])).toBe(false); // Gauss-Krüger
  });

  test("become places on the map, with the heading that fits the motion", () => {
    const world = new WorldModel();
    const velocity = [3.0172465687053007, 4.1363136390778985, 6.363773090379195] as const;
    const options = { rank: PoseRank.localization, position, orientation, velocity, forwardAxis: "y" as const };
    for (let i = 0; i < 20; i++) world.observe("/pose", i * 0.05, pose(0, options));
    const { pose: at, fix } = world.world()!;
    expect(fix!.latitude_deg).toBeCloseTo(37.721, 3);
    expect(fix!.longitude_deg).toBeCloseTo(-122.4723, 3);
    expect([Math.round(at!.x! / 100), Math.round(at!.y! / 100)]).toEqual([5465, 41750]);
    expect(at!.heading).toBeCloseTo(1.546, 2); // of the body's x axis: y, which Apollo would have, is 90° off the motion
    expect(at!.speed_mps).toBeCloseTo(8.17, 1);
    expect(Math.abs(at!.roll!)).toBeLessThan(0.1);
  });

  test("geodetic coordinates come back to where they were, anywhere", () => {
    for (const latitude of [-89, -45, 0, 37.7, 80])
      for (const longitude of [-179, 0, 122]) {
        const [phi, lambda, height] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180, 500];
        const e2 = 0.006_694_379_990_14;
        const n = 6_378_137 / Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
        const ecef = [
          (n + height) * Math.cos(phi) * Math.cos(lambda),
          (n + height) * Math.cos(phi) * Math.sin(lambda),
          (n * (1 - e2) + height) * Math.sin(phi),
        ] as const;
        const back = geodeticOf(ecef);
        expect(back.latitudeRad).toBeCloseTo(phi, 9);
        expect(back.longitudeRad).toBeCloseTo(lambda, 9);
        expect(back.altitudeM).toBeCloseTo(height, 2);
        const [east, north, up] = toEastNorthUp([0, 0, 1], back);
        for (const [got, wanted] of [
          [east, 0],
          [north, Math.cos(phi)],
          [up, Math.sin(phi)],
        ] as const)
          expect(got).toBeCloseTo(wanted, 6);
      }
  });
});

describe("heading", () => {
  const vote = (choice: HeadingChoice, x: number, y: number, motion: number): number | undefined => {
    let heading: number | undefined;
    for (let i = 0; i < 6; i++) heading = choice.choose({ x, y }, motion);
    return heading;
  };

  test("the usual axis as long as it agrees, also in reverse", () => {
    expect(vote(new HeadingChoice("x"), 0.1, 1.67, 0)).toBe(0.1);
    expect(vote(new HeadingChoice("x"), 0.1, 1.67, Math.PI)).toBe(0.1);
  });

  test("the other one when that fits; the motion when none does", () => {
    expect(vote(new HeadingChoice("y"), 0.1, 1.67, 0)).toBe(0.1);
    expect(vote(new HeadingChoice("x"), Math.PI / 2, Math.PI / 2, 0)).toBe(0);
  });

  test("one odd pose changes nothing", () => {
    const choice = new HeadingChoice("x");
    expect(choice.choose({ x: 0, y: 1.57 }, 1.57)).toBe(0);
  });

  test("pitch is positive nose up, roll right side down", () => {
    const half = 0.1 / 2;
    const noseUp = { w: Math.cos(half), x: 0, y: -Math.sin(half), z: 0 };
    expect(attitudeOf(noseUp, "x").pitchRad).toBeCloseTo(0.1);
    const rightDown = { w: Math.cos(half), x: Math.sin(half), y: 0, z: 0 };
    expect(attitudeOf(rightDown, "x").rollRad).toBeCloseTo(0.1);
  });
});

describe("vehicle", () => {
  test("speed: chassis before a speed topic before the pose, while they are alive", () => {
    const world = new WorldModel();
    const speed = (): number | undefined => world.world()?.chassis?.speed_mps;
    world.observe("/pose", 0, pose(0, { forwardSpeedMps: 1 }));
    expect(speed()).toBe(1);
    world.observe("/speed", 0.1, { kind: "motion", speedMps: 2 });
    world.observe("/pose", 0.2, pose(0, { forwardSpeedMps: 1 }));
    expect(speed()).toBe(2);
    world.observe("/chassis", 0.3, { kind: "chassis", speedMps: 3, gear: "D" });
    world.observe("/speed", 0.4, { kind: "motion", speedMps: 2 });
    expect(speed()).toBe(3);
    world.observe("/speed", 2, { kind: "motion", speedMps: 4 });
    expect(world.world()?.chassis).toMatchObject({ speed_mps: 4, gear: "D" });
  });

  test("a steering wheel's angle is also a share of full lock", () => {
    const world = new WorldModel();
    world.observe("/s", 0, { kind: "steering", wheelDeg: -235 });
    expect(world.world()?.chassis).toMatchObject({ steering_wheel_deg: -235, steering_percent: -50 });
  });

  test("every sample of a plotted quantity is there once", () => {
    const world = new WorldModel();
    for (let i = 0; i < 100; i++)
      world.observe("/chassis", i / 100, { kind: "chassis", speedMps: i, throttlePercent: 2 * i, steeringPercent: -i });
    const series = Object.fromEntries(world.takeSeries().map(({ id, value }) => [id!, value!]));
    expect(series["speed"]).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(series["throttle"]).toHaveLength(100);
    expect(series["steering"]![99]).toBe(-99);
    expect(world.takeSeries()).toEqual([]);
  });

  test("a flood of samples is thinned, evenly", () => {
    const world = new WorldModel();
    for (let i = 0; i < 100_000; i++) world.observe("/c", i / 1000, { kind: "chassis", brakePercent: i });
    const brake = world.takeSeries().find(({ id }) => id === "brake")!;
    expect(brake.value!.length).toBeLessThan(4096);
    const steps = new Set(brake.value!.slice(1).map((value, i) => value - brake.value![i]!));
    expect(Math.max(...steps)).toBeLessThanOrEqual(128);
  });
});

describe("what is around", () => {
  const box = (id: string) => ({ id, x: 0, y: 0, headingRad: 0, lengthM: 4, widthM: 2, heightM: 1, type: "VEHICLE" });

  test("a trajectory goes out once, and again to whoever has just come", () => {
    const world = new WorldModel();
    world.observe("/planning", 0, {
      kind: "trajectory",
      x: [1],
      y: [2],
      speedMps: [3],
      relativeTimeS: [0],
      isEstop: false,
    });
    expect(world.world()?.trajectory).toMatchObject({ source: "/planning", x: [1] });
    expect(world.world()?.trajectory).toBeUndefined();
    expect(world.world(true)?.trajectory).toMatchObject({ x: [1] });
  });

  test("obstacles: whole lists replace, named ones come and go, silent lists expire", () => {
    const world = new WorldModel();
    const ids = (): unknown => world.world()?.obstacles?.map(({ id }) => id) ?? [];
    world.observe("/p", 0, { kind: "obstacles", replaces: "all", obstacles: [box("1"), box("2")] });
    world.observe("/p", 0.1, { kind: "obstacles", replaces: "all", obstacles: [box("3")] });
    expect(ids()).toEqual(["3"]);
    world.advance(3);
    expect(ids()).toEqual([]);
    world.observe("/s", 3, { kind: "obstacles", replaces: "named", obstacles: [box("a"), box("a#1"), box("b")] });
    world.observe("/s", 4, { kind: "obstacles", replaces: "named", obstacles: [], deleted: ["a"] });
    expect(ids()).toEqual(["b"]);
  });

  test("transforms: the base's chain up to a fixed frame", () => {
    const world = new WorldModel();
    const turn = { w: Math.SQRT1_2, x: 0, y: 0, z: Math.SQRT1_2 };
    const none = { w: 1, x: 0, y: 0, z: 0 };
    world.observe("/tf_static", 0, {
      kind: "transforms",
      transforms: [{ parent: "base_link", child: "camera", translation: [9, 9, 9], rotation: none }],
    });
    expect(world.world()?.pose).toBeUndefined();
    world.observe("/tf", 0.1, {
      kind: "transforms",
      transforms: [
        { parent: "map", child: "odom", translation: [10, 0, 0], rotation: turn },
        { parent: "odom", child: "base_link", translation: [1, 0, 0], rotation: none },
      ],
    });
    expect(world.world()?.pose).toMatchObject({
      source: "/tf:base_link",
      heading: expect.closeTo(Math.PI / 2) as number,
    });
    expect(world.world()?.pose?.x).toBeCloseTo(10);
    expect(world.world()?.pose?.y).toBeCloseTo(1);
  });
});
