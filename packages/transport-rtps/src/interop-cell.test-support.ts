import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LinkWeather } from "./link-weather.test-support.ts";
import { buildWeather, LossyPair } from "./lossy-pair.test-support.ts";
import { buildPeer, type Stack } from "./peers.test-support.ts";

/** One way of talking with one stack, under one kind of weather. */
export interface Cell {
  readonly stack: Stack;
  /** Who publishes; `itself`: the stack on both sides, for what it can do alone. */
  readonly from: "delos" | "peer" | "itself";
  readonly kind: "string" | "reading" | "blob";
  readonly count: number;
  /** Bytes of a blob. */
  readonly size?: number;
  readonly reliability: "reliable" | "best_effort";
  readonly durability: "volatile" | "transient_local";
  readonly weather: LinkWeather;
  /** Ours has its protocol in a thread of its own. */
  readonly thread?: boolean;
}

export interface Outcome {
  readonly expected: number;
  readonly arrived: number;
  /** Samples and ends of instances that are missing, came twice, in the wrong order or damaged. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

/** What is needed to run cells: the programs of all sides, compiled once. */
export interface Programs {
  readonly weather: string;
  readonly peers: Readonly<Partial<Record<Stack, Pick<ReturnType<typeof buildPeer>, "program">>>>;
  /** Each side's environment: its card. */
  readonly env: Readonly<Record<Stack, readonly [NodeJS.ProcessEnv, NodeJS.ProcessEnv]>>;
}

const DELOS = fileURLToPath(new URL("./delos-peer.test-support.ts", import.meta.url));

export function buildPrograms(folder: string, stacks: readonly Stack[]): Programs {
  const card = join(folder, "eth0.xml");
  writeFileSync(
    card,
    `<CycloneDDS><Domain Id="any"><General><Interfaces><NetworkInterface name="eth0"/></Interfaces></General></Domain></CycloneDDS>`,
  );
  const cyclone = { CYCLONEDDS_URI: `file://${card}` };
  const [PEER_ADDRESS, other] = LossyPair.ADDRESSES;
  const env: Programs["env"] = {
    cyclone: [cyclone, cyclone],
    fastdds: [{ PEER_ADDRESS }, { PEER_ADDRESS: other }],
  };
  const peers = stacks.map((stack) => [stack, buildPeer(stack, folder)] as const);
  return { weather: buildWeather(folder), peers: Object.fromEntries(peers), env };
}

/** Runs one cell to its end, or to `timeoutMs`. `now` counts milliseconds. Throws when `signal` aborts, and leaves nothing behind. */
export async function runCell(
  cell: Cell,
  programs: Programs,
  now: () => number,
  timeoutMs = 180_000,
  signal?: AbortSignal,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const pair = await LossyPair.open(programs.weather, cell.weather);
  try {
    return await runOn(pair, cell, programs, now, timeoutMs, signal);
  } finally {
    await pair[Symbol.asyncDispose]();
  }
}

async function runOn(
  pair: LossyPair,
  cell: Cell,
  programs: Programs,
  now: () => number,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const { stack, from, kind, count, size = 0, reliability, durability } = cell;
  const late = durability === "transient_local";
  const words = [
    "count",
    String(count),
    "size",
    String(size),
    ...(reliability === "best_effort" ? ["be"] : []),
    ...(late ? ["tl"] : []),
    ...(kind === "reading" ? ["dispose"] : []),
  ];
  const mode = cell.thread === true ? ["thread"] : [];
  const topicOf = (who: "delos" | "peer"): string => (kind !== "string" ? "t" : who === "delos" ? "/t" : "rt/t");
  const tsx = createRequire(import.meta.url).resolve("tsx/cli");
  const { program } = programs.peers[stack]!;
  const start = (role: "pub" | "sub"): ReturnType<LossyPair["run"]> => {
    const who = from !== "itself" && (role === "pub") === (from === "delos") ? "delos" : "peer";
    const args = [role, kind, topicOf(who), ...words];
    const side = who === "delos" || (from === "itself" && role === "pub") ? 0 : 1;
    return who === "delos"
      ? pair.run(0, [
          process.execPath,
          tsx,
          "--conditions=@delos/source",
          DELOS,
          LossyPair.ADDRESSES[0],
          "0",
          ...args,
          ...mode,
        ])
      : pair.run(side, [program, "0", ...args, ...(role === "pub" ? ["go"] : [])], programs.env[stack][side]);
  };
  const publisher = start("pub");
  let subscriber: ReturnType<typeof start> | undefined;
  const startMs = now();
  const until = async (check: () => boolean): Promise<boolean> => {
    while (!check()) {
      signal?.throwIfAborted();
      if (now() - startMs > timeoutMs) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  };
  const reliable = reliability === "reliable";
  if (late) {
    // Everything is written before anybody listens.
    publisher.go();
    await until(() => publisher.lines.some((line) => line.startsWith("written")));
    subscriber = start("sub");
  } else {
    subscriber = start("sub");
    const { lines } = from === "delos" ? publisher : subscriber;
    if (from !== "itself") await until(() => lines.includes("matched"));
    // A best-effort publisher of ours learns of the reader, not that the reader knows of it. The peers do not say.
    if (!reliable || from === "itself") await new Promise((resolve) => setTimeout(resolve, 2000));
    publisher.go();
  }
  const expected = expectedLines(cell);
  const samples = (): string[] => subscriber.lines.filter((line) => line !== "matched");
  if (reliable) await until(() => samples().length >= expected.length);
  else await until(() => publisher.lines.some((line) => line.startsWith("written")));
  // What should not come (twice, damaged) has its chance to come.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const got = samples();
  return {
    expected: expected.length,
    arrived: got.length,
    problems: reliable ? difference(expected, got) : strangers(expected, got),
    seconds: (now() - startMs) / 1000,
  };
}

function expectedLines({ kind, count, size = 0 }: Cell): string[] {
  const all = Array.from({ length: count }, (_, i) => {
    const n = i + 1;
    if (kind === "string") return `text sample ${n}`;
    return kind === "reading" ? `reading ${n % 3} sample ${n}` : `blob ${n} ${size} whole`;
  });
  return kind === "reading" ? [...all, ...Array.from({ length: 3 }, () => "instance disposed")] : all;
}

/** Keyed samples come instance by instance from the peers: of each instance in order. */
const orderOf = (lines: readonly string[]): string[] =>
  [...lines].sort((a, b) => instanceOf(a).localeCompare(instanceOf(b)));
const instanceOf = (line: string): string =>
  line.startsWith("reading") ? line.split(" ")[1]! : line.startsWith("instance") ? "~" : "";

function difference(expected: readonly string[], got: readonly string[]): string[] {
  const [wanted, had] = [orderOf(expected), orderOf(got)];
  const missing = wanted.filter((line) => !had.includes(line)).length;
  const twice =
    had.length -
    new Set(had.filter((line) => line !== "instance disposed")).size -
    had.filter((line) => line === "instance disposed").length;
  return [
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(twice > 0 ? [`${twice} twice`] : []),
    ...strangers(expected, got),
    ...(missing === 0 && twice === 0 && wanted.join("\n") !== had.join("\n") ? ["order or number differs"] : []),
  ];
}

/** Best effort: what comes is whole and in order. */
function strangers(expected: readonly string[], got: readonly string[]): string[] {
  const foreign = got.filter((line) => !expected.includes(line));
  const places = orderOf(got)
    .filter((line) => expected.includes(line) && !line.startsWith("instance"))
    .map((line) => orderOf(expected).indexOf(line));
  const back = places.filter((place, i) => i > 0 && place < places[i - 1]!).length;
  return [...(foreign.length > 0 ? [`${foreign.length} damaged`] : []), ...(back > 0 ? [`${back} out of order`] : [])];
}
