import { createSocket } from "node:dgram";
import { createHistogram, performance } from "node:perf_hooks";
import { Logger, type MessageSchema, SystemClock } from "@delos/core";
import {
  completeQos,
  endpointId,
  type ParticipantInfo,
  type Reader,
  Sample,
  type SampleExtras,
  type Transport,
} from "@delos/transport";
import { freshPrefix, rtps } from "@delos/transport-rtps";
import { idlSchema } from "@delos/wire";

const ROLES = {
  publish: "as fast as its samples are taken",
  "publish-ddsperf": "the same, to `ddsperf sub`",
  subscribe: "counts what `publish` sends",
  ping: "times round trips",
  pong: "sends back what it gets",
  "bare-ping": "the same with datagrams alone",
  "bare-pong": "",
  idle: "two of them find each other, then nothing",
  stay: "is there for the seconds, to be found",
  find: "comes twenty times and finds `stay`",
};
const HELP = `One end of an RTPS benchmark on loopback, a process of its own; the other end is another one. npm run bench -- --only rtps runs both.

usage: npx tsx --conditions=@delos/source bench/rtps/end.ts ROLE PLACE [BYTES] [SECONDS] [MODE] [SUBSCRIBERS] [TOPICS]

roles:
${Object.entries(ROLES)
  .map(([name, summary]) => `  ${name.padEnd(16)} ${summary}`.trimEnd())
  .join("\n")}

  PLACE        domain; for bare datagrams a port
  BYTES        of a sample (default 64)
  SECONDS      (default 2)
  MODE         where the protocol runs: inline or thread (default inline)
  SUBSCRIBERS  that \`publish\` waits for (default 1)
  TOPICS       that samples go to in turn (default 1)

Prints one line of JSON. With a loader for TypeScript in the process collections are dearer: npm run bench runs what esbuild makes of it.
Exit status: 0 done, 2 wrong usage.
`;
const [role = "", place = "", size = "64", duration = "2", mode = "inline", peers = "1", topics = "1"] =
  process.argv.slice(2);
if (role === "--help" || role === "-h") {
  process.stdout.write(HELP);
  process.exit(0);
}
const numbers = [place, size, duration, peers, topics];
if (!(role in ROLES) || numbers.some((n) => !(Number(n) >= 0) || n === "") || !["inline", "thread"].includes(mode)) {
  process.stderr.write(`end: ${process.argv.slice(2).join(" ") || "which role?"}: --help says what there is\n`);
  process.exit(2);
}
const [bytes, seconds] = [Number(size), Number(duration)];
const SCHEMA: MessageSchema = {
  name: "bench/Bytes",
  messageEncoding: "raw",
  schemaEncoding: "",
  data: new Uint8Array(),
};
const clock = new SystemClock();

/** CPU time of the measurement alone: set when it begins. */
let cpuBefore = process.cpuUsage();

const report = (result: Record<string, unknown>): void => {
  const { user, system } = process.cpuUsage(cpuBefore);
  process.stdout.write(`${JSON.stringify({ role, cpu_s: (user + system) / 1e6, ...result })}\n`);
};

async function open(): Promise<{ transport: Transport; info: ParticipantInfo }> {
  const factory = rtps({ domain: Number(place), interfaces: ["127.0.0.1"], thread: mode === "thread" });
  const info: ParticipantInfo = {
    id: freshPrefix(),
    name: `bench ${role}`,
    host: "bench",
    pid: process.pid,
    thread: 0,
    transports: [factory.address],
    vendor: "delos",
  };
  const log = new Logger("bench", clock, () => {});
  return { transport: await factory.open({ participant: info, clock, log, carries: () => true }), info };
}

/** As many as are sent within a second or so, or the last ones would still wait when the measurement is over. */
const QUEUED = Math.min(20_000, Math.max(64, Math.floor((256 << 20) / bytes)));
const KEEP_ALL = completeQos({
  history: "keep_all",
  resourceLimits: { maxSamples: QUEUED, maxInstances: 1, maxSamplesPerInstance: QUEUED },
});

function writerOn(
  transport: Transport,
  info: ParticipantInfo,
  topic: string,
  schema = SCHEMA,
  extras?: SampleExtras,
  n = 1,
) {
  const id = endpointId(info.id, n, "publication");
  const writer = transport.createWriter({ id, node: "", topic, qos: KEEP_ALL, schema });
  let sequence = 0;
  const write = (payload: Uint8Array): boolean => {
    // To ddsperf an odd time of source is a request for an answer: for each it would look for us among its own, and complain.
    const nowNs = schema === KEYED_SEQ ? clock.nowNs() & ~1n : clock.nowNs();
    const about = { publisher: id, sequence: sequence + 1, sourceTimeNs: nowNs, receptionTimeNs: nowNs, extras };
    if (writer.write(Sample.ofBytes(payload, schema, about)) === "dropped") return false;
    sequence++;
    return true;
  };
  return { writer, write };
}

