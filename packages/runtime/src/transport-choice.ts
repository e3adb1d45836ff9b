import {
  type EndpointInfo,
  nearestTransport,
  type PairEnd,
  type ParticipantId,
  type ParticipantInfo,
  type Transport,
  type TransportAddress,
} from "@delos/transport";

/**
 * Which transport serves which pair, now: the nearest that both participants have, by what they last said of themselves. A
 * subscription that moves to another transport keeps the one before until the new one has caught up: then both serve the pair.
 */
export class TransportChoice {
  readonly #self: ParticipantInfo;
  /** Called when the ways to reach a participant have changed; of itself, too. */
  readonly #onMoved: (participant: ParticipantId) => void;
  readonly #transports: Set<Transport> = new Set();
  readonly #known: Map<ParticipantId, ParticipantInfo> = new Map();
  /** Names of the transports that go on serving a pair for now, by the ids of subscription and publication. */
  readonly #kept: Map<string, Transport> = new Map();

  constructor(self: ParticipantInfo, onMoved: (participant: ParticipantId) => void) {
    this.#self = self;
    this.#onMoved = onMoved;
  }

  between(a: ParticipantInfo, b: ParticipantInfo): TransportAddress | undefined {
    return nearestTransport(this.#latest(a), this.#latest(b));
  }

  /** For `TransportContext.carries` of the transport with this address. */
  carries(address: TransportAddress, local: PairEnd, remote: PairEnd): boolean {
    const kept = this.#kept.get(pairOf(local, remote));
    if (kept?.name === address.name) return true;
    // It cannot let go of the pair, so nobody else takes it over.
    if (kept !== undefined && kept.reconsider === undefined) return false;
    const nearest = this.between(local.participant, remote.participant);
    return nearest?.name === address.name && nearest.domain === address.domain;
  }

  /** The transport that has the pair keeps it until `release`. */
  keep(subscription: EndpointInfo, publication: EndpointInfo, transport: Transport): void {
    this.#kept.set(pairOf(subscription, publication), transport);
  }

  /** The transport need not keep the pair any more; another that was told to keep it since does. */
  release(subscription: EndpointInfo, publication: EndpointInfo, transport: Transport): void {
    const pair = pairOf(subscription, publication);
    if (this.#kept.get(pair) === transport) this.#kept.delete(pair);
  }

  /** Follows what a transport finds out about others. */
  watch(transport: Transport): void {
    this.#transports.add(transport);
    const { participants, events } = transport.discovery;
    for (const participant of Array.from(participants.values())) this.#heard(participant);
    events.on("participantJoined", (participant) => this.#heard(participant));
    events.on("participantRenewed", (participant) => this.#heard(participant));
    events.on("participantLeft", (participant) => this.#left(participant, transport));
  }

  forget(transport: Transport): void {
    this.#transports.delete(transport);
  }

  #latest(participant: ParticipantInfo): ParticipantInfo {
    return participant.id === this.#self.id ? this.#self : (this.#known.get(participant.id) ?? participant);
  }

  #heard(participant: ParticipantInfo): void {
    const { id } = participant;
    if (id === this.#self.id) return;
    const known = this.#known.get(id);
    // A copy: participants of one thread are the very objects, which change as they say so.
    this.#known.set(id, { ...participant, transports: [...participant.transports] });
    if (known !== undefined && !sameAddresses(known, participant)) this.#onMoved(id);
  }

  /** Gone from one bus; if others still reach it, only that way is closed. */
  #left(participant: ParticipantInfo, transport: Transport): void {
    const known = this.#known.get(participant.id);
    if (known === undefined) return;
    const there = [...this.#transports].some(
      (other) => other !== transport && other.discovery.participants.has(participant.id),
    );
    if (!there) {
      this.#known.delete(participant.id);
      return;
    }
    const transports = known.transports.filter(({ name }) => name !== transport.name);
    if (transports.length === known.transports.length) return;
    this.#known.set(participant.id, { ...known, transports });
    this.#onMoved(participant.id);
  }
}

const pairOf = (a: PairEnd, b: PairEnd): string => (a.kind === "subscription" ? `${a.id} ${b.id}` : `${b.id} ${a.id}`);

function sameAddresses(a: ParticipantInfo, b: ParticipantInfo): boolean {
  const texts = (info: ParticipantInfo): string[] =>
    info.transports.map(({ name, domain }) => `${name} ${domain}`).sort();
  const [ours, theirs] = [texts(a), texts(b)];
  return ours.length === theirs.length && ours.every((text, i) => text === theirs[i]);
}
