import { createServer, connect as netConnect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BroadcastChannel, type MessagePort } from "node:worker_threads";
import { RingBuffer } from "ringbuf.js";
import { WebSocket, WebSocketServer } from "ws";
import { type Cell, nextTurn, type OnMessage, type Publisher, type Subscriber, slowest, windowFor } from "./channel.ts";

/** Drivers that live in an event loop and have no flow control of their own: a window of messages on the way stands in. */
function windowed(cell: Cell, counts: Int32Array, write: (bytes: Uint8Array) => void, close: () => void): Publisher {
  const window = cell.window ?? windowFor(cell.bytes);
  let sent = 0;
  let known = 0;
  return {
    send(bytes) {
      if (sent - known >= window) {
        known = slowest(counts, cell.subscribers);
        if (sent - known >= window) return false;
      }
      write(bytes);
      sent++;
      return true;
    },
    wait: nextTurn,
    close,
  };
}

/** Ends `run` once `done()`: looked at every few ms, as nothing else wakes these loops at the end. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function portPublisher(
  cell: Cell,
  counts: Int32Array,
  ports: readonly MessagePort[],
  transfer: boolean,
): Publisher {
  const write = (bytes: Uint8Array): void => {
    for (const port of ports) {
      if (!transfer) port.postMessage(bytes);
      else {
        const copy = bytes.slice();
        port.postMessage(copy, [copy.buffer]);
      }
    }
  };
  return windowed(cell, counts, write, () => ports.forEach((port) => port.close()));
}

export function portSubscriber(port: MessagePort): Subscriber {
  return {
    async run(onMessage, done) {
      port.on("message", (bytes: Uint8Array) => onMessage(bytes, 0, bytes.length));
      await until(done);
    },
    close: () => port.close(),
  };
}

export function broadcastPublisher(cell: Cell, counts: Int32Array, direction: number): Publisher {
  const channel = new BroadcastChannel(`bench-${cell.id}-${direction}`);
  return windowed(
    cell,
    counts,
    (bytes) => channel.postMessage(bytes),
    () => channel.close(),
  );
}

export function broadcastSubscriber(cell: Cell, direction: number): Subscriber {
  const channel = new BroadcastChannel(`bench-${cell.id}-${direction}`);
  return {
    async run(onMessage, done) {
      channel.onmessage = (event) => {
        const bytes = (event as { readonly data: Uint8Array }).data;
        onMessage(bytes, 0, bytes.length);
      };
      await until(done);
    },
    close: () => channel.close(),
  };
}

/** ringbuf.js is one writer to one reader: a ring for each subscriber, polled, as its README shows. */
export const ringbufBytes = (bytes: number): number => Math.max(1 << 20, bytes * 4) + 8;

export function ringbufPublisher(cell: Cell): Publisher {
  const rings = cell.rings
    .slice(0, cell.subscribers)
    .map((buffer) => new RingBuffer(buffer as SharedArrayBuffer, Uint8Array));
  return {
    send(bytes) {
      for (const ring of rings) if (ring.available_write() < bytes.length) return false;
      for (const ring of rings) ring.push(bytes);
      return true;
    },
    wait: () => {},
    close: () => {},
  };
}

export function ringbufSubscriber(cell: Cell, ring: number): Subscriber {
  const from = new RingBuffer(cell.rings[ring] as SharedArrayBuffer, Uint8Array);
  const into = new Uint8Array(cell.bytes);
  return {
    run(onMessage, done) {
      for (let idle = 0; ; ) {
        if (from.available_read() >= cell.bytes) {
          from.pop(into);
          onMessage(into, 0, cell.bytes);
          idle = 0;
        } else if (++idle % 1024 === 0 && done()) return;
      }
    },
    close: () => {},
  };
}

export const socketPath = (cell: Pick<Cell, "id">, direction: number): string =>
  join(tmpdir(), `delos-bench-${cell.id}-${direction}.sock`);

