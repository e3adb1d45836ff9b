import { createSocket, type Socket } from "node:dgram";
import { DelosError, UsageError } from "@delos/core";
import { cardsBehind, type HostAddress } from "./interfaces.ts";
import type { Outlet } from "./outlet.ts";
import { isLoopback, isMulticast, type Locator } from "./wire/locator.ts";

const MAX_PORT = 0xffff;

/** Ports of a domain. DDSI-RTPS 2.5 §9.6.2.2. */
export interface Ports {
  readonly discoveryMulticast: number;
  readonly userMulticast: number;
  discoveryUnicast(index: number): number;
  userUnicast(index: number): number;
}

/** @throws {UsageError} unless the domain has ports for at least one participant */
export function portsOf(domain: number, base = 7400, gain = 250): Ports {
  const start = base + gain * domain;
  if (!Number.isInteger(start) || domain < 0 || start < 1 || start + 11 > MAX_PORT) {
    throw new UsageError(`Domain ${domain} has no ports: it is a whole number from 0 to ${lastDomain(base, gain)}`, {
      details: { domain, portBase: base, domainGain: gain },
    });
  }
  return {
    discoveryMulticast: start,
    userMulticast: start + 1,
    discoveryUnicast: (index) => start + 10 + 2 * index,
    userUnicast: (index) => start + 11 + 2 * index,
  };
}

const lastDomain = (base: number, gain: number): number => Math.floor((MAX_PORT - 11 - base) / gain);

/** §9.6.2.3: participants of one host and domain. */
const MAX_INDEX = 119;
/** Senders that are remembered. */
const MAX_SOURCES = 1000;
/** What is asked of the system; Linux grants at most net.core.rmem_max. */
const BUFFER_BYTES = 4 << 20;

export interface UdpOptions {
  readonly ports: Ports;
  readonly addresses: readonly HostAddress[];
  /** Undefined: no multicast at all, only peers by unicast. */
  readonly group: string | undefined;
  readonly ttl: number;
  /** Whether what comes from the address came through a card that is to be used. Absent: all did. */
  readonly allowed?: (address: string) => boolean;
  /** Bind to loopback: nothing of it can be reached from outside, and no card that comes later is joined. */
  readonly loopbackOnly: boolean;
}

/**
 * The sockets of a participant: one for discovery and one for user data on the first free pair of unicast ports, one for each
 * multicast port, and one a card to send multicast from (a socket sends multicast through one card only).
 */
