/** What a handover needs to know of a sample. */
export interface Numbered {
  readonly sequence: number;
}

/** Samples that came by the new way too early are held; more than this are not waited for, unless told otherwise. */
const MOST_HELD = 1024;

/**
 * One publication moves from one transport to another while it publishes: for a time its samples come both ways, each way in
 * their order. They are delivered in their order and once, and none that either way brings is left out: what comes by the new
 * way waits until the old one has brought everything before it. From then on the higher number wins.
 *
 * `last`: number of the last sample that was delivered before; undefined when there was none.
 */
export class Handover<S extends Numbered> {
  readonly #deliver: (sample: S) => void;
  readonly #drop: (sample: S) => void;
  readonly #mostHeld: number;
  #last: number | undefined;
  #held: S[] = [];
  #caughtUp = false;

  constructor(
    last: number | undefined,
    deliver: (sample: S) => void,
    drop: (sample: S) => void,
    mostHeld: number = MOST_HELD,
  ) {
    this.#mostHeld = mostHeld;
    this.#last = last;
    this.#deliver = deliver;
    this.#drop = drop;
  }

  /** Whether everything that the new way does not bring has come: the old one is not needed any more. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Samples that wait for the old way. */
  get held(): number {
    return this.#held.length;
  }

  byOldWay(sample: S): void {
    const held = this.#held;
    // What the old way has passed over it has lost.
    while (held.length > 0 && held[0]!.sequence < sample.sequence) this.#pass(held.shift()!);
    if (this.#isNews(sample)) this.#pass(sample);
    if (held.length > 0 && held[0]!.sequence <= sample.sequence + 1) this.giveUpOldWay();
  }

  /** Whether the sample was news. */
  byNewWay(sample: S): boolean {
    if (!this.#isNews(sample)) {
      this.#caughtUp = true; // the old way has brought something that the new one brings, too
      return false;
    }
    if (this.#caughtUp || (this.#held.length === 0 && this.#last === sample.sequence - 1)) {
      this.#caughtUp = true;
      this.#pass(sample);
      return true;
    }
    this.#held.push(sample);
    if (this.#held.length > this.#mostHeld) this.giveUpOldWay();
    return true;
  }

  /** Nothing more is waited for: the old way has ended, or has taken too long. */
  giveUpOldWay(): void {
    this.#caughtUp = true;
    const held = this.#held;
    this.#held = [];
    for (const sample of held) if (this.#isNews(sample)) this.#pass(sample);
  }

  #isNews(sample: S): boolean {
    if (this.#last === undefined || sample.sequence > this.#last) return true;
    this.#drop(sample);
    return false;
  }

  #pass(sample: S): void {
    this.#last = sample.sequence;
    this.#deliver(sample);
  }
}
