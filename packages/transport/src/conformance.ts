import {
  AbortedError,
  type Clock,
  ClosedError,
  Events,
  Logger,
  type MessageCodec,
  SimulatedClock,
  SystemClock,
} from "@delos/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type EndpointInfo, endpointId, type ParticipantInfo } from "./endpoint.ts";
import type { Incompatibility } from "./endpoint-matching.ts";
import type { QosOptions } from "./qos.ts";
import { completeQos } from "./qos-completion.ts";
import { Sample, type SampleExtras, type SampleInfo } from "./sample.ts";
import type {
  PublishResult,
  Reader,
  ReaderEvents,
  ReaderOptions,
  Transport,
  TransportFactory,
  Writer,
  WriterEvents,
} from "./transport.ts";

/** What a transport under test can do, so that the suite asks no more and no less. */
export interface TransportTraits {
  /** Largest payload tried, bytes; 1 MiB unless given. */
  readonly maxPayloadBytes?: number;
  /** Values arrive as the very objects that were written. */
  readonly byReference?: boolean;
  /** Follows the clock it is given, so that the suite can turn it; QoS with durations is tested only then. */
  readonly simulatedClock?: boolean;
  /** Delivers before `write` returns. */
  readonly synchronous?: boolean;
}

/**
 * The promises of the Transport contract as tests. `open` gives a factory for one network, bus or memory of its own; all
 * participants of a test are opened from it.
 */
