import { chmodSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type Clock, DelosError, describeError, type Logger } from "@delos/core";
import { type DiscoveryTable, type EndpointId, type ParticipantId, type ParticipantInfo } from "@delos/transport";
import { type EndpointBus, type EndpointEntry, type EndpointMessage, ownerOf } from "../endpoint-bus.ts";
import { KnownEndpoints } from "../known-endpoints.ts";
import { Doorbell, Doorbells } from "./doorbell.ts";
import { encodeFrame, FrameReader } from "./frames.ts";
import { MappedMemory } from "./mapped-memory.ts";
import { loadNative, type Native } from "./native.ts";
import { busFolder, makePlace, parsePlaceName, placeName, placesOf, removePlace, sweep } from "./place.ts";
import { isProcessAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";

/** What one participant tells another, on the connection that it made. The first is always `hello`. */
type HostMessage =
  | {
      readonly kind: "hello";
      readonly from: ParticipantInfo;
      /** Its folder. */
      readonly place: string;
      readonly nodes: readonly string[];
      readonly endpoints: readonly EndpointEntry[];
    }
  | { readonly kind: "node"; readonly name: string; readonly joined: boolean }
  | { readonly kind: "bye" }
  | EndpointMessage;

interface Peer {
  readonly id: ParticipantId;
  readonly place: string;
  readonly identity: ProcessIdentity;
  /** Ours: we write, it reads. */
  readonly out: Socket;
  /** Its own: it writes, we read. Undefined until it has said hello. */
  in: Socket | undefined;
  info: ParticipantInfo | undefined;
  saidBye: boolean;
}

/** How often those are looked after whose connection broke though they seem to live. */
const LOOK_MS = 100;
/** What those who leave wait for at most: that the others have read everything. */
const FAREWELL_MS = 1000;
/** A peer that does not read its socket for so long is as good as gone. */
const MOST_UNSENT_BYTES = 2 ** 28;

/**
 * Finds the other participants of this host, with nobody in the middle: each has a folder with a socket (place.ts) and connects
 * to the sockets of those who are there when it comes; who is connected to connects back. What endpoints have to tell each
 * other goes that way, samples do not. The kernel ends the connections of a process that dies, at any instruction: that is how
 * the others learn of it, and /proc is how they make sure before they touch what it held.
 */
export class HostBus implements EndpointBus {
  readonly #endpoints = new KnownEndpoints();
  readonly discovery: DiscoveryTable = this.#endpoints.discovery;
  readonly entries: Map<EndpointId, EndpointEntry> = this.#endpoints.entries;
  readonly memory: MappedMemory;
  /** Counters for operators. */
  readonly counts = { connected: 0, lostConnections: 0, malformed: 0, swept: 0 };
  readonly #self: ParticipantInfo;
  readonly #folder: string;
  readonly #place: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onMessage: (message: EndpointMessage) => void;
  readonly #onDeath: () => void;
  readonly #server: Server;
  readonly #doorbell: Doorbell;
  readonly #doorbells: Doorbells;
  readonly #peers: Map<ParticipantId, Peer> = new Map();
  readonly #incoming: Set<Socket> = new Set();
  /** By what the rings know them as: where their doorbells are. */
  readonly #places: Map<number, string> = new Map();
  /** Whose connection broke and who may still hold chunks. */
  readonly #limbo: Map<ParticipantId, Peer> = new Map();
  readonly #gone: Set<number> = new Set();
  readonly #ownNodes: Set<string> = new Set();
  readonly #ownEntries: Map<EndpointId, () => EndpointEntry> = new Map();
  #looking: Disposable | undefined;
  #holds = 0;
  #closed = false;

  private constructor(native: Native, options: HostBusOptions, folder: string, place: string) {
    this.#self = options.self;
    this.#folder = folder;
    this.#place = place;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onMessage = options.onMessage;
    this.#onDeath = options.onDeath;
    const owner = ownerOf(options.self.id);
    this.#places.set(owner, place);
    const own = join(folder, place);
    this.#doorbell = new Doorbell(native, join(own, "bell"), () => this.#clock.monotonicMs());
    this.#doorbells = new Doorbells(native, (other) => {
      const name = this.#places.get(other);
      return name === undefined ? undefined : join(folder, name, "bell");
    });
    const means = { owner, own: this.#doorbell, others: this.#doorbells };
    this.memory = new MappedMemory(native, folder, place, means, options.clock);
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.unref();
    this.discovery.addParticipant(options.self);
  }

  /** @throws {DelosError} SHM_PLATFORM, SHM_REFUSED, SHM_NO_KOFFI, SHM_FOLDER, SHM_FULL, SHM_IO */
  static async open(options: HostBusOptions): Promise<HostBus> {
    const native = await loadNative();
    const identity = thisProcess();
    if (identity === undefined) throw new DelosError("SHM_PLATFORM", "there is no /proc to tell who lives");
    const folder = busFolder(options.domain);
    const swept = sweep(folder);
    const name = placeName({ identity, participant: options.self.id });
    const place = makePlace(folder, name);
    let bus: HostBus | undefined;
    try {
      bus = new HostBus(native, options, folder, name);
      bus.counts.swept = swept;
      await bus.#listen(join(place, "socket"));
    } catch (cause) {
      bus?.abandon();
      removePlace(folder, name);
      if (cause instanceof DelosError) throw cause;
      throw new DelosError("SHM_IO", `the socket in ${place} cannot be opened: ${describeError(cause)}`, { cause });
    }
    // Whoever makes its socket after this look finds ours.
    for (const other of placesOf(folder)) bus.#connect(placeName(other));
    return bus;
  }

  hold(): Disposable {
    if (this.#holds++ === 0) this.#server.ref();
    let open = true;
    return {
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        if (--this.#holds === 0) this.#server.unref();
      },
    };
  }

  send(message: EndpointMessage): void {
    if (this.#closed) return;
    if (message.kind === "segment") this.#endpoints.renewSegment(message.writer, message.generation, message.buffer);
    const to = addressee(message);
    if (to === undefined) this.#tellAll(message);
    else {
      const peer = this.#peers.get(to);
      if (peer !== undefined) this.#tell(peer, message);
    }
    this.#onMessage(message);
  }

  addEndpoint(id: EndpointId, entry: () => EndpointEntry): void {
    this.#ownEntries.set(id, entry);
    this.renewEndpoint(id);
  }

  renewEndpoint(id: EndpointId): void {
    const entry = this.#ownEntries.get(id)?.();
    if (entry === undefined) return;
    this.#endpoints.learn(entry);
    this.send({ kind: "endpoint", from: this.#self, entry });
  }

  removeEndpoint(id: EndpointId): void {
    if (!this.#ownEntries.delete(id)) return;
    this.#endpoints.forget(id);
    this.send({ kind: "endpointLeft", from: this.#self, id });
  }

  addNode(name: string): void {
    this.#ownNodes.add(name);
    this.discovery.addNode({ participant: this.#self, name });
    this.#tellAll({ kind: "node", name, joined: true });
  }

  removeNode(name: string): void {
    if (!this.#ownNodes.delete(name)) return;
    this.discovery.removeNode({ participant: this.#self, name });
    this.#tellAll({ kind: "node", name, joined: false });
  }

  isOwnerAlive(owner: number): boolean {
    return !this.#gone.has(owner);
  }

  /** Another transport has found a participant that shares memory with us: connects to it, unless that has happened. */
  meet(id: ParticipantId): void {
    if (this.#closed || id === this.#self.id || this.#peers.has(id)) return;
    const place = placesOf(this.#folder).find(({ participant }) => participant === id);
    if (place !== undefined) this.#connect(placeName(place));
  }

  /** It could not be opened. */
  abandon(): void {
    this.#closed = true;
    this.#server.close();
    this.#doorbell.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#tellAll({ kind: "bye" });
    this.#closed = true;
    this.#looking?.[Symbol.dispose]();
    await this.#farewell();
    for (const peer of this.#peers.values()) peer.out.destroy();
    for (const socket of Array.from(this.#incoming)) socket.destroy();
    this.#server.close();
    this.#doorbell.close();
    this.#doorbells.close();
    this.memory.close();
    removePlace(this.#folder, this.#place);
    this.discovery.removeParticipant(this.#self.id);
  }

  /** Until the others have read everything, and so attached to what they wanted to. */
  async #farewell(): Promise<void> {
    const reading = [...this.#peers.values()].filter((peer) => peer.in !== undefined && !peer.saidBye);
    const read = reading.map((peer) => new Promise<void>((resolve) => void peer.out.once("close", () => resolve())));
    if (read.length === 0) return;
    let alarm: Disposable | undefined;
    const late = new Promise<void>((resolve) => {
      alarm = this.#clock.alarm(this.#clock.monotonicMs() + FAREWELL_MS, resolve);
    });
    using _hold = this.hold();
    await Promise.race([Promise.all(read), late]);
    alarm?.[Symbol.dispose]();
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#log.warn(`shared memory: the socket fails: ${error.message}`));
        try {
          chmodSync(path, 0o600);
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
      this.#server.unref();
    });
  }

  // ------------------------------------------------------------------------------------------------- connections

  #connect(place: string): void {
    const name = parsePlaceName(place);
    if (name === undefined || this.#closed) return;
    const id = name.participant;
    if (id === this.#self.id || this.#peers.has(id)) return;
    const out = connect(join(this.#folder, place, "socket"));
    const peer: Peer = { id, place, identity: name.identity, out, in: undefined, info: undefined, saidBye: false };
    this.#peers.set(id, peer);
    this.#places.set(ownerOf(id), place);
    this.counts.connected++;
    out.unref();
    out.on("error", () => {}); // "close" follows
    out.on("close", () => this.#disconnected(peer));
    out.resume(); // nothing comes, but its end
    this.#tell(peer, {
      kind: "hello",
      from: this.#self,
      place: this.#place,
      nodes: [...this.#ownNodes],
      endpoints: [...this.#ownEntries.values()].map((entry) => entry()),
    });
  }

  #accept(socket: Socket): void {
    this.#incoming.add(socket);
    socket.unref();
    const frames = new FrameReader();
    let peer: Peer | undefined;
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#incoming.delete(socket);
      if (peer !== undefined) this.#disconnected(peer);
    });
    socket.on("data", (piece) => {
      try {
        for (const message of frames.push(piece)) {
          if (peer === undefined && this.#closed) return;
          if (peer === undefined) peer = this.#greeted(message as HostMessage, socket);
          else this.#receive(peer, message as HostMessage);
        }
      } catch (error) {
        this.counts.malformed++;
        this.#log.error(`shared memory: ${peer?.place ?? "somebody"} talks nonsense: ${describeError(error)}`);
        socket.destroy();
      }
    });
  }

  #greeted(message: HostMessage, socket: Socket): Peer {
    if (message.kind !== "hello") throw new DelosError("SHM_PEER", `${message.kind} before hello`);
    const { from, place } = message;
    if (parsePlaceName(place)?.participant !== from.id)
      throw new DelosError("SHM_PEER", `${place} is not of ${from.id}`);
    this.#connect(place);
    const peer = this.#peers.get(from.id);
    if (peer === undefined || peer.in !== undefined) throw new DelosError("SHM_PEER", `a second hello from ${place}`);
    peer.in = socket;
    peer.info = from;
    this.discovery.addParticipant(from);
    for (const name of message.nodes) this.discovery.addNode({ participant: from, name });
    for (const entry of message.endpoints) {
      if (this.#endpoints.learn(entry)) this.#onMessage({ kind: "endpoint", from, entry });
    }
    return peer;
  }

  #receive(peer: Peer, message: HostMessage): void {
    if (this.#closed && message.kind !== "bye") return;
    switch (message.kind) {
      case "hello":
        throw new DelosError("SHM_PEER", "hello twice");
      case "bye":
        peer.saidBye = true;
        peer.out.end(); // all of it has been read
        peer.in?.destroy();
        return;
      case "node": {
        const node = { participant: peer.info!, name: message.name };
        if (message.joined) this.discovery.addNode(node);
        else this.discovery.removeNode(node);
        return;
      }
      case "endpoint":
        if (!this.#endpoints.learn(message.entry)) return;
        break;
      case "segment":
        this.#endpoints.renewSegment(message.writer, message.generation, message.buffer);
        break;
      case "endpointLeft":
        this.#endpoints.forget(message.id);
        break;
      case "renewed":
        peer.info = message.from;
        break;
      default:
    }
    this.#onMessage(message);
  }

  #tellAll(message: HostMessage): void {
    if (this.#closed || this.#peers.size === 0) return;
    const frame = encodeFrame(message);
    for (const peer of Array.from(this.#peers.values())) this.#write(peer, frame);
  }

  #tell(peer: Peer, message: HostMessage): void {
    this.#write(peer, encodeFrame(message));
  }

  #write({ out, place }: Peer, frame: readonly Uint8Array[]): void {
    if (out.destroyed || out.writableEnded) return;
    if (out.writableLength > MOST_UNSENT_BYTES) {
      this.#log.error(`shared memory: ${place} does not read what it is told; its connection is closed`);
      out.destroy();
      return;
    }
    out.cork();
    for (const part of frame) out.write(part);
    out.uncork();
  }

  // ------------------------------------------------------------------------------------------------------- death

  /** One of its two connections has ended. */
  #disconnected(peer: Peer): void {
    if (this.#peers.get(peer.id) !== peer) return;
    this.#peers.delete(peer.id);
    peer.out.destroy();
    peer.in?.destroy();
    if (this.#closed) return;
    if (peer.info !== undefined && !peer.saidBye) this.counts.lostConnections++;
    const from = peer.info;
    for (const entry of Array.from(this.entries.values())) {
      if (entry.info.participant.id !== peer.id || from === undefined) continue;
      this.#endpoints.forget(entry.info.id);
      this.#onMessage({ kind: "endpointLeft", from, id: entry.info.id });
    }
    this.discovery.removeParticipant(peer.id);
    this.#doorbells.forget(ownerOf(peer.id));
    // What it holds in our rings is taken away only when it is sure to be dead: it might be reading.
    this.#limbo.set(peer.id, peer);
    this.#lookAfterThem();
  }

  #lookAfterThem(): void {
    let died = false;
    for (const [id, peer] of Array.from(this.#limbo)) {
      if (isProcessAlive(peer.identity) && !peer.saidBye) {
        this.meet(id); // only the connection broke, or its process is just dying
        if (this.#peers.has(id)) this.#limbo.delete(id);
        continue;
      }
      this.#limbo.delete(id);
      this.#places.delete(ownerOf(id));
      this.#gone.add(ownerOf(id));
      died = true;
      if (!peer.saidBye) removePlace(this.#folder, peer.place);
    }
    if (died) this.#onDeath();
    if (this.#limbo.size === 0 || this.#closed) return;
    this.#looking?.[Symbol.dispose]();
    const at = this.#clock.monotonicMs() + LOOK_MS;
    this.#looking = this.#clock.alarm(at, () => this.#lookAfterThem(), { background: true });
  }

  // --------------------------------------------------------------------------------------------------- endpoints
}

export interface HostBusOptions {
  readonly domain: string;
  readonly self: ParticipantInfo;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gets everything that concerns endpoints, in the order in which each participant sent it, own ones included. */
  readonly onMessage: (message: EndpointMessage) => void;
  /** Somebody who may have held places in our rings is gone: `isOwnerAlive` says who. */
  readonly onDeath: () => void;
}

/** Whom a message concerns; undefined: everybody. Endpoint ids begin with their participant's. */
function addressee(message: EndpointMessage): ParticipantId | undefined {
  switch (message.kind) {
    case "attached":
    case "detached":
    case "segmentAttached":
    case "confirmed":
      return message.writer.slice(0, 24);
    case "history":
    case "confirm":
      return message.reader.slice(0, 24);
    default:
      return undefined;
  }
}
