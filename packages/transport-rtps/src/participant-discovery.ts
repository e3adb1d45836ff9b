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
import { patientAlarm } from "./patient-alarm.ts";
import { parameterListOf, withHeader } from "./pl-cdr.ts";
import { RemoteParticipant } from "./remote.ts";
import { ResponseTimes } from "./response-times.ts";
import { STATUS_DISPOSED, STATUS_UNREGISTERED, statusOf } from "./status.ts";
import * as entity from "./wire/entity-id.ts";
import { bytesOfHex, type GuidPrefix } from "./wire/guid.ts";
import { isMulticast, type Locator } from "./wire/locator.ts";
import { VENDOR_DELOS } from "./wire/message.ts";
import { PID } from "./wire/parameter-id.ts";
import { ParameterListBuilder } from "./wire/parameter-list.ts";
import { ID } from "./wire/submessage.ts";

/** When the announcement goes out: at the start five times, then periodically. */
const BURST = 5;
const BURST_MS = 100;
/** Where more are known than this, each says less often that it is there, for so many hear it. */
const USUAL_PARTICIPANTS = 20;
/** Again to each new participant until it has answered, ms after the time before: a starting Fast DDS can miss the first. */
const REPEATS_MS = [50, 100, 250, 600];
/**
 * Participants that are greeted at a time: who has answered makes room for the next. Were a hundred that start together all to
 * greet all, none would have its answer before everybody has done nearly all of the work, and all would be said again meanwhile.
 */
const GREETINGS = 8;
/** Who has been there for longer has not started with those who come now. */
const NEW_MS = 10_000;
/** So many times the time that answers take at present is waited for one. */
const PATIENCE = 2;
/**
 * Announcements at the start are longer by so much than what they say, as the first packets of QUIC are: who hears a stranger
 * sends him no more than came from him, and has to say his own announcement and the beginning of all built-in protocols.
 */
const PADDING_BYTES = 512;
/** What the beginning of the built-in protocols takes at most. */
const CONTACT_BYTES = 400;

/** Announcements after a change of our addresses that go to each participant by itself, too. */
const TELLINGS = 4;

/** What becomes of the participants that were discovered. */
export interface ParticipantListener {
  /** It has been announced and located, but not been told of us yet. */
  found(participant: RemoteParticipant): void;
  /** Our announcement is on its way to it: the built-in protocols may begin; `briefly`: by a word that it will answer. */
  contact(participant: RemoteParticipant, briefly: boolean): void;
  /** It has answered, or spoken to us first: the rest of its message follows. */
  answered(participant: RemoteParticipant): void;
  changed(participant: RemoteParticipant): void;
  lost(participant: RemoteParticipant): void;
}

/** Where an announcement comes from: what its message says of that. */
export interface AnnouncementSource {
  readonly prefix: GuidPrefix;
  readonly vendor: number;
  /** The message is for us alone: its sender knows us. */
  readonly addressed: boolean;
  /** Of the whole datagram. */
  readonly bytes: number;
}

/**
 * Simple Participant Discovery Protocol, DDSI-RTPS 2.5 §8.5.3: says who we are, and keeps who else there is, as long as they
 * say so themselves.
 */
export class ParticipantDiscovery {
  readonly participants: Map<GuidPrefix, RemoteParticipant> = new Map();
  /** This participant as its own peer. */
  readonly self: RemoteParticipant;
  readonly responses = new ResponseTimes();
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #packers: Packers;
  readonly #listener: ParticipantListener;
  readonly #ownPrefix: Uint8Array;
  #announcement: OwnParticipantData;
  #announcementSn = 1;
  #announced!: Change;
  /** The first announcements are still going out: whoever is there may have heard one. */
  #starting = false;
  /** Our addresses have changed: announcements that are still to go to everybody by himself. */
  #tellings = 0;
  /** The next announcement. */
  #next: Disposable | undefined;
  /** Who is being greeted, since when, and who is to be greeted next, for the how manieth time. */
  readonly #greetings = new Map<RemoteParticipant, number>();
  readonly #ungreeted = new Map<RemoteParticipant, number>();
  #nextDeferred = false;
  #startedMs = -Infinity;
  #expiry: Disposable | undefined;
  #expiryMs = Infinity;

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
    this.#startedMs = this.#clock.monotonicMs();
    const tick = (left: number, dueMs: number): void => {
      const nowMs = this.#clock.monotonicMs();
      // On a busy machine the others have as much to do.
      const rest = Math.max(0, left - (nowMs - dueMs) / BURST_MS);
      this.#starting = rest > 0;
      this.#announce();
      const share = Math.max(1, this.participants.size / USUAL_PARTICIPANTS);
      const afterMs = rest > 0 ? BURST_MS * share : this.#options.announceMs;
      this.#after(afterMs, () => tick(Math.max(0, rest - share), nowMs + afterMs));
    };
    tick(BURST, this.#startedMs);
  }

