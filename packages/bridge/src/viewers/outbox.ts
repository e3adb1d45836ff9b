import { Fifo } from "@delos/core";
import type { WebSocket } from "ws";

/** Above this many bytes on their way, messages wait here. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** What waits: the oldest goes first when it is more (the policy of Foxglove's own server). */
const MAX_WAITING = 1024;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** Somebody who does not even take what the protocol itself has to say is cut off. */
const MAX_CONTROL_BYTES = 64 * 1024 * 1024;

/**
 * What is sent to one viewer. Messages of topics wait in a bounded queue when it reads too slowly, and the oldest are left
 * out, counted; what the protocol itself says goes at once.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #waiting: Fifo<string | Uint8Array> = new Fifo();
  #waitingBytes = 0;
  #dropped = 0;
  readonly #sent = (): void => this.#drain();

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Messages left out because the viewer was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A message of a topic. `bytes` are not changed any more by anybody. */
  data(bytes: string | Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#waiting.length === 0 && this.#socket.bufferedAmount < HIGH_WATER_BYTES) {
      this.#socket.send(bytes, this.#sent);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    while (this.#waiting.length > MAX_WAITING || (this.#waitingBytes > MAX_WAITING_BYTES && this.#waiting.length > 1)) {
      this.#waitingBytes -= this.#waiting.shift()!.length;
      this.#dropped++;
    }
  }

  /** Something of the protocol itself: text, or bytes. */
  control(message: string | Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_CONTROL_BYTES) this.#socket.terminate();
    else this.#socket.send(message);
  }

  #drain(): void {
    while (this.#waiting.length > 0 && this.#socket.bufferedAmount < HIGH_WATER_BYTES) {
      const bytes = this.#waiting.shift()!;
      this.#waitingBytes -= bytes.length;
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(bytes, this.#sent);
    }
  }
}
