import { Events, Fifo } from "@delos/core";
import {
  type EndpointInfo,
  type Incompatibility,
  type ReaderCounters,
  type ReaderEvents,
  Sample,
  type WriterEvents,
} from "@delos/transport";
import { codecFor } from "@delos/wire";
import type { Engine } from "../engine.ts";
import type { RtpsReader, SampleQueue } from "../rtps-reader.ts";
import type { RtpsTransport } from "../rtps-transport.ts";
import { keyOfSchema, type RtpsWriter } from "../rtps-writer.ts";
import type { PayloadMemory } from "../sample-memory.ts";
import {
  decodeCommand,
  decodeExtras,
  type EndpointState,
  encodeCall,
  encodeExtras,
  type NewEndpoint,
  plainEndpoint,
  type Report,
} from "./calls.ts";
import type { ChannelSample, ChannelVisitor, ChannelWriter, RecordFields } from "./channel.ts";
import type { ServedPairs } from "./served-pairs.ts";

/** Samples that wait for room in the channel, of a reader that keeps all: beyond it the network waits. */
const MOST_PENDING = 64;

/** The protocol's side of the user's endpoints: does what the commands say, and reports. */
export class ThreadHost implements ChannelVisitor {
  readonly #transport: RtpsTransport;
  readonly #up: ChannelWriter;
  readonly #state: EndpointState;
  readonly #pairs: ServedPairs;
  readonly #closed: () => void;
  readonly #writers = new Map<number, HostedWriter>();
  readonly #readers = new Map<number, HostedReader>();
  readonly #nodes = new Map<string, Disposable>();

  constructor(
    transport: RtpsTransport,
    up: ChannelWriter,
    state: EndpointState,
    pairs: ServedPairs,
    closed: () => void,
  ) {
    this.#transport = transport;
    this.#up = up;
    this.#state = state;
    this.#pairs = pairs;
    this.#closed = closed;
    const own = transport.context.participant.id;
    const { events } = transport.discovery;
    const isOther = (id: string): boolean => id !== own;
    events.on("participantJoined", (participant) => this.report({ call: "participantJoined", participant }));
    events.on("participantRenewed", (participant) => this.report({ call: "participantRenewed", participant }));
    events.on("participantLeft", (participant) => {
      pairs.forget(participant.id);
      this.report({ call: "participantLeft", participant });
    });
    events.on("nodeJoined", (node) => isOther(node.participant.id) && this.report({ call: "nodeJoined", node }));
    events.on("nodeLeft", (node) => isOther(node.participant.id) && this.report({ call: "nodeLeft", node }));
    events.on("endpointJoined", (endpoint) => {
      if (isOther(endpoint.participant.id)) this.report({ call: "endpointJoined", endpoint: plainEndpoint(endpoint) });
    });
    events.on("endpointLeft", (endpoint) => {
      if (isOther(endpoint.participant.id)) this.report({ call: "endpointLeft", endpoint: plainEndpoint(endpoint) });
    });
    up.onRoom = () => {
      for (const reader of this.#readers.values()) reader.queue.flush();
    };
  }

  report(report: Report): void {
    this.#up.call(encodeCall(report));
  }

  onSample(sample: ChannelSample): void {
    const writer = this.#writers.get(sample.endpoint);
    if (writer === undefined) sample.pinned?.release();
    else writer.write(sample);
  }

  onCall(bytes: Uint8Array): void {
    const command = decodeCommand(bytes);
    switch (command.call) {
      case "announceNode":
        this.#nodes.set(command.name, this.#transport.announceNode(command.name));
        break;
      case "leaveNode":
        this.#nodes.get(command.name)?.[Symbol.dispose]();
        this.#nodes.delete(command.name);
        break;
      case "writer":
        this.#writers.set(
          command.endpoint.index,
          new HostedWriter(this, this.#transport, this.#state, command.endpoint),
        );
        break;
      case "reader":
        this.#readers.set(
          command.endpoint.index,
          new HostedReader(this, this.#transport, this.#up, this.#state, this.#pairs, command.endpoint),
        );
        break;
      case "assertLiveliness":
        this.#writers.get(command.index)?.inner.assertLiveliness();
        break;
      case "resume":
        this.#readers.get(command.index)?.inner.resume();
        break;
      case "renew":
        this.#pairs.addresses.splice(0, Infinity, ...command.transports);
        this.#transport.renew();
        break;
      case "reconsider":
        this.#pairs.decide(command.verdict);
        this.#transport.reconsider(command.verdict.participant);
        break;
      case "waitForAcknowledgments":
        void this.#writers
          .get(command.index)
          ?.inner.waitForAcknowledgments()
          .then(() => this.report({ call: "reply", reply: command.reply }));
        break;
      case "closeEndpoint":
        void this.#closeEndpoint(command.index, command.reply);
        break;
      case "close":
        void this.#close(command.reply);
        break;
    }
  }

  async #closeEndpoint(index: number, reply: number): Promise<void> {
    const endpoint = this.#writers.get(index) ?? this.#readers.get(index);
    await endpoint?.inner[Symbol.asyncDispose]();
    this.#writers.delete(index);
    this.#readers.delete(index);
    this.report({ call: "reply", reply });
  }

