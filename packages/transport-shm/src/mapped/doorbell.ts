import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { DelosError } from "@delos/core";
import { ERRNO, type Native } from "./native.ts";

/** Sleeps end late by so much at most when nobody rings: the longest that a ringer killed in the wrong place can cost. */
const LOOK_MS = 100;

interface Sleep {
  readonly words: Int32Array;
  readonly index: number;
  readonly expected: number;
  readonly untilMs: number;
  readonly wake: () => void;
}

/**
 * Wakes an event loop from another process: a named pipe that the loop watches. Who changed a word writes one byte, and all
 * who sleep here look at their words. `Atomics.waitAsync` does not work on mapped memory, and a helper thread that sleeps in
 * the futex costs a second wake-up: three times the latency (docs/performance/shm.md).
 */
export class Doorbell {
  readonly path: string;
  readonly #socket: Socket;
  readonly #sleeps: Set<Sleep> = new Set();
  readonly #nowMs: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  /** @throws {DelosError} SHM_IO, SHM_FULL */
  constructor(native: Native, path: string, nowMs: () => number) {
    this.path = path;
    this.#nowMs = nowMs;
    const errno = native.makePipe(path);
    if (errno === ERRNO.ENOSPC) throw new DelosError("SHM_FULL", "no room for a pipe in /dev/shm");
    if (errno !== 0) throw new DelosError("SHM_IO", `${path}: a pipe cannot be made (errno ${errno})`);
    // Opened for writing too: otherwise the last ringer to go would look like the end.
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const onread = { buffer: new Uint8Array(4096), callback: () => this.#look() };
    this.#socket = new Socket({ fd, readable: true, writable: false, onread } as ConstructorParameters<
      typeof Socket
    >[0]);
    this.#socket.on("error", () => {}); // those who sleep look every LOOK_MS all the same
    this.#socket.resume();
    this.#socket.unref();
  }

  /** Resolves when the word is no longer `expected`, after `timeoutMs`, or early. */
  sleep(words: Int32Array, index: number, expected: number, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#sleeps.delete(sleep);
        resolve();
      };
      const sleep: Sleep = { words, index, expected, untilMs: this.#nowMs() + timeoutMs, wake };
      this.#sleeps.add(sleep);
      this.#timer ??= setInterval(() => this.#lookAtTimes(), LOOK_MS).unref();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#socket.destroy();
    rmSync(this.path, { force: true });
    for (const sleep of Array.from(this.#sleeps)) sleep.wake();
  }

  /** True: go on reading. */
  #look(): boolean {
    const now = this.#nowMs();
    for (const sleep of this.#sleeps) {
      if (Atomics.load(sleep.words, sleep.index) !== sleep.expected || now >= sleep.untilMs) sleep.wake();
    }
    return true;
  }

  /** The timer stays until nobody has slept for a whole period: to set and clear it for each sleep costs more than the sleep. */
  #lookAtTimes(): void {
    if (this.#sleeps.size > 0) {
      this.#look();
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** The doorbells of others, opened when first rung. */
export class Doorbells {
  readonly #native: Native;
  readonly #pathOf: (owner: number) => string | undefined;
  readonly #fds: Map<number, number> = new Map();
  /** How often a doorbell was rung. */
  rung = 0;

  constructor(native: Native, pathOf: (owner: number) => string | undefined) {
    this.#native = native;
    this.#pathOf = pathOf;
  }

  /** False: there is nobody behind that number. */
  ring(owner: number): boolean {
    this.rung++;
    const fd = this.#fds.get(owner) ?? this.#open(owner);
    if (fd === undefined) return false;
    const errno = this.#native.pokePipe(fd);
    if (errno === 0 || errno === ERRNO.EAGAIN) return true; // a full pipe will wake its owner as well
    this.forget(owner);
    return false;
  }

  forget(owner: number): void {
    const fd = this.#fds.get(owner);
    if (fd === undefined) return;
    this.#fds.delete(owner);
    closeSync(fd);
  }

  close(): void {
    for (const owner of Array.from(this.#fds.keys())) this.forget(owner);
  }

  #open(owner: number): number | undefined {
    const path = this.#pathOf(owner);
    if (path === undefined) return undefined;
    try {
      // Without a reader the kernel says ENXIO: its owner is gone. A signal for a broken pipe is ignored by Node.
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      this.#fds.set(owner, fd);
      return fd;
    } catch {
      return undefined;
    }
  }
}
