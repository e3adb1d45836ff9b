import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { LAUNCHED_FAULTS, type LaunchedFault, type LaunchedResult, launchedDrive } from "./faults/launched-faults.ts";

const results = new Map<LaunchedFault, LaunchedResult>();
beforeAll(async () => {
  for (const fault of LAUNCHED_FAULTS) results.set(fault, await launchedDrive(fault));
}, 600_000);

test("without a fault the launched loop drives, and nothing stops it", async () => {
  const result = await launchedDrive(undefined);
  expect(result).toMatchObject({ stopMs: undefined, estops: 0 });
  expect(result.speedAtFaultMps).toBeGreaterThan(3);
  expect(result.speedAtEndMps).toBeGreaterThan(result.speedAtFaultMps);
});

describe("the launched loop stops in time, and for good, when", () => {
  test.for(LAUNCHED_FAULTS.map((fault) => [fault.fault, fault] as const))("%s", ([, fault]) => {
    const result = results.get(fault)!;
    expect(result.speedAtFaultMps).toBeGreaterThan(3);
    expect(result.stopMs).toBeLessThanOrEqual(fault.promisedMs);
    expect(result.speedAtEndMps).toBeLessThan(0.1);
  });
});

/** The second table in docs/safety.md; `npx vitest run test/faults-launch.test.ts -u` writes it. */
test("docs/safety.md shows the figures of this run", async () => {
  const rows = LAUNCHED_FAULTS.map((fault) => {
    const { stopMs } = results.get(fault)!;
    return `| ${[fault.fault, fault.rule, fault.promisedMs, stopMs].join(" | ")} |`;
  });
  const table = ["| fault | rule | promised ms | measured ms |", "|---|---|--:|--:|", ...rows];
  const page = readFileSync("docs/safety.md", "utf8");
  const shown = page.replace(
    /(<!-- launched faults -->\n)[^]*(<!-- \/launched faults -->)/,
    (_, begin: string, end: string) => `${begin}\n${table.join("\n")}\n\n${end}`,
  );
  expect(shown).toContain("<!-- launched faults -->");
  await expect(shown).toMatchFileSnapshot("../docs/safety.md");
});