export function describeTransport(
  name: string,
  open: () => TransportFactory | Promise<TransportFactory>,
  traits: TransportTraits = {},
): void {
  describe(`${name} keeps the Transport contract`, () => {
    let net: Network;
    beforeEach(async () => {
      net = new Network(await open(), traits.simulatedClock === true ? new SimulatedClock() : new SystemClock());
    });
    afterEach(() => net.close());

    describe("delivery", () => {
      test("a sample arrives with its message, publisher, sequence, source time and extras", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t"));
        const extras: SampleExtras = {
          related: { publisher: reader.info.id, sequence: 7 },
          attributes: { error: "none" },
        };
        writer.send({ n: 42, text: "ευρηκα" }, { sourceTimeNs: 1_234_567_890_123_456_789n, extras });
        await reader.has(1);
        const sample = reader.takeOne();
        expect(sample.message).toEqual({ n: 42, text: "ευρηκα" });
        expect(sample.publisher).toBe(writer.info.id);
        expect(sample.sequence).toBe(1);
        expect(sample.sourceTimeNs).toBe(1_234_567_890_123_456_789n);
        expect(sample.extras).toEqual(extras);
        expect(sample.schema.name).toBe("conformance.Numbered");
        expect(JSON.parse(new TextDecoder().decode(sample.bytes))).toEqual({ n: 42, text: "ευρηκα" });
      });

      test("samples of a reliable writer arrive all and in order", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(
          a.writer("/t", { history: "keep_all" }),
          b.reader("/t", { history: "keep_all" }),
        );
        for (let n = 0; n < 1000; n++) writer.send({ n });
        await reader.has(1000);
        expect(reader.takeAll().map((s) => s.message.n)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
        expect(reader.inner.counters).toMatchObject({ received: 1000, taken: 1000, dropped: 0, lost: 0 });
      });

      test("samples keep their order per writer when several write, and name their writer", async () => {
        const [a, b, c] = await net.participants(3);
        const reader = c.reader("/t", { depth: 1000 });
        const writers = [a.writer("/t"), a.writer("/t"), b.writer("/t")];
        await net.until(() => expect(reader.inner.matched).toHaveLength(3));
        await Promise.all(writers.map((writer) => net.until(() => expect(writer.inner.matched).toHaveLength(1))));
        for (let n = 0; n < 100; n++) for (const writer of writers) writer.send({ n });
        await reader.has(300);
        const samples = reader.takeAll();
        for (const writer of writers) {
          const own = samples.filter((s) => s.publisher === writer.info.id);
          expect(own.map((s) => s.message.n)).toEqual(Array.from({ length: 100 }, (_, n) => n));
        }
      });

      test("every reader gets every sample", async () => {
        const [a, ...others] = await net.participants(4);
        const writer = a.writer("/t");
        const readers = [a, ...others, ...others].map((p) => p.reader("/t", { depth: 100 }));
        await net.until(() => expect(writer.inner.matched).toHaveLength(readers.length));
        await Promise.all(readers.map((reader) => net.until(() => expect(reader.inner.matched).toHaveLength(1))));
        for (let n = 0; n < 50; n++) writer.send({ n });
        for (const reader of readers) {
          await reader.has(50);
          expect(reader.takeAll().map((s) => s.message.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
        }
      });

      test("bytes written without a codec arrive as they are, and decode with the reader's codec", async () => {
        const [a, b] = await net.participants(2);
        const writer = a.writerOfBytes("/t");
        const [typed, raw] = [b.reader("/t"), b.readerOfBytes("/t")];
        await net.until(() => expect(writer.inner.matched).toHaveLength(2));
        await net.until(() => expect([typed.inner.matched.length, raw.inner.matched.length]).toEqual([1, 1]));
        const bytes = numbered.encode({ n: 5 });
        writer.sendBytes(bytes);
        await Promise.all([typed.has(1), raw.has(1)]);
        expect(typed.takeOne().message).toEqual({ n: 5 });
        const sample = raw.takeOne();
        expect(new Uint8Array(sample.bytes)).toEqual(bytes);
        expect(sample.schema).toMatchObject({ name: "conformance.Numbered", messageEncoding: "json" });
      });

      const sizes = [0, 1, 7, 8, 255, 256, 1400, 1500, 65_507, 65_536, 1 << 20];
      test.for(sizes.filter((size) => size <= (traits.maxPayloadBytes ?? 1 << 20)))(
        "a payload of %i bytes arrives whole",
        async (size) => {
          const [a, b] = await net.participants(2);
          const [writer, reader] = await matched(a.writerOfBytes("/t"), b.readerOfBytes("/t"));
          const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 0xff);
          writer.sendBytes(bytes);
          await reader.has(1);
          expect(Buffer.compare(reader.takeOne().bytes, bytes)).toBe(0);
        },
      );

      test.for([16, 100_000].filter((size) => size <= (traits.maxPayloadBytes ?? 1 << 20)))(
        "loans of %i bytes that are committed arrive, those that are disposed do not",
        async (size) => {
          const [a, b] = await net.participants(2);
          const [writer, reader] = await matched(a.writerOfBytes("/t"), b.readerOfBytes("/t", { depth: 30 }));
          for (let n = 0; n < 30; n++) {
            const abandoned = writer.inner.loan(size);
            const loan = writer.inner.loan(size);
            abandoned?.[Symbol.dispose]();
            const [bytes, length] = [loan?.bytes ?? new Uint8Array(size), n % 3 === 0 ? 4 : size];
            bytes.fill(n);
            if (loan === undefined) writer.sendBytes(bytes.subarray(0, length));
            else loan.commit(writer.nextInfo(), length);
            await reader.has(n + 1);
          }
          const got = reader.takeAll().map(({ bytes }) => [bytes.length, bytes[0], bytes.at(-1)]);
          expect(got).toEqual(Array.from({ length: 30 }, (_, n) => [n % 3 === 0 ? 4 : size, n, n]));
        },
      );

      test("who takes nothing holds up nobody: neither other readers nor matches and their ends", async () => {
        const bytes = Math.min(1 << 20, traits.maxPayloadBytes ?? 1 << 20);
        const [a, b] = await net.participants(2);
        const [idleWriter, idle] = await matched(a.writerOfBytes("/idle"), b.readerOfBytes("/idle", { depth: 30 }));
        for (let n = 0; n < 30; n++) {
          idleWriter.sendBytes(new Uint8Array(bytes).fill(n));
          await idle.has(n + 1);
        }
        const [writer, reader] = await matched(a.writerOfBytes("/t"), b.readerOfBytes("/t"));
        for (let n = 0; n < 10; n++) {
          writer.sendBytes(new Uint8Array(bytes).fill(n));
          await reader.has(1);
          expect(reader.takeOne().bytes[bytes - 1]).toBe(n);
        }
        await reader.inner[Symbol.asyncDispose]();
        await net.until(() => expect(writer.inner.matched).toHaveLength(0));
        const kept = idle.takeAll().map((sample) => [sample.bytes[0], sample.bytes.at(-1)]);
        expect(kept).toEqual(Array.from({ length: 30 }, (_, n) => [n, n]));
      });

      test("a retained sample keeps its bytes when many more follow", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writerOfBytes("/t"), b.readerOfBytes("/t", { depth: 1 }));
        writer.sendBytes(new Uint8Array(1000).fill(1));
        await reader.has(1);
        const kept = reader.inner.take()!.retain();
        for (let n = 0; n < 200; n++) writer.sendBytes(new Uint8Array(1000).fill(2));
        await net.until(() => expect(reader.inner.counters.received + reader.inner.counters.lost).toBe(201));
        reader.inner.take()?.release();
        expect([...kept.bytes].every((byte) => byte === 1)).toBe(true);
      });

      // What a transport cannot do by its nature is no test of it: left out, not reported as skipped.
      if (traits.byReference === true)
        test("values pass by reference and are never encoded", async () => {
          const [a, b] = await net.participants(2);
          const encode = vi.spyOn(numbered, "encode");
          const [writer, reader] = await matched(a.writer("/t"), b.reader("/t"));
          const message = { n: 1 };
          writer.send(message);
          expect(reader.takeOne().message).toBe(message);
          expect(encode).not.toHaveBeenCalled();
          encode.mockRestore();
        });

      if (traits.byReference === true)
        test("a message is encoded and decoded once for any number of readers", async () => {
          const [a, b] = await net.participants(2);
          const other: MessageCodec<Numbered> = { ...numbered };
          const encode = vi.spyOn(numbered, "encode");
          const decode = vi.spyOn(other, "decode");
          const writer = a.writer("/t");
          const readers = [b.reader("/t", {}, other), b.reader("/t", {}, other), b.readerOfBytes("/t")];
          writer.send({ n: 3 });
          const samples = readers.map((reader) => reader.inner.take()!);
          expect(samples.slice(0, 2).map((s) => [s.message, s.message])).toEqual([
            [{ n: 3 }, { n: 3 }],
            [{ n: 3 }, { n: 3 }],
          ]);
          expect(samples[2]!.bytes).toBe(samples[2]!.bytes);
          expect([encode.mock.calls.length, decode.mock.calls.length]).toEqual([1, 1]);
          encode.mockRestore();
        });

      test("nothing arrives on another topic", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t"));
        const other = b.reader("/t/other");
        writer.send({ n: 1 });
        await reader.has(1);
        expect(other.inner.matched).toEqual([]);
        expect(other.inner.counters.received).toBe(0);
      });

      test("a reader that ignores its own participant hears only the others", async () => {
        const [a, b] = await net.participants(2);
        const [own, other] = [a.writer("/t"), b.writer("/t")];
        const reader = a.reader("/t", {}, numbered, { ignoreLocal: true });
        await net.until(() => expect(reader.inner.matched.map((m) => m.id)).toEqual([other.info.id]));
        await net.until(() => expect(other.inner.matched).toHaveLength(1));
        own.send({ n: 1 });
        other.send({ n: 2 });
        await reader.has(1);
        expect(reader.takeAll().map((s) => s.message.n)).toEqual([2]);
      });
    });

    describe("queues", () => {
      test("keep_last holds the newest, and counts and reports each one it let go", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t", { depth: 3 }));
        for (let n = 0; n < 10; n++) writer.send({ n });
        await net.until(() => {
          const { received, lost } = reader.inner.counters;
          expect(received + lost).toBe(10);
        });
        expect(reader.inner.available).toBe(3);
        expect(reader.takeAll().map((s) => s.message.n)).toEqual([7, 8, 9]);
        const { received, dropped, lost, taken } = reader.inner.counters;
        expect(dropped + lost).toBe(7);
        expect(received).toBe(taken + dropped);
        expect(reader.dropped + reader.lost).toBe(7);
      });

      test("keep_all without room holds samples back and then loses only what it counts", async () => {
        const [a, b] = await net.participants(2);
        const qos: QosOptions = {
          history: "keep_all",
          resourceLimits: { maxSamples: 5, maxInstances: 1, maxSamplesPerInstance: 5 },
        };
        const [writer, reader] = await matched(a.writer("/t", qos), b.reader("/t", qos));
        const results: PublishResult[] = [];
        for (let n = 0; n < 30; n++) results.push(writer.send({ n }));
        const arrived: number[] = [];
        await net.until(() => {
          arrived.push(...reader.takeAll().map((s) => s.message.n));
          expect(arrived.length + writer.inner.counters.dropped + reader.inner.counters.dropped).toBe(30);
        });
        expect(arrived).toEqual([...arrived].sort((x, y) => x - y));
        expect(arrived.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
        expect(results.filter((r) => r === "dropped")).toHaveLength(writer.inner.counters.dropped);
      });

      test("onData is called once for each sample that can be taken", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t", { depth: 100 }));
        for (let n = 0; n < 20; n++) writer.send({ n });
        await reader.has(20);
        expect(reader.calls).toBe(20);
      });
    });

    describe("late joiners", () => {
      test("a transient-local reader that comes late gets the writer's last samples, in order, before new ones", async () => {
        const [a, b] = await net.participants(2);
        const writer = a.writer("/t", { durability: "transient_local", depth: 3 });
        for (let n = 0; n < 5; n++) writer.send({ n });
        const reader = b.reader("/t", { durability: "transient_local" });
        await reader.has(3);
        await net.until(() => expect(writer.inner.matched).toHaveLength(1));
        writer.send({ n: 5 });
        await reader.has(4);
        expect(reader.takeAll().map((s) => s.message.n)).toEqual([2, 3, 4, 5]);
      });

      test("a volatile reader that comes late gets nothing old, from any writer", async () => {
        const [a, b] = await net.participants(2);
        const writers = [a.writer("/t"), a.writer("/t", { durability: "transient_local" })];
        for (const writer of writers) writer.send({ n: 0 });
        const reader = b.reader("/t");
        await net.until(() => expect(reader.inner.matched).toHaveLength(2));
        for (const writer of writers) await net.until(() => expect(writer.inner.matched).toHaveLength(1));
        for (const writer of writers) writer.send({ n: 1 });
        await reader.has(2);
        expect(reader.takeAll().map((s) => s.message.n)).toEqual([1, 1]);
      });
    });

    describe("matching", () => {
      test("both sides see the match, and its end when either closes", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t"));
        await net.until(() => expect(writer.seen).toEqual([`matched ${reader.info.id}`]));
        await net.until(() => expect(reader.seen).toEqual([`matched ${writer.info.id}`]));
        await reader.inner[Symbol.asyncDispose]();
        await net.until(() => expect(writer.seen[1]).toBe(`unmatched ${reader.info.id}`));
        expect(writer.inner.matched).toEqual([]);
        const second = b.reader("/t");
        await net.until(() => expect(second.inner.matched).toHaveLength(1));
        await writer.inner[Symbol.asyncDispose]();
        await net.until(() => expect(second.seen[1]).toBe(`unmatched ${writer.info.id}`));
      });

      test("matched endpoints show their node, participant, QoS and schema", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(
          a.writer("/t", { deadlineMs: 50, depth: 4 }),
          b.reader("/t", { reliability: "best_effort" }),
        );
        const [seen] = reader.inner.matched;
        expect(seen).toMatchObject({ kind: "publication", topic: "/t", node: "/node" });
        expect(seen!.participant.id).toBe(a.info.id);
        expect(seen!.qos).toMatchObject({ reliability: "reliable", deadlineMs: 50 });
        expect(seen!.schema).toMatchObject({ name: "conformance.Numbered", messageEncoding: "json" });
        expect(writer.inner.matched[0]!.qos.reliability).toBe("best_effort");
      });

      const pairs: readonly [policy: string, offered: QosOptions, requested: QosOptions][] = [
        ["reliability", { reliability: "best_effort" }, { reliability: "reliable" }],
        ["durability", { durability: "volatile" }, { durability: "transient_local" }],
        ["deadline", { deadlineMs: 200 }, { deadlineMs: 100 }],
        ["liveliness", { liveliness: "automatic" }, { liveliness: "manual_by_topic" }],
        ["liveliness lease", { livelinessLeaseMs: 60_000 }, { livelinessLeaseMs: 30_000 }],
        ["ownership", { ownership: "shared" }, { ownership: "exclusive" }],
        ["latency budget", { latencyBudgetMs: 20 }, { latencyBudgetMs: 10 }],
        ["destination order", {}, { destinationOrder: "by_source_timestamp" }],
      ];
      test.for(pairs)(
        "%s that does not fit is reported on both sides with both values",
        async ([policy, offered, requested]) => {
          const [a, b] = await net.participants(2);
          const [writer, reader] = [a.writer("/t", offered), b.reader("/t", requested)];
          await net.until(() => {
            expect(writer.incompatible.length).toBeGreaterThan(0);
            expect(reader.incompatible.length).toBeGreaterThan(0);
          });
          for (const [event, mine, theirs] of [
            [writer.incompatible[0]!, writer, reader],
            [reader.incompatible[0]!, reader, writer],
          ] as const) {
            expect(event.local.id).toBe(mine.info.id);
            expect(event.remote.id).toBe(theirs.info.id);
            const [mismatch] = event.mismatches;
            expect(mismatch!.policy).toBe(policy);
            expect(event.explain()).toContain(mismatch!.offered);
            expect(event.explain()).toContain(mismatch!.requested);
          }
          writer.send({ n: 1 });
          expect([writer.inner.matched, reader.inner.matched]).toEqual([[], []]);
          expect(reader.inner.counters.received).toBe(0);
        },
      );

      test("another type on the same topic is reported, not delivered", async () => {
        const [a, b] = await net.participants(2);
        const other: MessageCodec<Numbered> = {
          ...numbered,
          schema: { ...numbered.schema, name: "conformance.Other" },
        };
        const [writer, reader] = [a.writer("/t"), b.reader("/t", {}, other)];
        await net.until(() => expect(reader.incompatible).toHaveLength(1));
        await net.until(() => expect(writer.incompatible).toHaveLength(1));
        expect(reader.incompatible[0]!.mismatches[0]).toMatchObject({
          policy: "type",
          offered: "conformance.Numbered",
          requested: "conformance.Other",
        });
        expect(reader.inner.matched).toEqual([]);
      });

      test("partitions separate without complaint, and patterns join", async () => {
        const [a, b] = await net.participants(2);
        const writer = a.writer("/t", { partition: ["left"] });
        const [right, any, none] = [
          b.reader("/t", { partition: ["right"] }),
          b.reader("/t", { partition: ["l*"] }),
          b.reader("/t"),
        ];
        await net.until(() => expect(any.inner.matched).toHaveLength(1));
        await net.until(() => expect(writer.inner.matched).toHaveLength(1));
        writer.send({ n: 1 });
        await any.has(1);
        expect([right.inner.matched, none.inner.matched]).toEqual([[], []]);
        expect([...right.incompatible, ...none.incompatible, ...writer.incompatible]).toEqual([]);
      });

      test("many writers and readers all match, and all leave", async () => {
        const [a, b] = await net.participants(2);
        const writers = Array.from({ length: 20 }, () => a.writer("/t"));
        const readers = Array.from({ length: 20 }, () => b.reader("/t", { depth: 100 }));
        for (const writer of writers) await net.until(() => expect(writer.inner.matched).toHaveLength(20));
        for (const reader of readers) await net.until(() => expect(reader.inner.matched).toHaveLength(20));
        for (const writer of writers) writer.send({ n: 1 });
        for (const reader of readers) await reader.has(20);
        await Promise.all(writers.map((writer) => writer.inner[Symbol.asyncDispose]()));
        for (const reader of readers) await net.until(() => expect(reader.inner.matched).toEqual([]));
      });
    });

    describe("discovery", () => {
      test("shows participants, nodes and endpoints of others, and their going", async () => {
        const [a, b] = await net.participants(2);
        const changes: string[] = [];
        for (const event of ["nodeJoined", "nodeLeft"] as const) {
          a.transport.discovery.events.on(event, (node) => changes.push(`${event} ${node.name}`));
        }
        for (const event of ["endpointJoined", "endpointLeft"] as const) {
          a.transport.discovery.events.on(event, (e) => changes.push(`${event} ${e.topic} ${e.schema?.name}`));
        }
        await net.until(() => expect([...a.transport.discovery.participants.keys()]).toContain(b.info.id));
        const node = b.transport.announceNode("/talker");
        const writer = b.writer("/t");
        const names = (): string[] => [...a.transport.discovery.nodes.values()].map((n) => n.name);
        await net.until(() => expect(names()).toContain("/talker"));
        await net.until(() => expect(a.transport.discovery.endpoints.get(writer.info.id)?.topic).toBe("/t"));
        await writer.inner[Symbol.asyncDispose]();
        await net.until(() => expect(a.transport.discovery.endpoints.has(writer.info.id)).toBe(false));
        node[Symbol.dispose]();
        await net.until(() => expect(names()).not.toContain("/talker"));
        expect(changes.sort()).toEqual([
          "endpointJoined /t conformance.Numbered",
          "endpointLeft /t conformance.Numbered",
          "nodeJoined /talker",
          "nodeLeft /talker",
        ]);
      });

      test("everything of a participant leaves when its transport closes", async () => {
        const [a, b] = await net.participants(2);
        b.transport.announceNode("/gone");
        const [, reader] = await matched(b.writer("/t"), a.reader("/t"));
        await net.until(() => expect(a.transport.discovery.nodes.size).toBe(1));
        await b.transport[Symbol.asyncDispose]();
        await net.until(() => expect(reader.inner.matched).toEqual([]));
        await net.until(() => expect([...a.transport.discovery.participants.keys()]).toEqual([a.info.id]));
        expect(a.transport.discovery.nodes.size).toBe(0);
        expect([...a.transport.discovery.endpoints.keys()]).toEqual([reader.info.id]);
      });
    });

    describe("acknowledgments", () => {
      test("waiting ends when every reliable reader has everything", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t", { depth: 100 }));
        for (let n = 0; n < 20; n++) writer.send({ n });
        await writer.inner.waitForAcknowledgments();
        // A transport whose protocol lives in a thread of its own acknowledges there: the way to this thread is still open.
        await net.until(() => expect(reader.inner.counters.received).toBe(20));
      });

      test("waiting without readers ends at once", async () => {
        const [a] = await net.participants(1);
        const writer = a.writer("/t");
        writer.send({ n: 1 });
        await expect(writer.inner.waitForAcknowledgments()).resolves.toBeUndefined();
      });

      test("a publisher that waits for room whenever it is told so loses nothing", async () => {
        const [a, b] = await net.participants(2);
        const qos: QosOptions = {
          history: "keep_all",
          resourceLimits: { maxSamples: 2000, maxInstances: 1, maxSamplesPerInstance: 2000 },
        };
        const [writer, reader] = await matched(a.writer("/t", { history: "keep_all" }), b.reader("/t", qos));
        if (writer.inner.waitForRoom === undefined) return;
        await expect(writer.inner.waitForRoom()).resolves.toBeUndefined();
        await expect(writer.inner.waitForRoom({ signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
        const got: number[] = [];
        const takeAll = (): void => {
          for (let s = reader.inner.take(); s !== undefined; s = reader.inner.take()) {
            got.push((s as Sample<Numbered>).message.n);
            s.release();
          }
        };
        const results = new Set<PublishResult>();
        for (let n = 0; n < 30_000; n++) {
          const result = writer.send({ n });
          results.add(result);
          if (result === "sent") continue;
          let roomy = false;
          void writer.inner.waitForRoom().then(() => (roomy = true));
          await net.until(() => {
            takeAll();
            expect(roomy).toBe(true);
          });
        }
        await net.until(() => {
          takeAll();
          expect(got).toHaveLength(30_000);
        });
        expect(got.every((n, i) => n === i)).toBe(true);
        expect(results).toEqual(new Set(["sent", "queued"]));
      });

      test("waiting ends by an AbortedError when the signal fires, before or during", async () => {
        const [a, b] = await net.participants(2);
        const qos: QosOptions = {
          history: "keep_all",
          resourceLimits: { maxSamples: 1, maxInstances: 1, maxSamplesPerInstance: 1 },
        };
        const [writer] = await matched(a.writer("/t", { history: "keep_all" }), b.reader("/t", qos));
        for (let n = 0; n < 3; n++) writer.send({ n });
        const before = writer.inner.waitForAcknowledgments({ signal: AbortSignal.abort() });
        await expect(before).rejects.toThrow(AbortedError);
        if (traits.byReference !== true) return;
        const during = new AbortController();
        const waiting = writer.inner.waitForAcknowledgments({ signal: during.signal });
        during.abort();
        await expect(waiting).rejects.toThrow(AbortedError);
      });
    });

    describe("closing", () => {
      test("twice is the same as once, for endpoints and for the transport", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t"));
        for (const closing of [writer.inner, writer.inner, reader.inner, reader.inner, a.transport, a.transport]) {
          await closing[Symbol.asyncDispose]();
        }
        expect(writer.seen.filter((event) => event.startsWith("unmatched"))).toHaveLength(1);
      });

      test("after it, writing is refused and taking gives nothing", async () => {
        const [a, b] = await net.participants(2);
        const [writer, reader] = await matched(a.writer("/t"), b.reader("/t"));
        writer.send({ n: 1 });
        await reader.has(1);
        await reader.inner[Symbol.asyncDispose]();
        await writer.inner[Symbol.asyncDispose]();
        expect(() => writer.send({ n: 2 })).toThrow(ClosedError);
        expect(reader.inner.take()).toBeUndefined();
        const counters = reader.inner.counters;
        expect(counters.received).toBe(counters.taken + counters.dropped);
      });

      test("a transport refuses new endpoints after it", async () => {
        const [a] = await net.participants(1);
        await a.transport[Symbol.asyncDispose]();
        expect(() => a.writer("/t")).toThrow(ClosedError);
        expect(() => a.reader("/t")).toThrow(ClosedError);
      });

      if (traits.synchronous === true)
        test("a reader may close others while a sample is on its way", async () => {
          const [a, b] = await net.participants(2);
          const writer = a.writer("/t");
          const first = b.reader("/t", {}, numbered, {}, () => void second.inner[Symbol.asyncDispose]());
          const second = b.reader("/t");
          const third = b.reader("/t");
          writer.send({ n: 1 });
          writer.send({ n: 2 });
          expect([first, second, third].map((r) => r.takeAll().map((s) => s.message.n))).toEqual([[1, 2], [], [1, 2]]);
        });
    });

    if (traits.simulatedClock === true)
      describe("time", () => {
        const advance = (ms: number): void => (net.clock as SimulatedClock).advance(ms);

        test("each deadline that passes without a sample is counted and reported, on both sides", async () => {
          const [a, b] = await net.participants(2);
          const [writer, reader] = await matched(
            a.writer("/t", { deadlineMs: 10 }),
            b.reader("/t", { deadlineMs: 10 }),
          );
          advance(100); // nothing is due before the first sample
          writer.send({ n: 1 });
          advance(9);
          writer.send({ n: 2 });
          advance(9);
          expect(reader.inner.counters.deadlinesMissed).toBe(0);
          advance(31);
          expect(reader.inner.counters.deadlinesMissed).toBe(4);
          expect(writer.inner.counters.deadlinesMissed).toBe(4);
          expect(reader.deadlines).toEqual([1, 2, 3, 4]);
        });

        test("samples past their lifespan are not delivered but counted", async () => {
          const [a, b] = await net.participants(2);
          const [writer, reader] = await matched(a.writer("/t", { lifespanMs: 20 }), b.reader("/t"));
          writer.send({ n: 1 });
          advance(15);
          writer.send({ n: 2 });
          advance(10);
          expect(reader.takeAll().map((s) => s.message.n)).toEqual([2]);
          expect(reader.inner.counters).toMatchObject({ received: 2, taken: 1, expired: 1 });
        });

        test("a time-based filter lets one sample through in its time", async () => {
          const [a, b] = await net.participants(2);
          const [writer, reader] = await matched(a.writer("/t"), b.reader("/t", { timeBasedFilterMs: 10, depth: 100 }));
          for (let n = 0; n < 30; n++) {
            writer.send({ n });
            advance(1);
          }
          expect(reader.takeAll().map((s) => s.message.n)).toEqual([0, 10, 20]);
          expect(reader.inner.counters.filtered).toBe(27);
        });

        test("by_source_timestamp sorts the queue and refuses what is older than what was taken", async () => {
          const [a, b] = await net.participants(2);
          const qos: QosOptions = { destinationOrder: "by_source_timestamp" };
          const [writer, reader] = await matched(a.writer("/t", qos), b.reader("/t", qos));
          for (const n of [3, 1, 2]) writer.send({ n }, { sourceTimeNs: BigInt(n) });
          expect(reader.takeAll().map((s) => s.message.n)).toEqual([1, 2, 3]);
          writer.send({ n: 2 }, { sourceTimeNs: 2n });
          expect(reader.inner.take()).toBeUndefined();
          expect(reader.inner.counters.dropped).toBe(1);
        });

        test("under exclusive ownership the strongest writer alive is heard, and the next when it goes", async () => {
          const [a, b] = await net.participants(2);
          const weak = a.writer("/t", { ownership: "exclusive", ownershipStrength: 1 });
          const strong = a.writer("/t", { ownership: "exclusive", ownershipStrength: 5 });
          const reader = b.reader("/t", { ownership: "exclusive" });
          // DDS 1.4 §2.2.3.9.2: who is stronger takes over by writing.
          weak.send({ n: 1 });
          strong.send({ n: 2 });
          weak.send({ n: 3 });
          await strong.inner[Symbol.asyncDispose]();
          weak.send({ n: 4 });
          expect(reader.takeAll().map((s) => s.message.n)).toEqual([1, 2, 4]);
          expect(reader.inner.counters.filtered).toBe(1);
        });

        test("a writer that does not assert its liveliness in its lease is lost, until it does", async () => {
          const [a, b] = await net.participants(2);
          const qos: QosOptions = { liveliness: "manual_by_topic", livelinessLeaseMs: 20 };
          const [writer, reader] = await matched(a.writer("/t", qos), b.reader("/t"));
          advance(19);
          writer.inner.assertLiveliness();
          advance(19);
          expect(reader.seen).toHaveLength(1);
          advance(2);
          writer.send({ n: 1 });
          expect(reader.seen.slice(1)).toEqual(["not alive", "alive"]);
          expect(writer.seen).toContain("liveliness lost");
        });
      });
  });
}

