import { ByteWriter } from "@delos/wire";
import { DatagramPool } from "./datagram.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Counters, Outlet } from "./outlet.ts";
import { Packer, type PackerContext } from "./packer.ts";
import type { ReaderProxy } from "./reader-proxy.ts";
import type { RemoteParticipant, RemoteReader, RemoteWriter } from "./remote.ts";
import { bytesOfHex } from "./wire/guid.ts";
import { isLoopback, isMulticast, isUnicast, type Locator, locatorKey } from "./wire/locator.ts";
import { MAGIC, PROTOCOL_VERSION, VENDOR_DELOS } from "./wire/message.ts";

/** Addresses that are kept before it is looked whether they are still in use. */
const LEAST_PACKERS = 256;

/** Everything that goes out, by destination, and which destination it is. */
export class Packers implements PackerContext {
  readonly outlet: Outlet;
  readonly counters: Counters;
  readonly pool = new DatagramPool();
  readonly header: Uint8Array;
  /** Something is being received: what is sent now answers it. */
  receiving = false;
  sampled = false;
  readonly #options: EngineOptions;
  readonly #used: () => Iterable<Packer | undefined>;
  readonly #packers = new Map<string, Packer>();
  #limit = LEAST_PACKERS;
  /** Packers that have begun a message, in this order: a list through themselves. */
  #firstOpened: Packer | undefined;
  #lastOpened: Packer | undefined;
  #flushing = false;
  /** What is being received was the first to begin one. */
  #answering = false;
  readonly #flushed = (): void => this.flush();

  /** `used`: those that somebody is reached by. */
  constructor(options: EngineOptions, counters: Counters, used: () => Iterable<Packer | undefined>) {
    this.#options = options;
    this.outlet = options.outlet;
    this.counters = counters;
    this.#used = used;
    const header = new ByteWriter({ capacity: 20 });
    header.uint32be(MAGIC);
    header.uint32be(PROTOCOL_VERSION * 0x1_0000 + VENDOR_DELOS);
    header.raw(bytesOfHex(options.prefix));
    this.header = header.finish();
  }

  at(locator: Locator, verified: boolean): Packer {
    const key = locatorKey(locator);
    let packer = this.#packers.get(key);
    if (packer === undefined) {
      if (this.#packers.size >= this.#limit) this.#sweep();
      const limits = {
        message: this.#options.messageLimit(locator.address),
        packet: this.#options.packetLimit(locator.address),
      };
      packer = new Packer(this, locator, limits, verified);
      this.#packers.set(key, packer);
    } else if (verified) packer.verified = true;
    return packer;
  }

  /** The one in which a reader elsewhere is told something. */
  ofReader({ participant, data }: RemoteReader): Packer | undefined {
    const own = data?.unicast ?? [];
    if (own.length === 0 || participant.isSelf) return participant.userTraffic;
    const chosen = this.#ownAddress(participant, own);
    return chosen === undefined
      ? participant.userTraffic
      : this.at(chosen, participant.verified && participant.addresses.has(chosen.address));
  }

  /** The one in which a writer elsewhere is answered. */
  ofWriter({ participant, data }: RemoteWriter): Packer | undefined {
    if (data === undefined) return participant.metatraffic;
    const chosen = data.unicast.length > 0 && !participant.isSelf && this.#ownAddress(participant, data.unicast);
    return chosen ? this.at(chosen, participant.verified) : participant.userTraffic;
  }

  #ownAddress(participant: RemoteParticipant, announced: readonly Locator[]): Locator | undefined {
    const [from] = participant.addresses;
    return this.choose(announced, { address: from ?? "0.0.0.0", port: 0 });
  }

  /** The announced address from which it speaks, or one near, or any; loopback only on this host. */
  choose(locators: readonly Locator[], from: Locator): Locator | undefined {
    const sameHost = this.#options.isLocal(from.address);
    const isUsable = (address: string): boolean => isUnicast(address) && (sameHost || !isLoopback(address));
    const same = locators.find(({ address }) => address === from.address);
    if (same !== undefined && isUsable(same.address)) return same;
    const usable = locators.filter(({ address }) => isUsable(address));
    return (
      usable.find(({ address }) => sameHost && isLoopback(address)) ??
      usable.find(({ address }) => this.#options.isNear(address)) ??
      usable[0]
    );
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
    return best === undefined || best.participants.size < 2 ? undefined : this.at(best.locator, true);
  }

  forget(packer: Packer): void {
    this.#packers.delete(locatorKey(packer.locator));
  }

  opened(packer: Packer): void {
    if (packer.isOpened) return;
    packer.isOpened = true;
    if (this.#lastOpened !== undefined) this.#lastOpened.nextOpened = packer;
    else {
      this.#firstOpened = packer;
      if (this.receiving) this.#answering = true;
      else if (!this.#flushing) this.outlet.defer("turn", this.#flushed);
    }
    this.#lastOpened = packer;
  }

  /** What comes next is a datagram. */
  beginReceiving(): void {
    this.receiving = true;
    this.sampled = false;
  }

  /**
   * The datagram has been dealt with. One reading of a socket may bring dozens: acknowledgments do not wait for the last of them.
   * A sample that was written in answer takes them along at once; without one, the user's code may still be about to write it,
   * when what runs now has ended.
   */
  endReceiving(): void {
    this.receiving = false;
    if (!this.#answering) return;
    this.#answering = false;
    if (this.sampled) this.flush();
    else this.outlet.defer("now", this.#flushed);
  }

  withheld(): void {
    this.counters.add("withheld from an address that has not answered");
  }

  flush(): void {
    // Heartbeats that a flush adds may open messages of their own.
    this.#flushing = true;
    for (let packer = this.#firstOpened; packer !== undefined; packer = this.#firstOpened) {
      this.#firstOpened = packer.nextOpened;
      if (packer === this.#lastOpened) this.#lastOpened = undefined;
      packer.isOpened = false;
      packer.nextOpened = undefined;
      packer.flush();
    }
    this.#flushing = false;
  }

  /** Endpoints come and go, each with addresses of its own if it likes: what nobody is reached by any more is forgotten. */
  #sweep(): void {
    const used = new Set<Packer | undefined>(this.#used());
    for (let packer = this.#firstOpened; packer !== undefined; packer = packer.nextOpened) used.add(packer);
    for (const [key, packer] of this.#packers) if (!used.has(packer)) this.#packers.delete(key);
    this.#limit = Math.max(LEAST_PACKERS, this.#packers.size * 2);
  }
}
