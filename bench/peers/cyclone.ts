import process from "node:process";
import type { Driver } from "../shm/driver.ts";
import type { BenchRow } from "../suite.ts";
import { childrenCpuS, inPath, output } from "./programs.ts";

const URI =
  "<CycloneDDS><Domain><General><Interfaces><NetworkInterface name='lo'/></Interfaces>" +
  "<AllowMulticast>false</AllowMulticast></General>" +
  "<Discovery><Peers><Peer address='127.0.0.1'/></Peers><ParticipantIndex>auto</ParticipantIndex></Discovery></Domain></CycloneDDS>";

/** It reports once a second, and the first second is not whole. */
const SECONDS = 3;

/** Cyclone DDS brings its own program, `ddsperf`; of its reports, the best counts. A driver, or why there is none. */
export function openCyclone(signal?: AbortSignal): Driver | string {
  if (!inPath("ddsperf")) return "not installed: apt-get install cyclonedds-tools";
  let cells = 0;
  return {
    name: "cyclonedds",
    fits: () => true,
    async measure(test, bytes, subscribers) {
      const domain = String(20 + ((process.pid + cells++) % 80));
      const env = { ...process.env, CYCLONEDDS_URI: URI };
      const perf = (mode: string[], seconds: number) =>
        output("ddsperf", ["-i", domain, "-D", String(seconds), ...mode], { env, limitMs: 30_000, signal });
      const base = { transport: "cyclonedds", test, payload_bytes: bytes, publishers: 1, subscribers };
      const cpuS = childrenCpuS();
      const [active, passive] = test === "throughput" ? ["pub", "sub"] : ["ping", "pong"];
      // Those who listen come first and stay until the other has ended.
      const listening = Array.from({ length: subscribers }, () => perf([passive!], SECONDS + 0.5));
      const [asked, ...heard] = await Promise.all([perf([active!, "size", String(bytes)], SECONDS), ...listening]);
      const found =
        test === "throughput"
          ? rates(
              heard.map(({ text }) => text),
              bytes,
            )
          : roundTrips(asked!.text);
      if (found === undefined) return { ...base, skipped: "ddsperf reported nothing" };
      return { ...base, ...found, cpu_s: Number((childrenCpuS() - cpuS).toFixed(2)) };
    },
  };
}

/** `… size 64 total … lost 0 delta … rate 1350.20 kS/s …`, a line a second: the best second of the slowest. */
function rates(texts: readonly string[], bytes: number): BenchRow | undefined {
  const best = texts.map((text) =>
    Math.max(0, ...[...text.matchAll(/ rate ([\d.]+) kS\/s/g)].map((m) => Number(m[1]))),
  );
  const rate = Math.round(Math.min(...best) * 1000);
  if (!(rate > 0)) return undefined;
  const lost = texts.reduce((sum, text) => sum + Number([...text.matchAll(/ lost (\d+) /g)].at(-1)?.[1] ?? 0), 0);
  return { seconds: SECONDS, msgs_per_s: rate, mb_per_s: Number(((rate * bytes) / 1e6).toFixed(1)), lost };
}

/** Its figures are of one way, half of the round trip: doubled here. It does not tell the 99.9th percentile. */
function roundTrips(text: string): BenchRow | undefined {
  const lines = [
    ...text.matchAll(/ mean [\d.]+us min [\d.]+us 50% ([\d.]+)us 90% [\d.]+us 99% ([\d.]+)us max ([\d.]+)us/g),
  ];
  const middle = lines.sort((a, b) => Number(a[1]) - Number(b[1]))[lines.length >> 1];
  if (middle === undefined) return undefined;
  const [p50_us, p99_us, max_us] = [1, 2, 3].map((i) => Number((Number(middle[i]) * 2).toFixed(2)));
  return { seconds: SECONDS, p50_us, p99_us, max_us, lost: 0, round_trip: true };
}
