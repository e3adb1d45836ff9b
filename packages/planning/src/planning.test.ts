import { apollo } from "@delos/msgs";
import { describe, expect, test } from "vitest";
import {
  parseDrivenPath,
  parseReplayTrajectory,
  pythonFloat,
  RECORDER_HEADER,
  RtkPlayer,
  RtkRecorder,
  RtkReplayPlanner,
} from "./index.ts";

/** A straight drive east: sample i at x = 0.1·i, time 100 + 0.01·i. */
function straight(samples: number): string {
  const rows = Array.from({ length: samples }, (_, i) => {
    const x = 0.1 * i;
    return `${x}, 5, 0, 10, 0.5, 0, 0, ${(100 + 0.01 * i).toFixed(4)}, 0, 1, ${x}, 20, 0, 0`;
  });
  return `${[RECORDER_HEADER, ...rows].join("\n")}\n`;
}
const at = (x: number, y = 5): apollo.localization.LocalizationEstimate => ({ pose: { position: { x, y, z: 0 } } });
const AUTO: apollo.canbus.Chassis = { driving_mode: 1 };
const MANUAL: apollo.canbus.Chassis = { driving_mode: 0 };

describe("player", () => {
  const player = (options = {}): RtkPlayer => new RtkPlayer(parseDrivenPath(straight(1500)), options);

  test("says nothing before it knows where the car is", () => {
    expect(player().cycle(0)).toBeUndefined();
  });

  test("driven by hand, every cycle begins at the nearest point", () => {
    const p = player();
    p.onChassis(MANUAL);
    p.onLocalization(at(20.04));
    const first = p.cycle(1000)!;
    expect(p.progress).toEqual({ closest: 200, start: 100 });
    expect(first.header).toEqual({ timestamp_sec: 1000, module_name: "planning", sequence_num: 0 });
    expect(first.adc_trajectory_point).toHaveLength(1000);
    expect(first.adc_trajectory_point![100]!.relative_time).toBeCloseTo(0, 12);
    expect(first.adc_trajectory_point![100]!.x).toBeCloseTo(20, 12);
    expect(first.total_path_length).toBeCloseTo(100, 9);
    expect(first.total_path_time).toBeCloseTo(10, 9);
    expect(first).toMatchObject({ estop: { is_estop: false }, gear: 1 });
    expect(first.adc_trajectory_point![5]!.acceleration_s).toBeCloseTo(0.5, 6);
  });

  test("in automatic mode the reference runs in time, until the car is 2 m away", () => {
    const p = player();
    p.onLocalization(at(20));
    p.onChassis(AUTO);
    p.cycle(1000);
    p.onLocalization(at(21));
    const next = p.cycle(1000.0999)!;
    expect(p.progress).toEqual({ closest: 200, start: 110 });
    // The point that is due now has relative time 0.
    expect(next.adc_trajectory_point![100]!.relative_time).toBeCloseTo(0.0001, 9);
    p.onLocalization(at(24.5));
    p.cycle(1000.2);
    expect(p.progress).toEqual({ closest: 245, start: 145 });
  });

  test("the window shrinks at the end and the last sample is never sent", () => {
    const p = player();
    p.onLocalization(at(45));
    p.cycle(0);
    for (let i = 1; i < 4; i++) {
      p.onLocalization(at(45 + 45 * i));
      p.cycle(i);
    }
    p.onLocalization(at(149.9));
    const last = p.cycle(9)!;
    expect(last.adc_trajectory_point!.at(-1)!.x).toBeCloseTo(149.8, 9);
  });

  test("from a pose that is too old it plans an e-stop, when asked to watch", () => {
    const watching = player({ maxPoseAgeS: 0.5 });
    watching.onLocalization({ header: { timestamp_sec: 100 }, pose: { position: { x: 1, y: 0, z: 0 } } });
    expect(watching.cycle(100.5)!.estop).toEqual({ is_estop: false });
    const stale = watching.cycle(100.6)!;
    expect(stale.estop).toEqual({ is_estop: true });
    expect(stale.adc_trajectory_point).toBeUndefined();
    watching.onLocalization({ pose: { position: { x: 1, y: 0, z: 0 } } });
    expect(watching.cycle(100.7)!.estop).toEqual({ is_estop: true });
  });

  test("options: speed, whole path", () => {
    const p = player({ speedPercent: 50, complete: true });
    p.onLocalization(at(20));
    const all = p.cycle(7)!;
    expect(all.adc_trajectory_point).toHaveLength(1499);
    expect(all.adc_trajectory_point![300]).toMatchObject({ speed: 5 });
    expect(all.adc_trajectory_point![300]!.relative_time).toBeCloseTo(2, 9);
    expect(() => player({ speedPercent: 0 })).toThrow(/above 0/);
  });

  test("a broken file names its line", () => {
    expect(() => parseDrivenPath("x,y\n1,2\n", "p.csv")).toThrow(/p\.csv: line 1: there is no column "z"/);
    expect(() => parseDrivenPath(straight(3).replace("5, 0, 10", "5, 0, fast"), "p.csv")).toThrow(/line 2: "fast"/);
    expect(() => new RtkPlayer(parseDrivenPath(straight(21)))).toThrow(/21 samples/);
  });
});

