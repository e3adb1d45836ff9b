import { type Clock, MalformedError } from "@delos/core";
import {
  type EndpointData,
  endpointGuidOf,
  readEndpointData,
  writeEndpointData,
  writeEndpointKey,
} from "./endpoint-data.ts";
import { keepEndpoint, knownEndpoint } from "./endpoint-templates.ts";
import { ENGINE_LIMITS, type EngineListener } from "./engine-options.ts";
import type { Incoming } from "./incoming.ts";
import {
  ASSERT_AUTOMATIC,
  ASSERT_MANUAL,
  LivelinessWatch,
  readLivelinessMessage,
  writeLivelinessMessage,
} from "./liveliness.ts";
import type { LocalReader, LocalWriter } from "./local-endpoint.ts";
import type { Outlet } from "./outlet.ts";
import type { Packers } from "./packers.ts";
import { Pairings } from "./pairings.ts";
import { parameterListOf, withHeader } from "./pl-cdr.ts";
import { type RemoteParticipant, RemoteReader, RemoteWriter } from "./remote.ts";
import { type ReaderContext, type ReaderSink, StatefulReader } from "./stateful-reader.ts";
import { StatefulWriter, type WriterContext, type WriterQos } from "./stateful-writer.ts";
import { STATUS_DISPOSED, STATUS_UNREGISTERED, statusOf } from "./status.ts";
import * as entity from "./wire/entity-id.ts";
import { bytesOfHex, type GuidPrefix, guidHex } from "./wire/guid.ts";
import { VENDOR_DELOS } from "./wire/message.ts";
import { PID } from "./wire/parameter-id.ts";
import { ParameterListBuilder } from "./wire/parameter-list.ts";

const BUILTIN_QOS: WriterQos = {
  reliability: "reliable",
  durability: "transient_local",
  history: "keep_last",
  depth: 1,
  maxSamples: 100_000,
};

/** A built-in writer and reader of the same protocol, and the bits by which a participant says that it has them. */
interface BuiltinPair {
  readonly bit: number;
  readonly writer: StatefulWriter;
  readonly reader: StatefulReader;
  /** Only participants of Delos mean it so. */
  readonly own?: boolean;
}

/** What the protocol of endpoints needs of its participant. */
export interface EndpointContext extends ReaderContext, WriterContext {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly prefix: GuidPrefix;
  /** This participant as its own peer. */
  readonly self: RemoteParticipant;
}

/**
 * Simple Endpoint Discovery Protocol, DDSI-RTPS 2.5 §8.5.4: tells the others of our writers and readers, keeps theirs, and
 * matches the ones with the others; with the writer liveliness protocol, §8.4.13.
 */
export class EndpointDiscovery implements Disposable {
  readonly localWriters: Map<number, LocalWriter> = new Map();
  readonly localReaders: Map<number, LocalReader> = new Map();
  /** Those of users and the built-in ones. */
  readonly statefulWriters: Map<number, StatefulWriter> = new Map();
  readonly watch: LivelinessWatch;
  readonly pairings: Pairings;
  readonly #context: EndpointContext;
  readonly #packers: Packers;
  readonly #listener: EngineListener;
  readonly #writersByTopic = new Map<string, Set<LocalWriter>>();
  readonly #readersByTopic = new Map<string, Set<LocalReader>>();
  readonly #remoteWriters = new Map<string, Set<RemoteWriter>>();
  readonly #remoteReaders = new Map<string, Set<RemoteReader>>();
  readonly #publications: StatefulWriter;
  readonly #subscriptions: StatefulWriter;
  readonly #liveliness: StatefulWriter;
  readonly #nodes: StatefulWriter;
  readonly #pairs: readonly BuiltinPair[];
  readonly #livelinessAlarms = new Map<number, Disposable>();