interface Numbered {
  readonly n: number;
  readonly text?: string;
}

const numbered: MessageCodec<Numbered> = {
  schema: {
    name: "conformance.Numbered",
    messageEncoding: "json",
    schemaEncoding: "jsonschema",
    data: new TextEncoder().encode(`{"type":"object","properties":{"n":{"type":"number"},"text":{"type":"string"}}}`),
  },
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as Numbered,
  toJSON: (value) => ({ ...value }),
  fromJSON: (json) => json as unknown as Numbered,
};

/** The participants of one test. */
class Network {
  readonly clock: Clock;
  readonly #factory: TransportFactory;
  readonly #opened: Transport[] = [];

  constructor(factory: TransportFactory, clock: Clock) {
    this.#factory = factory;
    this.clock = clock;
  }

  async participants<const N extends number>(count: N): Promise<Tuple<Participant, N>> {
    const opened: Participant[] = [];
    for (let i = 0; i < count; i++) opened.push(await this.#open());
    return opened as Tuple<Participant, N>;
  }

  /** Asks again until `check` no longer throws: what travels takes its time. */
  until(check: () => void): Promise<void> {
    return vi.waitFor(check, { timeout: 20_000, interval: 2 });
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((transport) => transport[Symbol.asyncDispose]()));
  }

