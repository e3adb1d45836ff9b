import type { TopicRule } from "./config.ts";
import type { Instant } from "./instant.ts";

/**
 * Rate and silence of one topic. Only a message whose stamp is another than the last one's counts: a source that repeats
 * itself is silent. Stamps that lie back or ahead count as arrivals, but their age is looked at.
 */
export class TopicWatch {
  readonly rule: TopicRule;
  readonly #windowMs: number;
  #stampS: number | undefined;
  #heardMs: number | undefined;
  #count = 0;
  #windowStartMs: number | undefined;
  #rateHz: number | undefined;

  constructor(rule: TopicRule, windowMs: number) {
    this.rule = rule;
    this.#windowMs = windowMs;
  }

  /** Of the last full window; undefined until there is one. */
  get rateHz(): number | undefined {
    return this.#rateHz;
  }

  /** @param stampS of the header; undefined for types without one, of which every message counts */
  onMessage(stampS: number | undefined, at: Instant): void {
    if (stampS !== undefined && stampS === this.#stampS) return;
    this.#stampS = stampS;
    this.#windowStartMs ??= at.monotonicMs;
    this.#heardMs = at.monotonicMs;
    this.#count++;
  }

  /** What is wrong now; silence before a rate. */
  look(at: Instant): { readonly silent: string | undefined; readonly slow: string | undefined } {
    const { topic, maxSilenceMs, minRateHz } = this.rule;
    const elapsedMs = at.monotonicMs - (this.#windowStartMs ?? at.monotonicMs);
    if (elapsedMs >= this.#windowMs) {
      this.#rateHz = (this.#count * 1000) / elapsedMs;
      this.#count = 0;
      this.#windowStartMs = at.monotonicMs;
    }
    if (this.#heardMs === undefined) return { silent: `${topic} has never been heard`, slow: undefined };
    const slow =
      this.#rateHz !== undefined && this.#rateHz < minRateHz
        ? `${topic} has ${this.#rateHz.toFixed(1)} messages a second, fewer than ${minRateHz}`
        : undefined;
    const quietMs = at.monotonicMs - this.#heardMs;
    if (!(quietMs <= maxSilenceMs))
      return { silent: `${topic} has been silent for more than ${maxSilenceMs} ms`, slow: undefined };
    // A message that waited in a queue, or comes from a clock of its own, is old although it has just been received.
    const ageMs = this.#stampS === undefined ? 0 : (at.unixS - this.#stampS) * 1000;
    if (!(Math.abs(ageMs) <= maxSilenceMs + quietMs)) {
      return { silent: `${topic} has stamps more than ${maxSilenceMs} ms from now`, slow: undefined };
    }
    return { silent: undefined, slow };
  }
}
