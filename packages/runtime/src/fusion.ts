import type { Sample } from "@delos/transport";
import { ApproximateTime, type ApproximateTimeOptions } from "./approximate-time.ts";
import type { NodeContext } from "./node-context.ts";
import type { Subscription } from "./subscription.ts";

/** One sample of each topic. */
export type Fused<T extends readonly unknown[]> = { readonly [I in keyof T]: Sample<T[I]> };

/**
 * latest: Cyber RT's component semantics (AllLatest). A sample on the first topic triggers, with the newest of the others;
 * while one of those has never been received, nothing happens and it counts as skipped.
 *
 * approximateTime: sets whose time stamps lie as near to each other as possible, each sample in at most one set
 * (`message_filters`' ApproximateTime).
 */
export type FusionPolicy =
  | { readonly kind: "latest" }
  | ({ readonly kind: "approximateTime" } & ApproximateTimeOptions);

export interface FusionStats {
  /** Sets handed out. */
  readonly fused: number;
  /** latest: triggers without a full set. approximateTime: samples that came into no set. */
  readonly skipped: number;
  readonly errors: number;
}

/** Joins two to four topics (more work as well). Owns its subscriptions. */
export class Fusion<T extends readonly unknown[]> implements AsyncDisposable {
  readonly #context: NodeContext;
  readonly #subscriptions: { readonly [I in keyof T]: Subscription<T[I]> };
  readonly #callback: (...samples: Fused<T>) => unknown;
  readonly #approximate: ApproximateTime<Sample> | undefined;
  #fused = 0;
  #skipped = 0;
  #errors = 0;
  #closed = false;

  constructor(
    context: NodeContext,
    subscriptions: { readonly [I in keyof T]: Subscription<T[I]> },
    policy: FusionPolicy,
    callback: (...samples: Fused<T>) => unknown,
  ) {
    this.#context = context;
    this.#subscriptions = subscriptions;
    this.#callback = callback;
    const list = subscriptions as readonly Subscription[];
    if (policy.kind === "approximateTime") {
      const approximate = new ApproximateTime<Sample>(list.length, policy, (set) => this.#call(set));
      this.#approximate = approximate;
      const stamp = policy.stampNs ?? ((sample: Sample) => sample.sourceTimeNs);
      list.forEach((subscription, i) =>
        subscription.on((sample) => approximate.add(i, sample.retain(), stamp(sample))),
      );
    } else list[0]!.on((sample) => this.#trigger(sample));
  }

  get subscriptions(): { readonly [I in keyof T]: Subscription<T[I]> } {
    return this.#subscriptions;
  }

  get stats(): FusionStats {
    return { fused: this.#fused, skipped: this.#approximate?.dropped ?? this.#skipped, errors: this.#errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.release(this);
    await Promise.all((this.#subscriptions as readonly Subscription[]).map((s) => s[Symbol.asyncDispose]()));
  }

  #trigger(first: Sample): void {
    const [, ...others] = this.#subscriptions as readonly Subscription[];
    const set = [first];
    for (const subscription of others) {
      const sample = subscription.latest();
      if (sample === undefined) {
        this.#skipped++;
        return;
      }
      set.push(sample);
    }
    this.#call(set);
  }

  #call(set: readonly Sample[]): void {
    this.#fused++;
    try {
      const result = this.#callback(...(set as unknown as Fused<T>));
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#errors++;
    const topics = (this.#subscriptions as readonly Subscription[]).map((s) => s.topic);
    this.#context.report(error, `a fusion of ${topics.join(", ")}`);
  }
}
