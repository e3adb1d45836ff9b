import { BroadcastChannel } from "node:worker_threads";
import type { OrdinaryView } from "@delos/core/native";
import { type DiscoveryTable, type EndpointId, type ParticipantId, type ParticipantInfo } from "@delos/transport";
import { atomicsSleeper, type RingMemory, ringMemory } from "sharedarraybuffer-ring";
import {
  type EndpointBus,
  type EndpointEntry,
  type EndpointMessage,
  ownerOf,
  type SegmentMemory,
} from "./endpoint-bus.ts";
import { KnownEndpoints } from "./known-endpoints.ts";
import { isThreadAlive, type ThreadIdentity, thisThread } from "./thread-liveness.ts";

/** What participants tell each other. */
export type BusMessage =
  | {
      readonly kind: "hello" | "welcome";
      readonly from: ParticipantInfo;
      readonly state: ParticipantState;
      readonly to?: ParticipantId;
    }
  | { readonly kind: "bye"; readonly from: ParticipantInfo }
  | { readonly kind: "node"; readonly from: ParticipantInfo; readonly name: string; readonly joined: boolean }
  | EndpointMessage;

export interface ParticipantState {
  readonly thread: ThreadIdentity;
  readonly nodes: readonly string[];
  readonly endpoints: readonly EndpointEntry[];
}

/** How often the threads of the others are looked after. */
const LOOK_MS = 500;

/**
 * Finds the other participants of the process, with nobody in the middle: everyone says hello on a BroadcastChannel and
 * answers the hellos of others. Threads that end without a word are missed by looking for them in the kernel's list.
 */
export class ProcessBus implements EndpointBus {
  readonly #endpoints = new KnownEndpoints();
  readonly discovery: DiscoveryTable = this.#endpoints.discovery;
  readonly entries: Map<EndpointId, EndpointEntry> = this.#endpoints.entries;
  readonly memory: SegmentMemory;
  readonly #self: ParticipantInfo;
  readonly #channel: BroadcastChannel;
  readonly #thread: ThreadIdentity = thisThread();
  readonly #threads: Map<ParticipantId, ThreadIdentity> = new Map();
  readonly #ownNodes: Set<string> = new Set();
  readonly #ownEntries: Map<EndpointId, () => EndpointEntry> = new Map();
  readonly #onMessage: (message: EndpointMessage) => void;
  /** What `ownerOf` gives for participants that have gone. */
  readonly #gone: Set<number> = new Set();
  readonly #timer: ReturnType<typeof setInterval>;
  #holds = 0;
  #closed = false;

  /** `onMessage` gets everything that concerns endpoints, in the order in which each participant sent it, own ones included. */
  constructor(
    domain: string,
    self: ParticipantInfo,
    memory: SegmentMemory,
    onMessage: (message: EndpointMessage) => void,
  ) {
    this.#self = self;
    this.memory = memory;
    this.#onMessage = onMessage;
    this.discovery.addParticipant(self);
    this.#channel = new BroadcastChannel(`delos-shm:${domain}`);
    this.#channel.onmessage = (event) => {
      if (!this.#closed) this.#receive((event as { readonly data: BusMessage }).data);
    };
    this.#channel.unref();
    this.#post({ kind: "hello", from: self, state: this.#state() });
    this.#timer = setInterval(() => this.lookAfterThreads(), LOOK_MS);
    this.#timer.unref();
  }

  hold(): Disposable {
    if (this.#holds++ === 0) this.#channel.ref();
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        if (--this.#holds === 0 && !this.#closed) this.#channel.unref();
      },
    };
  }