  async #open(): Promise<Participant> {
    const info: ParticipantInfo = {
      id: Array.from({ length: 12 }, () =>
        Math.floor(Math.random() * 256)
          .toString(16)
          .padStart(2, "0"),
      ).join(""),
      name: `participant ${this.#opened.length}`,
      host: "here",
      pid: 1,
      thread: 0,
      transports: [this.#factory.address],
      vendor: "delos",
    };
    const log = new Logger("conformance", this.clock, () => {});
    const transport = await this.#factory.open({ participant: info, clock: this.clock, log, carries: () => true });
    this.#opened.push(transport);
    return new Participant(this, info, transport);
  }
}

type Tuple<T, N extends number, R extends T[] = []> = R["length"] extends N ? R : Tuple<T, N, [...R, T]>;

class Participant {
  readonly info: ParticipantInfo;
  readonly transport: Transport;
  readonly #net: Network;
  #endpoints = 0;

  constructor(net: Network, info: ParticipantInfo, transport: Transport) {
    this.#net = net;
    this.info = info;
    this.transport = transport;
  }

  writer(topic: string, qos: QosOptions = {}): TestWriter {
    return this.#writer(topic, qos, numbered);
  }

  writerOfBytes(topic: string, qos: QosOptions = {}): TestWriter {
    return this.#writer(topic, qos, undefined);
  }

