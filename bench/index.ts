import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import type { BenchRow } from "./suite.ts";
import { SUITES } from "./suites.ts";
import { table } from "./table.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    sizes: { type: "string" },
    subscribers: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  process.stdout.write(
    [
      "npm run bench -- [--quick] [--only a,b] [--sizes 64,1024] [--subscribers 1,4] [--json FILE]",
      "",
      ...SUITES.map((suite) => `  ${suite.names.join(", ").padEnd(40)}  ${suite.summary}`),
      "",
    ].join("\n"),
  );
  process.exit(0);
}

const numbers = (text: string | undefined, option: string): number[] | undefined => {
  const list = text?.split(",").map(Number);
  if (list?.some((n) => !(Number.isInteger(n) && n > 0)))
    fail(`--${option} ${text}: whole numbers, separated by commas`);
  return list;
};
const sizes = numbers(values.sizes, "sizes");
const subscribers = numbers(values.subscribers, "subscribers");
const only = values.only?.split(",").filter((name) => name !== "");
const known = SUITES.flatMap((suite) => suite.names);
const unknown = only?.filter((name) => !known.includes(name)) ?? [];
if (unknown.length > 0) fail(`--only ${unknown.join(",")}: known are ${known.join(", ")}`);

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) return;
    process.stderr.write(`bench: ${name}: ending what was started …\n`);
    stop.abort(new Error(name));
  });
}

const rows: BenchRow[] = [{ machine: machine() }];
try {
  for (const suite of SUITES) {
    const wanted = only?.filter((name) => suite.names.includes(name));
    if (wanted?.length === 0) continue;
    process.stderr.write(`bench: ${suite.summary} …\n`);
    const run = await suite.load();
    const measured = await run({
      quick: values.quick,
      signal: stop.signal,
      ...(wanted === undefined ? {} : { only: wanted }),
      ...(sizes === undefined ? {} : { sizes }),
      ...(subscribers === undefined ? {} : { subscribers }),
    });
    stop.signal.throwIfAborted();
    process.stdout.write(`\n${suite.summary}\n${(suite.table ?? table)(measured)}\n`);
    rows.push(...measured);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exit(130);
}
if (values.json !== undefined) {
  const file = resolve(process.env["INIT_CWD"] ?? process.cwd(), values.json);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(rows, null, 1)}\n`);
  process.stderr.write(`bench: ${rows.length - 1} rows in ${file}\n`);
}
process.exit(0);

function fail(message: string): never {
  process.stderr.write(`delos: USAGE: ${message}\n`);
  process.exit(2);
}
