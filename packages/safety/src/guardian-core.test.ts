import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_SAFETY } from "./config.ts";
import { GuardianCore } from "./guardian-core.ts";
import type { Instant } from "./instant.ts";
import { type ControlCommand, DrivingAction, LogLevel } from "./messages.ts";

const EPOCH_S = 1_700_000_000;
const at = (ms: number, jumpS = 0): Instant => ({ monotonicMs: ms, unixS: EPOCH_S + jumpS + ms / 1000 });
const command = (ms: number, fields: ControlCommand = {}, sequence = ms / 10 + 1): ControlCommand => ({
  header: { timestamp_sec: EPOCH_S + ms / 1000, sequence_num: sequence },
  throttle: 20,
  brake: 0,
  steering_target: 5,
  steering_rate: 100,
  ...fields,
});
const SOFT = { throttle: 0, brake: 50, speed: 0, steering_target: 0, steering_rate: 25 };

/** A guardian that has passed commands every 10 ms until `ms`. */
function driving(ms = 100, config = DEFAULT_SAFETY.guardian): GuardianCore {
  const guardian = new GuardianCore(config);
  guardian.onStatus({}, at(0));
  for (let t = 0; t <= ms; t += 10) {
    const sent = command(t);
    expect(guardian.onCommand(sent, at(t))).toBe(sent);
    expect(guardian.cycle(at(t))).toBeUndefined();
  }
  return guardian;
}

test("passes good commands on, as they are and at once", () => {
  const guardian = driving(1000);
  expect(guardian.counters).toMatchObject({ passed: 101, safe: 0 });
  expect(guardian.stop).toBeUndefined();
});

test("sends the safe command until monitor and control have been heard, without a stop", () => {
  const guardian = new GuardianCore(DEFAULT_SAFETY.guardian);
  expect(guardian.cycle(at(0))).toMatchObject(SOFT);
  expect(guardian.onCommand(command(10), at(10))).toBeUndefined();
  expect(guardian.cycle(at(10))).toMatchObject(SOFT);
  guardian.onStatus({}, at(15));
  expect(guardian.onCommand(command(20), at(20))).toBeDefined();
  expect(guardian.cycle(at(20))).toBeUndefined();
  expect(guardian.stop).toBeUndefined();
});

test("a silent control: the safe command after the limit, not before, latched", () => {
  const guardian = driving(100);
  for (let t = 110; t <= 200; t += 10) expect(guardian.cycle(at(t))).toBeUndefined();
  expect(guardian.cycle(at(210))).toMatchObject(SOFT);
  expect(guardian.onCommand(command(220), at(220))).toBeUndefined();
  expect(guardian.cycle(at(220))).toMatchObject(SOFT);
  guardian.onPad({ action: DrivingAction.START });
  expect(guardian.cycle(at(230))).toMatchObject(SOFT);
  guardian.onCommand(command(235, {}, 40), at(235));
  guardian.onPad({ action: DrivingAction.RESET });
  expect(guardian.cycle(at(240))).toBeUndefined();
  expect(guardian.onCommand(command(240, {}, 41), at(240))).toBeDefined();
});

test("RESET does not help while the cause lasts", () => {
  const guardian = driving(100);
  guardian.cycle(at(300));
  guardian.onPad({ action: DrivingAction.RESET });
  expect(guardian.stop).toBeUndefined();
  expect(guardian.cycle(at(310))).toMatchObject(SOFT);
  expect(guardian.stop?.reason).toContain("no new command");
});

test("a silent monitor stops the car after 2.5 s", () => {
  const guardian = driving(2500);
  guardian.onMonitor({ item: [{ log_level: LogLevel.INFO, msg: "somebody else" }] }, at(2500));
  guardian.onCommand(command(2510), at(2510));
  expect(guardian.cycle(at(2510))).toMatchObject(SOFT);
  expect(guardian.stop?.reason).toContain("monitor");
});

test("the same status again is no life sign", () => {
  const guardian = driving(10);
  guardian.onStatus({ header: { timestamp_sec: EPOCH_S } }, at(10));
  for (let t = 20; t <= 2510; t += 10) {
    guardian.onStatus({ header: { timestamp_sec: EPOCH_S } }, at(t));
    guardian.onCommand(command(t), at(t));
    expect(guardian.cycle(at(t))).toBeUndefined();
  }
  guardian.onCommand(command(2520), at(2520));
  expect(guardian.cycle(at(2520))).toMatchObject(SOFT);
});