  reader(
    topic: string,
    qos: QosOptions = {},
    codec: MessageCodec<Numbered> = numbered,
    options: Partial<ReaderOptions> = {},
    onData: () => void = () => {},
  ): TestReader {
    return this.#reader(topic, qos, { schema: codec.schema, codec: codec as MessageCodec, ...options }, onData);
  }

  readerOfBytes(topic: string, qos: QosOptions = {}): TestReader {
    return this.#reader(topic, qos, {}, () => {});
  }

  #reader(topic: string, qos: QosOptions, options: Partial<ReaderOptions>, onData: () => void): TestReader {
    const id = endpointId(this.info.id, ++this.#endpoints, "subscription");
    return new TestReader(this.#net, this.transport, onData, {
      id,
      node: "/node",
      topic,
      qos: completeQos(qos),
      ...options,
    });
  }

  #writer(topic: string, qos: QosOptions, codec: MessageCodec<Numbered> | undefined): TestWriter {
    const id = endpointId(this.info.id, ++this.#endpoints, "publication");
    const events = new Events<WriterEvents>();
    const writer = new TestWriter(this.#net, events, codec);
    writer.inner = this.transport.createWriter({
      id,
      node: "/node",
      topic,
      qos: completeQos(qos),
      schema: numbered.schema,
      codec: codec as MessageCodec | undefined,
      events,
    });
    return writer;
  }
}

