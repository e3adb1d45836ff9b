import { AbortedError, ClosedError, type Events, Fifo, onAbort, TimeoutError } from "@delos/core";
import type { EndpointInfo } from "./endpoint.ts";
import type { InProcessBus } from "./in-process.ts";
import type { InProcessReader } from "./in-process-reader.ts";
import type { Sample } from "./sample.ts";
import { TimeWatch } from "./time-watch.ts";
import type { Loan, PublishResult, TransportContext, Writer, WriterCounters, WriterEvents } from "./transport.ts";

/** One subscriber of a writer, with what a reliable one had no room for. */
interface Route {
  readonly reader: InProcessReader;
  readonly backlog: Fifo<Sample> | undefined;
}

export class InProcessWriter implements Writer {
  readonly info: EndpointInfo;
  readonly context: TransportContext;
  readonly events: Events<WriterEvents>;
  readonly #bus: InProcessBus;
  readonly #onClosed: () => void;
  /** Replaced, never changed: a callback may close readers while a sample is on its way through the list. */
  #routes: readonly Route[] = [];
  /** Transient-local: what late subscribers get. */
  readonly #history: Fifo<Sample> | undefined;
  readonly #limit: number;
  readonly #deadline: TimeWatch | undefined;
  readonly #lease: TimeWatch | undefined;
  readonly #acknowledged: Set<() => void> = new Set();
  #alive = true;
  #written = 0;
  #dropped = 0;
  #deadlinesMissed = 0;
  #livelinessLost = 0;
  closed = false;

  constructor(
    info: EndpointInfo,
    context: TransportContext,
    bus: InProcessBus,
    events: Events<WriterEvents>,
    onClosed: () => void,
  ) {
    this.info = info;
    this.context = context;
    this.events = events;
    this.#bus = bus;
    this.#onClosed = onClosed;
    const { qos } = info;
    this.#limit = qos.history === "keep_last" ? qos.depth : qos.resourceLimits.maxSamples;
    if (qos.durability !== "volatile") this.#history = new Fifo();
    if (qos.deadlineMs !== Infinity) {
      this.#deadline = new TimeWatch(context.clock, qos.deadlineMs, () => {
        this.#deadlinesMissed++;
        events.emit("deadlineMissed", { total: this.#deadlinesMissed });
      });
    }
    if (qos.liveliness !== "automatic" && qos.livelinessLeaseMs !== Infinity) {
      this.#lease = new TimeWatch(context.clock, qos.livelinessLeaseMs, () => this.#setAlive(false));
      this.#lease.met();
    }
  }

  get matched(): readonly EndpointInfo[] {
    return this.#routes.map((route) => route.reader.info);
  }

  get counters(): WriterCounters {
    return { written: this.#written, dropped: this.#dropped, deadlinesMissed: this.#deadlinesMissed };
  }

  write(sample: Sample): PublishResult {
    if (this.closed) throw new ClosedError(`The writer on ${this.info.topic}`);
    this.#written++;
    if (this.#history !== undefined) this.#remember(sample);
    if (this.#lease !== undefined) this.assertLiveliness();
    this.#deadline?.met();
    let result: PublishResult = "sent";
    const routes = this.#routes;
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i]!;
      const { reader } = route;
      if (reader.closed) continue;
      if (route.backlog === undefined) reader.queue.put(reader.codec === undefined ? sample : sample.as(reader.codec));
      else result = worse(result, this.#offer(route, route.backlog, sample));
    }
    return result;
  }

  loan(): Loan | undefined {
    return undefined;
  }

  assertLiveliness(): void {
    if (this.info.qos.liveliness !== "manual_by_participant") this.#renew();
    else {
      for (const writer of this.#bus.writersOf(this.info.participant.id)) {
        if (writer.info.qos.liveliness === "manual_by_participant") writer.#renew();
      }
    }
  }

  waitForAcknowledgments(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#acknowledged.delete(check);
        alarm?.[Symbol.dispose]();
        abort[Symbol.dispose]();
        settle();
      };
      const check = (): void => {
        if (this.#routes.every((route) => route.backlog === undefined || route.backlog.length === 0)) end(resolve);
      };
      const what = `Waiting for acknowledgments on ${this.info.topic}`;
      let alarm: Disposable | undefined;
      let abort: Disposable = { [Symbol.dispose]: () => {} };
      if (options.signal?.aborted) {
        reject(new AbortedError(what, options.signal.reason));
        return;
      }
      this.#acknowledged.add(check);
      abort = onAbort(options.signal, () => end(() => reject(new AbortedError(what, options.signal?.reason))));
      const { timeoutMs } = options;
      if (timeoutMs !== undefined && timeoutMs !== Infinity) {
        const { clock } = this.context;
        alarm = clock.alarm(clock.monotonicMs() + timeoutMs, () =>
          end(() => reject(new TimeoutError(what, timeoutMs))),
        );
      }
      check();
    });
  }