export async function unixPublisher(cell: Cell, counts: Int32Array, direction: number): Promise<Publisher> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(socketPath(cell, direction), resolve));
  const write = (bytes: Uint8Array): void => {
    const framed = Buffer.allocUnsafe(4 + bytes.length);
    framed.writeUInt32LE(bytes.length);
    framed.set(bytes, 4);
    for (const socket of sockets) socket.write(framed);
  };
  return windowed(cell, counts, write, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

export async function unixSubscriber(cell: Cell, direction: number): Promise<Subscriber> {
  const socket = await retry(
    () =>
      new Promise<Socket>((resolve, reject) => {
        const attempt = netConnect(socketPath(cell, direction), () => resolve(attempt));
        attempt.on("error", reject);
      }),
  );
  return {
    async run(onMessage, done) {
      let parts: Buffer[] = [];
      let gathered = 0;
      socket.on("data", (chunk: Buffer) => {
        parts.push(chunk);
        gathered += chunk.length;
        const first = parts[0]!;
        if (first.length >= 4 && gathered < 4 + first.readUInt32LE(0)) return;
        let all = parts.length === 1 ? first : Buffer.concat(parts);
        while (all.length >= 4 && all.length >= 4 + all.readUInt32LE(0)) {
          const length = all.readUInt32LE(0);
          onMessage(all, 4, length);
          all = all.subarray(4 + length);
        }
        parts = all.length > 0 ? [all] : [];
        gathered = all.length;
      });
      await until(done);
    },
    close: () => void socket.destroy(),
  };
}

export async function wsPublisher(cell: Cell, counts: Int32Array, direction: number): Promise<Publisher> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, maxPayload: 1 << 27 });
  await new Promise<void>((resolve) => server.on("listening", resolve));
  Atomics.store(counts, WS_PORT + direction, (server.address() as { readonly port: number }).port);
  Atomics.notify(counts, WS_PORT + direction);
  const write = (bytes: Uint8Array): void => {
    const copy = bytes.slice(); // ws keeps what it cannot write at once
    for (const client of server.clients) client.send(copy);
  };
  return windowed(cell, counts, write, () => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
}

const WS_PORT = 8;

export async function wsSubscriber(counts: Int32Array, direction: number): Promise<Subscriber> {
  while (Atomics.load(counts, WS_PORT + direction) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  const socket = new WebSocket(`ws://127.0.0.1:${Atomics.load(counts, WS_PORT + direction)}`, {
    perMessageDeflate: false,
    maxPayload: 1 << 27,
  });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.on("open", resolve));
  return {
    async run(onMessage: OnMessage, done) {
      socket.on("message", (data: Buffer) => onMessage(data, 0, data.length));
      await until(done);
    },
    close: () => socket.terminate(),
  };
}

/** ZeroMQ over a unix socket, its queue bounded by the same window. It is an XPUB to hear of the subscriptions. */
export async function zmqPublisher(cell: Cell, counts: Int32Array, direction: number): Promise<Publisher> {
  const { XPublisher } = await zeromq();
  const socket = new XPublisher({ sendHighWaterMark: windowFor(cell.bytes) * 2, linger: 0, verbosity: "allSubs" });
  await socket.bind(`ipc://${socketPath(cell, direction)}`);
  // What is sent before a subscription has arrived does not reach it.
  let sending = (async () => {
    for (let i = 0; i < cell.subscribers; i++) await socket.receive();
  })();
  const window = windowed(
    cell,
    counts,
    (bytes) => {
      const copy = bytes.slice(); // it is read on ZeroMQ's own thread
      sending = sending.then(() => socket.send(copy));
    },
    () => socket.close(),
  );
  return {
    ...window,
    wait: async () => {
      await sending;
      await nextTurn();
    },
  };
}

export async function zmqSubscriber(cell: Cell, direction: number): Promise<Subscriber> {
  const { Subscriber: Sub } = await zeromq();
  const socket = new Sub({ receiveHighWaterMark: windowFor(cell.bytes) * 2, receiveTimeout: 50, linger: 0 });
  socket.connect(`ipc://${socketPath(cell, direction)}`);
  socket.subscribe();
  return {
    async run(onMessage, done) {
      while (!done()) {
        try {
          const [bytes] = await socket.receive();
          if (bytes !== undefined) onMessage(bytes, 0, bytes.length);
        } catch {
          // nothing within the receive time-out: look whether it is over
        }
      }
    },
    close: () => socket.close(),
  };
}

interface ZeroMq {
  readonly XPublisher: new (
    options: object,
  ) => {
    bind(address: string): Promise<void>;
    send(bytes: Uint8Array): Promise<void>;
    receive(): Promise<Buffer[]>;
    close(): void;
  };
  readonly Subscriber: new (
    options: object,
  ) => {
    connect(address: string): void;
    subscribe(): void;
    receive(): Promise<Buffer[]>;
    close(): void;
  };
}

/** An optional dependency: it brings its binaries along, for the platforms that it knows, and needs no script to install them. */
export async function zeromq(): Promise<ZeroMq> {
  const name = "zeromq";
  return (await import(name)) as ZeroMq;
}

async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
