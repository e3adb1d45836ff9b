import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SystemClock } from "@delos/core";
import { buildPrograms, type Cell, runCell } from "../../packages/transport-rtps/src/interop-cell.test-support.ts";
import { namespacesWork } from "../../packages/transport-rtps/src/lossy-pair.test-support.ts";
import { installed, type Stack } from "../../packages/transport-rtps/src/peers.test-support.ts";

/*
 * Delos against Cyclone DDS and Fast DDS between two network namespaces with weather between them, every way there is:
 *
 *   npx tsx --conditions=@delos/source bench/rtps/interop.ts [--stack cyclone] [--loss 0,5,20,30] [--kind string,…]
 *     [--from delos,peer] [--mtu 65535] [--json FILE]
 *
 * --from itself: the stack with itself, to tell what it cannot do from what we cannot.
 *
 * Loss, reordering and duplication are per cent of datagrams, in each direction. Reliable cells pass when every sample arrived
 * once, whole and in order; best-effort cells when what arrived is whole and in order. Exit status 1 when one does not pass.
 */
const { values } = parseArgs({
  options: {
    stack: { type: "string", default: "cyclone,fastdds" },
    loss: { type: "string", default: "0,5,20,30" },
    kind: { type: "string", default: "string,reading,1mb,16mb" },
    from: { type: "string", default: "delos,peer" },
    durability: { type: "string", default: "volatile,transient_local" },
    reliability: { type: "string", default: "reliable,best_effort" },
    mtu: { type: "string", default: "65535" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const list = (text: string): string[] => text.split(",").filter(Boolean);

/** Kinds of samples: the size decides how many. */
const KINDS: Readonly<Record<string, Pick<Cell, "kind" | "count" | "size">>> = {
  string: { kind: "string", count: 200 },
  reading: { kind: "reading", count: 60 },
  "1mb": { kind: "blob", count: 3, size: 1 << 20 },
  "16mb": { kind: "blob", count: 1, size: 16 << 20 },
};

if (!namespacesWork) {
  process.stderr.write("network namespaces cannot be made here (unshare -rn, ip link add … type veth)\n");
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "delos-interop-"));
const stacks = list(values.stack).filter((stack): stack is Stack => installed[stack as Stack]);
const clock = new SystemClock();
const results: object[] = [];
let failed = 0;
try {
  const programs = buildPrograms(folder, stacks);
  console.log("stack    from   kind     reliability  durability       loss  arrived    seconds  ");
  for (const [cell, name, loss] of cells()) {
    const outcome = await runCell(cell, programs, () => clock.monotonicMs(), loss === 0 ? 60_000 : 180_000);
    const passed = outcome.problems.length === 0;
    if (!passed) failed++;
    results.push({ ...cell, name, loss, ...outcome });
    const columns = [
      cell.stack.padEnd(8),
      cell.from.padEnd(6),
      name.padEnd(8),
      cell.reliability.padEnd(12),
      cell.durability.padEnd(16),
      `${loss} %`.padEnd(5),
      `${outcome.arrived}/${outcome.expected}`.padEnd(10),
      outcome.seconds.toFixed(1).padStart(7),
      passed ? "ok" : outcome.problems.join("; "),
    ];
    console.log(columns.join(" "));
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, null, 1));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function* cells(): Generator<[Cell, name: string, loss: number]> {
  for (const loss of list(values.loss).map(Number)) {
    const disturbed = loss > 0 ? 20 : 0;
    const weather = {
      loss,
      reorder: disturbed,
      duplicate: disturbed / 4,
      seed: Number(values.seed),
      mtu: Number(values.mtu),
    };
    for (const stack of stacks) {
      for (const from of list(values.from) as Cell["from"][]) {
        for (const name of list(values.kind)) {
          for (const reliability of list(values.reliability) as Cell["reliability"][]) {
            for (const durability of list(values.durability) as Cell["durability"][]) {
              // Best effort keeps nothing for late joiners, and a fragment of 16 MB is lost for sure.
              if (reliability === "best_effort" && (durability !== "volatile" || name === "16mb")) continue;
              yield [{ stack, from, reliability, durability, weather, ...KINDS[name]! }, name, loss];
            }
          }
        }
      }
    }
  }
}
