import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { type Clock, DelosError } from "@delos/core";
import { Engine } from "./engine.ts";
import type { EngineListener } from "./engine-options.ts";
import { cardsBehind, chooseAddresses, type HostAddress, hostAddresses, isNearby } from "./interfaces.ts";
import type { MdnsPeersOptions } from "./mdns-peers.ts";
import { packetBytes } from "./mtu.ts";
import { multicastComesBack } from "./multicast-probe.ts";
import type { OwnParticipantData, ParticipantData } from "./participant-data.ts";
import { locatorsOfPeers, portsOfPeer } from "./peers.ts";
import { receiveBufferProperty } from "./receive-buffer.ts";
import { portsOf, UdpEdge } from "./udp.ts";
import { type GuidPrefix, hexOf } from "./wire/guid.ts";
import { isLoopback, isMulticast, type Locator } from "./wire/locator.ts";
import { VENDOR_DELOS } from "./wire/message.ts";

/** How a participant takes part in the network. */
export interface ParticipantOptions {
  /** 0 … 232; above 101 ports may collide with Linux's ephemeral ones. Default 0. */
  readonly domain?: number;
  /** Cards or addresses to use. Default: all that are real, and loopback. */
  readonly interfaces?: readonly string[];
  /** `host` or `host:port`, names or IPv4 addresses, that are told of us where multicast does not reach. */
  readonly peers?: readonly string[];
  /** Whether 239.255.0.1 is used at all. Default true. */
  readonly multicast?: boolean;
  readonly ttl?: number;
  /** Whether peers are also looked for by DNS-SD, and told by unicast: where 239.255.0.1 is blocked. Default false. */
  readonly mdns?: boolean;
  readonly leaseMs?: number;
  readonly announceMs?: number;
  /** Participants with another tag do not see us, nor we them. */
  readonly domainTag?: string;
  /** Only participants whose ENTITY_NAME matches are taken. A name, with `*` for anything. */
  readonly participantFilter?: string;
  /** Cyber RT: 10000 and 200 instead of 7400 and 250. */
  readonly portBase?: number;
  readonly domainGain?: number;
}

export interface ParticipantIdentity {
  readonly prefix?: GuidPrefix;
  readonly name: string;
  readonly userData?: Uint8Array;
  readonly properties?: ReadonlyMap<string, string>;
}

/** How often the host's cards are looked at. */
const FOLLOW_MS = 5000;
const GROUP = "239.255.0.1";

/** A participant on the network: the engine with its sockets. */
export class Participant implements AsyncDisposable {
  readonly engine: Engine;
  readonly udp: UdpEdge;
  /** Looks whether cards have come or gone. */
  #watch: Disposable | undefined;
  #mdns: Promise<AsyncDisposable | undefined> | undefined;
  #closed = false;

  private constructor(engine: Engine, udp: UdpEdge) {
    this.engine = engine;
    this.udp = udp;
  }