  async #close(reply: number): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
    this.report({ call: "reply", reply });
    this.#closed();
  }
}

/** A writer of the user's, as it is on the network. */
class HostedWriter {
  readonly inner: RtpsWriter;
  readonly #host: ThreadHost;
  readonly #index: number;
  readonly #state: EndpointState;
  #taken = 0;

  constructor(host: ThreadHost, transport: RtpsTransport, state: EndpointState, endpoint: NewEndpoint) {
    const { index, id, node, topic, qos } = endpoint;
    this.#host = host;
    this.#index = index;
    this.#state = state;
    const events = new Events<WriterEvents>();
    const { matched, unmatched, incompatible } = listeners(host, index);
    events.on("matched", matched);
    events.on("unmatched", unmatched);
    events.on("incompatible", incompatible);
    events.on("deadlineMissed", ({ total }) => host.report({ call: "deadlineMissed", index, total }));
    events.on("livelinessLost", ({ total }) => host.report({ call: "livelinessLost", index, total }));
    const schema = endpoint.schema!;
    // The user's thread says which instance a sample is of; only the end of one is looked into.
    const codec = schema.messageEncoding === "cdr" ? codecFor(schema) : undefined;
    const inner = transport.createWriter({ id, node, topic, qos, schema, codec, events }) as RtpsWriter;
    this.inner = inner;
    inner.onProgress = () => this.#tell();
  }

  write(record: ChannelSample): void {
    const { endpoint: _, pinned, payload, sequence, sourceTimeNs, receptionTimeNs } = record;
    const { info } = this.inner;
    const extras = decodeExtras(record.extras);
    const about = { publisher: info.id, sequence, sourceTimeNs, receptionTimeNs, extras };
    const codec = extras?.instanceState === undefined ? undefined : codecFor(info.schema!);
    const sample =
      codec === undefined
        ? Sample.ofBytes(payload, info.schema!, about)
        : Sample.ofValue(codec.decode(payload), codec, about);
    this.#taken++;
    this.inner.write(sample, pinned === undefined ? undefined : () => pinned.release());
    this.#tell();
  }

  #tell(): void {
    const open = this.inner.pendingSamples;
    this.#state.setDone(this.#index, this.#taken - open);
    this.#state.setDropped(this.#index, this.inner.counters.dropped);
    if (this.#state.takeWaiting(this.#index, open)) this.#host.report({ call: "room", index: this.#index });
  }
}

/** A reader of the user's: what arrives goes into the channel, all else is decided on the other side. */
class HostedReader {
  readonly inner: RtpsReader;
  readonly queue: ChannelQueue;

  constructor(
    host: ThreadHost,
    transport: RtpsTransport,
    up: ChannelWriter,
    state: EndpointState,
    pairs: ServedPairs,
    endpoint: NewEndpoint,
  ) {
    const { index, id, node, topic, qos, schema, ignoreLocal } = endpoint;
    this.queue = new ChannelQueue(host, up, state, endpoint, memoryOf(up, transport.engine));
    const events = new Events<ReaderEvents>();
    const { matched, unmatched, incompatible } = listeners(host, index);
    events.on("matched", (publication) => {
      pairs.matched(endpoint, publication);
      matched(publication);
    });
    events.on("unmatched", (publication) => {
      pairs.unmatched(endpoint, publication);
      unmatched(publication);
    });
    events.on("incompatible", incompatible);
    const options = { id, node, topic, qos, schema, ignoreLocal, events, onData: () => {} };
    this.inner = transport.createReaderWith(options, this.queue);
    this.queue.onRoom = () => this.inner.resume();
  }
}

/** Where the samples of a hosted reader go: into the channel, held back while the user has not taken as many as it keeps. */
class ChannelQueue implements SampleQueue {
  readonly #host: ThreadHost;
  readonly #up: ChannelWriter;
  readonly #state: EndpointState;
  readonly #index: number;
  readonly #limit: number;
  readonly #keepAll: boolean;
  readonly #pending = new Fifo<Sample>();
  readonly #publications = new Map<string, number>();
  readonly #fields: RecordFields;
  readonly memory: PayloadMemory;
  #sent = 0;