class TestWriter {
  inner!: Writer;
  readonly net: Network;
  readonly seen: string[] = [];
  readonly incompatible: Incompatibility[] = [];
  readonly #codec: MessageCodec<Numbered> | undefined;
  #sequence = 0;

  constructor(net: Network, events: Events<WriterEvents>, codec: MessageCodec<Numbered> | undefined) {
    this.net = net;
    this.#codec = codec;
    events.on("matched", (peer) => this.seen.push(`matched ${peer.id}`));
    events.on("unmatched", (peer) => this.seen.push(`unmatched ${peer.id}`));
    events.on("incompatible", (event) => this.incompatible.push(event));
    events.on("livelinessLost", () => this.seen.push("liveliness lost"));
  }

  get info(): EndpointInfo {
    return this.inner.info;
  }

  send(message: Numbered, options: { sourceTimeNs?: bigint; extras?: SampleExtras } = {}): PublishResult {
    return this.inner.write(Sample.ofValue(message, this.#codec!, this.nextInfo(options)) as Sample);
  }

  sendBytes(bytes: Uint8Array): PublishResult {
    return this.inner.write(Sample.ofBytes(bytes, numbered.schema, this.nextInfo()));
  }

  nextInfo(options: { sourceTimeNs?: bigint; extras?: SampleExtras } = {}): SampleInfo {
    const nowNs = this.net.clock.nowNs();
    return {
      publisher: this.info.id,
      sequence: ++this.#sequence,
      sourceTimeNs: nowNs,
      receptionTimeNs: nowNs,
      ...options,
    };
  }
}

class TestReader {
  readonly inner: Reader;
  readonly seen: string[] = [];
  readonly incompatible: Incompatibility[] = [];
  readonly deadlines: number[] = [];
  readonly #net: Network;
  calls = 0;
  dropped = 0;
  lost = 0;

  constructor(
    net: Network,
    transport: Transport,
    onData: () => void,
    options: Omit<ReaderOptions, "onData" | "events">,
  ) {
    this.#net = net;
    const events = new Events<ReaderEvents>();
    events.on("matched", (peer) => this.seen.push(`matched ${peer.id}`));
    events.on("unmatched", (peer) => this.seen.push(`unmatched ${peer.id}`));
    events.on("incompatible", (event) => this.incompatible.push(event));
    events.on("deadlineMissed", ({ total }) => this.deadlines.push(total));
    events.on("dropped", ({ count }) => (this.dropped += count));
    events.on("lost", ({ count }) => (this.lost += count));
    events.on("livelinessChanged", ({ alive }) => this.seen.push(alive ? "alive" : "not alive"));
    this.inner = transport.createReader({
      ...options,
      events,
      onData: () => {
        this.calls++;
        onData();
      },
    });
  }

  get info(): EndpointInfo {
    return this.inner.info;
  }

  /** Waits until `count` samples can be taken. */
  has(count: number): Promise<void> {
    return this.#net.until(() => expect(this.inner.available).toBeGreaterThanOrEqual(count));
  }

  takeOne(): Sample<Numbered> {
    const sample = this.inner.take();
    expect(sample).toBeDefined();
    return sample!.retain() as Sample<Numbered>;
  }

  takeAll(): Sample<Numbered>[] {
    const samples: Sample<Numbered>[] = [];
    for (let sample = this.inner.take(); sample !== undefined; sample = this.inner.take()) {
      samples.push(sample.retain() as Sample<Numbered>);
    }
    return samples;
  }
}

async function matched(writer: TestWriter, reader: TestReader): Promise<[TestWriter, TestReader]> {
  await writer.net.until(() => {
    expect(writer.inner.matched.map((peer) => peer.id)).toContain(reader.info.id);
    expect(reader.inner.matched.map((peer) => peer.id)).toContain(writer.info.id);
  });
  return [writer, reader];
}