  /** Called by the bus when the two match. */
  connect(reader: InProcessReader): void {
    const waits =
      this.info.qos.reliability === "reliable" &&
      reader.info.qos.reliability === "reliable" &&
      reader.info.qos.history === "keep_all";
    const route: Route = { reader, backlog: waits ? new Fifo() : undefined };
    this.#routes = [...this.#routes, route];
    reader.joined(this);
    this.events.emit("matched", reader.info);
    if (!this.#alive) reader.queue.setAlive(this.info.id, false);
    if (this.#history !== undefined && reader.info.qos.durability !== "volatile") {
      for (const sample of this.#history) {
        const theirs = reader.codec === undefined ? sample : sample.as(reader.codec);
        if (route.backlog === undefined) reader.queue.put(theirs);
        else this.#offer(route, route.backlog, theirs);
      }
    }
  }

  serves(reader: InProcessReader): boolean {
    return this.#routes.some((route) => route.reader === reader);
  }

  /** Called by the reader when it closes, and when another transport serves the pair. */
  disconnect(reader: InProcessReader): void {
    const before = this.#routes;
    this.#routes = before.filter((route) => route.reader !== reader);
    if (this.#routes.length === before.length) return;
    reader.left(this);
    this.events.emit("unmatched", reader.info);
    this.#checkAcknowledged();
  }

  /** Called by a reader that has room again. True when nothing waits for it any more. */
  flush(reader: InProcessReader): boolean {
    const backlog = this.#routes.find((route) => route.reader === reader)?.backlog;
    if (backlog === undefined) return true;
    while (backlog.length > 0 && reader.queue.hasRoom) reader.queue.put(backlog.shift()!);
    if (backlog.length > 0) return false;
    this.#checkAcknowledged();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#deadline?.[Symbol.dispose]();
    this.#lease?.[Symbol.dispose]();
    this.#bus.remove(this);
    const routes = this.#routes;
    this.#routes = [];
    for (const route of routes) {
      if (route.backlog !== undefined && route.backlog.length > 0) route.reader.queue.lose(route.backlog.length);
      route.reader.left(this);
      this.events.emit("unmatched", route.reader.info);
    }
    this.#checkAcknowledged();
    this.#history?.clear();
    this.#onClosed();
  }

  /** keep_all and reliable on both sides: nothing is lost while the writer's own history has room. */
  #offer(route: Route, backlog: Fifo<Sample>, sample: Sample): PublishResult {
    const { reader } = route;
    const theirs = reader.codec === undefined ? sample : sample.as(reader.codec);
    if (backlog.length === 0 && reader.queue.hasRoom) {
      reader.queue.put(theirs);
      return "sent";
    }
    reader.waitsForRoom(this);
    if (backlog.length >= this.#limit) {
      this.#dropped++;
      reader.queue.lose(1);
      if (this.info.qos.history === "keep_all") return "dropped";
      backlog.shift();
    }
    backlog.push(theirs);
    return "queued";
  }

  #remember(sample: Sample): void {
    const history = this.#history!;
    history.push(sample.retain());
    if (history.length > this.#limit) history.shift();
  }

  #renew(): void {
    this.#lease?.met();
    this.#setAlive(true);
  }

  #setAlive(alive: boolean): void {
    if (alive === this.#alive) return;
    this.#alive = alive;
    for (const { reader } of this.#routes) reader.queue.setAlive(this.info.id, alive);
    if (!alive) this.events.emit("livelinessLost", { total: ++this.#livelinessLost });
  }

  #checkAcknowledged(): void {
    for (const check of Array.from(this.#acknowledged)) check();
  }
}

const worse = (a: PublishResult, b: PublishResult): PublishResult =>
  a === "dropped" || b === "dropped" ? "dropped" : a === "queued" || b === "queued" ? "queued" : "sent";