  constructor(
    host: ThreadHost,
    up: ChannelWriter,
    state: EndpointState,
    { index, qos, schema }: NewEndpoint,
    memory: PayloadMemory,
  ) {
    this.memory = memory;
    this.#host = host;
    this.#up = up;
    this.#state = state;
    this.#index = index;
    this.#keepAll = qos.history === "keep_all";
    // Of a keyed topic the user's queue counts for each instance.
    const isKeyed = keyOfSchema({ schema }) !== undefined;
    this.#limit = this.#keepAll || isKeyed ? qos.resourceLimits.maxSamples : qos.depth;
    const times = { sequence: 0, sourceTimeNs: 0n, receptionTimeNs: 0n };
    this.#fields = { endpoint: index, publication: 0, extras: undefined, ...times };
  }

  get hasRoom(): boolean {
    if (!this.#keepAll) return true;
    if (this.#pending.length >= MOST_PENDING) return false;
    if (this.#state.open(this.#index, this.#sent) < this.#limit) return true;
    this.#state.setWaiting(this.#index, this.#limit);
    // Looked at again after it was said: the user may have taken the last one in between.
    return this.#state.open(this.#index, this.#sent) < this.#limit;
  }

  put(sample: Sample): void {
    this.#sent++;
    if (this.#pending.length === 0 && this.#send(sample)) {
      sample.release();
      return;
    }
    this.#pending.push(sample.retain());
    if (this.#keepAll || this.#pending.length <= this.#limit) return;
    this.#up.giveBack(this.#pending.shift()!.bytes);
    this.#host.report({ call: "dropped", index: this.#index, count: 1 });
  }

  /** There is room in the channel. */
  flush(): void {
    let first = this.#pending.at(0);
    if (first === undefined) return;
    while (first !== undefined && this.#send(first)) {
      this.#pending.shift();
      first = this.#pending.at(0);
    }
    if (first === undefined) this.onRoom();
  }

  /** The reader may ask for more. */
  onRoom: () => void = () => {};

  join(info: EndpointInfo): void {
    const publication = this.#publications.get(info.id) ?? this.#publications.size + 1;
    this.#publications.set(info.id, publication);
    this.#host.report({ call: "join", index: this.#index, publication, other: plainEndpoint(info) });
  }

  leave(id: string): void {
    this.flush();
    this.#host.report({ call: "leave", index: this.#index, publication: this.#publications.get(id)! });
  }

  setAlive(id: string, alive: boolean): void {
    this.#host.report({ call: "alive", index: this.#index, publication: this.#publications.get(id)!, alive });
  }

  lose(count: number): void {
    this.#host.report({ call: "lost", index: this.#index, count });
  }

  get length(): number {
    return this.#pending.length;
  }

  get counters(): ReaderCounters {
    return NO_COUNTERS;
  }

  take(): undefined {
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const sample of this.#pending) this.#up.giveBack(sample.bytes);
    this.#pending.clear();
  }

  #send(sample: Sample): boolean {
    const fields = this.#fields;
    fields.publication = this.#publications.get(sample.publisher)!;
    fields.sequence = sample.sequence;
    fields.sourceTimeNs = sample.sourceTimeNs;
    fields.receptionTimeNs = sample.receptionTimeNs;
    fields.extras = encodeExtras(sample.extras);
    return this.#up.sample(fields, sample.bytes);
  }
}

/** What arrives in fragments is put together in the channel, where the user reads it, while there is room; else beside it. */
function memoryOf(up: ChannelWriter, { memory: other, counters }: Engine): PayloadMemory {
  return {
    take: (bytes) => {
      const lent = up.lend(bytes);
      counters.add(lent === undefined ? "samples put together beside the ring" : "samples put together in the ring");
      return lent ?? other.take(bytes);
    },
    give: (memory) => (up.owns(memory) ? up.giveBack(memory) : other.give(memory)),
  };
}

/** Counted on the other side. */
const NO_COUNTERS: ReaderCounters = {
  received: 0,
  taken: 0,
  dropped: 0,
  lost: 0,
  expired: 0,
  filtered: 0,
  deadlinesMissed: 0,
};

/** What happens to writers and readers alike. */
function listeners(host: ThreadHost, index: number): Forwarded {
  return {
    matched: (other) => host.report({ call: "matched", index, other: plainEndpoint(other) }),
    unmatched: (other) => host.report({ call: "unmatched", index, other: plainEndpoint(other) }),
    incompatible: ({ remote, mismatches }) =>
      host.report({ call: "incompatible", index, other: plainEndpoint(remote), mismatches }),
  };
}

interface Forwarded {
  readonly matched: (other: EndpointInfo) => void;
  readonly unmatched: (other: EndpointInfo) => void;
  readonly incompatible: (event: Incompatibility) => void;
}