  /** Changes what the participant says of itself; everybody hears it at once. */
  update(change: Partial<Omit<OwnParticipantData, "prefix">>): void {
    this.#announcement = { ...this.#announcement, ...change };
    this.#announcementSn++;
    this.#encodeAnnouncement();
    if (change.metatrafficUnicast !== undefined || change.defaultUnicast !== undefined) this.#tellings = TELLINGS;
    this.#announce();
  }

  /** Announces to one more address, as found by other means than multicast. */
  announceTo(locator: Locator): void {
    this.#sendAnnouncement(this.#packers.at(locator, true));
  }

  /** Says goodbye to everybody. */
  leave(): void {
    this.#next?.[Symbol.dispose]();
    this.#expiry?.[Symbol.dispose]();
    this.#ungreeted.clear();
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

  /**
   * Whether an announcement says only what is known, as most do, or comes back from the group. To somebody who has not answered
   * it is the occasion to be told of us again.
   */
  repeats(source: RemoteParticipant, { sn, isKey, inlineQos }: Incoming, from: Locator): boolean {
    if (source.isSelf) return true;
    if (source.announcementSn !== sn || isKey || inlineQos !== undefined || !source.addresses.has(from.address))
      return false;
    if (!source.verified && !source.greeted) this.#greet(source);
    return true;
  }

  /** A DATA of somebody's SPDP writer. */
  onAnnouncement(data: Incoming, source: AnnouncementSource, from: Locator): void {
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
        this.#expireAt(known.lastHeardMs + announced.leaseMs);
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
    this.credit(participant, source.bytes);
    if (source.addressed) this.verified(participant, from);
    this.#expireAt(participant.lastHeardMs + announced.leaseMs);
    this.#listener.found(participant);
    // Of two that start together one speaks first, or all would be said twice. (Who sent this to us alone waits for an answer.)
    const first = !this.#isNew || announced.vendor !== VENDOR_DELOS || this.#options.prefix < announced.prefix;
    if (source.addressed) this.#greetNow(participant, 0);
    else if (first) this.#greet(participant);
    else this.#greetLater(participant, 0);
  }

  /** Others may have started with us: our first announcements go out, or many are still to be greeted. */
  get #isNew(): boolean {
    if (this.#starting) return true;
    return this.#ungreeted.size > 0 && this.#clock.monotonicMs() - this.#startedMs < NEW_MS;
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
    // Who has moved, and has spoken to us from there, has shown that he hears us.
    const at = (locator: Locator): Packer =>
      this.#packers.at(locator, participant.verified && participant.addresses.has(locator.address));
    const { metatrafficMulticast, defaultMulticast } = participant.data;
    participant.metatraffic = meta === undefined ? this.#group(metatrafficMulticast) : at(meta);
    participant.userTraffic =
      user === undefined ? (this.#group(defaultMulticast) ?? participant.metatraffic) : at(user);
  }

  /** Who announces no address of its own is reached by the group that we are in as well; another one may be somebody else's. */
  #group(locators: readonly Locator[]): Packer | undefined {
    const groups = this.#options.announceTo.filter(({ address }) => isMulticast(address));
    const shared = locators.find(({ address }) => groups.some((group) => group.address === address));
    return shared === undefined ? undefined : this.#packers.at(shared, true);
  }

  /** Drops who has not been heard for the length of its lease, and looks again when the next lease may end: one alarm for all. */
  #expire(): void {
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Infinity;
    for (const participant of Array.from(this.participants.values())) {
      const endMs = participant.lastHeardMs + participant.data.leaseMs;
      if (nowMs >= endMs) {
        this.#counters.add("leases expired");
        this.#drop(participant);
      } else nextMs = Math.min(nextMs, endMs);
    }
    this.#expireAt(nextMs);
  }

  /** Looks for leases that have ended at this time, or sooner. */
  #expireAt(atMs: number): void {
    if (atMs >= this.#expiryMs) return;
    this.#expiry?.[Symbol.dispose]();
    this.#expiryMs = atMs;
    const due = (): void => {
      this.#expiryMs = Infinity;
      this.#expire();
    };
    this.#expiry = this.#clock.alarm(atMs + 1, due, { background: true });
  }

