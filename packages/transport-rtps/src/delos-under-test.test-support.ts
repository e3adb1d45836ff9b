import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Events, Logger, type MessageCodec, type MessageSchema, SystemClock } from "@delos/core";
import {
  completeQos,
  endpointId,
  type Incompatibility,
  type ParticipantInfo,
  type QosOptions,
  type Reader,
  type ReaderEvents,
  Sample,
  type SampleExtras,
  type Transport,
  type WriterEvents,
} from "@delos/transport";
import { codecFor, idlSchema } from "@delos/wire";
import { freshPrefix } from "./participant.ts";
import { type RtpsOptions, rtps } from "./rtps-transport.ts";

export const STRING: MessageSchema = {
  name: "std_msgs/msg/String",
  messageEncoding: "cdr",
  schemaEncoding: "ros2msg",
  data: new TextEncoder().encode("string data"),
};
const IDL = `module delos_test {
  struct Reading { @key long id; string text; };
  struct Named { @key string name; unsigned long n; };
  struct Blob { unsigned long n; sequence<octet> data; };
};`;
export const [READING, NAMED, BLOB] = ["Reading", "Named", "Blob"].map((name) =>
  idlSchema(`delos_test::${name}`, IDL),
) as [MessageSchema, MessageSchema, MessageSchema];

export const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `sample ${i + 1}`);

/** The octets of sample `n` of a blob. */
export function pattern(n: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (n * 31 + i * 7 + (i >> 8)) & 0xff;
  return bytes;
}

/** A peer program; its lines are collected. */
export function startPeer(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): {
  readonly lines: string[];
  readonly process: ChildProcess;
} {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return { lines, process: child };
}

/** A Delos participant with endpoints that are easy to read. */
export class Delos {
  readonly transport: Transport;
  readonly #info: ParticipantInfo;
  readonly #clock = new SystemClock();
  #endpoints = 0;

  private constructor(transport: Transport, info: ParticipantInfo) {
    this.transport = transport;
    this.#info = info;
  }

  static async open(
    domainId: number,
    options: RtpsOptions = { interfaces: ["127.0.0.1"] },
    name = "delos",
  ): Promise<Delos> {
    const clock = new SystemClock();
    const factory = rtps({ domain: domainId, ...options });
    const participant: ParticipantInfo = {
      id: freshPrefix(),
      name,
      host: "here",
      pid: process.pid,
      thread: 0,
      transports: [factory.address],
      vendor: "delos",
    };
    const log = new Logger("test", clock, () => {});
    return new Delos(await factory.open({ participant, clock, log, carries: () => true }), participant);
  }

  get counters(): Readonly<Record<string, number>> {
    return this.transport.counters ?? {};
  }

  topics(): string[] {
    return [...this.transport.discovery.endpoints.values()].map(({ topic }) => topic);
  }

  writer(topic: string, schema: MessageSchema, qos: QosOptions = {}, node = "") {
    const codec = codecFor(schema) as MessageCodec;
    const events = new Events<WriterEvents>();
    const incompatible: Incompatibility[] = [];
    events.on("incompatible", (event) => incompatible.push(event));
    const id = endpointId(this.#info.id, ++this.#endpoints, "publication");
    const inner = this.transport.createWriter({ id, node, topic, qos: completeQos(qos), schema, codec, events });
    let sequence = 0;
    const send = (message: unknown, extras?: SampleExtras): void => {
      const nowNs = this.#clock.nowNs();
      const info = { publisher: id, sequence: ++sequence, sourceTimeNs: nowNs, receptionTimeNs: nowNs, extras };
      inner.write(Sample.ofValue(message, codec, info));
    };
    return { inner, incompatible, send };
  }

  reader(topic: string, schema: MessageSchema | undefined, qos: QosOptions = {}, node = "") {
    const codec = schema === undefined ? undefined : (codecFor(schema) as MessageCodec);
    const id = endpointId(this.#info.id, ++this.#endpoints, "subscription");
    const samples: Sample[] = [];
    const messages: unknown[] = [];
    const ended: SampleExtras[] = [];
    const events = new Events<ReaderEvents>();
    const incompatible: Incompatibility[] = [];
    events.on("incompatible", (event) => incompatible.push(event));
    const inner = this.transport.createReader({
      events,
      id,
      node,
      topic,
      qos: completeQos(qos),
      schema,
      codec,
      onData: () => {
        queueMicrotask(() => {
          for (let sample = inner.take(); sample !== undefined; sample = inner.take()) {
            if (sample.extras?.instanceState !== undefined) {
              ended.push(sample.extras);
              reader.onEnd?.(sample.extras);
            } else if (reader.onMessage !== undefined) reader.onMessage(sample.message);
            else {
              samples.push(sample.retain());
              if (codec !== undefined) messages.push(sample.message);
            }
          }
        });
      },
    });
    const reader: {
      readonly inner: Reader;
      readonly incompatible: Incompatibility[];
      readonly samples: Sample[];
      readonly messages: unknown[];
      readonly ended: SampleExtras[];
      /** Instead of keeping them. */
      onMessage?: (message: unknown) => void;
      onEnd?: (extras: SampleExtras) => void;
    } = { inner, incompatible, samples, messages, ended };
    return reader;
  }
}
