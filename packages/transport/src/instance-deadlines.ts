import type { Clock } from "@delos/core";
import { TimeWatch } from "./time-watch.ts";

/** A deadline holds for each instance by itself: DDS 1.4 §2.2.3.7. A keyless topic has one, of the name "". */
export class InstanceDeadlines implements Disposable {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #maxInstances: number;
  readonly #onMissed: (instance: string) => void;
  readonly #watches = new Map<string, TimeWatch>();

  constructor(clock: Clock, periodMs: number, maxInstances: number, onMissed: (instance: string) => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#maxInstances = maxInstances;
    this.#onMissed = onMissed;
  }

  /** There was a sample of it. Of more instances than can be, those that are new are not watched. */
  met(instance: string): void {
    let watch = this.#watches.get(instance);
    if (watch === undefined) {
      if (this.#watches.size >= this.#maxInstances) return;
      watch = new TimeWatch(this.#clock, this.#periodMs, () => this.#onMissed(instance));
      this.#watches.set(instance, watch);
    }
    watch.met();
  }

  /** Nothing more is expected of it. */
  end(instance: string): void {
    this.#watches.get(instance)?.[Symbol.dispose]();
    this.#watches.delete(instance);
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }
}
