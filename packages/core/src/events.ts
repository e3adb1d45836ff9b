import { EventEmitter } from "eventemitter3";

/** Event names to the value each carries: `{ matched: PeerInfo; closed: void }`. */
export type EventMap = Record<string, unknown>;

/**
 * Typed events, on eventemitter3. Each event carries one value. Listening returns a `Disposable`, so `using` ends it.
 * An error thrown by a listener propagates to the emitter: listeners of safety-relevant events must not throw.
 */
export class Events<M extends EventMap> {
  readonly #emitter = new EventEmitter();

  on<K extends keyof M & string>(event: K, listener: (value: M[K]) => void): Disposable {
    this.#emitter.on(event, listener);
    return { [Symbol.dispose]: () => void this.#emitter.off(event, listener) };
  }

  once<K extends keyof M & string>(event: K, listener: (value: M[K]) => void): Disposable {
    this.#emitter.once(event, listener);
    return { [Symbol.dispose]: () => void this.#emitter.off(event, listener) };
  }

  emit<K extends keyof M & string>(event: K, value: M[K]): void {
    this.#emitter.emit(event, value);
  }

  /** Whether anybody listens: check before building a costly value. */
  has(event: keyof M & string): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  clear(): void {
    this.#emitter.removeAllListeners();
  }
}
