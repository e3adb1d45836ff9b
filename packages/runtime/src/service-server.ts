import { DelosError, describeError, Fifo, onAbort } from "@delos/core";
import type { EndpointId, Sample } from "@delos/transport";
import type { NodeContext } from "./node-context.ts";
import type { Publisher } from "./publisher.ts";
import type { Subscription } from "./subscription.ts";
import type { Service } from "./topic.ts";

export interface ServiceCall {
  /** Fires when the server closes. */
  readonly signal: AbortSignal;
  /** The endpoint of the caller. */
  readonly client: EndpointId;
}

/** What an error is for the caller: a `DelosError` keeps its code, others become `SERVICE_FAILED`. */
export type ServiceHandler<Q, A> = (request: Q, call: ServiceCall) => A | Promise<A>;

export interface ServeOptions {
  /** Requests at work at once, 16 unless given; others wait in order. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ServiceServerStats {
  readonly served: number;
  readonly failed: number;
  /** Requests refused because as many as the service's depth were waiting already. */
  readonly refused: number;
  readonly waiting: number;
  readonly active: number;
}

/** How long an answer waits for discovery to show who wants it, before it is sent regardless. */
const DISCOVERY_MS = 1000;

/** Answers the requests of one service, in the order they came. */
export class ServiceServer<Q = unknown, A = unknown> implements AsyncDisposable {
  readonly service: Service<Q, A>;
  readonly #context: NodeContext;
  readonly #handler: ServiceHandler<Q, A>;
  readonly #concurrency: number;
  readonly #requests: Subscription<Q>;
  readonly #responses: Publisher<A>;
  readonly #waiting: Fifo<Sample<Q>> = new Fifo();
  readonly #closing: AbortController = new AbortController();
  #active = 0;
  #served = 0;
  #failed = 0;
  #refused = 0;

  constructor(
    context: NodeContext,
    service: Service<Q, A>,
    handler: ServiceHandler<Q, A>,
    options: ServeOptions,
    requests: Subscription<Q>,
    responses: Publisher<A>,
  ) {
    this.service = service;
    this.#context = context;
    this.#handler = handler;
    this.#concurrency = options.concurrency ?? 16;
    this.#requests = requests;
    this.#responses = responses;
    requests.on((sample) => this.#accept(sample));
  }

  get stats(): ServiceServerStats {
    return {
      served: this.#served,
      failed: this.#failed,
      refused: this.#refused,
      waiting: this.#waiting.length,
      active: this.#active,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#context.release(this);
    this.#waiting.clear();
    await this.#requests[Symbol.asyncDispose]();
    await this.#responses[Symbol.asyncDispose]();
  }

  #accept(sample: Sample<Q>): void {
    if (this.#active < this.#concurrency) void this.#handle(sample);
    else if (this.#waiting.length < this.#requests.qos.depth) this.#waiting.push(sample.retain());
    else {
      this.#refused++;
      this.#fail(sample, new DelosError("SERVICE_BUSY", `${this.service.name} has no room for more requests`));
    }
  }

  async #handle(request: Sample<Q>): Promise<void> {
    this.#active++;
    const call = { signal: this.#closing.signal, client: request.publisher };
    try {
      // Without a promise the answer goes out in this very turn of dispatch.
      const result = this.#handler(request.message, call);
      const answer = result instanceof Promise ? await result : result;
      if (!this.#isHeardBy(request)) await this.#untilHeardBy(request);
      this.#answer(request, answer);
    } catch (error) {
      this.#failed++;
      this.#context.report(error, `service ${this.service.name}`);
      if (!this.#isHeardBy(request)) await this.#untilHeardBy(request);
      this.#fail(request, error);
    }
    this.#active--;
    const next = this.#waiting.shift();
    if (next !== undefined) void this.#handle(next);
  }

  /** Whether an answer would reach the caller: discovery may have shown us its questions before its ear. */
  #isHeardBy({ publisher, extras }: Sample): boolean {
    const ear = extras?.related?.publisher;
    return this.#responses.matched.some((peer) =>
      ear === undefined ? publisher.startsWith(peer.participant.id) : peer.id === ear,
    );
  }

  #untilHeardBy(request: Sample): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const end = (): void => {
        for (const each of [alarm, matched, closing]) each[Symbol.dispose]();
        resolve();
      };
      const alarm = clock.alarm(clock.monotonicMs() + DISCOVERY_MS, end, { background: true });
      const matched = this.#responses.on("matched", () => this.#isHeardBy(request) && end());
      const closing = onAbort(signal, end);
    });
  }

  #answer(request: Sample<Q>, answer: A): void {
    if (this.#responses.closed) return;
    const { publisher, sequence } = request;
    this.#responses.publish(answer, { extras: { related: { publisher, sequence } } });
    this.#served++;
  }

  #fail(request: Sample<Q>, error: unknown): void {
    if (this.#responses.closed) return;
    const { publisher, sequence } = request;
    const attributes =
      error instanceof DelosError
        ? { error: error.code, message: error.message }
        : { error: "SERVICE_FAILED", message: describeError(error) };
    this.#responses.publishBytes(new Uint8Array(0), { extras: { related: { publisher, sequence }, attributes } });
  }
}
