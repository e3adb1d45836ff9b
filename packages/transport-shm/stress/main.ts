/**
 * The long stress run across processes: `npx tsx --conditions=@delos/source packages/transport-shm/stress/main.ts [kills] [kind]`.
 * So many SIGKILLs (200 unless given) are shared among the kinds. Prints one JSON line for each; exits with 1 when anything was
 * torn, repeated, reordered or miscounted, or when a reader that stayed did not come to the end.
 */
import process from "node:process";
import { stressProcesses } from "./processes.ts";

const kills = Number(process.argv[2] ?? 200);
const kinds = (["log", "pin", "transport"] as const).filter((kind) => (process.argv[3] ?? kind) === kind);
for (const [i, kind] of kinds.entries()) {
  const share = Math.floor((kills * (i + 1)) / kinds.length) - Math.floor((kills * i) / kinds.length);
  const report = await stressProcesses({ kind, kills: share, seed: Number(process.argv[4] ?? 1) });
  console.log(JSON.stringify({ kind, ...report }));
  const { torn, repeated, reordered, miscounted, lostByReliable, finished } = report;
  if (torn + repeated + reordered + miscounted + lostByReliable > 0 || finished !== 2) process.exitCode = 1;
}
