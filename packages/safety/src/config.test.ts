import { expect, test } from "vitest";
import { DEFAULT_SAFETY, readSafetyConfig } from "./config.ts";

test("an empty object is the default; what is given replaces it", () => {
  expect(readSafetyConfig({})).toEqual(DEFAULT_SAFETY);
  expect(readSafetyConfig(JSON.parse(JSON.stringify(DEFAULT_SAFETY)))).toEqual(DEFAULT_SAFETY);
  const topics = [{ topic: "/a", minRateHz: 1, maxSilenceMs: 2000, level: "FATAL" }];
  const config = readSafetyConfig({ monitor: { topics }, guardian: { commandSilenceMs: 50 } });
  expect(config.monitor.topics).toEqual(topics);
  expect(config.guardian).toEqual({ ...DEFAULT_SAFETY.guardian, commandSilenceMs: 50 });
});

test.for<[unknown, string]>([
  [[], "the file is [], an object"],
  [{ guard: {} }, "guard is {}, one of the fields monitor, guardian"],
  [{ monitor: 3 }, "monitor is 3, an object"],
  [{ guardian: { commandSilenceMs: "100" } }, 'guardian.commandSilenceMs is "100", a number from 1'],
  [{ guardian: { commandSilenceMs: Number.NaN } }, "guardian.commandSilenceMs is null, a number"],
  [{ guardian: { softBrakePercent: 0 } }, "guardian.softBrakePercent is 0, a number from 1 to 100"],
  [{ guardian: { softBrakePercent: 90 } }, "guardian.emergencyBrakePercent is 80, no less than softBrakePercent"],
  [{ guardian: { steering: "left" } }, 'guardian.steering is "left", one of straight, hold'],
  [{ monitor: { heartbeatMs: 3000 } }, "monitor.heartbeatMs is 3000, less than guardian.monitorSilenceMs"],
  [{ monitor: { raiseAfter: 1.5 } }, "monitor.raiseAfter is 1.5, a whole number"],
  [{ monitor: { topics: {} } }, "monitor.topics is {}, a list"],
  [{ monitor: { topics: [{ topic: "/a", minRateHz: 1 }] } }, "monitor.topics[0].maxSilenceMs is missing, a number"],
  [{ monitor: { topics: [null] } }, "monitor.topics[0] is null, an object"],
  [{ monitor: { modules: [{ module: "", maxSilenceMs: 1 }] } }, 'monitor.modules[0].module is "", a name'],
  [{ monitor: { process: { level: "fatal" } } }, 'monitor.process.level is "fatal", one of WARN, ERROR, FATAL'],
])("refuses %o, naming file and field", ([value, text]) => {
  expect(() => readSafetyConfig(value, "safety.json")).toThrow(`safety.json: ${text}`);
});
