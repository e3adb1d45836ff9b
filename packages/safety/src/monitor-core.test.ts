import { describe, expect, test } from "vitest";
import { Alarm } from "./alarm.ts";
import { type MonitorConfig, readSafetyConfig } from "./config.ts";
import type { Instant } from "./instant.ts";
import { LogLevel, MessageSource, type MonitorItem } from "./messages.ts";
import { MonitorCore } from "./monitor-core.ts";

const EPOCH_S = 1_700_000_000;
const at = (ms: number, jumpS = 0): Instant => ({ monotonicMs: ms, unixS: EPOCH_S + jumpS + ms / 1000 });

const { monitor: config } = readSafetyConfig({
  monitor: {
    startupGraceMs: 1000,
    topics: [{ topic: "/apollo/localization/pose", minRateHz: 50, maxSilenceMs: 300, level: "FATAL" }],
    modules: [{ module: "planning", maxSilenceMs: 500, level: "ERROR" }],
  },
});

interface Run {
  readonly news: readonly (MonitorItem & { readonly ms: number })[];
  readonly statuses: readonly { readonly ms: number; readonly items: number }[];
  readonly monitor: MonitorCore;
}

/** Runs the monitor for `untilMs`; messages come every 10 ms as `arrives` says, with the stamp that `stampS` says. */
function run(
  untilMs: number,
  options: {
    arrives?: (ms: number) => boolean;
    stampS?: (ms: number) => number;
    beats?: (ms: number) => boolean;
    lagMs?: (ms: number) => number;
    config?: MonitorConfig;
  } = {},
): Run {
  const { arrives = () => true, beats = () => true, lagMs = () => 0 } = options;
  const stampS = options.stampS ?? ((ms: number) => at(ms).unixS);
  const monitor = new MonitorCore(options.config ?? config);
  const news: (MonitorItem & { ms: number })[] = [];
  const statuses: { ms: number; items: number }[] = [];
  for (let ms = 0; ms <= untilMs; ms += 10) {
    if (arrives(ms)) monitor.onMessage("/apollo/localization/pose", stampS(ms), at(ms));
    if (ms % 100 === 0 && beats(ms)) monitor.onHeartbeat("planning", at(ms));
    monitor.onProcess({ lagMs: lagMs(ms), memoryMib: 100 });
    if (ms % 50 !== 0) continue;
    const look = monitor.look(at(ms));
    news.push(...look.news.map((item) => ({ ...item, ms })));
    if (look.status !== undefined) statuses.push({ ms, items: look.status.length });
  }
  return { news, statuses, monitor };
}

test("says nothing while all is well but its status, every 500 ms", () => {
  const { news, statuses, monitor } = run(3000);
  expect(news).toEqual([]);
  expect(statuses).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000].map((ms) => ({ ms, items: 0 })));
  expect(monitor.rateHz("/apollo/localization/pose")).toBeCloseTo(100, 0);
});

test("silence is raised within limit and two looks, repeated every second, cleared with INFO", () => {
  const { news, statuses } = run(6000, { arrives: (ms) => ms < 2000 || ms > 4500 });
  const fatal = news.filter(({ log_level }) => log_level === LogLevel.FATAL);
  // Last heard at 1990: silent for more than 300 ms at 2300, found again at 2350.
  expect(fatal.map(({ ms }) => ms)).toEqual([2350, 3350, 4350]);
  expect(fatal[0]).toMatchObject({
    source: MessageSource.LOCALIZATION,
    msg: "/apollo/localization/pose has been silent for more than 300 ms",
  });
  expect(statuses.filter(({ items }) => items > 0).map(({ ms }) => ms)).toContain(2500);
  const cleared = news.filter(({ msg }) => msg!.startsWith("no longer: /apollo/localization/pose has been silent"));
  // Heard again at 4510; ten good looks follow from 4550.
  expect(cleared.map(({ ms, log_level }) => [ms, log_level])).toEqual([[5000, LogLevel.INFO]]);
});

test("a gap that a look or none sees raises nothing", () => {
  expect(run(4000, { arrives: (ms) => ms < 2000 || ms > 2320 }).news).toEqual([]);
});

test("a source that repeats itself is silent", () => {
  const { news } = run(2500, { stampS: (ms) => at(Math.min(ms, 2000)).unixS });
  expect(news.map(({ msg }) => msg)).toContain("/apollo/localization/pose has been silent for more than 300 ms");
});

test.for([-3600, 3600, -1])("stamps that are %d s away from now are no good ones", (jumpS) => {
  const { news } = run(2500, { stampS: (ms) => at(ms, ms > 1500 ? jumpS : 0).unixS });
  expect(news.map(({ msg }) => msg)).toContain("/apollo/localization/pose has stamps more than 300 ms from now");
});

test("a stamp that is no number is no good one", () => {
  const { news } = run(2500, { stampS: (ms) => (ms > 1500 ? Number.NaN : at(ms).unixS) });
  expect(news.map(({ log_level }) => log_level)).toContain(LogLevel.FATAL);
});

test("too few messages are a WARN", () => {
  const { news } = run(4000, { arrives: (ms) => ms < 1500 || ms % 50 === 0 });
  expect(news.map(({ msg, log_level }) => [msg, log_level])).toContainEqual([
    expect.stringMatching(/has 20\.\d messages a second, fewer than 50/),
    LogLevel.WARN,
  ]);
  expect(news.every(({ log_level }) => log_level !== LogLevel.FATAL)).toBe(true);
});

describe("during the start", () => {
  test("nothing is missed", () => {
    expect(run(3000, { arrives: (ms) => ms > 800, beats: (ms) => ms > 700 }).news).toEqual([]);
  });

  test("what does not come at all is told after the grace", () => {
    const { news } = run(1500, { arrives: () => false, beats: () => false });
    expect(news.map(({ ms, msg }) => [ms, msg])).toEqual([
      [1050, "/apollo/localization/pose has never been heard"],
      [1050, "module planning has never given a sign of life"],
    ]);
  });
});

test("a module without heartbeat is told", () => {
  const { news } = run(3000, { beats: (ms) => ms <= 2000 });
  expect(news).toMatchObject([{ ms: 2600, source: MessageSource.PLANNING, log_level: LogLevel.ERROR }]);
});

test("a process that is late, or grows, is told", () => {
  expect(run(2500, { lagMs: (ms) => (ms > 2000 ? 250 : 3) }).news).toMatchObject([
    { ms: 2100, msg: "the event loop is 250 ms late, more than 100", source: MessageSource.HWSYS },
  ]);
  const monitor = new MonitorCore({ ...config, startupGraceMs: 0, topics: [], modules: [], raiseAfter: 1 });
  monitor.onProcess({ lagMs: 0, memoryMib: 5000 });
  expect(monitor.look(at(0)).news).toMatchObject([{ msg: "the process has 5000 MiB of memory, more than 2048" }]);
});

test("an alarm needs its looks in a row", () => {
  const alarm = new Alarm({ raiseAfter: 2, clearAfter: 3, repeatMs: 100 });
  const seen = [1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0].map((found, i) => alarm.look(found === 1, i * 10));
  expect(seen.map((what, i) => [i, what]).filter(([, what]) => what !== undefined)).toEqual([
    [3, "raised"],
    [9, "cleared"],
  ]);
});