/** The type that `ddsperf` talks, and its key: all samples are of instance 0. */
const KEYED_SEQ = idlSchema(
  "KeyedSeq",
  "struct KeyedSeq { unsigned long seq; @key unsigned long keyval; sequence<octet> baggage; };",
);
const INSTANCE_0: SampleExtras = { keyHash: new Uint8Array(16) };

async function publish(): Promise<void> {
  const { transport, info } = await open();
  const foreign = role === "publish-ddsperf";
  const writers = foreign
    ? [writerOn(transport, info, "DDSPerfRDataKS", KEYED_SEQ, INSTANCE_0)]
    : topicNames().map((topic, i) => writerOn(transport, info, topic, SCHEMA, undefined, i + 1));
  const matched = (): boolean => writers.every(({ writer }) => writer.matched.length >= Number(peers));
  while (!matched()) await new Promise((resolve) => setTimeout(resolve, 5));
  const payload = new Uint8Array(bytes);
  const numbered = foreign ? keyedSeqs(bytes) : undefined;
  const before = transport.counters["datagrams sent"] ?? 0;
  cpuBefore = process.cpuUsage();
  const endMs = performance.now() + seconds * 1000;
  const burst = Math.max(1, Math.min(1000, Math.floor(1_000_000 / bytes)));
  let sent = 0;
  while (performance.now() < endMs) {
    let full = false;
    for (let i = 0; i < burst && !full; i++) {
      const { write } = writers[sent % writers.length]!;
      full = !write(numbered === undefined ? payload : numbered(sent));
      if (!full) sent++;
    }
    // The receiver is behind, and needs the processor more than we do: twenty thousand samples wait for it already.
    await new Promise((resolve) => (full ? setTimeout(resolve, 1) : setImmediate(resolve)));
  }
  for (const { writer } of writers) await writer.waitForAcknowledgments({ timeoutMs: 10_000 }).catch(() => {});
  report({ sent, datagrams: (transport.counters["datagrams sent"] ?? 0) - before });
  await transport[Symbol.asyncDispose]();
}

const topicNames = (): string[] => Array.from({ length: Number(topics) }, (_, i) => `throughput ${i}`);

/**
 * CDR of KeyedSeqs of `total` bytes. A history keeps what it was given, so there is memory for as many as it holds and one more,
 * filled in turn: fresh memory for each would be most of what this program does.
 */
function keyedSeqs(total: number): (sequence: number) => Uint8Array {
  const each = (4 + total + 7) & ~7;
  const count = KEEP_ALL.resourceLimits.maxSamples + 1;
  const memory = new DataView(new ArrayBuffer(each * count));
  const samples = Array.from({ length: count }, (_, i) => new Uint8Array(memory.buffer, i * each, 4 + total));
  for (const [i, sample] of samples.entries()) {
    sample.fill(i & 0xff);
    sample.set([0, 1, 0, 0]);
    memory.setUint32(i * each + 8, 0, true);
    memory.setUint32(i * each + 12, total - 12, true);
  }
  return (sequence) => {
    const i = sequence % count;
    memory.setUint32(i * each + 4, sequence, true);
    return samples[i]!;
  };
}

/** There for long, with a subscription. */
async function stay(): Promise<void> {
  const { transport, info } = await open();
  const options = { id: endpointId(info.id, 1, "subscription"), node: "", topic: "found", qos: KEEP_ALL };
  transport.createReader({ ...options, schema: SCHEMA, onData: () => {} });
  setTimeout(() => process.exit(0), seconds * 1000);
}

/** One participant after the other comes, with a publication: the ms from its first announcement until the match. */
async function find(): Promise<void> {
  const times: number[] = [];
  await new Promise((resolve) => setTimeout(resolve, 2500)); // until the others' first announcements are long past
  for (let i = 0; i < 20; i++) {
    const { transport, info } = await open(); // it announces itself at once
    const beganMs = performance.now();
    const { writer } = writerOn(transport, info, "found");
    if (writer.matched.length === 0) await new Promise((resolve) => writer.events.on("matched", resolve));
    times.push(performance.now() - beganMs);
    await transport[Symbol.asyncDispose]();
  }
  const [first = Number.NaN] = times;
  times.sort((a, b) => a - b);
  report({ first_ms: first, p50_ms: times[10], max_ms: times.at(-1) });
}

