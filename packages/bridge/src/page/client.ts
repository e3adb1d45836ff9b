import type { WebSocket } from "ws";
import { Command, Frame, type Notice } from "../protocol.ts";
import type { Peer } from "../security/peer.ts";

/** Above this many bytes unsent, a page is too slow: frames are left out until it has caught up. */
const MAX_BUFFERED_BYTES = 512 * 1024;
/** Notices kept for a page that is slow or hidden. */
const MAX_WAITING_NOTICES = 200;
/** A peer that sends this many unreadable messages is no page of ours. */
const MAX_MALFORMED = 50;

export interface ClientEvents {
  onCommand(client: Client, command: Command): void;
  onClosed(client: Client): void;
}

/** One page. Sends it frames as fast as it reads them, and takes its commands as fast as is sensible. */
export class Client {
  readonly peer: Peer;
  readonly #socket: WebSocket;
  readonly #events: ClientEvents;
  /** The next frame must hold everything: the page has just come, or has missed some. */
  needsAll = true;
  visible = true;
  /** Topic whose messages it looks at. */
  inspected = "";
  inspectedAt: unknown;
  /** Wants point clouds. */
  clouds = false;
  /** Tiles of the map that it has. */
  readonly tiles: Set<number> = new Set();
  framesSent = 0;
  framesDropped = 0;
  malformed = 0;
  #waiting: Notice[] = [];
  #tooMany = false;

  constructor(socket: WebSocket, peer: Peer, events: ClientEvents) {
    this.peer = peer;
    this.#socket = socket;
    this.#events = events;
    socket.on("message", (data, isBinary) => this.#received(data as Buffer, isBinary));
    socket.on("close", () => events.onClosed(this));
  }

  /** Whether the next frame can go. When it cannot, that is a frame left out. */
  canTake(): boolean {
    if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) return true;
    this.framesDropped++;
    this.needsAll = true;
    return false;
  }

  /** `parts` are encoded frames: protobuf joins messages by joining their bytes. */
  send(...parts: readonly Uint8Array[]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.framesSent++;
    this.#socket.send(parts.length === 1 ? parts[0]! : Buffer.concat(parts), { binary: true });
  }

  /** A line for this page's console; goes with its next frame. */
  note(notice: Notice): void {
    if (this.#waiting.length >= MAX_WAITING_NOTICES) this.#waiting.shift();
    this.#waiting.push(notice);
  }

  takeNotices(): Uint8Array | undefined {
    if (this.#waiting.length === 0) return undefined;
    const notices = this.#waiting;
    this.#waiting = [];
    return Frame.encode({ notices });
  }

  /** Ends politely; what does not answer is cut off. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #received(data: Buffer, isBinary: boolean): void {
    if (!this.peer.spend()) {
      if (!this.#tooMany) this.#warn("too many commands: some were left out");
      this.#tooMany = true;
      return;
    }
    this.#tooMany = false;
    const command = isBinary ? readCommand(data) : undefined;
    if (command !== undefined) return this.#events.onCommand(this, command);
    this.malformed++;
    if (this.malformed === 1) this.#warn("a message that is no command was left out");
    if (this.malformed >= MAX_MALFORMED) this.close(1008, "too many messages that are no commands");
  }

  #warn(text: string): void {
    this.note({ level: 1, source: "bridge", text, time_s: 0 });
  }
}

/** Exactly one part, with a number that is one. Undefined: no command. */
function readCommand(data: Uint8Array): Command | undefined {
  try {
    const command = Command.decode(data);
    const parts = Object.values(command).filter((part) => part !== undefined);
    return parts.length === 1 && !Number.isNaN(parts[0]) ? command : undefined;
  } catch {
    return undefined;
  }
}
