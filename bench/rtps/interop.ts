import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SystemClock } from "@delos/core";
import { buildPrograms, type Cell, runCell } from "../../packages/transport-rtps/src/interop-cell.test-support.ts";
import { chooseWeather, type WeatherSource } from "../../packages/transport-rtps/src/link-weather.test-support.ts";
import { namespacesWork } from "../../packages/transport-rtps/src/lossy-pair.test-support.ts";
import { installed, type Stack } from "../../packages/transport-rtps/src/peers.test-support.ts";

/** Debian's packages. */
const PACKAGES: Readonly<Record<Stack, string>> = {
  cyclone: "cyclonedds-dev cyclonedds-tools gcc",
  fastdds: "libfastrtps-dev libfastcdr-dev g++",
};

/** Kinds of samples: the size decides how many. */
const KINDS: Readonly<Record<string, Pick<Cell, "kind" | "count" | "size">>> = {
  string: { kind: "string", count: 200 },
  reading: { kind: "reading", count: 60 },
  "1mb": { kind: "blob", count: 3, size: 1 << 20 },
  "16mb": { kind: "blob", count: 1, size: 16 << 20 },
};

const HELP = `Delos against Cyclone DDS and Fast DDS between two network namespaces with weather between them, every way there is.

usage: npx tsx --conditions=@delos/source bench/rtps/interop.ts [options]

A reliable cell passes when every sample arrived once, whole and in order; a best-effort cell when what arrived is whole and in
order. Exit status: 0 all passed, 1 one did not or something needed is missing, 2 wrong usage, 130 after Ctrl-C.

options (lists are separated by commas):
  --stack LIST         cyclone, fastdds (default: those that are installed)
  --loss LIST          per cent of datagrams in each direction (default 0,5,20,30); where it is not 0, 20 % are held back so
                       that later ones overtake them, and 5 % are doubled
  --weather SOURCE     who does that (default auto: netem where the kernel has it, else program)
                         netem    the kernel, as packets leave
                         nft      the kernel's packet filter loses them as they arrive, the program does the rest
                         program  packages/transport-rtps/test-peers/weather.c, between the cards
  --kind LIST          ${Object.keys(KINDS).join(", ")} (default all)
  --from LIST          who publishes: delos, peer, itself (the stack with itself: what it can do alone) (default delos,peer)
  --reliability LIST   reliable, best_effort (default both)
  --durability LIST    volatile, transient_local (a late joiner) (default both)
  --thread             Delos has its protocol in a thread of its own
  --mtu BYTES          below 65535 a large datagram is several packets, of which one lost loses all (default 65535)
  --seed N             of the program's dice (default 1)
  --json               one JSON object a cell on stdout, and nothing else there
  --help

needs: Linux, root or user namespaces (unshare, ip), cc, and
${Object.entries(PACKAGES)
  .map(([stack, packages]) => `  ${stack.padEnd(8)} apt-get install ${packages}`)
  .join("\n")}
`;

const { values } = options();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const list = <T extends string>(option: "stack" | "kind" | "from" | "reliability" | "durability", known: T[]): T[] => {
  const asked = values[option]?.split(",").filter(Boolean) ?? known;
  const unknown = asked.filter((name) => !known.includes(name as T));
  if (unknown.length > 0 || asked.length === 0)
    wrong(`--${option} ${unknown.join(",")}: known are ${known.join(", ")}`);
  return asked as T[];
};
const number = (option: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (text === "" || !(value >= least && value <= most))
    wrong(`--${option} ${text}: a number from ${least} to ${most}`);
  return value;
};
const losses = values.loss.split(",").map((text) => number("loss", text, 0, 99));
const mtu = number("mtu", values.mtu, 576, 65_535);
const seed = number("seed", values.seed, 0, Number.MAX_SAFE_INTEGER);
const kinds = list("kind", Object.keys(KINDS));
const froms = list<Cell["from"]>("from", ["delos", "peer", "itself"]).filter(
  (from) => values.from !== undefined || from !== "itself",
);
const reliabilities = list<Cell["reliability"]>("reliability", ["reliable", "best_effort"]);
const durabilities = list<Cell["durability"]>("durability", ["volatile", "transient_local"]);
const choice = values.weather as WeatherSource | "auto";
if (!["auto", "netem", "nft", "program"].includes(choice))
  wrong(`--weather ${choice}: known are auto, netem, nft, program`);

