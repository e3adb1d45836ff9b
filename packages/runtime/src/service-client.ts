import { AbortedError, ClosedError, DelosError, onAbort, TimeoutError, throwIfAborted } from "@delos/core";
import type { Sample, SampleExtras } from "@delos/transport";
import type { NodeContext } from "./node-context.ts";
import type { Publisher } from "./publisher.ts";
import type { Subscription } from "./subscription.ts";
import type { Service } from "./topic.ts";

export interface CallOptions {
  /** 5000 unless given, on the runtime's clock; it includes the time until a server is there. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Call<A> {
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

const DEFAULT_TIMEOUT_MS = 5000;

/** Asks one service. Calls may overlap; each gets the answer that belongs to it. */
export class ServiceClient<Q = unknown, A = unknown> implements AsyncDisposable {
  readonly service: Service<Q, A>;
  readonly #context: NodeContext;
  readonly #requests: Publisher<Q>;
  readonly #responses: Subscription<A>;
  /** By the request's sequence number. */
  readonly #calls: Map<number, Call<A>> = new Map();
  readonly #waitingForServer: Set<() => void> = new Set();
  /** Goes with each request: who waits for the answer. */
  readonly #ear: SampleExtras;
  #closed = false;

  constructor(context: NodeContext, service: Service<Q, A>, requests: Publisher<Q>, responses: Subscription<A>) {
    this.service = service;
    this.#context = context;
    this.#requests = requests;
    this.#responses = responses;
    this.#ear = { related: { publisher: responses.id, sequence: 0 } };
    responses.on((sample) => this.#take(sample));
    for (const endpoint of [requests, responses]) {
      endpoint.on("matched", () => this.#serversChanged());
      endpoint.on("unmatched", () => this.#serversChanged());
    }
  }

  /** Whether a server can hear the request and be heard. */
  get ready(): boolean {
    const answering = new Set(this.#responses.matched.map((peer) => peer.participant.id));
    return this.#requests.matched.some((peer) => answering.has(peer.participant.id));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Calls without an answer yet. */
  get pending(): number {
    return this.#calls.size + this.#waitingForServer.size;
  }

  /**
   * @throws {TimeoutError} after `timeoutMs`, {AbortedError} when `signal` fires, {ClosedError} when this end closes
   * @throws {DelosError} SERVICE_LOST when the server goes away, or what the server reports: its own code, SERVICE_FAILED
   */
  async call(request: Q, options: CallOptions = {}): Promise<A> {
    const what = `Calling ${this.service.name}`;
    if (this.#closed) throw new ClosedError(`The client of ${this.service.name}`);
    throwIfAborted(options.signal, what);
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const { clock } = this.#context;
    let asked: number | undefined;
    let cleanUp: (() => void) | undefined;
    try {
      return await new Promise<A>((resolve, reject) => {
        const ask = (): void => {
          if (this.#closed) {
            reject(new ClosedError(`The client of ${this.service.name}`));
            return;
          }
          if (!this.ready) return;
          this.#waitingForServer.delete(ask);
          asked = this.#requests.sequence + 1;
          this.#calls.set(asked, { resolve, reject });
          // A server of ROS 2 on Fast DDS then waits until it knows our ear, should discovery show it our questions first.
          this.#requests.publish(request, { extras: this.#ear });
        };
        const abort = onAbort(signal, () => reject(new AbortedError(what, signal?.reason)));
        const alarm =
          timeoutMs === Infinity
            ? undefined
            : clock.alarm(clock.monotonicMs() + timeoutMs, () => reject(this.#timeout(what, timeoutMs, asked)));
        cleanUp = () => {
          abort[Symbol.dispose]();
          alarm?.[Symbol.dispose]();
          this.#waitingForServer.delete(ask);
        };
        this.#waitingForServer.add(ask);
        ask();
      });
    } finally {
      cleanUp?.();
      if (asked !== undefined) this.#calls.delete(asked);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.release(this);
    for (const call of this.#calls.values()) call.reject(new ClosedError(`The client of ${this.service.name}`));
    for (const ask of Array.from(this.#waitingForServer)) ask();
    await this.#requests[Symbol.asyncDispose]();
    await this.#responses[Symbol.asyncDispose]();
  }

  #take(sample: Sample<A>): void {
    const related = sample.extras?.related;
    // ROS 2 on Fast DDS answers to the ear.
    const to = related?.publisher;
    if (related === undefined || (to !== this.#requests.id && to !== this.#responses.id)) return; // another client's
    const call = this.#calls.get(related.sequence);
    if (call === undefined) return; // too late: it timed out
    const { error: code, message = "" } = sample.extras?.attributes ?? {};
    if (code !== undefined) {
      call.reject(new DelosError(code, message, { details: { service: this.service.name } }));
      return;
    }
    try {
      call.resolve(sample.message);
    } catch (error) {
      call.reject(error);
    }
  }

  #serversChanged(): void {
    if (this.ready) for (const ask of Array.from(this.#waitingForServer)) ask();
    else if (this.#requests.matched.length === 0) {
      const lost = new DelosError("SERVICE_LOST", `The server of ${this.service.name} went away before it answered`);
      for (const call of this.#calls.values()) call.reject(lost);
    }
  }

  #timeout(what: string, timeoutMs: number, asked: number | undefined): TimeoutError {
    const reasons = [...this.#requests.incompatible, ...this.#responses.incompatible].map((i) => i.explain());
    const why = asked !== undefined ? "no answer" : ["no server", ...reasons].join("; ");
    return new TimeoutError(`${what} (${why})`, timeoutMs);
  }
}
