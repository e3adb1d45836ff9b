import type { EndpointId, EndpointInfo } from "@delos/transport";
import type { NodeContext } from "./node-context.ts";

/** So long a pair may be without a way while it changes transports; later it counts as ended. */
const MOST_BETWEEN_MS = 1000;

/**
 * Whom an endpoint is matched with, whichever transports serve the pairs: who only changes the way is neither new nor gone, even
 * if the old way is seen to end before the new one is seen to begin.
 */
export class MatchedPeers {
  readonly #context: NodeContext;
  /** Whether some transport serves the pair now. */
  readonly #isServed: (peer: EndpointId) => boolean;
  readonly #emit: (event: "matched" | "unmatched", peer: EndpointInfo) => void;
  readonly #peers: Set<EndpointId> = new Set();
  readonly #between: Map<EndpointId, Disposable> = new Map();

  constructor(
    context: NodeContext,
    isServed: (peer: EndpointId) => boolean,
    emit: (event: "matched" | "unmatched", peer: EndpointInfo) => void,
  ) {
    this.#context = context;
    this.#isServed = isServed;
    this.#emit = emit;
  }

  matched(peer: EndpointInfo): void {
    this.#arrived(peer.id);
    if (this.#peers.has(peer.id)) return;
    this.#peers.add(peer.id);
    this.#emit("matched", peer);
  }

  /** `by`: the name of the transport that served the pair until now; `own` is our side of it. */
  unmatched(own: EndpointInfo, peer: EndpointInfo, by: string): void {
    if (this.#isServed(peer.id)) return;
    const next = this.#context.choice.between(own.participant, peer.participant);
    if (next === undefined || next.name === by) this.#ended(peer);
    else this.#wait(peer);
  }

  [Symbol.dispose](): void {
    for (const alarm of this.#between.values()) alarm[Symbol.dispose]();
    this.#between.clear();
  }

  #wait(peer: EndpointInfo): void {
    this.#arrived(peer.id);
    const { clock } = this.#context;
    const givenUp = (): void => {
      if (!this.#isServed(peer.id)) this.#ended(peer);
    };
    const alarm = clock.alarm(clock.monotonicMs() + MOST_BETWEEN_MS, givenUp, { background: true });
    this.#between.set(peer.id, alarm);
  }

  #arrived(peer: EndpointId): void {
    this.#between.get(peer)?.[Symbol.dispose]();
    this.#between.delete(peer);
  }

  #ended(peer: EndpointInfo): void {
    this.#arrived(peer.id);
    if (this.#peers.delete(peer.id)) this.#emit("unmatched", peer);
  }
}
