import type { Clock } from "@delos/core";
import type { EngineOptions } from "./engine-options.ts";
import { ENGINE_LIMITS } from "./engine-options.ts";
import { Change } from "./history.ts";
import type { Incoming } from "./incoming.ts";
import type { Counters } from "./outlet.ts";
import type { Packer } from "./packer.ts";
import type { Packers } from "./packers.ts";
import {
  type OwnParticipantData,
  type ParticipantData,
  readParticipantData,
  writeParticipantData,
} from "./participant-data.ts";
import { parameterListOf, withHeader } from "./pl-cdr.ts";
import { RemoteParticipant } from "./remote.ts";
import { STATUS_DISPOSED, STATUS_UNREGISTERED, statusOf } from "./status.ts";
import * as entity from "./wire/entity-id.ts";
import { bytesOfHex, type GuidPrefix } from "./wire/guid.ts";
import { isMulticast, type Locator } from "./wire/locator.ts";
import { VENDOR_DELOS } from "./wire/message.ts";
import { PID } from "./wire/parameter-id.ts";
import { ParameterListBuilder } from "./wire/parameter-list.ts";

/** When the announcement goes out: at the start five times, then periodically. */
const BURST = 5;
const BURST_MS = 100;
/** Again to each new participant until it has answered: a starting Fast DDS can miss the first. */
const REPEATS_MS = [50, 150, 400, 1000];

/** What becomes of the participants that were discovered. */
export interface ParticipantListener {
  /** It has been announced and located, but not been told of us yet. */
  found(participant: RemoteParticipant): void;
  changed(participant: RemoteParticipant): void;
  lost(participant: RemoteParticipant): void;
}

/**
 * Simple Participant Discovery Protocol, DDSI-RTPS 2.5 §8.5.3: says who we are, and keeps who else there is, as long as they
 * say so themselves.
 */
export class ParticipantDiscovery {
  readonly participants: Map<GuidPrefix, RemoteParticipant> = new Map();
  /** This participant as its own peer. */
  readonly self: RemoteParticipant;
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #packers: Packers;
  readonly #listener: ParticipantListener;
  readonly #ownPrefix: Uint8Array;
  #announcement: OwnParticipantData;
  #announcementSn = 1;
  #announced!: Change;
  readonly #alarms = new Set<Disposable>();

