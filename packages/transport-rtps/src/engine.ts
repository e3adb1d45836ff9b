import { type Clock, MalformedError } from "@delos/core";
import { ByteReader, type ByteWriter } from "@delos/wire";
import { EndpointDiscovery } from "./endpoint-discovery.ts";
import type { EngineOptions } from "./engine-options.ts";
import { fnv1a } from "./fnv.ts";
import { Incoming } from "./incoming.ts";
import type { LocalReader, LocalWriter } from "./local-endpoint.ts";
import { Counters, type Outlet } from "./outlet.ts";
import type { Packer } from "./packer.ts";
import { Packers } from "./packers.ts";
import type { OwnParticipantData } from "./participant-data.ts";
import { ParticipantDiscovery } from "./participant-discovery.ts";
import type { ReaderProxy } from "./reader-proxy.ts";
import type { RemoteParticipant, RemoteWriter } from "./remote.ts";
import { SampleMemory } from "./sample-memory.ts";
import type { ReaderContext } from "./stateful-reader.ts";
import type { WriterContext } from "./stateful-writer.ts";
import { AckNackFields, readAckNack } from "./wire/acknack.ts";
import { scanData } from "./wire/data.ts";
import { readDataFrag } from "./wire/data-frag.ts";
import * as entity from "./wire/entity-id.ts";
import { readGap } from "./wire/gap.ts";
import { bytesOfHex, type GuidPrefix, hexOf, PREFIX_BYTES } from "./wire/guid.ts";
import { HeartbeatFields, readHeartbeat } from "./wire/heartbeat.ts";
import { readHeartbeatFrag } from "./wire/heartbeat-frag.ts";
import { readInfoSource } from "./wire/info-source.ts";
import { INVALIDATE } from "./wire/info-timestamp.ts";
import type { Locator } from "./wire/locator.ts";
import { MAGIC, VENDOR_DELOS } from "./wire/message.ts";
import { readNackFrag } from "./wire/nack-frag.ts";
import type { NumberSet } from "./wire/number-set.ts";
import { ID, SubmessageHeader } from "./wire/submessage.ts";

/** GUIDPREFIX_UNKNOWN as a destination: everybody. §8.3.7.7. */
const ANY_PREFIX = new Uint8Array(PREFIX_BYTES);
const NOWHERE: Locator = { address: "0.0.0.0", port: 0 };

/**
 * A DDSI-RTPS participant without I/O: datagrams and time in, datagrams out. It discovers others by SPDP and SEDP
 * (§8.5), matches its writers and readers with theirs, and runs their protocols.
 *
 * Whatever comes from the network is checked here: `receive` never throws, and what is refused is counted by its reason.
 */
export class Engine implements WriterContext, ReaderContext {
  readonly clock: Clock;
  readonly outlet: Outlet;
  readonly prefix: GuidPrefix;
  readonly memory = new SampleMemory();
  readonly counters = new Counters();
  readonly #packers: Packers;
  readonly #discovery: ParticipantDiscovery;
  readonly #endpoints: EndpointDiscovery;
  readonly #reader = new ByteReader(new Uint8Array(0), { code: "RTPS_MALFORMED" });
  readonly #submessage = new SubmessageHeader();
  /** The DATA that is being read, and the source time of those that follow. */
  readonly #incoming = new Incoming();
  readonly #heartbeat = new HeartbeatFields();
  readonly #ackNack = new AckNackFields();
  /** Of the message that is being read: who sent it and whence, as INFO_SRC may have changed it. */
  #source: RemoteParticipant | undefined;
  #sourcePrefixAt = 0;
  /** It names this participant as its destination: the other side knows us. */
  #addressed = false;
  /** By this message it has answered us for the first time. */
  #answered: RemoteParticipant | undefined;
  #sourceVendor = 0;
  #from: Locator = NOWHERE;
  /** When the message that is being read arrived; undefined between messages. */
  #receptionTimeNs: bigint | undefined;
  readonly #ownPrefix: Uint8Array;
  /** Participants by the hash of their prefix, as they were heard: a shorter way than by its text. */
  readonly #sources = new Map<number, RemoteParticipant>();
  #closed = false;