  constructor(context: EndpointContext, packers: Packers, listener: EngineListener) {
    this.#context = context;
    this.#packers = packers;
    this.#listener = listener;
    this.#publications = this.#builtinWriter(entity.PUBLICATIONS_WRITER);
    this.#subscriptions = this.#builtinWriter(entity.SUBSCRIPTIONS_WRITER);
    this.#liveliness = this.#builtinWriter(entity.LIVELINESS_WRITER);
    this.#nodes = this.#builtinWriter(entity.NODES_WRITER);
    const endpoint = (kind: EndpointData["kind"]) => (remote: RemoteWriter, sample: Incoming) =>
      this.#onEndpoint(kind, remote.participant, sample);
    const publications = this.#builtinReader(entity.PUBLICATIONS_READER, endpoint("publication"));
    const subscriptions = this.#builtinReader(entity.SUBSCRIPTIONS_READER, endpoint("subscription"));
    const liveliness = this.#builtinReader(entity.LIVELINESS_READER, (remote, sample) =>
      this.#onLiveliness(remote.participant, sample),
    );
    const nodes = this.#builtinReader(entity.NODES_READER, ({ participant }, { payload, isKey }) => {
      if (payload !== undefined && !isKey) listener.nodesTold?.(participant, payload);
    });
    this.#pairs = [
      { bit: 2, writer: this.#publications, reader: publications },
      { bit: 4, writer: this.#subscriptions, reader: subscriptions },
      { bit: 10, writer: this.#liveliness, reader: liveliness },
      { bit: 30, writer: this.#nodes, reader: nodes, own: true },
    ];
    this.watch = new LivelinessWatch(context.clock, (writer, alive) => {
      for (const link of writer.links) this.localReaders.get(link.reader.entityId)?.liveliness(writer, alive);
    });
    this.pairings = new Pairings(context, packers, {
      stands: (local, remote) =>
        this.localReaders.get(local.data.guid.entityId) === local &&
        remote.participant.writers.get(remote.entityId) === remote,
      attach: (local, remote) => {
        this.#match(local, remote, true);
        return local.writer.proxies.has(remote);
      },
    });
  }

  // ---------------------------------------------------------------------------------------------- own endpoints

  addWriter(local: LocalWriter): void {
    const { guid, topic, qos } = local.data;
    this.localWriters.set(guid.entityId, local);
    this.statefulWriters.set(guid.entityId, local.writer);
    add(this.#writersByTopic, topic, local);
    this.#publish(this.#publications, local.data);
    const own = new RemoteWriter(this.#context.self, guid.entityId, local.data);
    this.#context.self.writers.set(guid.entityId, own);
    add(this.#remoteWriters, topic, own);
    for (const remote of Array.from(this.#remoteReaders.get(topic) ?? [])) this.#match(local, remote);
    for (const reader of Array.from(this.#readersByTopic.get(topic) ?? [])) this.#matchReader(reader, own);
    if (qos.livelinessLeaseMs !== Infinity && qos.liveliness !== "manual_by_topic")
      this.#assertPeriodically(local.data);
  }

  /** Readers that a writer has turned down are asked again. */
  offerAgain(local: LocalWriter): void {
    for (const remote of Array.from(this.#remoteReaders.get(local.data.topic) ?? [])) this.#match(local, remote);
  }

  removeWriter(local: LocalWriter): void {
    const { guid, topic } = local.data;
    if (!this.localWriters.delete(guid.entityId)) return;
    this.statefulWriters.delete(guid.entityId);
    remove(this.#writersByTopic, topic, local);
    this.#livelinessAlarms.get(guid.entityId)?.[Symbol.dispose]();
    this.#livelinessAlarms.delete(guid.entityId);
    this.#packers.flush();
    this.#retract(this.#publications, local.data);
    const own = this.#context.self.writers.get(guid.entityId);
    if (own !== undefined) this.#loseWriter(own);
    local.writer[Symbol.dispose]();
  }

  addReader(local: LocalReader): void {
    const { guid, topic } = local.data;
    this.localReaders.set(guid.entityId, local);
    add(this.#readersByTopic, topic, local);
    this.#publish(this.#subscriptions, local.data);
    const own = new RemoteReader(this.#context.self, guid.entityId, local.data);
    this.#context.self.readers.set(guid.entityId, own);
    add(this.#remoteReaders, topic, own);
    for (const writer of Array.from(this.#writersByTopic.get(topic) ?? [])) this.#match(writer, own);
    for (const remote of Array.from(this.#remoteWriters.get(topic) ?? [])) this.#matchReader(local, remote);
  }

  removeReader(local: LocalReader): void {
    const { guid, topic } = local.data;
    if (!this.localReaders.delete(guid.entityId)) return;
    remove(this.#readersByTopic, topic, local);
    this.#retract(this.#subscriptions, local.data);
    const own = this.#context.self.readers.get(guid.entityId);
    if (own !== undefined) this.#loseReader(own);
    local.reader[Symbol.dispose]();
  }

  /**
   * Another transport may serve pairs with this participant now, or no longer: matches those that have come to this one. Of
   * those that have gone the reader lets go, for only it knows what has come by the other way, and tells the writer.
   */
  reconsider(participant: RemoteParticipant): void {
    for (const remote of Array.from(participant.readers.values())) {
      const local = remote.data === undefined ? undefined : this.#writersByTopic.get(remote.data.topic);
      for (const writer of Array.from(local ?? [])) {
        // Who has let go of the pair takes it up again itself.
        const isLeft = remote.pairings.get(writer.data.guid.entityId)?.attached === false;
        if (!isLeft) this.#match(writer, remote, true);
      }
    }
    for (const remote of Array.from(participant.writers.values())) {
      const local = remote.data === undefined ? undefined : this.#readersByTopic.get(remote.data.topic);
      for (const reader of Array.from(local ?? [])) this.#reconsiderPair(reader, remote);
    }
  }

  #reconsiderPair(local: LocalReader, remote: RemoteWriter): void {
    const { reader } = local;
    const had = reader.proxies.has(remote);
    if (had && !local.carries(remote)) {
      reader.removeWriter(remote);
      if (remote.links.length === 0) this.watch.unwatch(remote);
      local.unmatched(remote);
    } else if (!had) this.#matchReader(local, remote);
    const has = reader.proxies.has(remote);
    if (has !== had && remote.participant.data.vendor === VENDOR_DELOS) this.pairings.ask(local, remote, has);
  }

  /** Asserts the liveliness of all manual-by-participant writers. */
  assertParticipant(): void {
    this.#sendLiveliness(ASSERT_MANUAL);
  }

  [Symbol.dispose](): void {
    for (const alarm of this.#livelinessAlarms.values()) alarm[Symbol.dispose]();
    for (const writer of this.statefulWriters.values()) writer[Symbol.dispose]();
    this.pairings[Symbol.dispose]();
    this.watch[Symbol.dispose]();
  }

  // ---------------------------------------------------------------------------------------------------- the others

  /** Another participant, with the built-in endpoints that it has. Nothing is sent yet. */
  join(participant: RemoteParticipant): void {
    const { endpoints } = participant.data;
    const { metatraffic } = participant;
    if (metatraffic === undefined) return;
    for (const { bit, writer, reader, own } of this.#pairs) {
      if (own === true && participant.data.vendor !== VENDOR_DELOS) continue;
      if ((endpoints & (1 << bit)) !== 0) {
        const remote = new RemoteWriter(participant, writer.entityId);
        participant.writers.set(writer.entityId, remote);
        reader.addWriter(remote, true, false);
      }
      if ((endpoints & (1 << (bit + 1))) !== 0) {
        const remote = new RemoteReader(participant, reader.entityId);
        participant.readers.set(reader.entityId, remote);
        writer.addReader(remote, { reliable: true, transientLocal: true, packer: metatraffic, silent: true });
      }
    }
  }

  /**
   * Asks for the other's endpoints, and tells how many are here, as far as it has not answered yet. `briefly`: only one of all
   * that, for its answer.
   */
  contact(participant: RemoteParticipant, briefly: boolean): void {
    const { writers, readers } = participant;
    if (!briefly) for (const { links } of writers.values()) for (const link of links) link.contact();
    for (const { links } of readers.values()) {
      for (const [writerId, proxy] of links) this.statefulWriters.get(writerId)?.contact(proxy);
      if (briefly) return;
    }
  }

  /** It has answered: what its message did not say of the built-in protocols is asked for. */
  expect(participant: RemoteParticipant): void {
    for (const { links } of participant.writers.values()) for (const link of links) link.expect();
  }

  /** Tells other participants of Delos what nodes there are here. */
  tellNodes(payload: Uint8Array): void {
    this.#nodes.write({ payload, isKey: false, time: undefined, inlineQos: undefined });
  }

  #publish(writer: StatefulWriter, data: EndpointData): void {
    const payload = withHeader(writeEndpointData(data));
    writer.write({ payload, isKey: false, time: undefined, inlineQos: undefined }, guidHex(data.guid));
  }

  #retract(writer: StatefulWriter, { guid }: EndpointData): void {
    const inlineQos = new ParameterListBuilder()
      .add(PID.KEY_HASH, (value) => {
        value.raw(bytesOfHex(guid.prefix));
        value.uint32be(guid.entityId);
      })
      .add(PID.STATUS_INFO, (value) => value.uint32be(STATUS_DISPOSED | STATUS_UNREGISTERED))
      .finish();
    const payload = withHeader(writeEndpointKey(guid));
    writer.write({ payload, isKey: true, time: undefined, inlineQos }, guidHex(guid), true);
  }

  /** Its endpoints go with it. */
  leave(participant: RemoteParticipant): void {
    for (const writer of Array.from(participant.writers.values())) this.#loseWriter(writer);
    for (const reader of Array.from(participant.readers.values())) this.#loseReader(reader);
  }

  /** It is reached elsewhere now. */
  reroute(participant: RemoteParticipant): void {
    for (const reader of participant.readers.values()) {
      const packer = reader.data === undefined ? participant.metatraffic : this.#packers.ofReader(reader);
      for (const [writerId, proxy] of reader.links) {
        if (packer !== undefined) proxy.packer = packer;
        this.statefulWriters.get(writerId)?.reroute();
      }
    }
  }

  #onEndpoint(kind: EndpointData["kind"], participant: RemoteParticipant, sample: Incoming): void {
    const byDelos = participant.data.vendor === VENDOR_DELOS;
    const known = byDelos ? knownEndpoint(sample, kind, participant) : undefined;
    if (known !== undefined) {
      this.#announced(participant, known);
      return;
    }
    const { payload } = sample;
    const list = payload === undefined ? undefined : parameterListOf(payload);
    const guid = endpointGuidOf(list, sample.inlineQos);
    // Only its own participant announces or removes an endpoint.
    if (guid === undefined || guid.prefix !== participant.prefix)
      return this.#context.count("announcement of another's GUID");
    const gone = (statusOf(sample.inlineQos) & (STATUS_DISPOSED | STATUS_UNREGISTERED)) !== 0 || sample.isKey;
    if (entity.isBuiltinEntity(guid.entityId)) return;
    const writer = participant.writers.get(guid.entityId);
    const reader = participant.readers.get(guid.entityId);
    if (gone || list === undefined) {
      if (kind === "publication" && writer?.data !== undefined) this.#loseWriter(writer);
      if (kind === "subscription" && reader?.data !== undefined) this.#loseReader(reader);
      return;
    }
    const data = readEndpointData(list, guid, kind, participant.data.vendor);
    if (byDelos) keepEndpoint(sample, kind, participant, data);
    this.#announced(participant, data);
  }

  /** What is known already may have changed what can be changed: QoS, locators, user data. Of another topic or type it is another. */
  #announced(participant: RemoteParticipant, data: EndpointData): void {
    const { kind } = data;
    const { entityId } = data.guid;
    if (entity.isBuiltinEntity(entityId)) return;
    const writer = participant.writers.get(entityId);
    const reader = participant.readers.get(entityId);
    if (kind === "publication" && writer !== undefined) {
      if (isSameEndpoint(writer.data, data)) return this.#writerChanged(writer, data);
      this.#loseWriter(writer);
    }
    if (kind === "subscription" && reader !== undefined) {
      if (isSameEndpoint(reader.data, data)) return this.#readerChanged(reader, data);
      this.#loseReader(reader);
    }
    if (this.#listener.ignores?.(data, participant) === true) return;
    if (participant.writers.size + participant.readers.size >= ENGINE_LIMITS.endpointsPerParticipant) {
      return this.#context.count("too many endpoints");
    }
    if (kind === "publication") this.#findWriter(participant, data);
    else this.#findReader(participant, data);
  }

  /** Pairs that still fit go on where they are: nothing comes twice, nothing is left out. */
  #writerChanged(remote: RemoteWriter, data: EndpointData): void {
    remote.data = data;
    this.#listener.endpointChanged?.(remote);
    for (const local of Array.from(this.#readersByTopic.get(data.topic) ?? [])) {
      if (!local.reader.proxies.has(remote)) this.#matchReader(local, remote);
      else if (local.accepts(remote)) local.changed?.(remote);
      else {
        local.reader.removeWriter(remote);
        if (remote.links.length === 0) this.watch.unwatch(remote);
        local.unmatched(remote);
      }
    }
  }

  #readerChanged(remote: RemoteReader, data: EndpointData): void {
    remote.data = data;
    this.#listener.endpointChanged?.(remote);
    const packer = this.#packers.ofReader(remote);
    for (const local of Array.from(this.#writersByTopic.get(data.topic) ?? [])) {
      const proxy = local.writer.proxies.get(remote);
      if (proxy === undefined) this.#match(local, remote);
      else if (local.accepts(remote)) {
        if (packer !== undefined) proxy.packer = packer;
        local.writer.reroute();
        local.changed?.(remote);
      } else {
        local.writer.removeReader(remote);
        local.unmatched(remote);
      }
    }
  }

  #findWriter(participant: RemoteParticipant, data: EndpointData): void {
    const remote = new RemoteWriter(participant, data.guid.entityId, data);
    participant.writers.set(remote.entityId, remote);
    add(this.#remoteWriters, data.topic, remote);
    this.#listener.endpointFound?.(remote);
    for (const local of Array.from(this.#readersByTopic.get(data.topic) ?? [])) this.#matchReader(local, remote);
  }

  #findReader(participant: RemoteParticipant, data: EndpointData): void {
    const remote = new RemoteReader(participant, data.guid.entityId, data);
    participant.readers.set(remote.entityId, remote);
    add(this.#remoteReaders, data.topic, remote);
    this.#listener.endpointFound?.(remote);
    for (const local of Array.from(this.#writersByTopic.get(data.topic) ?? [])) this.#match(local, remote);
  }

  /** `moved`: the pair has talked by another transport. */
  #match(local: LocalWriter, remote: RemoteReader, moved = false): void {
    const packer = this.#packers.ofReader(remote);
    if (packer === undefined || local.writer.proxies.has(remote)) return;
    // Nobody else can know it; a reader that does not listen would be asked for an answer for ever.
    const isOwn = remote.participant === this.#context.self;
    if (isOwn && this.localReaders.get(remote.entityId)?.ignoresOwn === true) return;
    if (!local.accepts(remote)) return;
    const { qos } = remote.data!;
    const reliable = qos.reliability === "reliable";
    const transientLocal = qos.durability !== "volatile" && local.data.qos.durability !== "volatile";
    local.matched(remote, moved);
    local.writer.addReader(remote, { reliable, transientLocal, packer });
  }

  #matchReader(local: LocalReader, remote: RemoteWriter): void {
    if (local.reader.proxies.has(remote) || !local.accepts(remote)) return;
    local.matched(remote);
    local.reader.addWriter(remote, remote.data!.qos.reliability === "reliable");
    this.watch.watch(remote);
  }

  #loseWriter(remote: RemoteWriter): void {
    const { participant, data } = remote;
    participant.writers.delete(remote.entityId);
    this.watch.unwatch(remote);
    if (data !== undefined) remove(this.#remoteWriters, data.topic, remote);
    for (const { reader } of remote.links) {
      reader.removeWriter(remote);
      if (data !== undefined) this.localReaders.get(reader.entityId)?.unmatched(remote);
    }
    if (data !== undefined && !participant.isSelf) this.#listener.endpointLost?.(remote);
  }

  #loseReader(remote: RemoteReader): void {
    const { participant, data } = remote;
    participant.readers.delete(remote.entityId);
    if (data !== undefined) remove(this.#remoteReaders, data.topic, remote);
    for (const writerId of Array.from(remote.links.keys())) {
      this.statefulWriters.get(writerId)?.removeReader(remote);
      if (data !== undefined) this.localWriters.get(writerId)?.unmatched(remote);
    }
    if (data !== undefined && !participant.isSelf) this.#listener.endpointLost?.(remote);
  }

  // --------------------------------------------------------------------------------------------------- liveliness

  #assertPeriodically({ guid, qos }: EndpointData): void {
    if (qos.liveliness !== "automatic") return; // manual: its user's business
    const again = (): void => {
      this.#sendLiveliness(ASSERT_AUTOMATIC);
      const atMs = this.#context.clock.monotonicMs() + qos.livelinessLeaseMs / 3;
      this.#livelinessAlarms.set(guid.entityId, this.#context.clock.alarm(atMs, again, { background: true }));
    };
    again();
  }

  #sendLiveliness(kind: number): void {
    const payload = writeLivelinessMessage(this.#context.prefix, kind);
    this.#liveliness.write({ payload, isKey: false, time: undefined, inlineQos: undefined }, String(kind));
  }

  #onLiveliness(participant: RemoteParticipant, sample: Incoming): void {
    if (sample.payload === undefined || sample.isKey) return;
    const { prefix, kind } = readLivelinessMessage(sample.payload);
    if (prefix !== participant.prefix) return this.#context.count("announcement of another's GUID");
    const renewed =
      kind === ASSERT_AUTOMATIC ? "automatic" : kind === ASSERT_MANUAL ? "manual_by_participant" : undefined;
    for (const writer of participant.writers.values()) {
      if (writer.data?.qos.liveliness === renewed) this.watch.assert(writer);
    }
  }

  // --------------------------------------------------------------------------------------------- built-in endpoints

  #builtinWriter(entityId: number): StatefulWriter {
    const writer = new StatefulWriter(entityId, BUILTIN_QOS, { ...unicastOnly(this.#context) });
    this.statefulWriters.set(entityId, writer);
    return writer;
  }

  #builtinReader(entityId: number, deliver: (remote: RemoteWriter, sample: Incoming) => void): StatefulReader {
    const sink: ReaderSink = {
      deliver: (remote, sample) => {
        try {
          deliver(remote, sample);
        } catch (error) {
          // A sample that cannot be read is acknowledged all the same: it will not get better.
          if (!(error instanceof MalformedError)) throw error;
          this.#context.count("malformed");
        }
        return true;
      },
      lost: () => {},
    };
    const maxSampleBytes = ENGINE_LIMITS.discoverySampleBytes;
    return new StatefulReader(entityId, { reliable: true, transientLocal: true, maxSampleBytes }, sink, this.#context);
  }
}

const isSameEndpoint = (known: EndpointData | undefined, now: EndpointData): boolean =>
  known !== undefined &&
  known.topic === now.topic &&
  known.type === now.type &&
  known.qos.reliability === now.qos.reliability &&
  known.qos.durability === now.qos.durability;

/** Discovery answers each participant by itself. */
const unicastOnly = (context: EndpointContext): WriterContext => ({
  clock: context.clock,
  outlet: context.outlet,
  get responseMs() {
    return context.responseMs;
  },
  count: (reason, count) => context.count(reason, count),
  multicastFor: () => undefined,
});

function add<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([item]));
  else known.add(item);
}

function remove<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const known = index.get(key);
  if (known?.delete(item) === true && known.size === 0) index.delete(key);
}