/** Two topics each way, matched; then nothing. */
async function idle(): Promise<void> {
  const { transport, info } = await open();
  const { writer } = writerOn(transport, info, `from ${bytes}`);
  const options = { id: endpointId(info.id, 2, "subscription"), node: "", topic: `from ${bytes}`, qos: KEEP_ALL };
  transport.createReader({ ...options, schema: SCHEMA, ignoreLocal: true, onData: () => {} });
  while (writer.matched.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  cpuBefore = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  report({});
  process.exit(0);
}

async function subscribe(): Promise<void> {
  const { transport, info } = await open();
  let [received, firstMs, lastMs] = [0, 0, 0];
  const readers = topicNames().map((topic, i) => {
    const reader: Reader = transport.createReader({
      id: endpointId(info.id, i + 1, "subscription"),
      node: "",
      topic,
      qos: KEEP_ALL,
      schema: SCHEMA,
      onData: () => {
        reader.take()!.release();
        if (received++ === 0) {
          firstMs = performance.now();
          cpuBefore = process.cpuUsage();
        }
        if (received % 64 === 0 || bytes > 4096) lastMs = performance.now();
      },
    });
    return reader;
  });
  readers[0]!.events.on("unmatched", () => {
    const lost = readers.reduce((sum, { counters }) => sum + counters.lost, 0);
    report({ received, lost, seconds: (lastMs - firstMs) / 1000 });
    void transport[Symbol.asyncDispose]();
  });
}

async function ping(): Promise<void> {
  const { transport, info } = await open();
  const { writer, write } = writerOn(transport, info, "ping");
  const histogram = createHistogram();
  const payload = new Uint8Array(bytes);
  const endMs = performance.now() + (seconds + 1) * 1000;
  let beganMs = 0;
  let count = 0;
  const reader = transport.createReader({
    id: endpointId(info.id, 2, "subscription"),
    node: "",
    topic: "pong",
    qos: KEEP_ALL,
    schema: SCHEMA,
    onData: () => {
      const now = performance.now();
      reader.take()!.release();
      // The first ones warm the compiler.
      if (++count > (bytes > 100_000 ? 50 : 1000)) histogram.record(Math.max(1, Math.round((now - beganMs) * 1e6)));
      if (now > endMs) {
        report(quantiles(histogram));
        void transport[Symbol.asyncDispose]().then(() => process.exit(0));
        return;
      }
      beganMs = performance.now();
      write(payload);
    },
  });
  while (writer.matched.length === 0 || reader.matched.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  beganMs = performance.now();
  write(payload);
}

async function pong(): Promise<void> {
  const { transport, info } = await open();
  const { write } = writerOn(transport, info, "pong");
  const reader = transport.createReader({
    id: endpointId(info.id, 2, "subscription"),
    node: "",
    topic: "ping",
    qos: KEEP_ALL,
    schema: SCHEMA,
    onData: () => {
      const sample = reader.take()!;
      write(sample.bytes);
      sample.release();
    },
  });
  reader.events.on("unmatched", () => void transport[Symbol.asyncDispose]().then(() => process.exit(0)));
}

function bare(): void {
  const socket = createSocket("udp4");
  const there = Number(place);
  if (role === "bare-pong") {
    socket.on("message", (message, from) => socket.send(message, from.port, from.address));
    socket.bind(there, "127.0.0.1");
    setTimeout(() => process.exit(0), (seconds + 2) * 1000);
    return;
  }
  const histogram = createHistogram();
  const payload = new Uint8Array(bytes);
  const endMs = performance.now() + (seconds + 1) * 1000;
  let beganMs = 0;
  let count = 0;
  const send = (): void => {
    beganMs = performance.now();
    socket.send(payload, there, "127.0.0.1");
  };
  socket.on("message", () => {
    const now = performance.now();
    if (++count > 1000) histogram.record(Math.max(1, Math.round((now - beganMs) * 1e6)));
    if (now < endMs) send();
    else {
      report(quantiles(histogram));
      process.exit(0);
    }
  });
  // Until the other side listens.
  const knock = setInterval(() => (count === 0 ? send() : clearInterval(knock)), 100);
}

function quantiles(histogram: ReturnType<typeof createHistogram>): Record<string, number> {
  const us = (percentile: number): number => histogram.percentile(percentile) / 1000;
  return { messages: histogram.count, p50_us: us(50), p99_us: us(99), p999_us: us(99.9), max_us: histogram.max / 1000 };
}

if (role.startsWith("publish")) await publish();
else if (role === "idle") await idle();
else if (role === "stay") await stay();
else if (role === "find") await find();
else if (role === "subscribe") await subscribe();
else if (role === "ping") await ping();
else if (role === "pong") await pong();
else bare();