if (!namespacesWork)
  missing("network namespaces cannot be made here: Linux, root or user namespaces, ip and cc are needed");
const wanted = list<Stack>("stack", ["cyclone", "fastdds"]);
for (const stack of wanted.filter((name) => !installed[name])) {
  const hint = `${stack} is not installed: apt-get install ${PACKAGES[stack]}`;
  if (values.stack === undefined && wanted.some((name) => installed[name])) process.stderr.write(`skipped: ${hint}\n`);
  else missing(hint);
}
const stacks = wanted.filter((name) => installed[name]);
const source = weatherSource();

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (!stop.signal.aborted) process.stderr.write(`interop: ${name}: ending what was started …\n`);
    stop.abort(new Error(name));
  });
}

const folder = mkdtempSync(join(tmpdir(), "delos-interop-"));
const clock = new SystemClock();
/** For people: beside JSON it goes to stderr. */
const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
let [passed, failed] = [0, 0];
try {
  const programs = buildPrograms(folder, stacks);
  say("stack    from   kind     reliability  durability       loss  arrived    seconds  ");
  for (const [cell, name, loss] of cells()) {
    const timeoutMs = loss === 0 ? 60_000 : 180_000;
    const outcome = await runCell(cell, programs, () => clock.monotonicMs(), timeoutMs, stop.signal);
    const fine = outcome.problems.length === 0;
    if (fine) passed++;
    else failed++;
    const columns = [
      cell.stack.padEnd(8),
      cell.from.padEnd(6),
      name.padEnd(8),
      cell.reliability.padEnd(12),
      cell.durability.padEnd(16),
      `${loss} %`.padEnd(5),
      `${outcome.arrived}/${outcome.expected}`.padEnd(10),
      outcome.seconds.toFixed(1).padStart(7),
      fine ? "ok" : outcome.problems.join("; "),
    ];
    say(columns.join(" "));
    if (values.json) process.stdout.write(`${JSON.stringify({ ...cell, name, loss, passed: fine, ...outcome })}\n`);
  }
} catch (error) {
  // A compiler that Ctrl-C has ended is heard of before Ctrl-C.
  await new Promise((resolve) => setImmediate(resolve));
  if (!stop.signal.aborted) throw error;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(`${passed} passed, ${failed} failed${stop.signal.aborted ? ", stopped" : ""}`);
process.exitCode = stop.signal.aborted ? 130 : failed > 0 ? 1 : 0;

function options() {
  try {
    return parseArgs({
      options: {
        stack: { type: "string" },
        loss: { type: "string", default: "0,5,20,30" },
        weather: { type: "string", default: "auto" },
        kind: { type: "string" },
        from: { type: "string" },
        durability: { type: "string" },
        reliability: { type: "string" },
        thread: { type: "boolean", default: false },
        mtu: { type: "string", default: "65535" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return wrong((error as Error).message);
  }
}

function weatherSource(): WeatherSource {
  try {
    const chosen = chooseWeather(choice);
    process.stderr.write(`weather: ${chosen.source} (${chosen.because})\n`);
    return chosen.source;
  } catch (error) {
    return missing((error as Error).message);
  }
}

function wrong(message: string): never {
  process.stderr.write(`interop: ${message}; --help says more\n`);
  process.exit(2);
}

function missing(message: string): never {
  process.stderr.write(`interop: ${message}\n`);
  process.exit(1);
}

function* cells(): Generator<[cell: Cell, name: string, loss: number]> {
  for (const loss of losses) {
    const disturbed = loss > 0 ? 20 : 0;
    const weather = {
      loss,
      reorder: disturbed,
      duplicate: disturbed / 4,
      seed,
      mtu,
      source,
    };
    for (const stack of stacks) {
      for (const from of froms) {
        for (const name of kinds) {
          for (const reliability of reliabilities) {
            for (const durability of durabilities) {
              // Best effort keeps nothing for late joiners, and a fragment of 16 MB is lost for sure.
              if (reliability === "best_effort" && (durability !== "volatile" || name === "16mb")) continue;
              const how = { stack, from, reliability, durability, weather, thread: values.thread };
              yield [{ ...how, ...KINDS[name]! }, name, loss];
            }
          }
        }
      }
    }
  }
}
