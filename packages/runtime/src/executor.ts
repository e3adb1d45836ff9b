import { Fifo } from "@delos/core";

/** One turn of dispatch: a sample to hand out, a tick, a call. It catches what user code throws. */
export interface Task {
  run(): void;
}

/**
 * The one dispatch order of a runtime (law 2): first come, first served, one at a time, to the end.
 *
 * What happens while nothing is being dispatched (a publish from the main program, an alarm of the clock, a packet) is
 * dispatched before it returns. What happens inside a dispatch (a publish in a callback) waits its turn behind everything
 * that was there before. So callbacks never nest, and samples, ticks and requests reach user code in the order in which they
 * came into being: across topics, nodes, and kinds of work.
 *
 * After `budget` turns without an end the rest waits for the next turn of the event loop, so that nodes that answer each
 * other for ever do not lock out sockets and signals. The order stays the same.
 */
export class Executor {
  #queue: Fifo<Task> = new Fifo();
  #running = false;
  #yielded: NodeJS.Immediate | undefined;
  #dispatched = 0;
  #closed = false;
  readonly #budget: number;
  readonly #onError: (error: unknown) => void;

  constructor(options: { readonly budget: number; readonly onError: (error: unknown) => void }) {
    this.#budget = options.budget;
    this.#onError = options.onError;
  }

  /** Turns so far. */
  get dispatched(): number {
    return this.#dispatched;
  }

  /** Turns that wait. Bounded by the queues behind them. */
  get waiting(): number {
    return this.#queue.length;
  }

  post(task: Task): void {
    this.#queue.push(task);
    if (!this.#running) this.#drain();
  }

  /** Like `post`, but after the code that runs now, so that it can still attach listeners to what it just opened. */
  defer(task: Task): void {
    queueMicrotask(() => this.post(task));
  }

  /**
   * Opens a bracket: what is posted inside waits for its end, so that all receivers of one sample come before what the first
   * of them does about it. True when this is the outermost bracket; then, and only then, `release` must follow.
   */
  hold(): boolean {
    if (this.#running) return false;
    this.#running = true;
    return true;
  }

  release(): void {
    this.#running = false;
    if (this.#queue.length > 0) this.#drain();
  }

  /**
   * Runs `work` ahead of everything that waits, dispatching what it posts as it goes: a recorded clock moves on through its
   * alarms this way, each with all its consequences at its own time.
   */
  ahead(work: () => void): void {
    const [queue, running] = [this.#queue, this.#running];
    this.#queue = new Fifo();
    this.#running = false;
    try {
      work();
      while (this.#queue.length > 0) this.#drain();
    } finally {
      this.#queue = queue;
      this.#running = running;
    }
  }

  /** Resolves when everything that was set off by now has run its course, promises included that wait for nothing outside. */
  async settled(): Promise<void> {
    for (let before = -1; before !== this.#dispatched || this.#queue.length > 0; ) {
      before = this.#dispatched;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.#closed = true;
    clearImmediate(this.#yielded);
    this.#queue.clear();
  }

  #drain(): void {
    if (this.#closed) {
      this.#queue.clear();
      return;
    }
    this.#running = true;
    const queue = this.#queue;
    let left = this.#budget;
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      this.#dispatched++;
      try {
        task.run();
      } catch (error) {
        this.#onError(error);
      }
      if (--left === 0 && queue.length > 0) {
        this.#continueLater();
        break;
      }
    }
    this.#running = false;
  }

  #continueLater(): void {
    this.#yielded ??= setImmediate(() => {
      this.#yielded = undefined;
      if (!this.#running) this.#drain();
    });
  }
}