  /** Makes us known to a participant, again and again until it has answered. */
  #greet(participant: RemoteParticipant, attempt = 0): void {
    if (this.#greetings.size < GREETINGS) {
      this.#greetNow(participant, attempt);
      return;
    }
    participant.greeted = true;
    this.#ungreeted.set(participant, attempt);
  }

  #greetNow(participant: RemoteParticipant, attempt: number): void {
    if (!participant.verified) this.#greetings.set(participant, this.#clock.monotonicMs());
    this.#introduce(participant);
    this.#greetLater(participant, attempt);
  }

  #greetLater(participant: RemoteParticipant, attempt: number): void {
    const afterMs = REPEATS_MS[attempt];
    participant.greeted = afterMs !== undefined;
    if (afterMs === undefined) {
      this.#greeted(participant);
      return;
    }
    // Where many come at once, all have much to do before they answer.
    const patienceMs = PATIENCE * this.responses.expectedMs(this.#clock.monotonicMs());
    participant.greetingAlarm?.[Symbol.dispose]();
    participant.greetingAlarm = patientAlarm(this.#clock, afterMs + patienceMs, () => {
      if (participant.verified) return;
      // Others come first now, who may be there.
      this.#greetings.delete(participant);
      this.#ungreeted.set(participant, attempt + 1);
      this.#greetNext();
    });
  }

  /** It has answered, or will not. The answer to its answer goes first. */
  #greeted(participant: RemoteParticipant): void {
    this.#ungreeted.delete(participant);
    if (!this.#greetings.delete(participant) || this.#ungreeted.size === 0 || this.#nextDeferred) return;
    this.#nextDeferred = true;
    this.#options.outlet.defer("loop", () => {
      this.#nextDeferred = false;
      this.#greetNext();
    });
  }

  #greetNext(): void {
    for (const [participant, attempt] of this.#ungreeted) {
      if (this.#greetings.size >= GREETINGS) return;
      this.#ungreeted.delete(participant);
      this.#greetNow(participant, attempt);
    }
  }

  /** Our announcement and the beginning of the built-in protocols, as far as the participant may be sent so much. */
  #introduce(participant: RemoteParticipant): void {
    const { metatraffic, prefixBytes } = participant;
    if (metatraffic === undefined) return;
    const { credit, verified } = metatraffic;
    const begin = (): void => this.#listener.contact(participant, false);
    this.#packers.flush();
    const byDelos = participant.data.vendor === VENDOR_DELOS;
    const fits = verified || credit >= this.#announced.payloadBytes + CONTACT_BYTES;
    if (fits && byDelos) {
      // One message, and it is addressed: by it the other side knows that we have heard it.
      metatraffic.data(entity.SPDP_WRITER, this.#announced, prefixBytes, 0);
      begin();
      return;
    }
    // Of Delos, who has just come has sent enough for both: this one has been there, and much was lost. It will answer a word, and
    // may then be sent all; were it sent our announcement, nothing would be left for the word.
    if (byDelos) this.#listener.contact(participant, true);
    this.#packers.flush();
    // Who came after our first announcements does not know us yet, and could do nothing with the rest.
    const announce = (): void => this.#sendAnnouncement(metatraffic);
    for (const say of this.#starting || participant.verified ? [begin, announce] : [announce, begin]) {
      say();
      this.#packers.flush();
    }
  }

  #drop(participant: RemoteParticipant): void {
    if (!this.participants.delete(participant.prefix)) return;
    // Or they would hold it until its lease ends, which it has chosen itself.
    participant.greetingAlarm?.[Symbol.dispose]();
    this.#greeted(participant);
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
    for (const packer of this.#announcementPackers()) {
      this.#sendAnnouncement(packer);
      if (this.#starting)
        packer.submessage(ID.PAD, 0, PADDING_BYTES, undefined, (writer) => writer.zeros(PADDING_BYTES));
    }
    if (this.#tellings > 0) this.#tellAll();
  }

  /**
   * What comes to all from an address that is not ours yet may be anybody's, and does not move us. What is addressed to a
   * participant shows that we know it.
   */
  #tellAll(): void {
    this.#tellings--;
    for (const { metatraffic, prefixBytes } of this.participants.values()) {
      metatraffic?.data(entity.SPDP_WRITER, this.#announced, prefixBytes, 0);
    }
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
    const sinceMs = this.#greetings.get(participant);
    const nowMs = this.#clock.monotonicMs();
    if (sinceMs !== undefined) this.responses.add(nowMs - sinceMs, nowMs);
    this.#greeted(participant);
    this.#listener.answered(participant);
  }

  credit(participant: RemoteParticipant, bytes: number): void {
    const { metatraffic, userTraffic } = participant;
    if (metatraffic?.verified === false) metatraffic.credit += bytes;
    if (userTraffic !== metatraffic && userTraffic?.verified === false) userTraffic.credit += bytes;
  }

  /** What follows `ms` later, unless we leave. */
  #after(ms: number, callback: () => void): void {
    this.#next = this.#clock.alarm(this.#clock.monotonicMs() + ms, callback, { background: true });
  }
}
