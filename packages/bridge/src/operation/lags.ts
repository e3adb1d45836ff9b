import { eventLoopTopic, type Node } from "@delos/runtime";

const OLD_MS = 3000;

/** The newest word of every thread, by the name of the node that lives in it. */
export class Lags {
  readonly #lags = new Map<string, { readonly ms: number; readonly atMs: number }>();
  readonly #nowMs: () => number;

  constructor(node: Node, nowMs: () => number) {
    this.#nowMs = nowMs;
    node.subscribe(eventLoopTopic).on(({ message }) => {
      const name = (message.node ?? "").replace(/^\//, "");
      if (name !== "") this.#lags.set(name, { ms: message.max_lag_ms ?? 0, atMs: nowMs() });
    });
  }

  of(name: string): number | undefined {
    const lag = this.#lags.get(name);
    return lag !== undefined && this.#nowMs() - lag.atMs < OLD_MS ? lag.ms : undefined;
  }

  get all(): ReadonlyMap<string, number> {
    const lags = [...this.#lags.keys()].map((name) => [name, this.of(name)] as const);
    return new Map(lags.filter((entry): entry is readonly [string, number] => entry[1] !== undefined));
  }
}
