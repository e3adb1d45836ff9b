import type { Clock } from "@delos/core";
import type { ByteWriter } from "@delos/wire";
import type { Incoming } from "./incoming.ts";
import type { RemoteWriter } from "./remote.ts";
import type { PayloadMemory } from "./sample-memory.ts";
import type { NumberSet } from "./wire/number-set.ts";
import { WriterProxy } from "./writer-proxy.ts";

/** Where a reader's samples go. */
export interface ReaderSink {
  /**
   * False when there is no room: a reliable writer sends the sample again, once `resume` was called. Else memory that the sample
   * owns is the sink's, to be given back.
   */
  deliver(writer: RemoteWriter, sample: Incoming): boolean;
  /** Samples that will never arrive. */
  lost(count: number): void;
}

/** What a reader needs of its participant. */
export interface ReaderContext {
  readonly clock: Clock;
  /** For readers that bring no memory of their own. */
  readonly memory: PayloadMemory;
  /** How long participants take to answer at present, where many come at once; else 0, ms. */
  readonly responseMs: number;
  /** Sends a submessage of at most `bytes` to the writer's participant. */
  toWriter(writer: RemoteWriter, id: number, flags: number, bytes: number, write: (writer: ByteWriter) => void): void;
  /** Sends an ACKNACK; `missing` is not kept. */
  acknowledge(writer: RemoteWriter, flags: number, readerId: number, missing: NumberSet, count: number): void;
  count(reason: string, count?: number): void;
}

/** A reader as a state machine: submessages and time in, samples and requests out. DDSI-RTPS 2.5 §8.4.12. */
export class StatefulReader {
  readonly entityId: number;
  readonly reliable: boolean;
  readonly transientLocal: boolean;
  readonly sink: ReaderSink;
  readonly context: ReaderContext;
  /** Larger samples are refused; a discovery reader expects no 64 MiB. */
  readonly maxSampleBytes: number;
  readonly memory: PayloadMemory;
  readonly proxies: Map<RemoteWriter, WriterProxy> = new Map();
  readonly #blocked = new Set<WriterProxy>();

  constructor(
    entityId: number,
    options: { reliable: boolean; transientLocal: boolean; maxSampleBytes?: number; memory?: PayloadMemory },
    sink: ReaderSink,
    context: ReaderContext,
  ) {
    this.entityId = entityId;
    this.reliable = options.reliable;
    this.transientLocal = options.transientLocal;
    this.maxSampleBytes = options.maxSampleBytes ?? Infinity;
    this.memory = options.memory ?? context.memory;
    this.sink = sink;
    this.context = context;
  }

  /** `speaks`: asks for the first heartbeat at once. */
  addWriter(remote: RemoteWriter, writerReliable: boolean, speaks = true): WriterProxy {
    const proxy = new WriterProxy(this, remote, {
      reliable: this.reliable && writerReliable,
      transientLocal: this.transientLocal,
    });
    this.proxies.set(remote, proxy);
    remote.links = [...remote.links, proxy];
    if (speaks) proxy.contact();
    return proxy;
  }

  removeWriter(remote: RemoteWriter): void {
    const proxy = this.proxies.get(remote);
    if (proxy === undefined) return;
    this.proxies.delete(remote);
    this.#blocked.delete(proxy);
    remote.links = remote.links.filter((link) => link !== proxy);
    proxy[Symbol.dispose]();
  }

  toWriter(remote: RemoteWriter, id: number, flags: number, bytes: number, write: (writer: ByteWriter) => void): void {
    this.context.toWriter(remote, id, flags, bytes, write);
  }

  blocked(proxy: WriterProxy): void {
    this.#blocked.add(proxy);
  }

  /** There is room again. */
  resume(): void {
    if (this.#blocked.size === 0) return;
    const waiting = [...this.#blocked];
    this.#blocked.clear();
    for (const proxy of waiting) proxy.resume();
  }

  [Symbol.dispose](): void {
    for (const remote of Array.from(this.proxies.keys())) this.removeWriter(remote);
  }
}
