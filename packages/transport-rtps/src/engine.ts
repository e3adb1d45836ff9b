import { type Clock, MalformedError } from "@delos/core";
import { ByteReader, ByteWriter } from "@delos/wire";
import { DatagramPool } from "./datagram.ts";
import {
  type EndpointData,
  endpointGuidOf,
  readEndpointData,
  writeEndpointData,
  writeEndpointKey,
} from "./endpoint-data.ts";
import { Change } from "./history.ts";
import { Incoming } from "./incoming.ts";
import { ASSERT_AUTOMATIC, ASSERT_MANUAL, LivelinessWatch } from "./liveliness.ts";
import type { LocalReader, LocalWriter } from "./local-endpoint.ts";
import { Counters, type Outlet } from "./outlet.ts";
import { Packer, type PackerContext } from "./packer.ts";
import { PairingRequests } from "./pairing-requests.ts";
import {
  type OwnParticipantData,
  type ParticipantData,
  readParticipantData,
  writeParticipantData,
} from "./participant-data.ts";
import type { ReaderProxy } from "./reader-proxy.ts";
import { RemoteParticipant, RemoteReader, RemoteWriter } from "./remote.ts";
import { SampleMemory } from "./sample-memory.ts";
import { type ReaderContext, type ReaderSink, StatefulReader } from "./stateful-reader.ts";
import { StatefulWriter, type WriterContext, type WriterQos } from "./stateful-writer.ts";
import { STATUS_DISPOSED, STATUS_UNREGISTERED, statusOf } from "./status.ts";
import { readAckNack } from "./wire/acknack.ts";
import { scanData } from "./wire/data.ts";
import { readDataFrag } from "./wire/data-frag.ts";
import * as entity from "./wire/entity-id.ts";
import { readGap } from "./wire/gap.ts";
import { ANY_PREFIX, bytesOfHex, type GuidPrefix, guidHex, hexOf, PREFIX_BYTES, readPrefix } from "./wire/guid.ts";
import { readHeartbeat } from "./wire/heartbeat.ts";
import { readHeartbeatFrag } from "./wire/heartbeat-frag.ts";
import { readInfoSource } from "./wire/info-source.ts";
import { INVALIDATE } from "./wire/info-timestamp.ts";
import { isLoopback, isMulticast, isUnicast, type Locator, locatorKey } from "./wire/locator.ts";
import { MAGIC, PROTOCOL_VERSION, VENDOR_DELOS } from "./wire/message.ts";
import { readNackFrag } from "./wire/nack-frag.ts";
import { ATTACH, CONFIRM, PAIRING_BYTES, readPairing, writePairing } from "./wire/pairing.ts";
import { PID } from "./wire/parameter-id.ts";
import { type ParameterList, ParameterListBuilder, readParameterList } from "./wire/parameter-list.ts";
import { ID, LITTLE_ENDIAN, SubmessageHeader } from "./wire/submessage.ts";

const NOWHERE: Locator = { address: "0.0.0.0", port: 0 };
const PL_CDR_LE = Uint8Array.of(0, 3, 0, 0);
const BUILTIN_QOS: WriterQos = {
  reliability: "reliable",
  durability: "transient_local",
  history: "keep_last",
  depth: 1,
  maxSamples: 100_000,
};

export const ENGINE_LIMITS = {
  participants: 1000,
  /** Of them, such as have not answered yet: a flood of forgeries pushes out only itself. */
  unverified: 200,
  endpointsPerParticipant: 4096,
  addressesPerParticipant: 8,
  discoverySampleBytes: 1 << 20,
} as const;

/** Addresses that are kept before it is looked whether they are still in use. */
const LEAST_PACKERS = 256;

/** When the announcement goes out: at the start five times, then periodically. */
const BURST = 5;
const BURST_MS = 100;
/** Again to each new participant until it has answered: a starting Fast DDS can miss the first. */
const REPEATS_MS = [50, 150, 400, 1000];

export interface EngineOptions {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly announcement: Omit<OwnParticipantData, "prefix">;
  readonly prefix: GuidPrefix;
  /** Where announcements go besides to those who are known: the multicast group, configured peers. */
  readonly announceTo: readonly Locator[];
  readonly announceMs: number;
  /** Where this participant reaches itself. */
  readonly self: Locator;
  /** Whether the address is one of this host. */
  isLocal(address: string): boolean;
  /** Whether the address can be reached directly: in a subnet of one of our interfaces. */
  isNear(address: string): boolean;
  /** Largest message towards the address. */
  messageLimit(address: string): number;
  /** Participants that are not wanted: by name, by vendor. */
  wanted?(data: ParticipantData): boolean;
  readonly listener?: EngineListener;
}

/** What the engine tells of others; endpoints' own matches go to the endpoints. */
export interface EngineListener {
  participantFound?(participant: RemoteParticipant): void;
  /** It says other things of itself. */
  participantChanged?(participant: RemoteParticipant): void;
  participantLost?(participant: RemoteParticipant): void;
  /** Before it is matched with local endpoints. */
  endpointFound?(endpoint: RemoteReader | RemoteWriter): void;
  endpointLost?(endpoint: RemoteReader | RemoteWriter): void;
}

/**
 * A DDSI-RTPS participant without I/O: datagrams and time in, datagrams out. It discovers others by SPDP and SEDP
 * (§8.5), matches its writers and readers with theirs, and runs their protocols.
 *
 * Whatever comes from the network is checked here: `receive` never throws, and what is refused is counted by its reason.
 */