export class UdpEdge implements Outlet, AsyncDisposable {
  readonly index: number;
  readonly ports: Ports;
  /** What the receive buffer really holds, bytes. */
  readonly receiveBufferBytes: number;
  /** Sends that failed, by the system's code: loss, as far as the protocol is concerned. */
  readonly failures: Record<string, number> = {};
  /** Datagrams that came through cards which are not to be used. */
  fromOtherCards = 0;
  readonly #user: Socket;
  readonly #options: UdpOptions;
  readonly #sockets: readonly Socket[];
  /** Those of them that are members of the group. */
  readonly #members: readonly Socket[];
  /** By the address of the card that they send through. */
  readonly #senders = new Map<string, Socket>();
  readonly #sent = new WeakMap<() => void, (error: Error | null) => void>();
  #pending = 0;
  #turn = false;
  readonly #turnEnded = (): void => {
    this.#turn = false;
  };
  #idle: (() => void) | undefined;
  #closed = false;
  /** Who was heard from, and the cards that they are behind: user data goes by multicast through these only. */
  readonly #sources = new Set<string>();
  readonly #cardsInUse = new Set<string>();
  #addresses: readonly HostAddress[] = [];

  private constructor(options: UdpOptions, index: number, user: Socket, sockets: Socket[], members: Socket[]) {
    this.#options = options;
    this.index = index;
    this.ports = options.ports;
    this.#user = user;
    this.#sockets = sockets;
    this.#members = members;
    this.receiveBufferBytes = user.getRecvBufferSize();
  }

  /** @throws {DelosError} `RTPS_NO_PORT` when every participant index of the domain is taken */
  static async open(options: UdpOptions): Promise<UdpEdge> {
    const { ports, group } = options;
    const bindTo = options.loopbackOnly ? "127.0.0.1" : "0.0.0.0";
    for (let index = 0; index <= MAX_INDEX && ports.userUnicast(index) <= MAX_PORT; index++) {
      const discovery = await bound(bindTo, ports.discoveryUnicast(index), false);
      if (discovery === undefined) continue;
      const user = await bound(bindTo, ports.userUnicast(index), false);
      if (user === undefined) {
        discovery.close();
        continue;
      }
      const members: Socket[] = [];
      for (const port of group === undefined ? [] : [ports.discoveryMulticast, ports.userMulticast]) {
        const listener = await bound("0.0.0.0", port, true);
        if (listener !== undefined) members.push(listener);
      }
      const edge = new UdpEdge(options, index, user, [discovery, user, ...members], members);
      await edge.follow(options.addresses);
      return edge;
    }
    throw new DelosError("RTPS_NO_PORT", `every participant index of ports ${ports.discoveryMulticast}… is taken`, {
      details: { first: ports.discoveryUnicast(0), last: ports.userUnicast(MAX_INDEX) },
    });
  }

  /** Joins the group on cards that are new, and forgets those that are gone. */
  async follow(addresses: readonly HostAddress[]): Promise<void> {
    const { group, ttl, loopbackOnly } = this.#options;
    this.#addresses = addresses;
    this.#sources.clear();
    this.#cardsInUse.clear();
    if (group === undefined) return;
    for (const [address, sender] of this.#senders) {
      if (addresses.some((card) => card.address === address)) continue;
      this.#senders.delete(address);
      sender.close();
    }
    for (const { address } of addresses) {
      if (this.#senders.has(address)) continue;
      const sender = await bound(loopbackOnly ? "127.0.0.1" : "0.0.0.0", 0, false);
      if (sender === undefined || this.#closed) continue;
      try {
        sender.setMulticastInterface(address);
      } catch {
        // The card went away meanwhile.
        sender.close();
        continue;
      }
      sender.setMulticastTTL(ttl);
      sender.setMulticastLoopback(true);
      sender.on("error", (error) => this.#fail(error));
      this.#senders.set(address, sender);
      for (const member of this.#members) join(member, group, address);
    }
  }

  /** Begins to receive. */
  listen(receive: (bytes: Uint8Array, from: Locator) => void): void {
    for (const socket of this.#sockets) {
      socket.on("message", (bytes, from) => {
        if (this.#closed) return;
        if (!this.#sources.has(from.address) && !this.#admits(from)) return;
        receive(bytes, from);
      });
      socket.on("error", (error) => this.#fail(error));
    }
  }

  send(bytes: Uint8Array, to: Locator, done: () => void): void {
    if (this.#closed) {
      done();
      return;
    }
    if (!isMulticast(to.address)) {
      this.#sendFrom(this.#user, bytes, to, done);
      return;
    }
    const senders = this.#sendersTo(to);
    let left = senders.length;
    if (left === 0) done();
    if (left === 1) {
      this.#sendFrom(senders[0]!, bytes, to, done);
      return;
    }
    for (const socket of senders) {
      this.#sendFrom(socket, bytes, to, () => {
        if (--left === 0) done();
      });
    }
  }

  /** Announcements go through every card; samples only where somebody has been heard. */
  #sendersTo({ port }: Locator): Socket[] {
    const all = [...this.#senders];
    const used = port === this.ports.userMulticast ? all.filter(([card]) => this.#cardsInUse.has(card)) : [];
    return (used.length > 0 ? used : all).map(([, socket]) => socket);
  }

  /**
   * Linux delivers to every socket of the group's port what arrives through any card that anybody has joined on: cards that are
   * not ours are kept out here. The card that a sender is behind is told by its subnet.
   */
  #admits({ address, port }: Locator): boolean {
    if (this.#options.allowed?.(address) === false) {
      // A participant reaches itself over loopback, whatever its cards are.
      if (isLoopback(address) && port === this.ports.userUnicast(this.index)) return true;
      this.fromOtherCards++;
      return false;
    }
    if (this.#sources.size >= MAX_SOURCES) this.#sources.clear();
    this.#sources.add(address);
    const behind = cardsBehind(address, this.#addresses);
    for (const card of behind) this.#cardsInUse.add(card.address);
    return true;
  }

  /**
   * `turn`: a lone sample leaves as soon as the code that wrote it has ended; when more follows in the same turn of the event
   * loop, they wait for its end and share datagrams.
   */
  defer(when: "now" | "turn" | "loop", callback: () => void): void {
    if (when === "now") {
      queueMicrotask(callback);
      return;
    }
    if (when === "loop" || this.#turn) {
      setImmediate(callback);
      return;
    }
    this.#turn = true;
    setImmediate(this.#turnEnded);
    queueMicrotask(callback);
  }

  /** Waits for what is on its way, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    if (this.#pending > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#closed = true;
    await Promise.all(
      [...this.#sockets, ...this.#senders.values()].map(
        (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      ),
    );
  }

  #sendFrom(socket: Socket, bytes: Uint8Array, to: Locator, done: () => void): void {
    this.#pending++;
    socket.send(bytes, to.port, to.address, this.#onSent(done));
  }

  /** What the system calls back: one for each `done`, of which each datagram's memory has one. */
  #onSent(done: () => void): (error: Error | null) => void {
    let callback = this.#sent.get(done);
    if (callback === undefined) {
      callback = (error) => {
        this.#pending--;
        if (error !== null) this.#fail(error);
        done();
        if (this.#pending === 0) this.#idle?.();
      };
      this.#sent.set(done, callback);
    }
    return callback;
  }

  #fail(error: Error): void {
    const { code = "UNKNOWN" } = error as NodeJS.ErrnoException;
    this.failures[code] = (this.failures[code] ?? 0) + 1;
  }
}

/** A bound socket with large buffers; undefined when the port is taken. */
function bound(address: string, port: number, shared: boolean): Promise<Socket | undefined> {
  // Addresses are numbers already: looking them up would put every datagram off to the next tick.
  const lookup = (host: string, _: unknown, callback: (error: null, address: string, family: number) => void): void =>
    callback(null, host, 4);
  const socket = createSocket({ type: "udp4", reuseAddr: shared, lookup });
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    socket.bind({ port, address, exclusive: !shared }, () => {
      socket.removeAllListeners("error");
      try {
        socket.setRecvBufferSize(BUFFER_BYTES);
        socket.setSendBufferSize(BUFFER_BYTES);
      } catch {
        // Some systems refuse more than they grant instead of granting less: theirs will do.
      }
      resolve(socket);
    });
  });
}

function join(socket: Socket, group: string, address: string): void {
  try {
    socket.addMembership(group, address);
  } catch {
    // A card that went away meanwhile, or without multicast: the others serve.
  }
}