  /**
   * @throws {UsageError} for a domain that has no ports
   * @throws {DelosError} `RTPS_NO_PORT`, `RTPS_INTERFACE` when none of the named cards is there, `RTPS_PEER`
   */
  static async open(
    clock: Clock,
    identity: ParticipantIdentity,
    options: ParticipantOptions = {},
    listener: EngineListener = {},
  ): Promise<Participant> {
    const { domain = 0, interfaces = [], peers = [], multicast = true, ttl = 1 } = options;
    let all = hostAddresses();
    let addresses = chooseAddresses(interfaces, all);
    if (interfaces.length > 0 && addresses.length === 0) throw noSuchInterface(interfaces, all);
    const loopbackOnly = interfaces.length > 0 && addresses.every(({ loopback }) => loopback);
    const ports = portsOf(domain, options.portBase, options.domainGain);
    const told = await locatorsOfPeers(peers, (index) => ports.discoveryUnicast(index));
    // With a list of cards, nothing else is listened to, either.
    const allowed = (from: string): boolean =>
      cardsBehind(from, all).some(({ address }) => addresses.some((card) => card.address === address));
    const group = multicast ? GROUP : undefined;
    const listed = interfaces.length > 0 ? { allowed } : {};
    const udp = await UdpEdge.open({ ports, addresses, group, ttl, loopbackOnly, ...listed });
    // Loopback is no address to be reached at from elsewhere; it is announced when it is all there is.
    const at = (port: number): Locator[] =>
      addresses
        .filter(({ loopback }) => !loopback || addresses.every((card) => card.loopback))
        .map(({ address }) => ({ address, port }));
    const locators = (): Pick<OwnParticipantData, "metatrafficUnicast" | "defaultUnicast"> => ({
      metatrafficUnicast: at(ports.discoveryUnicast(udp.index)),
      defaultUnicast: at(ports.userUnicast(udp.index)),
    });
    const isOwn = (address: string): boolean => isLoopback(address) || all.some((card) => card.address === address);
    const packetLimits = new Map<string, number>();
    const announceTo: Locator[] = [...(multicast ? [{ address: GROUP, port: ports.discoveryMulticast }] : []), ...told];
    const engine = new Engine({
      clock,
      outlet: udp,
      prefix: identity.prefix ?? freshPrefix(),
      announcement: {
        domain,
        domainTag: options.domainTag ?? "",
        name: identity.name,
        leaseMs: options.leaseMs ?? 20_000,
        ...locators(),
        metatrafficMulticast: multicast ? [{ address: GROUP, port: ports.discoveryMulticast }] : [],
        defaultMulticast: multicast ? [{ address: GROUP, port: ports.userMulticast }] : [],
        userData: identity.userData ?? new Uint8Array(0),
        properties: announced(identity.properties ?? new Map([["delos.host", hostname()]]), udp),
      },
      announceTo,
      announceMs: options.announceMs ?? 3000,
      // Not an address of a card: cards go away.
      self: { address: "127.0.0.1", port: ports.userUnicast(udp.index) },
      isLocal: isOwn,
      isNear: (address) => isNearby(address, addresses),
      // On this host there is no MTU; elsewhere larger messages mean IP fragments, of which one lost loses all.
      messageLimit: (address) => (isOwn(address) || (isMulticast(address) && loopbackOnly) ? 65_500 : 14_000),
      packetLimit: (address) => {
        if (isOwn(address)) return 65_500;
        let limit = packetLimits.get(address);
        // The system is asked once, not for each of a hundred participants.
        if (limit === undefined) packetLimits.set(address, (limit = packetBytes(cardsBehind(address, addresses))));
        return limit;
      },
      wanted: filterOf(options.participantFilter),
      listener,
    });
    const participant = new Participant(engine, udp);
    const follow = (): void => {
      participant.#watch = clock.alarm(clock.monotonicMs() + FOLLOW_MS, check, { background: true });
    };
    const check = (): void => {
      all = hostAddresses();
      packetLimits.clear();
      const now = chooseAddresses(interfaces, all);
      const same = now.length === addresses.length && now.every(({ address }, i) => address === addresses[i]!.address);
      if (!same) {
        addresses = now;
        void udp.follow(now).then(() => engine.update(locators()));
      }
      follow();
    };
    follow();
    udp.listen((bytes, from) => engine.receive(bytes, from));
    engine.start();
    if (multicast) void participant.#findLocally(clock, addresses, announceTo);
    if (options.mdns === true) {
      participant.#findByMdns({
        prefix: engine.prefix,
        name: identity.name || "delos",
        domain,
        domainTag: options.domainTag ?? "",
        discoveryPort: ports.discoveryUnicast(udp.index),
        interfaces,
        announceTo,
        found: (locator) => engine.announceTo(locator),
      });
    }
    return participant;
  }

  /** Says other things of itself from now on. */
  describe(properties: ReadonlyMap<string, string>): void {
    this.engine.update({ properties: announced(properties, this.udp) });
  }

  /** Where loopback carries no multicast, others of this host are told at the ports that they would have. */
  async #findLocally(clock: Clock, cards: readonly HostAddress[], announceTo: Locator[]): Promise<void> {
    const loopback = cards.find((card) => card.loopback);
    if (loopback === undefined || (await multicastComesBack(clock, GROUP, loopback.address))) return;
    if (this.#closed) return;
    this.engine.count("loopback without multicast");
    const local = portsOfPeer(loopback.address, (index) => this.udp.ports.discoveryUnicast(index));
    announceTo.push(...local);
    for (const locator of local) this.engine.announceTo(locator);
  }

  #findByMdns(options: MdnsPeersOptions): void {
    this.#mdns = import("./mdns-peers.ts")
      .then(({ followMdnsPeers }) => followMdnsPeers(options))
      .catch(() => {
        // Port 5353 is another program's alone: peers are found in the other ways.
        this.engine.count("multicast DNS failed");
        return undefined;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const mdns = await this.#mdns;
    await mdns?.[Symbol.asyncDispose]();
    this.#watch?.[Symbol.dispose]();
    this.engine.close();
    await this.udp[Symbol.asyncDispose]();
  }
}

const noSuchInterface = (wanted: readonly string[], all: readonly HostAddress[]): DelosError =>
  new DelosError("RTPS_INTERFACE", `no card ${wanted.join(", ")} with an IPv4 address is here`, {
    details: { wanted, there: all.map(({ name, address }) => `${name} ${address}`) },
  });

const announced = (properties: ReadonlyMap<string, string>, udp: UdpEdge): ReadonlyMap<string, string> =>
  new Map([...properties, receiveBufferProperty(udp.receiveBufferBytes)]);

/** Fresh for every participant, or peers would take a restarted one for the old one. Begins with the vendor id (§9.3.1.5). */
export function freshPrefix(): GuidPrefix {
  const bytes = randomBytes(12);
  bytes[0] = VENDOR_DELOS >> 8;
  bytes[1] = VENDOR_DELOS & 0xff;
  return hexOf(bytes);
}

function filterOf(pattern: string | undefined): (data: ParticipantData) => boolean {
  if (pattern === undefined) return () => true;
  const parts = pattern.split("*");
  return ({ name }) => {
    // Linear: each part must follow the one before.
    let at = 0;
    for (const [i, part] of parts.entries()) {
      const found = i === 0 ? (name.startsWith(part) ? 0 : -1) : name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return parts.at(-1) === "" || (name.endsWith(parts.at(-1)!) && (parts.length > 1 || at === name.length));
  };
}
