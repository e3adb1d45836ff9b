/** A thread of its own in the tests: opens the transport, and does what the test asks for. */

import { parentPort, workerData } from "node:worker_threads";
import { Logger, type MessageCodec, SystemClock } from "@delos/core";
import { completeQos, endpointId, newParticipant, type QosOptions, Sample, type Transport } from "@delos/transport";
import { sharedMemory } from "../src/index.ts";

export interface PeerData {
  readonly domain: string;
  readonly role: "writer" | "reader" | "echo";
  readonly topic: string;
  readonly qos: QosOptions;
  /** Writer: how many samples, 0 for as many as it can. Reader: after how many to report. */
  readonly count: number;
  /** Writer: lengths in bytes, used in turn. */
  readonly lengths: readonly number[];
}

export interface PeerReport {
  readonly received: number;
  readonly torn: number;
  readonly outOfOrder: number;
  readonly lost: number;
  readonly dropped: number;
}

const data = workerData as PeerData;
const clock = new SystemClock();
const log = new Logger("peer", clock, (record) => console.error(record.message, record.fields));

export const bytesCodec: MessageCodec<Uint8Array> = {
  schema: { name: "test.Bytes", messageEncoding: "raw", schemaEncoding: "", data: new Uint8Array() },
  encode: (value) => value,
  decode: (bytes) => bytes,
  toJSON: () => null,
  fromJSON: () => new Uint8Array(),
};

const factory = sharedMemory({ domain: data.domain });
const participant = newParticipant(data.role, [factory.address]);
const transport = await factory.open({ participant, clock, log, carries: () => true });
if (data.role === "writer") await write(transport);
else read(transport);

/** Sample n is filled with n, its first four bytes are n itself. */
async function write(on: Transport): Promise<void> {
  const writer = on.createWriter({
    id: endpointId(participant.id, 1, "publication"),
    node: "/writer",
    topic: data.topic,
    qos: completeQos(data.qos),
    schema: bytesCodec.schema,
  });
  while (writer.matched.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  parentPort?.postMessage("matched");
  const largest = new Uint8Array(Math.max(...data.lengths));
  for (let n = 0; data.count === 0 || n < data.count; n++) {
    const length = data.lengths[n % data.lengths.length]!;
    const bytes = largest.subarray(0, length).fill(n);
    new DataView(largest.buffer).setUint32(0, n, true);
    const info = { publisher: writer.info.id, sequence: n + 1, sourceTimeNs: clock.nowNs(), receptionTimeNs: 0n };
    // A sample that has to wait keeps its bytes: the next one needs its own.
    if (writer.write(Sample.ofBytes(bytes.slice(), bytesCodec.schema, info)) !== "sent" || n % 64 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await writer.waitForAcknowledgments();
  parentPort?.postMessage({ done: true, dropped: writer.counters.dropped });
}

function read(on: Transport): void {
  let [received, torn, outOfOrder, last] = [0, 0, 0, -1];
  const report = (): void => {
    const { lost, dropped } = reader.counters;
    const message: PeerReport = { received, torn, outOfOrder, lost, dropped };
    parentPort?.postMessage(message);
  };
  const reader = on.createReader({
    id: endpointId(participant.id, 1, "subscription"),
    node: "/reader",
    topic: data.topic,
    qos: completeQos(data.qos),
    schema: bytesCodec.schema,
    onData: () => {
      for (let sample = reader.take(); sample !== undefined; sample = reader.take()) {
        const { bytes } = sample;
        const n = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
        for (let i = 4; i < bytes.length; i++) {
          if (bytes[i] === (n & 255)) continue;
          torn++;
          break;
        }
        if (n <= last) outOfOrder++;
        last = n;
        received++;
        sample.release();
        if (received === data.count) report();
      }
    },
  });
  parentPort?.on("message", report);
  reader.events.on("matched", () => parentPort?.postMessage("matched"));
}
