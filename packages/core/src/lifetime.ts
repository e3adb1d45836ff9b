import { AbortedError } from "./errors.ts";

/**
 * What an owner must close, closed in reverse order, each exactly once. (Node 20 has no `DisposableStack`.)
 * A failing close does not keep the others from closing; the first error is thrown at the end.
 */
export class Lifetime implements AsyncDisposable {
  readonly #closers: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes ownership of `resource` and returns it. On a lifetime that is closed already, closes it at once. */
  own<R extends Disposable | AsyncDisposable>(resource: R): R {
    this.defer(() =>
      Symbol.asyncDispose in resource
        ? Promise.resolve(resource[Symbol.asyncDispose]())
        : (resource as Disposable)[Symbol.dispose](),
    );
    return resource;
  }

  /** Runs `close` when the lifetime ends. */
  defer(close: () => void | Promise<void>): void {
    if (this.#closing === undefined) this.#closers.push(close);
    else void Promise.resolve().then(close);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    let failed = false;
    let firstError: unknown;
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        if (!failed) firstError = error;
        failed = true;
      }
    }
    if (failed) throw firstError;
  }
}

/** Calls `onAbort` once when `signal` fires (at once if it has). Disposing stops listening. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): Disposable {
  if (signal === undefined) return { [Symbol.dispose]: () => {} };
  if (signal.aborted) {
    callback();
    return { [Symbol.dispose]: () => {} };
  }
  signal.addEventListener("abort", callback, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", callback) };
}

/** @throws {AbortedError} when the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortedError(what, signal.reason);
}
