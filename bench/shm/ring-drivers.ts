import {
  LogRing,
  type LogWriter,
  PinRing,
  type PinRingOptions,
  type PinWriter,
  type RingMemory,
  type RingReader,
} from "sharedarraybuffer-ring";
import type { Cell, OnMessage, Publisher, Subscriber } from "./channel.ts";

/** Up to this a LogRing carries a message, above it a PinRing: as transport-shm chooses. */
const SMALL_BYTES = 4096;
const BATCH = 64;

const LOG = { capacityBytes: 1 << 20 };
const pin = (bytes: number): PinRingOptions => {
  const depth = bytes >= 1 << 20 ? 8 : 16;
  return { maxMessageBytes: bytes, depth, chunks: depth * 2 };
};

/** How much memory a ring for messages of so many bytes takes. */
export const ringBytes = (bytes: number): number =>
  bytes <= SMALL_BYTES ? LogRing.bytesFor(LOG) : PinRing.bytesFor(pin(bytes));

export function makeRing<M extends SharedArrayBuffer | RingMemory>(memory: M, bytes: number): M {
  if (bytes <= SMALL_BYTES) LogRing.createIn(memory, LOG);
  else PinRing.createIn(memory, pin(bytes));
  return memory;
}

function open(buffer: SharedArrayBuffer | RingMemory, bytes: number): LogRing | PinRing {
  return bytes <= SMALL_BYTES ? LogRing.attach(buffer) : PinRing.attach(buffer);
}

export function ringPublisher(cell: Cell, direction: number): Publisher {
  // Nothing is kept for late joiners, as in the peers: the chunk that was read last is filled next.
  const writer: LogWriter | PinWriter = open(cell.rings[direction]!, cell.bytes).writer({ history: 0 });
  const spin = cell.driver.endsWith("-adaptive") ? ("adaptive" as const) : 0;
  const wait = (): void => void writer.waitForSpace(cell.bytes, { spin, timeoutMs: 100 });
  const close = (): void => writer.close();
  if (cell.driver.includes("-loan")) {
    if (!("loan" in writer)) return loanInLog(writer, wait, close);
    const send = (bytes: Uint8Array): boolean => {
      const loan = writer.loan(cell.bytes);
      if (loan === undefined) return false;
      for (let i = 0; i < 16; i++) loan.bytes[i] = bytes[i]!;
      loan.publish(cell.bytes);
      return true;
    };
    return { send, wait, close };
  }
  if (!cell.driver.endsWith("-batch")) {
    const forward = (bytes: Uint8Array, offset: number, length: number): boolean => writer.write(bytes, offset, length);
    return { send: (bytes) => writer.write(bytes), forward, wait, close };
  }
  let gathered = 0;
  let cork = writer.cork();
  const flush = (): void => {
    gathered = 0;
    cork[Symbol.dispose]();
    cork = writer.cork();
  };
  const send = (bytes: Uint8Array): boolean => {
    if (!writer.write(bytes)) return false;
    if (++gathered === BATCH) flush();
    return true;
  };
  return { send, wait, flush, close };
}

/** A record is reserved, its first bytes are written, and it is committed: what an encoder does. */
function loanInLog(writer: LogWriter, wait: () => void, close: () => void): Publisher {
  const send = (bytes: Uint8Array): boolean => {
    const at = writer.reserve(bytes.length);
    if (at < 0) return false;
    for (let i = 0; i < 16; i++) writer.bytes[at + i] = bytes[i]!;
    writer.commit(bytes.length);
    return true;
  };
  return { send, wait, close };
}

export function ringSubscriber(cell: Cell, direction: number): Subscriber {
  const reader: RingReader = open(cell.rings[direction]!, cell.bytes).reader({ mode: "reliable" });
  const close = (): void => reader.close();
  if (cell.driver.endsWith("-async")) {
    const run = async (onMessage: OnMessage, done: () => boolean): Promise<void> => {
      const stop = new AbortController();
      const look = setInterval(() => done() && stop.abort(), 20);
      await reader.listen(onMessage, { signal: stop.signal });
      clearInterval(look);
    };
    return { run, close };
  }
  // A round trip ends by its writer closing the ring; who counts has to ask now and then whether that was all.
  const timeoutMs = cell.window === Number.POSITIVE_INFINITY ? cell.window : 50;
  const waiting = { spin: cell.driver.endsWith("-adaptive") ? ("adaptive" as const) : 0, timeoutMs };
  const run = (onMessage: OnMessage, done: () => boolean): void => {
    for (;;) {
      while (reader.next()) onMessage(reader.bytes, reader.offset, reader.length);
      if (done()) return;
      reader.wait(waiting);
    }
  };
  return { run, close };
}
