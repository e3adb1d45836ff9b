/** One process of the stress run. It starts idle, and is told what to be; its end is a SIGKILL, or the end of the run. */
import process from "node:process";
import { Logger, SystemClock } from "@delos/core";
import { completeQos, endpointId, newParticipant, Sample, type Transport } from "@delos/transport";
import { LogRing, PinRing, type RingReader } from "sharedarraybuffer-ring";
import { hostMemory } from "../src/index.ts";
import { attachMapped } from "../src/mapped/mapped-ring.ts";
import { isProcessAlive, thisProcess } from "../src/mapped/process-identity.ts";
import { COUNT, Control, type EndData, fill, isWhole, lengthOf, MOST_OWNERS } from "./process-data.ts";

process.once("message", (data: EndData) => {
  run(data).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(2));
process.send!("idle");

async function run(data: EndData): Promise<void> {
  const control = new Control((await attachMapped(data.control)).buffer);
  const { pid, startTicks } = thisProcess()!;
  control.register(data.owner, pid, startTicks);
  if (data.kind === "transport") {
    await onTransport(data, control);
    return;
  }
  const memory = await attachMapped(data.ring);
  const ring = data.kind === "log" ? LogRing.attach(memory) : PinRing.attach(memory);
  if (data.role === "writer") write(ring, control, data);
  else read(ring.reader({ mode: data.reliable ? "reliable" : "keep-last", owner: data.owner }), ring, control, data);
}

const pauseWord = new Int32Array(new SharedArrayBuffer(4));
const pause = (ms: number): void => void Atomics.wait(pauseWord, 0, 0, ms);

function write(ring: LogRing | PinRing, control: Control, data: EndData): void {
  // The very question that frees what a killed reader held: does its process live?
  const isAlive = (owner: number): boolean => {
    const { pid, startTicks } = control.identity(owner);
    return isProcessAlive({ pid, tid: pid, startTicks });
  };
  const largest = ring.maxMessageBytes;
  const words = new Int32Array(largest >>> 2);
  const all = new Uint8Array(words.buffer);
  using writer = ring.writer({ takeover: true, isAlive });
  control.set(data.owner, COUNT.attached, 1);
  let n = writer.sequence;
  while (!control.stopped) {
    // Now and then a batch, now and then a reservation that comes to nothing.
    const batch = n % 7 === 0 ? 1 + (n % 50) : 1;
    using _cork = batch > 1 ? writer.cork() : undefined;
    for (let i = 0; i < batch; i++, n++) {
      const length = lengthOf(n, largest);
      fill(words, n, length);
      const message = all.subarray(0, length);
      while (!writer.write(message)) {
        writer.flush();
        writer.waitForSpace(length, { timeoutMs: 1000 });
      }
    }
    if (n % 1000 < batch) {
      if ("reserve" in writer) {
        if (writer.reserve(100) >= 0) writer.cancel();
      } else writer.loan(100)?.cancel();
      if (data.slow > 0) pause(1);
    }
  }
}

function read(reader: RingReader, ring: LogRing | PinRing, control: Control, data: EndData): void {
  const { owner } = data;
  let words = new Int32Array(reader.bytes.buffer);
  let [first, last] = [-1, -1];
  control.set(owner, COUNT.attached, 1);
  const tell = (): void => {
    control.set(owner, COUNT.received, reader.received);
    control.set(owner, COUNT.lost, reader.lost);
  };
  for (;;) {
    while (reader.next()) {
      const { sequence, bytes, length, offset } = reader;
      if (bytes.buffer !== words.buffer) words = new Int32Array(bytes.buffer);
      if (first < 0) first = sequence - reader.lost;
      else if (sequence === last) control.add(owner, COUNT.repeated);
      else if (sequence < last) control.add(owner, COUNT.reordered);
      last = sequence;
      const right = length === lengthOf(sequence, ring.maxMessageBytes);
      if (!right || !isWhole(words, (bytes.byteOffset + offset) >>> 2, length, sequence))
        control.add(owner, COUNT.torn);
      if (reader.received + reader.lost !== last - first + 1) control.add(owner, COUNT.miscounted);
      if (data.slow > 0 && sequence % data.slow === 0) pause(1);
      if ((reader.received & 255) === 0) tell();
    }
    tell();
    if (reader.ended && control.stopped) break;
    if (reader.ended) pause(1);
    else reader.wait({ timeoutMs: 50 });
  }
  control.set(owner, COUNT.finished, 1);
  reader.close();
}

// ------------------------------------------------------------------------------------------------ the whole transport

const SCHEMA = { name: "test.Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() };
/** Beyond what a record holds: every 64th sample goes by a pool. */
const LARGEST = 100_000;

async function onTransport(data: EndData, control: Control): Promise<void> {
  const clock = new SystemClock();
  const log = new Logger("stress", clock, (record) => console.error(record.message, record.fields));
  const factory = hostMemory({ domain: data.domain });
  const participant = newParticipant(data.role, [factory.address]);
  const transport = await factory.open({ participant, clock, log, carries: () => true });
  const qos = completeQos(data.reliable ? { history: "keep_all" } : { depth: 1000 });
  if (data.role === "writer") await publish(transport, participant.id, data, control);
  else await subscribe(transport, participant.id, data, control, qos);
  await transport[Symbol.asyncDispose]();
}

const turn = (ms: number): Promise<void> =>
  new Promise((resolve) => (ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)));

async function publish(transport: Transport, id: string, data: EndData, control: Control): Promise<void> {
  const options = { node: "/writer", topic: "/stress", qos: completeQos({ history: "keep_all" }), schema: SCHEMA };
  const writer = transport.createWriter({ ...options, id: endpointId(id, data.owner, "publication") });
  while (writer.matched.length === 0 && !control.stopped) await turn(1);
  control.set(data.owner, COUNT.attached, 1);
  const words = new Int32Array(LARGEST >>> 2);
  const all = new Uint8Array(words.buffer);
  for (let n = 0; !control.stopped; n++) {
    const length = lengthOf(n, LARGEST);
    fill(words, n, length);
    const info = { publisher: writer.info.id, sequence: n + 1, sourceTimeNs: 0n, receptionTimeNs: 0n };
    // A sample that has to wait keeps its bytes: the next one needs its own.
    let result = writer.write(Sample.ofBytes(all.slice(0, length), SCHEMA, info));
    while (result === "queued") {
      await turn(1);
      result = "sent"; // it waits in the writer
      await writer.waitForAcknowledgments({ timeoutMs: 1000 }).catch(() => {});
    }
    control.set(data.owner, COUNT.written, n + 1);
    if (n % 64 === 0) await turn(0);
  }
  await writer.waitForAcknowledgments({ timeoutMs: 10_000 });
  control.set(data.owner, COUNT.lost, writer.counters.dropped);
  control.set(data.owner, COUNT.finished, 1);
}

async function subscribe(
  transport: Transport,
  id: string,
  data: EndData,
  control: Control,
  qos: ReturnType<typeof completeQos>,
): Promise<void> {
  const { owner } = data;
  /** By publication: the number last seen. */
  const last = new Map<string, number>();
  const gaps = new Map<string, number>();
  let received = 0;
  const onData = (): void => {
    for (let sample = reader.take(); sample !== undefined; sample = reader.take()) {
      const { bytes, publisher, sequence } = sample;
      const before = last.get(publisher) ?? (sequence > 1 ? sequence - 1 : 0);
      if (sequence === before) control.add(owner, COUNT.repeated);
      else if (sequence < before) control.add(owner, COUNT.reordered);
      else gaps.set(publisher, (gaps.get(publisher) ?? 0) + sequence - before - 1);
      last.set(publisher, sequence);
      const n = sequence - 1;
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
      if (bytes.length !== lengthOf(n, LARGEST) || !isWhole(words, 0, bytes.length, n)) control.add(owner, COUNT.torn);
      sample.release();
      control.set(owner, COUNT.received, ++received);
      if (data.slow > 0 && received % data.slow === 0) pause(2);
    }
  };
  const options = { node: "/reader", topic: "/stress", qos, schema: SCHEMA, onData };
  const reader = transport.createReader({ ...options, id: endpointId(id, owner, "subscription") });
  control.set(owner, COUNT.attached, 1);
  const quiet = (): boolean => control.stopped && reader.matched.length === 0;
  while (!quiet()) await turn(10);
  const { lost, dropped } = reader.counters;
  control.set(owner, COUNT.lost, lost);
  // What is missing between samples was counted. Behind the last one of a killed writer there may be more that was counted:
  // written, and in memory that went with it before it could be read.
  let [missing, behind] = [0, 0];
  for (const [publisher, sequence] of last) {
    const writer = Number.parseInt(publisher.slice(24, 30), 16);
    missing += gaps.get(publisher) ?? 0;
    if (writer === control.living) control.set(owner, COUNT.lostOfLiving, gaps.get(publisher) ?? 0);
    else behind += Math.max(0, control.count(writer, COUNT.written) + 1 - sequence);
  }
  for (let writer = 1; writer < MOST_OWNERS; writer++) {
    const heard = Array.from(last.keys()).some((publisher) => Number.parseInt(publisher.slice(24, 30), 16) === writer);
    if (!heard && writer !== control.living) behind += control.count(writer, COUNT.written);
  }
  const counted = lost + dropped;
  const wrong = Math.max(missing - counted, counted - missing - behind, 0);
  if (wrong > 0) control.set(owner, COUNT.miscounted, wrong);
  control.set(owner, COUNT.finished, 1);
}