export class Engine implements PackerContext, WriterContext, ReaderContext {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly pool = new DatagramPool();
  readonly header: Uint8Array;
  readonly memory = new SampleMemory();
  readonly counters = new Counters();
  readonly participants: Map<GuidPrefix, RemoteParticipant> = new Map();
  /** This participant as its own peer: its endpoints also talk to each other, by the same protocol over loopback. */
  readonly self: RemoteParticipant;
  readonly #options: EngineOptions;
  #announcement: OwnParticipantData;
  readonly #packers = new Map<string, Packer>();
  #packersLimit = LEAST_PACKERS;
  #opened: Packer[] = [];
  readonly #flushed = (): void => this.#flush();
  readonly #reader = new ByteReader(new Uint8Array(0), { code: "RTPS_MALFORMED" });
  readonly #submessage = new SubmessageHeader();
  /** The DATA that is being read, and the source time of those that follow. */
  readonly #incoming = new Incoming();
  /** Of the message that is being read: who sent it and whence, as INFO_SRC may have changed it. */
  #source: RemoteParticipant | undefined;
  #sourcePrefixAt = 0;
  #sourceVendor = 0;
  #from: Locator = NOWHERE;
  /** When the message that is being read arrived; undefined between messages. */
  #receptionTimeNs: bigint | undefined;
  #receiving = false;
  readonly #ownPrefix: Uint8Array;
  #lastParticipant: RemoteParticipant | undefined;
  readonly #localWriters = new Map<number, LocalWriter>();
  readonly #localReaders = new Map<number, LocalReader>();
  readonly #writersByTopic = new Map<string, Set<LocalWriter>>();
  readonly #readersByTopic = new Map<string, Set<LocalReader>>();
  readonly #remoteWriters = new Map<string, Set<RemoteWriter>>();
  readonly #remoteReaders = new Map<string, Set<RemoteReader>>();
  readonly #statefulWriters = new Map<number, StatefulWriter>();
  readonly #publications: StatefulWriter;
  readonly #subscriptions: StatefulWriter;
  readonly #liveliness: StatefulWriter;
  readonly #publicationsReader: StatefulReader;
  readonly #subscriptionsReader: StatefulReader;
  readonly #livelinessReader: StatefulReader;
  readonly #watch: LivelinessWatch;
  readonly #pairings: PairingRequests;
  #announcementSn = 1;
  #announced!: Change;
  readonly #alarms = new Set<Disposable>();
  readonly #livelinessAlarms = new Map<number, Disposable>();
  #closed = false;