  send(message: EndpointMessage): void {
    if (this.#closed) return;
    if (message.kind === "segment") this.#endpoints.renewSegment(message.writer, message.generation, message.buffer);
    this.#post(message);
    this.#onMessage(message);
  }

  addEndpoint(id: EndpointId, entry: () => EndpointEntry): void {
    this.#ownEntries.set(id, entry);
    this.#endpoints.learn(entry());
    this.send({ kind: "endpoint", from: this.#self, entry: entry() });
  }

  renewEndpoint(id: EndpointId): void {
    const entry = this.#ownEntries.get(id)?.();
    if (entry === undefined) return;
    this.entries.set(id, entry);
    this.send({ kind: "endpoint", from: this.#self, entry });
  }

  removeEndpoint(id: EndpointId): void {
    if (!this.#ownEntries.delete(id)) return;
    this.#endpoints.forget(id);
    this.send({ kind: "endpointLeft", from: this.#self, id });
  }

  addNode(name: string): void {
    this.#ownNodes.add(name);
    this.discovery.addNode({ participant: this.#self, name });
    this.#post({ kind: "node", from: this.#self, name, joined: true });
  }

  removeNode(name: string): void {
    if (!this.#ownNodes.delete(name)) return;
    this.discovery.removeNode({ participant: this.#self, name });
    this.#post({ kind: "node", from: this.#self, name, joined: false });
  }

  isOwnerAlive(owner: number): boolean {
    return !this.#gone.has(owner);
  }

  /** Lets go of participants whose threads have ended. */
  lookAfterThreads(): void {
    for (const [id, thread] of this.#threads) if (!isThreadAlive(thread)) this.#removeParticipant(id);
  }

  close(): void {
    if (this.#closed) return;
    this.#post({ kind: "bye", from: this.#self });
    this.#closed = true;
    clearInterval(this.#timer);
    this.#channel.close();
    this.discovery.removeParticipant(this.#self.id);
  }

  #post(message: BusMessage): void {
    if (!this.#closed) this.#channel.postMessage(message);
  }

  #state(): ParticipantState {
    return {
      thread: this.#thread,
      nodes: [...this.#ownNodes],
      endpoints: [...this.#ownEntries.values()].map((entry) => entry()),
    };
  }

  #receive(message: BusMessage): void {
    switch (message.kind) {
      case "hello":
      case "welcome": {
        if (message.to !== undefined && message.to !== this.#self.id) return;
        const { from, state } = message;
        this.#threads.set(from.id, state.thread);
        this.discovery.addParticipant(from);
        for (const name of state.nodes) this.discovery.addNode({ participant: from, name });
        for (const entry of state.endpoints) {
          if (this.#endpoints.learn(entry)) this.#onMessage({ kind: "endpoint", from, entry });
        }
        if (message.kind === "hello") {
          this.#post({ kind: "welcome", from: this.#self, to: from.id, state: this.#state() });
        }
        return;
      }
      case "bye":
        this.#removeParticipant(message.from.id);
        return;
      case "node": {
        const node = { participant: this.#known(message.from), name: message.name };
        if (message.joined) this.discovery.addNode(node);
        else this.discovery.removeNode(node);
        return;
      }
      case "endpoint":
        this.#known(message.from);
        if (!this.#endpoints.learn(message.entry)) return; // its welcome was faster
        break;
      case "segment":
        this.#endpoints.renewSegment(message.writer, message.generation, message.buffer);
        break;
      case "endpointLeft":
        this.#endpoints.forget(message.id);
        break;
      default:
    }
    this.#onMessage(message);
  }

  #known(participant: ParticipantInfo): ParticipantInfo {
    this.discovery.addParticipant(participant);
    return participant;
  }

  #removeParticipant(id: ParticipantId): void {
    this.#threads.delete(id);
    this.#gone.add(ownerOf(id));
    const from = this.discovery.participants.get(id);
    if (from === undefined) return;
    for (const entry of Array.from(this.entries.values())) {
      if (entry.info.participant.id !== id) continue;
      this.#endpoints.forget(entry.info.id);
      this.#onMessage({ kind: "endpointLeft", from, id: entry.info.id });
    }
    this.discovery.removeParticipant(id);
  }
}

/**
 * Memory between threads: it costs nothing until it is written to, and goes with the last who has it. What is copied goes
 * through an ordinary view of it where one can be had.
 */
export function sharedArrayBuffers(view: OrdinaryView | undefined): SegmentMemory {
  const memoryOf = (buffer: SharedArrayBuffer): RingMemory => ringMemory(buffer, atomicsSleeper, view?.(buffer));
  return {
    onDemand: false,
    create: (bytes) => {
      const buffer = new SharedArrayBuffer(bytes);
      return { memory: memoryOf(buffer), handle: buffer, retire: () => {} };
    },
    attach: (handle) => memoryOf(handle as SharedArrayBuffer),
  };
}