test("FATAL of the monitor brakes harder, and raises a stop that is there already", () => {
  const guardian = driving(100);
  guardian.cycle(at(300));
  expect(guardian.cycle(at(310))).toMatchObject({ brake: 50 });
  guardian.onMonitor({ item: [{ log_level: LogLevel.ERROR }, { log_level: LogLevel.FATAL, msg: "x" }] }, at(315));
  expect(guardian.cycle(at(320))).toMatchObject({ brake: 80, throttle: 0 });
  expect(guardian.trips).toBe(1);
});

describe("commands that make no sense", () => {
  const bad: readonly [string, ControlCommand][] = [
    ["throttle", { throttle: Number.NaN }],
    ["throttle", { throttle: 100.1 }],
    ["brake", { brake: -1 }],
    ["brake", { brake: Number.POSITIVE_INFINITY }],
    ["steering_target", { steering_target: 111 }],
    ["steering_rate", { steering_rate: -1 }],
    ["speed", { speed: Number.NaN }],
    ["acceleration", { acceleration: Number.NEGATIVE_INFINITY }],
    ["gear_location", { gear_location: 9 as never }],
    ["stamp", { header: { sequence_num: 12 } }],
    ["stamp", { header: { timestamp_sec: Number.NaN } }],
  ];
  test.for(bad)("%s: %o is answered with the safe command at once", ([field, fields]) => {
    const guardian = driving(100);
    expect(guardian.onCommand(command(110, fields), at(110))).toMatchObject(SOFT);
    expect(guardian.stop?.reason).toContain(field);
    expect(guardian.onCommand(command(120), at(120))).toBeUndefined();
  });

  test("a repeated or older one is dropped and is no sign of life", () => {
    const guardian = driving(100);
    expect(guardian.onCommand(command(100), at(105))).toBeUndefined();
    expect(guardian.onCommand(command(90), at(105))).toBeUndefined();
    expect(guardian.counters).toMatchObject({ repeated: 1, older: 1 });
    expect(guardian.stop).toBeUndefined();
    for (let t = 110; t <= 200; t += 10) guardian.onCommand(command(100), at(t));
    expect(guardian.cycle(at(201))).toMatchObject(SOFT);
  });

  test("one that is stale, or from the future, is dropped", () => {
    const guardian = driving(100);
    expect(guardian.onCommand(command(110), at(220))).toBeUndefined();
    expect(guardian.onCommand(command(330), at(225))).toBeUndefined();
    expect(guardian.counters.stale).toBe(2);
  });

  test("one of a control that was started anew stops the car", () => {
    const guardian = driving(100);
    expect(guardian.onCommand(command(110, {}, 1), at(110))).toMatchObject(SOFT);
    expect(guardian.stop?.reason).toContain("anew");
  });

  test("sequence numbers wrap", () => {
    const guardian = new GuardianCore(DEFAULT_SAFETY.guardian);
    guardian.onStatus({}, at(0));
    expect(guardian.onCommand(command(0, {}, 0xffff_ffff), at(0))).toBeDefined();
    expect(guardian.onCommand(command(10, {}, 0), at(10))).toBeDefined();
    expect(guardian.stop).toBeUndefined();
  });
});

test.for([-3600, 3600])("the time of day jumps by %d s: the car stops, and RESET lets it drive again", (jumpS) => {
  const guardian = driving(100);
  let stoppedMs: number | undefined;
  for (let t = 110; t <= 400; t += 10) {
    const sent = { ...command(t), header: { timestamp_sec: EPOCH_S + jumpS + t / 1000, sequence_num: t / 10 + 1 } };
    guardian.onCommand(sent, at(t, jumpS));
    if (guardian.cycle(at(t, jumpS)) !== undefined) stoppedMs ??= t;
  }
  // Forward, a command of the same clock is as fresh as before: nothing to stop for. Back, all are older than the last.
  expect(stoppedMs).toBe(jumpS < 0 ? 210 : undefined);
  guardian.onPad({ action: DrivingAction.RESET });
  const sent = { ...command(410), header: { timestamp_sec: EPOCH_S + jumpS + 0.41, sequence_num: 42 } };
  expect(guardian.onCommand(sent, at(410, jumpS))).toBe(sent);
});

