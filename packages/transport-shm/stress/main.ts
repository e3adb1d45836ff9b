/**
 * The long stress run across processes:
 * `npx tsx --conditions=@delos/source packages/transport-shm/stress/main.ts [kills] [kind|all] [seed] [millions]`.
 * So many SIGKILLs (200 unless given) are shared among the kinds, and so many millions of messages (0 unless given: as many as the
 * kills take), most of them for the bare rings. Prints one JSON line for each; exits with 1 when anything was torn, repeated,
 * reordered or miscounted, when a reader that stayed did not come to the end, or when a file is left.
 */
import { readdirSync } from "node:fs";
import process from "node:process";
import { stressProcesses } from "./processes.ts";

const kills = Number(process.argv[2] ?? 200);
const wanted = process.argv[3] ?? "all";
const kinds = (["log", "pin", "transport"] as const).filter((kind) => wanted === "all" || wanted === kind);
const millions = Number(process.argv[5] ?? 0);
/** The whole transport takes a twentieth of the messages: it makes an object of each. */
const PARTS = { log: 0.55, pin: 0.4, transport: 0.05 };
const allParts = kinds.reduce((sum, kind) => sum + PARTS[kind], 0);
for (const [i, kind] of kinds.entries()) {
  const share = Math.floor((kills * (i + 1)) / kinds.length) - Math.floor((kills * i) / kinds.length);
  const messages = (millions * 1e6 * PARTS[kind]) / allParts;
  const report = await stressProcesses({ kind, kills: share, messages, seed: Number(process.argv[4] ?? 1) });
  const left = filesLeft();
  console.log(JSON.stringify({ kind, ...report, left }));
  const { torn, repeated, reordered, miscounted, lostByReliable, finished } = report;
  if (torn + repeated + reordered + miscounted + lostByReliable + left.length > 0 || finished !== 2)
    process.exitCode = 1;
}

/** What this run left in /dev/shm: its own folder, and the bus of its processes. */
function filesLeft(): string[] {
  return readdirSync("/dev/shm", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.includes(`-stress${process.pid}`),
  );
}