  constructor(options: EngineOptions, counters: Counters, packers: Packers, listener: ParticipantListener) {
    this.#options = options;
    this.#clock = options.clock;
    this.#counters = counters;
    this.#packers = packers;
    this.#listener = listener;
    this.#ownPrefix = bytesOfHex(options.prefix);
    this.#announcement = { ...options.announcement, prefix: options.prefix };
    this.#encodeAnnouncement();
    const own = { ...this.#announcement, vendor: VENDOR_DELOS, endpoints: 0, leaseMs: Infinity };
    this.self = new RemoteParticipant(own, this.#clock.monotonicMs());
    this.self.isSelf = true;
    this.self.verified = true;
    this.self.userTraffic = packers.at(options.self, true);
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
    this.#announcementSn++;
    this.#encodeAnnouncement();
    this.#announce();
  }

  /** Announces to one more address, as found by other means than multicast. */
  announceTo(locator: Locator): void {
    this.#sendAnnouncement(this.#packers.at(locator, true));
  }

  /** Says goodbye to everybody. */
  leave(): void {
    for (const alarm of this.#alarms) alarm[Symbol.dispose]();
    this.#alarms.clear();
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
    const payload = withHeader(key);
    const goodbye = Change.of(this.#announcementSn + 1, { payload, isKey: true, time: undefined, inlineQos });
    for (const packer of this.#announcementPackers()) {
      packer.data(entity.SPDP_WRITER, goodbye, undefined, entity.SPDP_READER);
    }
    this.#packers.flush();
    for (const participant of Array.from(this.participants.values())) this.#drop(participant);
  }

  /** A DATA of somebody's SPDP writer. */
  onAnnouncement(
    data: Incoming,
    source: { prefix: GuidPrefix; vendor: number },
    from: Locator,
    datagramBytes: number,
  ): void {
    if (source.prefix === this.#options.prefix) return;
    const known = this.participants.get(source.prefix);
    if ((statusOf(data.inlineQos) & (STATUS_DISPOSED | STATUS_UNREGISTERED)) !== 0 || data.isKey) {
      if (known === undefined) return;
      // Anybody can forge a goodbye; it counts only from an address that the participant was heard from.
      if (known.addresses.has(from.address)) this.#drop(known);
      else this.#counters.add("goodbye from another address");
      return;
    }
    const { payload } = data;
    if (payload === undefined) return;
    const announced = readParticipantData(parameterListOf(payload), source);
    const reason = this.#refusal(announced, source.prefix);
    if (reason !== undefined) return this.#counters.add(reason);
    if (known !== undefined) {
      if (!known.addresses.has(from.address) && !this.#mayMove(known, announced, from)) {
        this.#counters.add("announcement from another address");
        return;
      }
      if (known.announcementSn !== data.sn) {
        known.announcementSn = data.sn;
        known.data = announced;
        this.#locate(known, from);
        this.#listener.changed(known);
      }
      return;
    }
    if (!this.#makeRoom()) return this.#counters.add("too many participants");
    const participant = new RemoteParticipant(announced, this.#clock.monotonicMs());
    participant.addresses.add(from.address);
    participant.announcementSn = data.sn;
    this.participants.set(participant.prefix, participant);
    this.#locate(participant, from);
    this.credit(participant, datagramBytes);
    this.#expire(participant);
    this.#listener.found(participant);
    // What verifies us went first, in a message of its own: an address that has not answered gets no more than it sent.
    this.#packers.flush();
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
      this.#counters.add("participants evicted");
      this.#drop(oldest);
    }
    return true;
  }

  /** Chooses where to reach it. */
  #locate(participant: RemoteParticipant, from: Locator): void {
    const { metatrafficUnicast, defaultUnicast } = participant.data;
    const meta = this.#packers.choose(metatrafficUnicast, from);
    const user = this.#packers.choose(defaultUnicast, from);
    participant.metatraffic = meta === undefined ? undefined : this.#packers.at(meta, false);
    participant.userTraffic = user === undefined ? participant.metatraffic : this.#packers.at(user, false);
  }

  #expire(participant: RemoteParticipant): void {
    const { leaseMs } = participant.data;
    if (leaseMs === Infinity) return;
    const leftMs = participant.lastHeardMs + leaseMs - this.#clock.monotonicMs() + 1;
    this.#after(
      leftMs,
      () => {
        if (this.#clock.monotonicMs() - participant.lastHeardMs >= participant.data.leaseMs) {
          this.#counters.add("leases expired");
          this.#drop(participant);
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

  #drop(participant: RemoteParticipant): void {
    if (!this.participants.delete(participant.prefix)) return;
    // Or they would hold it until its lease ends, which it has chosen itself.
    for (const alarm of participant.alarms) alarm[Symbol.dispose]();
    participant.alarms.clear();
    this.#listener.lost(participant);
    for (const packer of [participant.metatraffic, participant.userTraffic]) {
      if (packer !== undefined && !this.#isUsed(packer)) this.#packers.forget(packer);
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
    const packers = new Set(this.#options.announceTo.map((locator) => this.#packers.at(locator, true)));
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
    const payload = withHeader(writeParticipantData(this.#announcement));
    const sample = { payload, isKey: false, time: undefined, inlineQos: undefined };
    this.#announced = Change.of(this.#announcementSn, sample);
  }

  /** It answers to us: what it is sent is no reflection of a forged announcement. */
  verified(participant: RemoteParticipant, from: Locator): void {
    if (participant.isSelf) return;
    if (participant.addresses.size < ENGINE_LIMITS.addressesPerParticipant) participant.addresses.add(from.address);
    for (const packer of [participant.metatraffic, participant.userTraffic]) {
      if (packer !== undefined && !packer.verified && participant.addresses.has(packer.locator.address)) {
        packer.verified = true;
      }
    }
    if (participant.verified) return;
    participant.verified = true;
  }

  credit(participant: RemoteParticipant, bytes: number): void {
    for (const packer of new Set([participant.metatraffic, participant.userTraffic])) {
      if (packer !== undefined && !packer.verified) packer.credit += bytes;
    }
  }

  /** `alarms`: whose they are, and with whom they end. */
  #after(ms: number, callback: () => void, alarms: Set<Disposable> = this.#alarms): void {
    const alarm = this.#clock.alarm(
      this.#clock.monotonicMs() + ms,
      () => {
        alarms.delete(alarm);
        callback();
      },
      { background: true },
    );
    alarms.add(alarm);
  }
}