describe("a trajectory that control would follow", () => {
  const point = (relative_time: number) => ({ x: relative_time, y: 0, relative_time });
  test.for([
    ["of one point", [point(0)]],
    ["that runs backward in time", [point(0), point(1), point(0.5)]],
    ["with a time that is no number", [point(0), point(Number.NaN), point(1)]],
  ] as const)("%s stops the car", ([, points]) => {
    const guardian = driving(100);
    guardian.onTrajectory({ adc_trajectory_point: [...points] }, at(105));
    expect(guardian.cycle(at(110))).toMatchObject(SOFT);
    expect(guardian.stop?.reason).toMatch(/^trajectory: /);
  });

  test("and a good one, or one with its e-stop set, does not", () => {
    const guardian = driving(100);
    guardian.onTrajectory({ adc_trajectory_point: [point(0), point(0), point(1)] }, at(105));
    guardian.onTrajectory({ estop: { is_estop: true } }, at(105));
    expect(guardian.cycle(at(110))).toBeUndefined();
  });
});

test("the driver's STOP and RESET go on to canbus while the guardian brakes, once; START does not", () => {
  const guardian = driving(100);
  guardian.cycle(at(300));
  guardian.onPad({ action: DrivingAction.START });
  expect(guardian.cycle(at(310))?.pad_msg).toBeUndefined();
  guardian.onPad({ action: DrivingAction.STOP });
  expect(guardian.cycle(at(320))?.pad_msg).toEqual({ action: DrivingAction.STOP });
  expect(guardian.cycle(at(330))?.pad_msg).toBeUndefined();
});

test("holds the wheel where the last good command had it, if so configured", () => {
  const guardian = driving(100, { ...DEFAULT_SAFETY.guardian, steering: "hold" });
  guardian.onCommand(command(110, { steering_target: Number.NaN }), at(110));
  expect(guardian.cycle(at(120))).toMatchObject({ steering_target: 5, brake: 50 });
});

test("whatever comes, nothing throws and only plausible commands go out", () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(0, 50, Number.NaN, Number.POSITIVE_INFINITY), fc.integer());
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const event = fc.record({
    kind: fc.constantFrom("command", "monitor", "status", "pad", "cycle", "trip"),
    stepMs: fc.oneof(fc.integer({ min: 0, max: 200 }), number),
    jumpS: fc.constantFrom(0, 0, 0, 3600, -3600, Number.NaN),
    stampOffsetS: fc.oneof(fc.constant(0), number),
    sequence: fc.nat(),
    values: fc.record({
      throttle: maybe(number),
      brake: maybe(number),
      steering_target: maybe(number),
      speed: maybe(number),
    }),
    action: fc.constantFrom(0, 1, 2, undefined),
    level: fc.constantFrom(0, 1, 2, 3, undefined),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const guardian = new GuardianCore(DEFAULT_SAFETY.guardian);
      let ms = 0;
      for (const { kind, stepMs, jumpS, stampOffsetS, sequence, values, action, level } of events) {
        ms += stepMs;
        const now = at(ms, jumpS);
        const out =
          kind === "command"
            ? guardian.onCommand(
                {
                  ...values,
                  header: { timestamp_sec: now.unixS + stampOffsetS, sequence_num: sequence },
                } as ControlCommand,
                now,
              )
            : kind === "cycle"
              ? guardian.cycle(now)
              : undefined;
        if (kind === "monitor") guardian.onMonitor({ item: [{ log_level: level } as never] }, now);
        if (kind === "status") guardian.onStatus({ item: [{ log_level: level } as never] }, now);
        if (kind === "pad") guardian.onPad({ action } as never);
        if (kind === "trip") guardian.trip("test", "soft", now);
        if (out === undefined) continue;
        for (const [least, value, most] of [
          [0, out.throttle ?? 0, 100],
          [0, out.brake ?? 0, 100],
          [-110, out.steering_target ?? 0, 110],
          [-1000, out.speed ?? 0, 1000],
          [-Number.MAX_VALUE, out.header!.timestamp_sec!, Number.MAX_VALUE],
        ] as const) {
          expect(value >= least && value <= most).toBe(true);
        }
        if (guardian.stop !== undefined) expect(out).toMatchObject({ throttle: 0, speed: 0 });
      }
    }),
  );
});
