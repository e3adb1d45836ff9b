import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { type Clock, ClosedError, type EventMap, Events, SystemClock } from "@delos/core";
import { type Answer, decode, encode, type Packet } from "dns-packet";

export interface MdnsOptions {
  /** Cards by name or address. Default: all but loopback, or loopback where there is nothing else. */
  readonly interfaces?: readonly string[];
  readonly clock?: Clock;
  /** For tests: another port than 5353, which nobody else looks at. */
  readonly port?: number;
}

const GROUP = "224.0.0.251";
const PORT = 5353;
/** RFC 6762 §17: longer messages do not fit a frame even of jumbo size. */
const MAX_BYTES = 9000;
/** RFC 6762 §11: beyond the local link nobody hears. */
const TTL = 255;

export interface Received {
  readonly packet: Packet;
  readonly address: string;
  readonly port: number;
}

interface LinkEvents extends EventMap {
  packet: Received;
}

/** What is said goes through each card, with the addresses that the card's neighbours can reach. */
interface Card {
  readonly addresses: readonly string[];
  readonly socket: Socket;
}

/** The multicast DNS of this host's cards: packets in and out. Several announcements and searches share one. */
export class MdnsLink implements AsyncDisposable {
  readonly clock: Clock;
  readonly events: Events<LinkEvents> = new Events();
  /** Packets that could not be read, and sends that failed: both are the network's weather. */
  readonly counters = { malformed: 0, failed: 0 };
  readonly port: number;
  readonly #cards: readonly Card[];
  readonly #onTheirWay = new Set<Promise<void>>();
  #closed = false;

  private constructor(clock: Clock, port: number, cards: readonly Card[]) {
    this.clock = clock;
    this.port = port;
    this.#cards = cards;
    // Every socket of the port hears everything that is said to the group: one listens.
    for (const [i, { socket }] of cards.entries()) {
      socket.on("error", () => void this.counters.failed++);
      if (i === 0) socket.on("message", (bytes, from) => this.#receive(bytes, from.address, from.port));
      // Being findable is no reason for a program to live on.
      socket.unref();
    }
  }

  /** @throws {Error} when port 5353 is another program's alone */
  static async open({ interfaces = [], clock = new SystemClock(), port = PORT }: MdnsOptions = {}): Promise<MdnsLink> {
    const cards: Card[] = [];
    try {
      for (const addresses of addressesByCard(interfaces)) cards.push({ addresses, socket: await bound(port) });
    } catch (error) {
      for (const { socket } of cards) socket.close();
      throw error;
    }
    for (const { addresses, socket } of cards) {
      for (const { socket: member } of cards.slice(0, 1)) tolerate(() => member.addMembership(GROUP, addresses[0]!));
      tolerate(() => socket.setMulticastInterface(addresses[0]!));
      socket.setMulticastTTL(TTL);
      socket.setMulticastLoopback(true);
    }
    return new MdnsLink(clock, port, cards);
  }

  /** Cards that are spoken through. */
  get cards(): number {
    return this.#cards.length;
  }

  query(packet: Omit<Packet, "type">): void {
    for (const { socket } of this.#cards) this.#send(socket, { ...packet, type: "query" }, this.port, GROUP);
  }

  /** Says to everybody what `records` gives for the addresses of each card. */
  respond(records: (addresses: readonly string[]) => { answers: Answer[]; additionals?: Answer[] }): void {
    for (const { socket, addresses } of this.#cards) {
      const { answers, additionals = [] } = records(addresses);
      if (answers.length === 0) continue;
      this.#send(socket, { type: "response", flags: AUTHORITATIVE, answers, additionals }, this.port, GROUP);
    }
  }

  /** To one who asked as an ordinary resolver does, RFC 6762 §6.7. */
  respondTo(
    asker: Received,
    records: (addresses: readonly string[]) => { answers: Answer[]; additionals?: Answer[] },
  ): void {
    const [card] = this.#cards;
    if (card === undefined) return;
    const { answers, additionals = [] } = records(card.addresses);
    const { id = 0, questions = [] } = asker.packet;
    const packet: Packet = { id, type: "response", flags: AUTHORITATIVE, questions, answers, additionals };
    this.#send(card.socket, packet, asker.port, asker.address);
  }

  /** `awaited`: somebody waits for it, so the program stays alive until then. */
  after(ms: number, callback: () => void, awaited = false): Disposable {
    return this.clock.alarm(this.clock.monotonicMs() + ms, callback, { background: !awaited });
  }

  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  mustBeOpen(): void {
    if (this.#closed) throw new ClosedError("The multicast DNS link");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A socket that is closed forgets what it has not sent yet: the farewell of what was announced.
    await Promise.all(this.#onTheirWay);
    await Promise.all(this.#cards.map(({ socket }) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    this.events.clear();
  }

  #receive(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closed) return;
    let packet: Packet;
    try {
      if (bytes.length > MAX_BYTES) throw new RangeError("longer than any message of multicast DNS");
      packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    } catch {
      this.counters.malformed++;
      return;
    }
    // RFC 6762 §6: an answer from another port is none.
    if (packet.type === "response" && port !== this.port) return;
    this.events.emit("packet", { packet, address, port });
  }

  #send(socket: Socket, packet: Packet, port: number, address: string): void {
    if (this.#closed) return;
    const bytes = encode(packet);
    const sent = new Promise<void>((resolve) => {
      socket.send(bytes, port, address, (error) => {
        if (error !== null) this.counters.failed++;
        this.#onTheirWay.delete(sent);
        resolve();
      });
    });
    this.#onTheirWay.add(sent);
  }
}

export const openMdns = (options?: MdnsOptions): Promise<MdnsLink> => MdnsLink.open(options);

/** RFC 6762 §18.4. */
const AUTHORITATIVE = 1 << 10;

/** IPv4 addresses of the cards that are spoken through. */
function addressesByCard(wanted: readonly string[]): string[][] {
  const cards = Object.entries(networkInterfaces()).map(([name, all = []]) => ({
    name,
    loopback: all.some(({ internal }) => internal),
    addresses: all.filter(({ family }) => family === "IPv4").map(({ address }) => address),
  }));
  const able = cards.filter(({ addresses }) => addresses.length > 0);
  if (wanted.length > 0) {
    return able
      .filter(({ name, addresses }) => wanted.includes(name) || addresses.some((each) => wanted.includes(each)))
      .map(({ addresses }) => addresses);
  }
  const real = able.filter(({ loopback }) => !loopback);
  return (real.length > 0 ? real : able).map(({ addresses }) => addresses);
}

/** All responders of a host share the port. */
function bound(port: number): Promise<Socket> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ port, address: "0.0.0.0" }, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

/** A card without multicast, or one that has just gone: the others serve. */
function tolerate(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}
