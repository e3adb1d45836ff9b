/** One end of a cell: the publisher, a subscriber, or the one that sends back. See shm.ts. */
import type { MessagePort } from "node:worker_threads";
import { type Cell, COUNTS, isRing, type Publisher, type Subscriber } from "./channel.ts";
import {
  broadcastPublisher,
  broadcastSubscriber,
  portPublisher,
  portSubscriber,
  ringbufPublisher,
  ringbufSubscriber,
  unixPublisher,
  unixSubscriber,
  wsPublisher,
  wsSubscriber,
  zmqPublisher,
  zmqSubscriber,
} from "./loop-drivers.ts";
import { ringPublisher, ringSubscriber } from "./ring-drivers.ts";

export interface EndData {
  readonly cell: Cell;
  readonly role: "publish" | "subscribe" | "ping" | "echo";
  /** Which subscriber this is. */
  readonly index: number;
  readonly ports: readonly MessagePort[];
  readonly durationMs: number;
  /** Ping: round trips at most. */
  readonly most: number;
}

/** How an end talks to the benchmark: a thread by its port, a process by its channel. */
export interface Link {
  post(message: unknown): void;
  next(): Promise<unknown>;
  /** Ends the thread or process, once what was posted is on its way. */
  leave(): void;
}

/** In Node the global is a getter: to call it costs several times as much as to read the clock. */
const clock = performance;

export async function runEnd(data: EndData, link: Link): Promise<void> {
  const { role, index, ports, durationMs, most } = data;
  /** Ping-pong never has more than one message on the way. */
  const cell: Cell =
    role === "ping" || role === "echo" ? { ...data.cell, window: Number.POSITIVE_INFINITY } : data.cell;
  const counts = new Int32Array(cell.counts);
  const stopped = (): boolean => Atomics.load(counts, COUNTS.stop) === 1;
  const ring = isRing(cell.driver);

  async function publisher(direction: number): Promise<Publisher> {
    const { driver } = cell;
    if (ring) return ringPublisher(cell, direction);
    if (driver === "postmessage" || driver === "transfer") {
      return portPublisher(cell, counts, ports.slice(0, cell.subscribers), driver === "transfer");
    }
    if (driver === "broadcast") return broadcastPublisher(cell, counts, direction);
    if (driver === "ringbuf")
      return ringbufPublisher({ ...cell, rings: cell.rings.slice(direction * cell.subscribers) });
    if (driver === "unix") return await unixPublisher(cell, counts, direction);
    if (driver === "ws") return await wsPublisher(cell, counts, direction);
    return await zmqPublisher(cell, counts, direction);
  }

  async function subscriber(direction: number): Promise<Subscriber> {
    const { driver } = cell;
    if (ring) return ringSubscriber(cell, direction);
    if (driver === "postmessage" || driver === "transfer") return portSubscriber(ports.at(-1)!);
    if (driver === "broadcast") return broadcastSubscriber(cell, direction);
    if (driver === "ringbuf") return ringbufSubscriber(cell, direction * cell.subscribers + index);
    if (driver === "unix") return await unixSubscriber(cell, direction);
    if (driver === "ws") return await wsSubscriber(counts, direction);
    return await zmqSubscriber(cell, direction);
  }

  function ready(): void {
    Atomics.add(counts, COUNTS.ready, 1);
    link.post("ready");
  }

  async function go(): Promise<void> {
    await link.next();
  }

  /** As fast as it is taken, for the given time. */
  async function publish(): Promise<void> {
    const to = await publisher(0);
    ready();
    await go();
    const message = new Uint8Array(cell.bytes).fill(5);
    const view = new DataView(message.buffer);
    const until = clock.now() + durationMs;
    let sent = 0;
    let turns = 0;
    while (clock.now() < until) {
      for (let i = 0; i < 32; i++) {
        view.setFloat64(0, sent, true);
        if (to.send(message)) sent++;
        else {
          const waiting = to.wait();
          if (waiting !== undefined) await waiting;
          if (clock.now() >= until) break;
        }
      }
      // Those who live in an event loop must let it turn, or nothing leaves.
      if (!ring && cell.driver !== "ringbuf" && ++turns % 4 === 0) {
        await new Promise((resolve) => void setImmediate(resolve));
      }
    }
    to.flush?.();
    Atomics.store(counts, COUNTS.sent, sent);
    link.post({ sent });
    await link.next();
    await to.close();
    link.leave();
  }

  async function subscribe(): Promise<void> {
    const from = await subscriber(0);
    ready();
    let received = 0;
    let sum = 0;
    let told = false;
    const slot = COUNTS.received + index;
    const shared = ring || cell.driver === "ringbuf" ? 63 : 0;
    const onMessage = (bytes: Uint8Array, offset: number, length: number): void => {
      for (let i = 0; i < 16; i++) sum = (sum + bytes[offset + i]!) | 0;
      sum = (sum + bytes[offset + length - 1]!) | 0;
      received++;
      if ((received & shared) === 0) Atomics.store(counts, slot, received);
    };
    const done = (): boolean => {
      Atomics.store(counts, slot, received);
      const sent = Atomics.load(counts, COUNTS.sent);
      if (sent >= 0 && received >= sent && !told) {
        told = true;
        Atomics.add(counts, COUNTS.finished, 1);
        Atomics.notify(counts, COUNTS.finished);
      }
      return stopped();
    };
    await from.run(onMessage, done);
    link.post({ received, sum });
    await from.close();
    link.leave();
  }

  /** Sends back what it gets: all of it, or by a loan its first bytes. */
  async function echo(): Promise<void> {
    const back = await publisher(1);
    const from = await subscriber(0);
    ready();
    const loaned = new Uint8Array(cell.bytes);
    const loan = (bytes: Uint8Array, offset: number): boolean => {
      for (let i = 0; i < 16; i++) loaned[i] = bytes[offset + i]!;
      return back.send(loaned);
    };
    // Sending copies it, once, as the echoes of the C++ peers do.
    const copy =
      back.forward ?? ((bytes, offset, length): boolean => back.send(bytes.subarray(offset, offset + length)));
    const send = cell.driver.includes("-loan") ? loan : copy;
    const onMessage = (bytes: Uint8Array, offset: number, length: number): void => {
      if (!send(bytes, offset, length)) throw new Error("no room to send one message back");
      back.flush?.();
    };
    await from.run(onMessage, stopped);
    await Promise.all([from.close(), back.close()]);
    link.post({ done: true });
    link.leave();
  }

  /** Ping-pong; posts the times of the round trips, µs. */
  async function ping(): Promise<void> {
    const to = await publisher(0);
    const from = await subscriber(1);
    ready();
    await go();
    const message = new Uint8Array(cell.bytes).fill(5);
    const times = new Float64Array(most);
    let count = 0;
    let startedMs = 0;
    const begunMs = clock.now();
    const send = (): void => {
      startedMs = clock.now();
      to.send(message);
      to.flush?.();
    };
    let finished = false;
    const onMessage = (): void => {
      const nowMs = clock.now();
      times[count++] = (nowMs - startedMs) * 1000;
      finished = count >= most || nowMs - begunMs > durationMs;
      if (!finished) send();
    };
    send();
    await from.run(onMessage, () => finished);
    Atomics.store(counts, COUNTS.stop, 1);
    link.post({ times: times.slice(0, count) });
    await Promise.all([from.close(), to.close()]);
    link.leave();
  }

  const roles = { publish, subscribe, echo, ping };
  await roles[role]();
}
