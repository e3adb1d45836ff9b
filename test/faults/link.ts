/** What happens to the messages of one link for a time. */
export type Disturbance<T> =
  | { readonly kind: "drop" }
  | { readonly kind: "delay"; readonly ms: number }
  /** The last message before it comes again and again in place of the new ones. */
  | { readonly kind: "freeze" }
  /** Neighbours change places. */
  | { readonly kind: "reorder" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "change"; readonly to: (message: T) => T };

/** One way between two modules, in steps of simulated time. Undisturbed it gives out at once what comes in. */
export class Link<T> {
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #disturbance: Disturbance<T> | undefined;
  readonly #waiting: { readonly dueMs: number; readonly message: T }[] = [];
  #last: T | undefined;
  #held: T | undefined;

  constructor(fromMs: number, toMs: number, disturbance: Disturbance<T> | undefined) {
    this.#fromMs = fromMs;
    this.#toMs = toMs;
    this.#disturbance = disturbance;
  }

  /** What arrives at `nowMs` besides: delayed messages that are due. */
  due(nowMs: number): T[] {
    const due: T[] = [];
    while (this.#waiting.length > 0 && this.#waiting[0]!.dueMs <= nowMs) due.push(this.#waiting.shift()!.message);
    return due;
  }

  /** What arrives because `message` is sent at `nowMs`. */
  send(message: T, nowMs: number): T[] {
    const disturbance = this.#disturbance;
    if (disturbance === undefined || nowMs < this.#fromMs || nowMs >= this.#toMs) {
      this.#last = message;
      return [message];
    }
    switch (disturbance.kind) {
      case "drop":
        return [];
      case "delay":
        this.#waiting.push({ dueMs: nowMs + disturbance.ms, message });
        return [];
      case "freeze":
        return this.#last === undefined ? [] : [this.#last];
      case "duplicate":
        return [message, message];
      case "change":
        return [disturbance.to(message)];
      case "reorder": {
        const held = this.#held;
        this.#held = held === undefined ? message : undefined;
        return held === undefined ? [] : [message, held];
      }
    }
  }
}
