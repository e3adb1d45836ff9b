import { type Clock, Fifo } from "@delos/core";
import type { Sample } from "@delos/transport";
import type { Delivery } from "./messages.ts";

/** Sends one message. */
export type Relay = (sample: Sample, timeNs: bigint, delivery: Delivery) => void;

/**
 * One topic on its way to one page. All its subscriptions there share it: the shortest throttle and the longest queue count.
 * Between two messages pass at least `throttleMs`; meanwhile the newest `queueLength` wait, and the others are left out.
 */
export class TopicRelay implements Disposable {
  readonly #clock: Clock;
  readonly #relay: Relay;
  readonly #wanted: Map<string, Delivery> = new Map();
  readonly #waiting: Fifo<{ readonly sample: Sample; readonly timeNs: bigint }> = new Fifo();
  #delivery: Delivery = { throttleMs: 0, queueLength: 0, fragmentSize: Infinity, compression: "none" };
  #nextMs = Number.NEGATIVE_INFINITY;
  #alarm: Disposable | undefined;
  /** Left out by the throttle, and because the queue was full. */
  dropped = 0;

  constructor(clock: Clock, relay: Relay) {
    this.#clock = clock;
    this.#relay = relay;
  }

  get subscriptions(): number {
    return this.#wanted.size;
  }

  want(id: string, delivery: Delivery): void {
    this.#wanted.set(id, delivery);
    this.#merge();
  }

  /** Without `id`: none of the page's subscriptions is left. */
  unwant(id: string | undefined): void {
    if (id === undefined) this.#wanted.clear();
    else this.#wanted.delete(id);
    if (this.#wanted.size > 0) this.#merge();
  }

  take(sample: Sample, timeNs: bigint): void {
    const { throttleMs, queueLength } = this.#delivery;
    const nowMs = this.#clock.monotonicMs();
    if (this.#waiting.length === 0 && nowMs >= this.#nextMs) {
      this.#nextMs = nowMs + throttleMs;
      this.#relay(sample, timeNs, this.#delivery);
      return;
    }
    if (queueLength === 0) {
      this.dropped++;
      return;
    }
    this.#waiting.push({ sample: sample.retain(), timeNs });
    if (this.#waiting.length > queueLength) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#alarm ??= this.#clock.alarm(this.#nextMs, () => this.#next(), { background: true });
  }

  [Symbol.dispose](): void {
    this.#alarm?.[Symbol.dispose]();
    this.#waiting.clear();
  }

  #next(): void {
    this.#alarm = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#nextMs = this.#clock.monotonicMs() + this.#delivery.throttleMs;
    this.#relay(next.sample, next.timeNs, this.#delivery);
    if (this.#waiting.length > 0)
      this.#alarm = this.#clock.alarm(this.#nextMs, () => this.#next(), { background: true });
  }

  #merge(): void {
    const all = [...this.#wanted.values()];
    const find = (compression: Delivery["compression"]): boolean =>
      all.some((each) => each.compression === compression);
    const compression = (["cbor-raw", "cbor", "png"] as const).find(find) ?? "none";
    this.#delivery = {
      throttleMs: Math.min(...all.map(({ throttleMs }) => throttleMs)),
      queueLength: Math.max(...all.map(({ queueLength }) => queueLength)),
      fragmentSize: Math.min(...all.map(({ fragmentSize }) => fragmentSize)),
      compression,
    };
  }
}