  constructor(options: EngineOptions) {
    const { clock, outlet, prefix, listener = {} } = options;
    this.clock = clock;
    this.outlet = outlet;
    this.prefix = prefix;
    this.#ownPrefix = bytesOfHex(prefix);
    this.#packers = new Packers(options, this.counters, () => this.#packersInUse());
    this.#discovery = new ParticipantDiscovery(options, this.counters, this.#packers, {
      found: (participant) => {
        listener.participantFound?.(participant);
        this.#endpoints.join(participant);
      },
      contact: (participant, briefly) => this.#endpoints.contact(participant, briefly),
      answered: (participant) => {
        this.#answered = participant;
      },
      changed: (participant) => {
        this.#endpoints.reroute(participant);
        listener.participantChanged?.(participant);
      },
      lost: (participant) => {
        this.#sources.delete(fnv1a(participant.prefixBytes, 0, PREFIX_BYTES));
        this.#endpoints.leave(participant);
        listener.participantLost?.(participant);
      },
    });
    this.#endpoints = new EndpointDiscovery(this, this.#packers, listener);
  }

  get participants(): ReadonlyMap<GuidPrefix, RemoteParticipant> {
    return this.#discovery.participants;
  }

  /** This participant as its own peer: its endpoints also talk to each other, by the same protocol over loopback. */
  get self(): RemoteParticipant {
    return this.#discovery.self;
  }

  /** How long participants take to answer at present, where many come at once; else 0, ms. */
  get responseMs(): number {
    return this.#discovery.responses.expectedMs(this.clock.monotonicMs());
  }

  /** Begins to announce. */
  start(): void {
    this.#discovery.start();
  }

  /** Changes what the participant says of itself; everybody hears it at once. */
  update(change: Partial<Omit<OwnParticipantData, "prefix">>): void {
    if (!this.#closed) this.#discovery.update(change);
  }

  /** Announces to one more address, as found by other means than multicast. */
  announceTo(locator: Locator): void {
    this.#discovery.announceTo(locator);
  }

  addWriter(local: LocalWriter): void {
    this.#endpoints.addWriter(local);
  }

  removeWriter(local: LocalWriter): void {
    this.#endpoints.removeWriter(local);
  }

  addReader(local: LocalReader): void {
    this.#endpoints.addReader(local);
  }

  removeReader(local: LocalReader): void {
    this.#endpoints.removeReader(local);
  }

  /** Another transport may serve pairs with this participant now, or no longer. */
  reconsider(participant: RemoteParticipant): void {
    this.#endpoints.reconsider(participant);
  }

  /** Readers that a writer has turned down are asked again. */
  offerAgain(local: LocalWriter): void {
    this.#endpoints.offerAgain(local);
  }

  /** Tells other participants of Delos what nodes there are here; a later payload replaces it. */
  tellNodes(payload: Uint8Array): void {
    this.#endpoints.tellNodes(payload);
  }

  /** Asserts the liveliness of all manual-by-participant writers. */
  assertParticipant(): void {
    this.#endpoints.assertParticipant();
  }

  /** Says goodbye. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#discovery.leave();
    this.#endpoints[Symbol.dispose]();
  }

  // ---------------------------------------------------------------------------------------------------- receiving

  /** The time of day at which what is being delivered arrived: asked for once a message. */
  get receptionTimeNs(): bigint {
    if (!this.#packers.receiving) return this.clock.nowNs();
    this.#receptionTimeNs ??= this.clock.nowNs();
    return this.#receptionTimeNs;
  }

  /** Takes one datagram. Never throws. */
  receive(bytes: Uint8Array, from: Locator): void {
    if (this.#closed) return;
    this.counters.received++;
    this.#packers.beginReceiving();
    this.#receptionTimeNs = undefined;
    this.#from = from;
    try {
      this.#message(bytes);
    } catch (error) {
      // What was processed before the malformed submessage stays (§8.3.4.1).
      if (error instanceof MalformedError) this.counters.add("malformed");
      else this.counters.add("failed");
    } finally {
      if (this.#answered !== undefined) this.#endpoints.expect(this.#answered);
      this.#answered = undefined;
      this.#packers.endReceiving();
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
    this.#addressed = false;
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
          if (this.#addressed && this.#source !== undefined) this.#discovery.verified(this.#source, this.#from);
          break;
        case ID.INFO_TS:
          incoming.timed = (flags & INVALIDATE) === 0;
          if (!incoming.timed) break;
          incoming.seconds = reader.int32();
          incoming.fraction = reader.uint32();
          // TIME_INVALID, §9.3.2.1: as good as no time.
          incoming.timed = incoming.seconds !== -1 || incoming.fraction !== 0xffff_ffff;
          break;
        case ID.INFO_SRC:
          this.#sourcePrefixAt = reader.offset + 8;
          this.#sourceVendor = readInfoSource(reader).vendor;
          this.#source = this.#sourceOf(bytes, this.#sourcePrefixAt);
          // §8.3.8.10.4: the time was the other source's.
          incoming.timed = false;
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
      if (this.#source !== undefined && this.#discovery.repeats(this.#source, sample, this.#from)) return;
      const prefix = hexOf(body.bytes, this.#sourcePrefixAt, this.#sourcePrefixAt + PREFIX_BYTES);
      this.#discovery.onAnnouncement(
        sample,
        { prefix, vendor: this.#sourceVendor, addressed: this.#addressed, bytes: body.bytes.length },
        this.#from,
      );
      return;
    }
    const writer = this.#source?.writers.get(writerId);
    if (writer === undefined) return this.#unknown("data of an unknown writer");
    this.#endpoints.watch.assert(writer);
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
        this.#endpoints.watch.assert(writer);
        for (const link of writer.links) {
          if (data.readerId === 0 || data.readerId === link.reader.entityId) link.onDataFrag(data, this.#incoming);
        }
        return;
      }
      case ID.HEARTBEAT: {
        const heartbeat = readHeartbeat(body, flags, this.#heartbeat);
        const writer = source?.writers.get(heartbeat.writerId);
        if (writer === undefined) return this.#unknown("heartbeat of an unknown writer");
        if (heartbeat.liveliness) this.#endpoints.watch.assert(writer);
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
        const ack = readAckNack(body, flags, this.#ackNack);
        const proxy = source?.readers.get(ack.readerId)?.links.get(ack.writerId);
        if (proxy === undefined) return this.#unknown("acknack of an unknown reader");
        this.#endpoints.statefulWriters.get(ack.writerId)?.onAckNack(proxy, ack);
        return;
      }
      case ID.NACK_FRAG: {
        const nack = readNackFrag(body);
        const proxy = source?.readers.get(nack.readerId)?.links.get(nack.writerId);
        if (proxy === undefined) return this.#unknown("nackfrag of an unknown reader");
        this.#endpoints.statefulWriters.get(nack.writerId)?.onNackFrag(proxy, nack);
        return;
      }
      case ID.PAIRING:
        if (source !== undefined && this.#sourceVendor === VENDOR_DELOS) {
          this.#endpoints.pairings.receive(source, this.#endpoints.localWriters, flags, body);
        }
        return;
      default: // PAD, replies, other vendors' own
    }
  }

  #unknown(reason: string): void {
    this.counters.add(reason);
  }

  /** The participant whose prefix stands at `at`, renewed; undefined when it was not discovered. */
  #sourceOf(bytes: Uint8Array, at: number): RemoteParticipant | undefined {
    const hash = fnv1a(bytes, at, at + PREFIX_BYTES);
    let participant = this.#sources.get(hash);
    if (participant === undefined || !samePrefix(participant.prefixBytes, bytes, at)) {
      participant = samePrefix(this.#ownPrefix, bytes, at)
        ? this.self
        : this.participants.get(hexOf(bytes, at, at + PREFIX_BYTES));
      if (participant === undefined) return undefined;
      this.#sources.set(hash, participant);
    }
    participant.lastHeardMs = this.clock.monotonicMs();
    if (!participant.verified) this.#discovery.credit(participant, bytes.length);
    if (participant.addresses.size === 0) participant.addresses.add(this.#from.address);
    return participant;
  }

  #isForUs(body: ByteReader): boolean {
    body.need(PREFIX_BYTES);
    this.#addressed = samePrefix(this.#ownPrefix, body.bytes, body.offset);
    return this.#addressed || samePrefix(ANY_PREFIX, body.bytes, body.offset);
  }

  // ------------------------------------------------------------------------------------------------------ sending

  toWriter(remote: RemoteWriter, id: number, flags: number, bytes: number, write: (writer: ByteWriter) => void): void {
    this.#packers.ofWriter(remote)?.submessage(id, flags, bytes, remote.participant.prefixBytes, write);
  }

  acknowledge(remote: RemoteWriter, flags: number, readerId: number, missing: NumberSet, count: number): void {
    const { participant, entityId } = remote;
    this.#packers.ofWriter(remote)?.ackNack(flags, participant.prefixBytes, readerId, entityId, missing, count);
  }

  count(reason: string, count?: number): void {
    this.counters.add(reason, count);
  }

  multicastFor(proxies: readonly ReaderProxy[]): Packer | undefined {
    return this.#packers.multicastFor(proxies);
  }

  *#packersInUse(): Iterable<Packer | undefined> {
    yield this.self.userTraffic;
    for (const { metatraffic, userTraffic } of this.participants.values()) yield* [metatraffic, userTraffic];
    for (const writer of this.#endpoints.statefulWriters.values()) {
      for (const { packer, route } of writer.proxies.values()) yield* [packer, route];
    }
  }
}

function samePrefix(prefix: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < PREFIX_BYTES; i++) if (prefix[i] !== bytes[at + i]) return false;
  return true;
}