  constructor(options: EngineOptions) {
    const { clock, outlet, prefix } = options;
    this.#options = options;
    this.clock = clock;
    this.outlet = outlet;
    this.#ownPrefix = bytesOfHex(prefix);
    const header = new ByteWriter({ capacity: 20 });
    header.uint32be(MAGIC);
    header.uint32be(PROTOCOL_VERSION * 0x1_0000 + VENDOR_DELOS);
    header.raw(this.#ownPrefix);
    this.header = header.finish();
    this.#announcement = { ...options.announcement, prefix };
    this.#encodeAnnouncement();
    this.#publications = this.#builtinWriter(entity.PUBLICATIONS_WRITER);
    this.#subscriptions = this.#builtinWriter(entity.SUBSCRIPTIONS_WRITER);
    this.#liveliness = this.#builtinWriter(entity.LIVELINESS_WRITER);
    const endpoint = (kind: EndpointData["kind"]) => (remote: RemoteWriter, sample: Incoming) =>
      this.#onEndpoint(kind, remote.participant, sample);
    this.#publicationsReader = this.#builtinReader(entity.PUBLICATIONS_READER, endpoint("publication"));
    this.#subscriptionsReader = this.#builtinReader(entity.SUBSCRIPTIONS_READER, endpoint("subscription"));
    this.#livelinessReader = this.#builtinReader(entity.LIVELINESS_READER, (remote, sample) =>
      this.#onLiveliness(remote.participant, sample),
    );
    this.#pairings = new PairingRequests({
      toWriter: (remote, id, flags, bytes, write) => this.toWriter(remote, id, flags, bytes, write),
      after: (ms, callback) => this.#after(ms, callback),
      stands: (local, remote) =>
        this.#localReaders.get(local.data.guid.entityId) === local &&
        remote.participant.writers.get(remote.entityId) === remote,
    });
    this.#watch = new LivelinessWatch(clock, (writer, alive) => {
      for (const link of writer.links) this.#localReaders.get(link.reader.entityId)?.liveliness(writer, alive);
    });
    this.self = new RemoteParticipant(
      { ...this.#announcement, vendor: VENDOR_DELOS, endpoints: 0, leaseMs: Infinity },
      clock.monotonicMs(),
    );
    this.self.verified = true;
    this.self.userTraffic = this.#packer(options.self, true);
  }

  get prefix(): GuidPrefix {
    return this.#options.prefix;
  }

  /** Begins to announce. */
  start(): void {
    const tick = (left: number): void => {
      this.#announce();
      this.#after(left > 0 ? BURST_MS : this.#options.announceMs, () => tick(Math.max(0, left - 1)));
    };
    tick(BURST);
  }

  /** Changes what the participant says of itself; everybody hears it at once. */
  update(change: Partial<Omit<OwnParticipantData, "prefix">>): void {
    this.#announcement = { ...this.#announcement, ...change };
    if (this.#closed) return;
    this.#announcementSn++;
    this.#encodeAnnouncement();
    this.#announce();
  }

  /** Announces to one more address, as found by other means than multicast. */
  announceTo(locator: Locator): void {
    this.#sendAnnouncement(this.#packer(locator, true));
  }

  // ---------------------------------------------------------------------------------------------- own endpoints

  addWriter(local: LocalWriter): void {
    const { guid, topic, qos } = local.data;
    this.#localWriters.set(guid.entityId, local);
    this.#statefulWriters.set(guid.entityId, local.writer);
    add(this.#writersByTopic, topic, local);
    this.#publish(this.#publications, local.data);
    const own = new RemoteWriter(this.self, guid.entityId, local.data);
    this.self.writers.set(guid.entityId, own);
    add(this.#remoteWriters, topic, own);
    for (const remote of Array.from(this.#remoteReaders.get(topic) ?? [])) this.#match(local, remote);
    for (const reader of Array.from(this.#readersByTopic.get(topic) ?? [])) this.#matchReader(reader, own);
    if (qos.livelinessLeaseMs !== Infinity && qos.liveliness !== "manual_by_topic")
      this.#assertPeriodically(local.data);
  }

  removeWriter(local: LocalWriter): void {
    const { guid, topic } = local.data;
    if (!this.#localWriters.delete(guid.entityId)) return;
    this.#statefulWriters.delete(guid.entityId);
    remove(this.#writersByTopic, topic, local);
    this.#livelinessAlarms.get(guid.entityId)?.[Symbol.dispose]();
    this.#livelinessAlarms.delete(guid.entityId);
    this.#flush();
    this.#retract(this.#publications, local.data);
    const own = this.self.writers.get(guid.entityId);
    if (own !== undefined) this.#loseWriter(own);
    local.writer[Symbol.dispose]();
  }

  addReader(local: LocalReader): void {
    const { guid, topic } = local.data;
    this.#localReaders.set(guid.entityId, local);
    add(this.#readersByTopic, topic, local);
    this.#publish(this.#subscriptions, local.data);
    const own = new RemoteReader(this.self, guid.entityId, local.data);
    this.self.readers.set(guid.entityId, own);
    add(this.#remoteReaders, topic, own);
    for (const writer of Array.from(this.#writersByTopic.get(topic) ?? [])) this.#match(writer, own);
    for (const remote of Array.from(this.#remoteWriters.get(topic) ?? [])) this.#matchReader(local, remote);
  }

  removeReader(local: LocalReader): void {
    const { guid, topic } = local.data;
    if (!this.#localReaders.delete(guid.entityId)) return;
    remove(this.#readersByTopic, topic, local);
    this.#retract(this.#subscriptions, local.data);
    const own = this.self.readers.get(guid.entityId);
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
      for (const writer of Array.from(local ?? [])) this.#match(writer, remote, true);
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
      if (remote.links.length === 0) this.#watch.unwatch(remote);
      local.unmatched(remote);
    } else if (!had) this.#matchReader(local, remote);
    const has = reader.proxies.has(remote);
    if (has !== had && remote.participant.data.vendor === VENDOR_DELOS) this.#pairings.ask(local, remote, has);
  }

  /** Asserts the liveliness of all manual-by-participant writers. */
  assertParticipant(): void {
    this.#sendLiveliness(ASSERT_MANUAL);
  }

  /** Says goodbye. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const alarm of this.#alarms) alarm[Symbol.dispose]();
    for (const alarm of this.#livelinessAlarms.values()) alarm[Symbol.dispose]();
    const inlineQos = new ParameterListBuilder()
      .add(PID.KEY_HASH, (value) => {
        value.raw(this.#ownPrefix);
        value.uint32be(entity.PARTICIPANT);
      })
      .add(PID.STATUS_INFO, (value) => value.uint32be(STATUS_DISPOSED | STATUS_UNREGISTERED))
      .finish();
    const key = new ParameterListBuilder()
      .add(PID.PARTICIPANT_GUID, (value) => {
        value.raw(this.#ownPrefix);
        value.uint32be(entity.PARTICIPANT);
      })
      .finish();
    const payload = concat(PL_CDR_LE, key);
    const goodbye = Change.of(this.#announcementSn + 1, { payload, isKey: true, time: undefined, inlineQos });
    for (const packer of this.#announcementPackers()) {
      packer.data(entity.SPDP_WRITER, goodbye, undefined, entity.SPDP_READER);
    }
    this.#flush();
    for (const participant of Array.from(this.participants.values())) this.#dropParticipant(participant);
    for (const writer of this.#statefulWriters.values()) writer[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
  }

  // ---------------------------------------------------------------------------------------------------- receiving

  /** The time of day at which what is being delivered arrived: asked for once a message. */
  get receptionTimeNs(): bigint {
    if (!this.#receiving) return this.clock.nowNs();
    this.#receptionTimeNs ??= this.clock.nowNs();
    return this.#receptionTimeNs;
  }

  /** Takes one datagram. Never throws. */
  receive(bytes: Uint8Array, from: Locator): void {
    if (this.#closed) return;
    this.counters.received++;
    this.#receiving = true;
    this.#receptionTimeNs = undefined;
    this.#from = from;
    try {
      this.#message(bytes);
    } catch (error) {
      // What was processed before the malformed submessage stays (§8.3.4.1).
      if (error instanceof MalformedError) this.counters.add("malformed");
      else this.counters.add("failed");
    } finally {
      this.#receiving = false;
    }
  }

  #message(bytes: Uint8Array): void {
    const reader = this.#reader;
    reader.reset(bytes);
    reader.need(20);
    if (reader.uint32be() !== MAGIC) throw reader.malformed("no RTPS message", 0);
    const versionAndVendor = reader.uint32be();
    if (versionAndVendor >>> 24 !== 2) throw reader.malformed("another RTPS version", 4);
    this.#sourceVendor = versionAndVendor & 0xffff;
    this.#sourcePrefixAt = 8;
    this.#source = this.#sourceOf(bytes, 8);
    reader.offset = 20;
    let forUs = true;
    const incoming = this.#incoming;
    incoming.timed = false;
    const header = this.#submessage;
    while (header.read(reader)) {
      const { id, flags, end } = header;
      const outer = reader.end;
      reader.end = end;
      switch (id) {
        case ID.INFO_DST:
          forUs = this.#isForUs(reader);
          if (forUs && this.#source !== undefined) this.#verified(this.#source, this.#from);
          break;
        case ID.INFO_TS:
          incoming.timed = (flags & INVALIDATE) === 0;
          if (!incoming.timed) break;
          incoming.seconds = reader.int32();
          incoming.fraction = reader.uint32();
          break;
        case ID.INFO_SRC:
          this.#sourcePrefixAt = reader.offset + 8;
          this.#sourceVendor = readInfoSource(reader).vendor;
          this.#source = this.#sourceOf(bytes, this.#sourcePrefixAt);
          break;
        case ID.DATA:
          if (forUs) this.#data(reader, flags);
          break;
        default:
          if (forUs) this.#entitySubmessage(id, flags, reader);
      }
      reader.offset = end;
      reader.end = outer;
    }
  }

  /** The path of every sample: nothing is allocated here. */
  #data(body: ByteReader, flags: number): void {
    const sample = this.#incoming;
    scanData(body, flags, sample);
    const { readerId, writerId } = sample;
    if (writerId === entity.SPDP_WRITER) {
      const prefix = hexOf(body.bytes, this.#sourcePrefixAt, this.#sourcePrefixAt + PREFIX_BYTES);
      this.#onAnnouncement(sample, { prefix, vendor: this.#sourceVendor }, this.#from, body.bytes.length);
      return;
    }
    const writer = this.#source?.writers.get(writerId);
    if (writer === undefined) return this.#unknown("data of an unknown writer");
    this.#watch.assert(writer);
    const { links } = writer;
    for (let i = 0; i < links.length; i++) {
      const link = links[i]!;
      if (readerId === 0 || readerId === link.reader.entityId) link.onData(sample);
    }
  }

  #entitySubmessage(id: number, flags: number, body: ByteReader): void {
    const source = this.#source;
    switch (id) {
      case ID.DATA_FRAG: {
        const data = readDataFrag(body, flags);
        const writer = source?.writers.get(data.writerId);
        if (writer === undefined) return this.#unknown("data of an unknown writer");
        this.#watch.assert(writer);
        for (const link of writer.links) {
          if (data.readerId === 0 || data.readerId === link.reader.entityId) link.onDataFrag(data, this.#incoming);
        }
        return;
      }
      case ID.HEARTBEAT: {
        const heartbeat = readHeartbeat(body, flags);
        const writer = source?.writers.get(heartbeat.writerId);
        if (writer === undefined) return this.#unknown("heartbeat of an unknown writer");
        if (heartbeat.liveliness) this.#watch.assert(writer);
        for (const link of writer.links) {
          if (heartbeat.readerId === 0 || heartbeat.readerId === link.reader.entityId) link.onHeartbeat(heartbeat);
        }
        return;
      }
      case ID.HEARTBEAT_FRAG: {
        const heartbeat = readHeartbeatFrag(body);
        for (const link of source?.writers.get(heartbeat.writerId)?.links ?? []) link.onHeartbeatFrag(heartbeat);
        return;
      }
      case ID.GAP: {
        const gap = readGap(body);
        for (const link of source?.writers.get(gap.writerId)?.links ?? []) {
          if (gap.readerId === 0 || gap.readerId === link.reader.entityId) link.onGap(gap);
        }
        return;
      }
      case ID.ACKNACK: {
        const ack = readAckNack(body, flags);
        const proxy = source?.readers.get(ack.readerId)?.links.get(ack.writerId);
        if (proxy === undefined) return this.#unknown("acknack of an unknown reader");
        this.#statefulWriters.get(ack.writerId)?.onAckNack(proxy, ack);
        return;
      }
      case ID.NACK_FRAG: {
        const nack = readNackFrag(body);
        const proxy = source?.readers.get(nack.readerId)?.links.get(nack.writerId);
        if (proxy === undefined) return this.#unknown("nackfrag of an unknown reader");
        this.#statefulWriters.get(nack.writerId)?.onNackFrag(proxy, nack);
        return;
      }
      case ID.PAIRING:
        if (source !== undefined && this.#sourceVendor === VENDOR_DELOS) this.#pairing(source, flags, body);
        return;
      default: // PAD, replies, other vendors' own
    }
  }

  #pairing(source: RemoteParticipant, flags: number, body: ByteReader): void {
    const pairing = readPairing(body);
    const { readerId, writerId, count } = pairing;
    if ((flags & CONFIRM) !== 0) {
      this.#pairings.confirmed(readerId, source.writers.get(writerId), count);
      return;
    }
    const remote = source.readers.get(readerId);
    const local = this.#localWriters.get(writerId);
    if (remote?.data === undefined || local === undefined) return this.#unknown("pairing of an unknown reader");
    const known = remote.pairings.get(writerId) ?? 0;
    if (count < known) return;
    if (count > known) {
      if ((flags & ATTACH) !== 0) {
        this.#match(local, remote, true);
        if (!local.writer.proxies.has(remote)) return; // not yet: it will ask again
      } else if (local.writer.proxies.has(remote)) {
        local.writer.removeReader(remote);
        local.unmatched(remote);
      }
      remote.pairings.set(writerId, count);
    }
    const confirm = LITTLE_ENDIAN | CONFIRM | (flags & ATTACH);
    const { prefixBytes } = remote.participant;
    this.#packerOf(remote)?.submessage(ID.PAIRING, confirm, PAIRING_BYTES, prefixBytes, (to) =>
      writePairing(to, pairing),
    );
  }

  #unknown(reason: string): void {
    this.counters.add(reason);
  }

  /** The participant whose prefix stands at `at`, renewed; undefined when it was not discovered. */
  #sourceOf(bytes: Uint8Array, at: number): RemoteParticipant | undefined {
    const last = this.#lastParticipant;
    let participant = last !== undefined && samePrefix(last.prefixBytes, bytes, at) ? last : undefined;
    if (participant === undefined) {
      participant = samePrefix(this.#ownPrefix, bytes, at)
        ? this.self
        : this.participants.get(hexOf(bytes, at, at + PREFIX_BYTES));
      if (participant === undefined) return undefined;
      this.#lastParticipant = participant;
    }
    participant.lastHeardMs = this.clock.monotonicMs();
    if (!participant.verified) this.#credit(participant, bytes.length);
    if (participant.addresses.size === 0) participant.addresses.add(this.#from.address);
    return participant;
  }

  #isForUs(body: ByteReader): boolean {
    body.need(PREFIX_BYTES);
    if (samePrefix(this.#ownPrefix, body.bytes, body.offset)) return true;
    return readPrefix(body) === ANY_PREFIX;
  }

  /** It answers to us: what it is sent is no reflection of a forged announcement. */
  #verified(participant: RemoteParticipant, from: Locator): void {
    if (participant === this.self) return;
    if (participant.addresses.size < ENGINE_LIMITS.addressesPerParticipant) participant.addresses.add(from.address);
    for (const packer of [participant.metatraffic, participant.userTraffic]) {
      if (packer !== undefined && !packer.verified && participant.addresses.has(packer.locator.address)) {
        packer.verified = true;
      }
    }
    if (participant.verified) return;
    participant.verified = true;
  }

  #credit(participant: RemoteParticipant, bytes: number): void {
    for (const packer of new Set([participant.metatraffic, participant.userTraffic])) {
      if (packer !== undefined && !packer.verified) packer.credit += bytes;
    }
  }

  // ------------------------------------------------------------------------------------------ participants (SPDP)

  #onAnnouncement(
    data: Incoming,
    source: { prefix: GuidPrefix; vendor: number },
    from: Locator,
    datagramBytes: number,
  ): void {
    if (source.prefix === this.prefix) return;
    const known = this.participants.get(source.prefix);
    if ((statusOf(data.inlineQos) & (STATUS_DISPOSED | STATUS_UNREGISTERED)) !== 0 || data.isKey) {
      if (known === undefined) return;
      // Anybody can forge a goodbye; it counts only from an address that the participant was heard from.
      if (known.addresses.has(from.address)) this.#dropParticipant(known);
      else this.counters.add("goodbye from another address");
      return;
    }
    const { payload } = data;
    if (payload === undefined) return;
    const announced = readParticipantData(this.#list(payload), source);
    const reason = this.#refusal(announced, source.prefix);
    if (reason !== undefined) return this.#unknown(reason);
    if (known !== undefined) {
      if (!known.addresses.has(from.address) && !this.#mayMove(known, announced, from)) {
        this.counters.add("announcement from another address");
        return;
      }
      if (known.announcementSn !== data.sn) {
        known.announcementSn = data.sn;
        known.data = announced;
        this.#locate(known, from);
        for (const reader of known.readers.values()) this.#reroute(reader);
        this.#options.listener?.participantChanged?.(known);
      }
      return;
    }
    if (!this.#makeRoom()) return this.#unknown("too many participants");
    const participant = new RemoteParticipant(announced, this.clock.monotonicMs());
    participant.addresses.add(from.address);
    participant.announcementSn = data.sn;
    this.participants.set(participant.prefix, participant);
    this.#locate(participant, from);
    this.#credit(participant, datagramBytes);
    this.#expire(participant);
    this.#options.listener?.participantFound?.(participant);
    // What verifies us goes first, in a message of its own: an address that has not answered gets no more than it sent.
    this.#linkBuiltins(participant);
    this.#flush();
    this.#greet(participant);
  }

  #refusal(data: ParticipantData, sourcePrefix: GuidPrefix): string | undefined {
    if (data.prefix !== sourcePrefix) return "announcement of another's GUID";
    if (data.domain !== undefined && data.domain !== this.#announcement.domain) return "another domain";
    if (data.domainTag !== this.#announcement.domainTag) return "another domain tag";
    if (data.leaseMs <= 0) return "announcement with a lease of nothing";
    return this.#options.wanted?.(data) === false ? "unwanted participant" : undefined;
  }

  /** Hosts have several addresses: one that the participant announces as its own may speak for it. */
  #mayMove(known: RemoteParticipant, announced: ParticipantData, from: Locator): boolean {
    const own = [...known.data.metatrafficUnicast, ...known.data.defaultUnicast];
    const local = this.#options.isLocal(from.address) && [...known.addresses].some((a) => this.#options.isLocal(a));
    if (!local && !own.some(({ address }) => address === from.address)) return false;
    if (announced.prefix !== known.prefix || known.addresses.size >= ENGINE_LIMITS.addressesPerParticipant)
      return false;
    known.addresses.add(from.address);
    return true;
  }

  #makeRoom(): boolean {
    let unverified = 0;
    let oldest: RemoteParticipant | undefined;
    for (const participant of this.participants.values()) {
      if (participant.verified) continue;
      unverified++;
      if (oldest === undefined || participant.lastHeardMs < oldest.lastHeardMs) oldest = participant;
    }
    if (unverified >= ENGINE_LIMITS.unverified || this.participants.size >= ENGINE_LIMITS.participants) {
      if (oldest === undefined) return false;
      this.counters.add("participants evicted");
      this.#dropParticipant(oldest);
    }
    return true;
  }

  /** Chooses where to reach it. */
  #locate(participant: RemoteParticipant, from: Locator): void {
    const { metatrafficUnicast, defaultUnicast } = participant.data;
    const meta = this.#choose(metatrafficUnicast, from);
    const user = this.#choose(defaultUnicast, from);
    participant.metatraffic = meta === undefined ? undefined : this.#packer(meta, false);
    participant.userTraffic = user === undefined ? participant.metatraffic : this.#packer(user, false);
  }

  /** The announced address from which it speaks, or one near, or any; loopback only on this host. */
  #choose(locators: readonly Locator[], from: Locator): Locator | undefined {
    const sameHost = this.#options.isLocal(from.address);
    const usable = locators.filter(({ address }) => isUnicast(address) && (sameHost || !isLoopback(address)));
    return (
      usable.find(({ address }) => address === from.address) ??
      usable.find(({ address }) => sameHost && isLoopback(address)) ??
      usable.find(({ address }) => this.#options.isNear(address)) ??
      usable[0]
    );
  }

  #expire(participant: RemoteParticipant): void {
    const { leaseMs } = participant.data;
    if (leaseMs === Infinity) return;
    const leftMs = participant.lastHeardMs + leaseMs - this.clock.monotonicMs() + 1;
    this.#after(
      leftMs,
      () => {
        if (this.clock.monotonicMs() - participant.lastHeardMs >= participant.data.leaseMs) {
          this.counters.add("leases expired");
          this.#dropParticipant(participant);
        } else this.#expire(participant);
      },
      participant.alarms,
    );
  }

  #greet(participant: RemoteParticipant): void {
    const { metatraffic } = participant;
    if (metatraffic === undefined) return;
    this.#sendAnnouncement(metatraffic);
    for (const afterMs of REPEATS_MS) {
      this.#after(
        afterMs,
        () => {
          if (!participant.verified) this.#sendAnnouncement(metatraffic);
        },
        participant.alarms,
      );
    }
  }

  #dropParticipant(participant: RemoteParticipant): void {
    if (!this.participants.delete(participant.prefix)) return;
    if (this.#lastParticipant === participant) this.#lastParticipant = undefined;
    // Or they would hold it until its lease ends, which it has chosen itself.
    for (const alarm of participant.alarms) alarm[Symbol.dispose]();
    participant.alarms.clear();
    for (const writer of Array.from(participant.writers.values())) this.#loseWriter(writer);
    for (const reader of Array.from(participant.readers.values())) this.#loseReader(reader);
    this.#options.listener?.participantLost?.(participant);
    for (const packer of [participant.metatraffic, participant.userTraffic]) {
      if (packer !== undefined && !this.#isUsed(packer)) this.#packers.delete(locatorKey(packer.locator));
    }
  }

  #isUsed(packer: Packer): boolean {
    for (const { metatraffic, userTraffic } of this.participants.values()) {
      if (metatraffic === packer || userTraffic === packer) return true;
    }
    return false;
  }

  #announce(): void {
    for (const packer of this.#announcementPackers()) this.#sendAnnouncement(packer);
  }

  #announcementPackers(): Set<Packer> {
    const packers = new Set(this.#options.announceTo.map((locator) => this.#packer(locator, true)));
    const multicast = [...packers].some(({ locator }) => isMulticast(locator.address));
    // Whom multicast reaches is not told twice; who came by unicast is.
    for (const { metatraffic, data } of this.participants.values()) {
      if (metatraffic !== undefined && (!multicast || data.metatrafficMulticast.length === 0)) packers.add(metatraffic);
    }
    return packers;
  }

  #sendAnnouncement(packer: Packer): void {
    packer.data(entity.SPDP_WRITER, this.#announced, undefined, 0);
  }

  #encodeAnnouncement(): void {
    const payload = concat(PL_CDR_LE, writeParticipantData(this.#announcement));
    const sample = { payload, isKey: false, time: undefined, inlineQos: undefined };
    this.#announced = Change.of(this.#announcementSn, sample);
  }

  // --------------------------------------------------------------------------------------------- endpoints (SEDP)

  #linkBuiltins(participant: RemoteParticipant): void {
    const { endpoints } = participant.data;
    const { metatraffic } = participant;
    if (metatraffic === undefined) return;
    const pairs = [
      {
        bit: 2,
        writerId: entity.PUBLICATIONS_WRITER,
        readerId: entity.PUBLICATIONS_READER,
        writer: this.#publications,
        reader: this.#publicationsReader,
      },
      {
        bit: 4,
        writerId: entity.SUBSCRIPTIONS_WRITER,
        readerId: entity.SUBSCRIPTIONS_READER,
        writer: this.#subscriptions,
        reader: this.#subscriptionsReader,
      },
      {
        bit: 10,
        writerId: entity.LIVELINESS_WRITER,
        readerId: entity.LIVELINESS_READER,
        writer: this.#liveliness,
        reader: this.#livelinessReader,
      },
    ];
    for (const { bit, writerId, readerId, writer, reader } of pairs) {
      if ((endpoints & (1 << bit)) !== 0) {
        const remote = new RemoteWriter(participant, writerId);
        participant.writers.set(writerId, remote);
        reader.addWriter(remote, true);
      }
      if ((endpoints & (1 << (bit + 1))) !== 0) {
        const remote = new RemoteReader(participant, readerId);
        participant.readers.set(readerId, remote);
        writer.addReader(remote, { reliable: true, transientLocal: true, packer: metatraffic });
      }
    }
  }

  #publish(writer: StatefulWriter, data: EndpointData): void {
    const payload = concat(PL_CDR_LE, writeEndpointData(data));
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
    const payload = concat(PL_CDR_LE, writeEndpointKey(guid));
    writer.write({ payload, isKey: true, time: undefined, inlineQos }, guidHex(guid), true);
  }

  #onEndpoint(kind: EndpointData["kind"], participant: RemoteParticipant, sample: Incoming): void {
    const list = sample.payload === undefined ? undefined : this.#list(sample.payload);
    const guid = endpointGuidOf(list, sample.inlineQos);
    // Only its own participant announces or removes an endpoint.
    if (guid === undefined || guid.prefix !== participant.prefix)
      return this.#unknown("announcement of another's GUID");
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
    // Immutable for matching; a change of what is not (partitions) is a new endpoint with the old name.
    if (kind === "publication" && writer !== undefined) this.#loseWriter(writer);
    if (kind === "subscription" && reader !== undefined) this.#loseReader(reader);
    if (participant.writers.size + participant.readers.size >= ENGINE_LIMITS.endpointsPerParticipant) {
      return this.#unknown("too many endpoints");
    }
    if (kind === "publication") this.#findWriter(participant, data);
    else this.#findReader(participant, data);
  }

  #findWriter(participant: RemoteParticipant, data: EndpointData): void {
    const remote = new RemoteWriter(participant, data.guid.entityId, data);
    participant.writers.set(remote.entityId, remote);
    add(this.#remoteWriters, data.topic, remote);
    this.#options.listener?.endpointFound?.(remote);
    for (const local of Array.from(this.#readersByTopic.get(data.topic) ?? [])) this.#matchReader(local, remote);
  }

  #findReader(participant: RemoteParticipant, data: EndpointData): void {
    const remote = new RemoteReader(participant, data.guid.entityId, data);
    participant.readers.set(remote.entityId, remote);
    add(this.#remoteReaders, data.topic, remote);
    this.#options.listener?.endpointFound?.(remote);
    for (const local of Array.from(this.#writersByTopic.get(data.topic) ?? [])) this.#match(local, remote);
  }

  /** `moved`: the pair has talked by another transport. */
  #match(local: LocalWriter, remote: RemoteReader, moved = false): void {
    const packer = this.#packerOf(remote);
    if (packer === undefined || local.writer.proxies.has(remote) || !local.accepts(remote)) return;
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
    this.#watch.watch(remote);
  }

  #packerOf(remote: RemoteReader): Packer | undefined {
    const { participant, data } = remote;
    const [from] = participant.addresses;
    const own = data?.unicast ?? [];
    if (participant === this.self || own.length === 0) return participant.userTraffic;
    const chosen = this.#choose(own, { address: from ?? "0.0.0.0", port: 0 });
    return chosen === undefined
      ? participant.userTraffic
      : this.#packer(chosen, participant.verified && participant.addresses.has(chosen.address));
  }

  #reroute(remote: RemoteReader): void {
    for (const writerId of Array.from(remote.links.keys())) this.#statefulWriters.get(writerId)?.reroute();
  }

  #loseWriter(remote: RemoteWriter): void {
    const { participant, data } = remote;
    participant.writers.delete(remote.entityId);
    this.#watch.unwatch(remote);
    if (data !== undefined) remove(this.#remoteWriters, data.topic, remote);
    for (const { reader } of remote.links) {
      reader.removeWriter(remote);
      if (data !== undefined) this.#localReaders.get(reader.entityId)?.unmatched(remote);
    }
    if (data !== undefined && participant !== this.self) this.#options.listener?.endpointLost?.(remote);
  }

  #loseReader(remote: RemoteReader): void {
    const { participant, data } = remote;
    participant.readers.delete(remote.entityId);
    if (data !== undefined) remove(this.#remoteReaders, data.topic, remote);
    for (const writerId of Array.from(remote.links.keys())) {
      this.#statefulWriters.get(writerId)?.removeReader(remote);
      if (data !== undefined) this.#localWriters.get(writerId)?.unmatched(remote);
    }
    if (data !== undefined && participant !== this.self) this.#options.listener?.endpointLost?.(remote);
  }

  // --------------------------------------------------------------------------------------------------- liveliness

  #assertPeriodically({ guid, qos }: EndpointData): void {
    if (qos.liveliness !== "automatic") return; // manual: its user's business
    const again = (): void => {
      this.#sendLiveliness(ASSERT_AUTOMATIC);
      const atMs = this.clock.monotonicMs() + qos.livelinessLeaseMs / 3;
      this.#livelinessAlarms.set(guid.entityId, this.clock.alarm(atMs, again, { background: true }));
    };
    again();
  }

  /** ParticipantMessageData, CDR_LE: prefix, kind (four bytes), sequence<octet>. §9.6.3.1. */
  #sendLiveliness(kind: number): void {
    const writer = new ByteWriter({ capacity: 24 });
    writer.uint32be(0x0001_0000);
    writer.raw(this.#ownPrefix);
    writer.uint32be(kind);
    writer.uint32(0);
    this.#liveliness.write(
      { payload: writer.finish(), isKey: false, time: undefined, inlineQos: undefined },
      String(kind),
    );
  }

  #onLiveliness(participant: RemoteParticipant, sample: Incoming): void {
    if (sample.payload === undefined || sample.isKey) return;
    const reader = new ByteReader(sample.payload, { code: "RTPS_MALFORMED" });
    reader.skip(4);
    if (readPrefix(reader) !== participant.prefix) return this.#unknown("announcement of another's GUID");
    const kind = reader.uint32be();
    const renewed =
      kind === ASSERT_AUTOMATIC ? "automatic" : kind === ASSERT_MANUAL ? "manual_by_participant" : undefined;
    for (const writer of participant.writers.values()) {
      if (writer.data?.qos.liveliness === renewed) this.#watch.assert(writer);
    }
  }

  // ------------------------------------------------------------------------------------------------------ sending

  toWriter(remote: RemoteWriter, id: number, flags: number, bytes: number, write: (writer: ByteWriter) => void): void {
    const { participant, data } = remote;
    let packer = data === undefined ? participant.metatraffic : participant.userTraffic;
    const own = data?.unicast ?? [];
    if (own.length > 0 && participant !== this.self) {
      const [from] = participant.addresses;
      const chosen = this.#choose(own, { address: from ?? "0.0.0.0", port: 0 });
      if (chosen !== undefined) packer = this.#packer(chosen, participant.verified);
    }
    packer?.submessage(id, flags, bytes, participant.prefixBytes, write);
  }

  opened(packer: Packer): void {
    this.#opened.push(packer);
    // One reading of a socket may bring dozens of datagrams: acknowledgments must not wait for the last of them.
    if (this.#opened.length === 1) this.outlet.defer(this.#receiving ? "now" : "turn", this.#flushed);
  }

  withheld(): void {
    this.counters.add("withheld from an address that has not answered");
  }

  count(reason: string, count?: number): void {
    this.counters.add(reason, count);
  }

  multicastFor(proxies: readonly ReaderProxy[]): Packer | undefined {
    const listeners = new Map<string, { locator: Locator; participants: Set<RemoteParticipant> }>();
    for (const { remote } of proxies) {
      const locators =
        remote.data === undefined
          ? []
          : remote.data.multicast.length > 0
            ? remote.data.multicast
            : remote.participant.data.defaultMulticast;
      for (const locator of locators) {
        if (!isMulticast(locator.address)) continue;
        const known = listeners.get(locatorKey(locator)) ?? { locator, participants: new Set() };
        known.participants.add(remote.participant);
        listeners.set(locatorKey(locator), known);
      }
    }
    const best = [...listeners.values()].sort((a, b) => b.participants.size - a.participants.size)[0];
    return best === undefined || best.participants.size < 2 ? undefined : this.#packer(best.locator, true);
  }

  #packer(locator: Locator, verified: boolean): Packer {
    const key = locatorKey(locator);
    let packer = this.#packers.get(key);
    if (packer === undefined) {
      if (this.#packers.size >= this.#packersLimit) this.#sweepPackers();
      packer = new Packer(this, locator, this.#options.messageLimit(locator.address), verified);
      this.#packers.set(key, packer);
    } else if (verified) packer.verified = true;
    return packer;
  }

  /** Endpoints come and go, each with addresses of its own if it likes: what nobody is reached by any more is forgotten. */
  #sweepPackers(): void {
    const used = new Set<Packer | undefined>([this.self.userTraffic, ...this.#opened]);
    for (const { metatraffic, userTraffic } of this.participants.values()) used.add(metatraffic).add(userTraffic);
    for (const writer of this.#statefulWriters.values()) {
      for (const { packer, route } of writer.proxies.values()) used.add(packer).add(route);
    }
    for (const [key, packer] of this.#packers) if (!used.has(packer)) this.#packers.delete(key);
    this.#packersLimit = Math.max(LEAST_PACKERS, this.#packers.size * 2);
  }

  #flush(): void {
    // Heartbeats that a flush adds may open messages of their own.
    while (this.#opened.length > 0) {
      const opened = this.#opened;
      this.#opened = [];
      for (const packer of opened) packer.flush();
    }
  }

  #builtinWriter(entityId: number): StatefulWriter {
    const writer = new StatefulWriter(entityId, BUILTIN_QOS, { ...contextOf(this), multicastFor: () => undefined });
    this.#statefulWriters.set(entityId, writer);
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
          this.counters.add("malformed");
        }
        return true;
      },
      lost: () => {},
    };
    const maxSampleBytes = ENGINE_LIMITS.discoverySampleBytes;
    return new StatefulReader(entityId, { reliable: true, transientLocal: true, maxSampleBytes }, sink, this);
  }

  /** The parameter list of a discovery sample. */
  #list(payload: Uint8Array): ParameterList {
    const reader = new ByteReader(payload, { code: "RTPS_MALFORMED" });
    const encapsulation = reader.uint32be() >>> 16;
    if (encapsulation !== 2 && encapsulation !== 3)
      throw reader.malformed(`discovery in representation ${encapsulation}`, 0);
    reader.littleEndian = encapsulation === 3;
    return readParameterList(reader);
  }

  /** `alarms`: whose they are, and with whom they end. */
  #after(ms: number, callback: () => void, alarms: Set<Disposable> = this.#alarms): void {
    const alarm = this.clock.alarm(
      this.clock.monotonicMs() + ms,
      () => {
        alarms.delete(alarm);
        callback();
      },
      { background: true },
    );
    alarms.add(alarm);
  }
}

const contextOf = ({ clock, outlet, counters }: Engine): Omit<WriterContext, "multicastFor"> => ({
  clock,
  outlet,
  count: (reason, count) => counters.add(reason, count),
});

function samePrefix(prefix: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < PREFIX_BYTES; i++) if (prefix[i] !== bytes[at + i]) return false;
  return true;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

function add<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([item]));
  else known.add(item);
}

function remove<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const known = index.get(key);
  if (known?.delete(item) === true && known.size === 0) index.delete(key);
}
