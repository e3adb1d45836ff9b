/**
 * The long stress run: `npx tsx --conditions=@delos/source packages/sharedarraybuffer-ring/stress/main.ts [millions] [log|pin] [seed] [module]`.
 * With `packages/core/src/native.ts` as the module, half of the threads see the ring's memory as it shows it.
 * Prints one JSON line for each kind of ring; exits with 1 when anything was torn, repeated, reordered or miscounted.
 */
import { pathToFileURL } from "node:url";
import { stress } from "./stress.ts";

const module = process.argv[5];
const millions = Number(process.argv[2] ?? 50);
for (const kind of ["log", "pin"] as const) {
  if (process.argv[3] !== undefined && process.argv[3] !== kind) continue;
  const report = await stress({
    kind,
    messages: millions * 1e6,
    reliableReaders: 1,
    keepLastReaders: 1,
    terminations: Math.min(2000, Math.ceil(millions * 10)),
    seed: Number(process.argv[4] ?? 1),
    view: module && pathToFileURL(module).href,
  });
  console.log(JSON.stringify({ kind, ...report }));
  const { torn, repeated, reordered, miscounted, lostByReliable, missedByReliable } = report;
  if (torn + repeated + reordered + miscounted + lostByReliable + missedByReliable > 0) process.exitCode = 1;
}
