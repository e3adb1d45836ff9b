import { readFileSync } from "node:fs";
import { apollo } from "@delos/msgs";
import { beforeAll, describe, expect, test } from "vitest";
import { FAULT_MS, type FaultResult, faultDrive } from "./faults/fault-drive.ts";
import { FAULTS, type Fault } from "./faults/fault-table.ts";

/** The answer's time as the CAN bus shows it; undefined while nothing was answered. */
const measuredMs = ({ answer }: Fault, result: FaultResult): number | undefined =>
  answer === "lets go" ? result.releaseMs : result.stopMs;

const results = new Map<Fault, FaultResult>();
beforeAll(() => {
  for (const fault of FAULTS) results.set(fault, faultDrive(fault.script));
}, 600_000);

test("without a fault the car drives along its path, and nothing stops it", () => {
  const result = faultDrive({});
  expect(result).toMatchObject({ stopMs: undefined, releaseMs: undefined });
  expect(result.lateralMaxM).toBeLessThan(0.25);
  expect(result.speedAtFaultMps).toBeGreaterThan(5);
  expect(result.speedAtEndMps).toBeGreaterThan(result.speedAtFaultMps);
  expect(result.guardian.counters).toMatchObject({ implausible: 0, repeated: 0, older: 0, restarted: 0, stale: 0 });
  expect(result.canbus.counters).toEqual({
    unknownFrames: 0,
    wrongLength: 0,
    commandsTooSoon: 0,
    commandTimeouts: 0,
    commandsRefused: 0,
  });
});

describe("answers in time, and for good:", () => {
  test.for(FAULTS.map((fault) => [`${fault.input} ${fault.fault}`, fault] as const))("%s", ([, fault]) => {
    const result = results.get(fault)!;
    expect(result.speedAtFaultMps).toBeGreaterThan(5);
    if (fault.answer === "drives on") {
      expect(result).toMatchObject({ stopMs: undefined, releaseMs: undefined });
      expect(result.control.estop).toBe(false);
      expect(result.guardian.stop).toBeUndefined();
      expect(result.speedAtEndMps).toBeGreaterThan(result.speedAtFaultMps);
    } else {
      expect(measuredMs(fault, result)).toBeLessThanOrEqual(fault.promisedMs!);
      // Rolling out or braked: nobody drives it any more.
      expect(result.speedAtEndMps).toBeLessThan(result.speedAtFaultMps);
      if (fault.answer === "stops") expect(result.speedAtEndMps).toBeLessThan(0.1);
    }
  });
});

describe("a stop stays when its cause has gone:", () => {
  const passing: readonly [string, Fault["script"]][] = [
    ["the pose is away for half a second", { links: { poseToControl: { kind: "drop" } }, forMs: 500 }],
    ["commands are away for half a second", { links: { command: { kind: "drop" } }, forMs: 500 }],
    ["one command is not finite", { links: { command: { kind: "change", to: notFinite } }, forMs: 10 }],
    ["the monitor says FATAL once", { act: (drive) => drive.monitor(FATAL) }],
  ];
  test.for(passing)("%s", ([, script]) => {
    const result = faultDrive(script);
    expect(result.stopMs).toBeLessThanOrEqual(230);
    expect(result.speedAtEndMps).toBeLessThan(0.1);
    expect(result.control.estop || result.guardian.stop !== undefined).toBe(true);
  });
});

describe("after a stop whose cause has gone,", () => {
  const { RESET, START } = apollo.control.DrivingAction;
  const away = { links: { command: { kind: "drop" } }, forMs: 500 } as const;

  test("START alone does not move the car", () => {
    const result = faultDrive({ ...away, pads: [{ afterMs: 2000, action: START }] });
    expect(result.guardian.stop).toBeDefined();
    expect(result.speedAtEndMps).toBeLessThan(0.1);
  });

  test("RESET hands it to the driver, and START drives again", () => {
    const reset = { afterMs: 2000, action: RESET };
    const byHand = faultDrive({ ...away, pads: [reset] });
    expect(byHand.mode).toBe(apollo.canbus.Chassis.DrivingMode.COMPLETE_MANUAL);
    expect(byHand.guardian.stop).toBeUndefined();
    const again = faultDrive({ ...away, pads: [reset, { afterMs: 2200, action: START }] });
    expect(again.mode).toBe(apollo.canbus.Chassis.DrivingMode.COMPLETE_AUTO_DRIVE);
    expect(again).toMatchObject({ stopMs: undefined, releaseMs: undefined });
    expect(again.speedAtEndMps).toBeGreaterThan(0.2);
  });

  test("RESET while the cause lasts does not", () => {
    const result = faultDrive({ links: away.links, pads: [{ afterMs: 2000, action: RESET }] });
    expect(result.guardian.stop).toBeDefined();
    expect(result.speedAtEndMps).toBeLessThan(0.1);
  });
});

test("what is dropped is counted", () => {
  const counters = (fault: string): FaultResult["canbus"]["counters"] =>
    results.get(FAULTS.find((one) => one.fault === fault)!)!.canbus.counters;
  expect(counters("one frame of an unknown id").unknownFrames).toBe(1);
  expect(counters("one brake report of 3 bytes").wrongLength).toBe(1);
});

test("is the same on every run", () => {
  const fault = FAULTS.find(({ input }) => input === "pose → control")!;
  expect(faultDrive(fault.script).stopMs).toBe(results.get(fault)!.stopMs);
  expect(FAULT_MS % 100).toBe(0);
});

/** The table in docs/safety.md; `npx vitest run test/faults.test.ts -u` writes it. */
test("docs/safety.md shows the figures of this run", async () => {
  const rows = FAULTS.map((fault) => {
    const measured = fault.answer === "drives on" ? "–" : String(measuredMs(fault, results.get(fault)!));
    return `| ${[fault.input, fault.fault, fault.rule, fault.answer, fault.promisedMs ?? "–", measured].join(" | ")} |`;
  });
  const table = ["| input | fault | rule | answer | promised ms | measured ms |", "|---|---|---|---|--:|--:|", ...rows];
  const page = readFileSync("docs/safety.md", "utf8");
  const shown = page.replace(
    /(<!-- faults -->\n)[^]*(<!-- \/faults -->)/,
    (_, begin: string, end: string) => `${begin}\n${table.join("\n")}\n\n${end}`,
  );
  expect(shown).toContain("<!-- faults -->");
  await expect(shown).toMatchFileSnapshot("../docs/safety.md");
});

const FATAL = apollo.common.monitor.MonitorMessageItem.LogLevel.FATAL;

function notFinite(command: apollo.control.ControlCommand): apollo.control.ControlCommand {
  return { ...command, brake: Number.NaN };
}
