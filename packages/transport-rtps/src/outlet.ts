import type { Locator } from "./wire/locator.ts";

/** What the protocol needs of the world beside a clock. The UDP edge implements it; tests implement a lossy network. */
export interface Outlet {
  /** Sends one datagram. The bytes stay as they are until `done` is called. */
  send(bytes: Uint8Array, to: Locator, done: () => void): void;
  /**
   * Calls back soon. `now`: when what runs now has ended: answers to a datagram, with what its samples made the user write.
   * `turn`: the same, but a second time in one turn of the event loop it is its end, so that all that is written shares
   * datagrams. `loop`: after the sockets had a chance to be read, for what is paced.
   */
  defer(when: "now" | "turn" | "loop", callback: () => void): void;
}

/** Counts what happened by reason; tools show it. */
export class Counters {
  /** Datagrams: apart from the others, for they are counted on every one. */
  received = 0;
  sent = 0;
  readonly #values: Record<string, number> = {};

  get values(): Readonly<Record<string, number>> {
    return { "datagrams received": this.received, "datagrams sent": this.sent, ...this.#values };
  }

  add(reason: string, count = 1): void {
    this.#values[reason] = (this.#values[reason] ?? 0) + count;
  }
}