describe("replay planner", () => {
  const recorded = parseReplayTrajectory(straight(1000)).points;

  test("800 points from the nearest on, filled up with copies of the last", () => {
    const planner = new RtkReplayPlanner(recorded);
    expect(planner.cycle(0)).toBeUndefined();
    planner.onLocalization(at(30));
    planner.onChassis(MANUAL);
    const message = planner.cycle(50)!;
    const points = message.adc_trajectory_point!;
    expect(message.header).toEqual({ timestamp_sec: 50.2, module_name: "planning", sequence_num: 1 });
    expect(points).toHaveLength(800);
    expect(points[0]).toMatchObject({ relative_time: 0, accumulated_s: 30 });
    expect(points[699]!.x).toBeCloseTo(99.9, 9);
    expect(points[799]!.x).toBeCloseTo(99.9, 9);
    expect(points[799]!.relative_time).toBeCloseTo(7.99, 9);
    expect(Object.keys(points[0]!)).not.toContain("z");
  });

  test("in automatic mode it joins its last trajectory, 10 points before the new start", () => {
    const planner = new RtkReplayPlanner(recorded);
    planner.onLocalization(at(10));
    planner.onChassis(AUTO);
    planner.cycle(50);
    planner.onLocalization(at(12.5));
    const points = planner.cycle(50.2)!.adc_trajectory_point!;
    // Due at 50.4: 0.2 s after the last start, 2 m on, at x = 12 although the car is at 12.5.
    expect(points).toHaveLength(810);
    expect(points[10]!.x).toBeCloseTo(12, 9);
    expect(points[10]!.relative_time).toBeCloseTo(0, 9);
    expect(points[0]!.relative_time).toBeCloseTo(-0.1, 9);
    planner.onLocalization(at(30));
    expect(planner.cycle(50.4)!.adc_trajectory_point![0]!.x).toBeCloseTo(30, 9);
  });

  test("no path, no plan; short lines are skipped, an empty line ends the file", () => {
    const planner = new RtkReplayPlanner(parseReplayTrajectory("header\n1, 2, 3\n\n1 2 3 4 5 6 7 8 9 10 11\n").points);
    planner.onLocalization(at(0));
    planner.onChassis(AUTO);
    expect(planner.cycle(0)).toBeUndefined();
    expect(parseReplayTrajectory("h\n1,\t2 3 4 5 6 7 8 9 10 11\nx 2 3\n").points).toHaveLength(1);
  });
});

describe("recorder", () => {
  test("begins when the car moves and prints as Python 2 does", () => {
    const recorder = new RtkRecorder();
    const pose = (heading: number): apollo.localization.LocalizationEstimate => ({
      header: { timestamp_sec: 1496957374.614 },
      pose: {
        position: { x: 586385.8586071234, y: 4140674.7357, z: -28.5 },
        heading,
        linear_acceleration_vrf: { x: 0, y: 0.887545286694, z: 0 },
      },
    });
    expect(recorder.onLocalization(pose(1))).toBeUndefined();
    recorder.onChassis({ speed_mps: 0, steering_percentage: 59.5 / 4.7 });
    expect(recorder.onLocalization(pose(1))).toBeUndefined();
    recorder.onChassis({
      speed_mps: 0.2166666686534882,
      steering_percentage: 12.638298034667969,
      throttle_percentage: 22.01571655273437,
      brake_percentage: 13.69344615936279,
      gear_location: 1,
    });
    // First row of Apollo's garage.csv but for our height. Its change rate says how the wheel stood before the car moved.
    const row = recorder.onLocalization(pose(2.83470068837))!.split(", ");
    expect(row.slice(0, 6)).toEqual([
      "586385.858607",
      "4140674.7357",
      "-28.5",
      "0.216666668653",
      "0.887545286694",
      "0.0227670812611",
    ]);
    expect(row[6]).toBe("-0.0177396744278");
    expect(row.slice(7)).toEqual([
      "1496957374.6140",
      "2.83470068837",
      "1",
      "0.00216666668653",
      "22.0157165527",
      "13.6934461594",
      "12.6382980347",
    ]);
    recorder.onChassis({ speed_mps: 0, steering_percentage: 1 });
    recorder.onLocalization(pose(1));
    const middle = (timestamp_sec: number) => recorder.onLocalization({ ...pose(1), header: { timestamp_sec } });
    expect([1.03125, 1.09375, 1.5].map((timeS) => middle(timeS)!.split(", ")[7])).toEqual([
      "1.0312",
      "1.0938",
      "1.5000",
    ]);
    const still = recorder.onLocalization(pose(1))!.split(", ");
    expect([still[3], still[4], still[6]]).toEqual(["0.0", "0", "0"]);
  });

  test.for([
    [1, "1.0"],
    [-0.5, "-0.5"],
    [1e-5, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [123456789012, "123456789012.0"],
    [1234567890123, "1.23456789012e+12"],
    [0.1 + 0.2, "0.3"],
    [0.0001, "0.0001"],
    [46.95947265625, "46.9594726562"],
    [52.36484527587891, "52.3648452759"],
    [-18.60400390625, "-18.6040039062"],
    [12.13720703125 + 2 ** -40, "12.1372070313"],
    [46.95947265625 * 2, "93.9189453125"],
    [0.7999999523162842, "0.799999952316"],
    [Number.NaN, "nan"],
  ] as const)("str(%f) is %s", ([value, text]) => {
    expect(pythonFloat(value)).toBe(text);
  });
});
