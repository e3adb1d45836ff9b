import process from "node:process";
import { DelosError } from "@delos/core";
import type { Koffi } from "@delos/core/native";
import { loadKoffi, noKoffi } from "../koffi.ts";

/**
 * What Node cannot do by itself: memory of a file, reserving its pages, named pipes, and sleeping on a word of memory that
 * processes share. koffi calls the C library; it is an optional dependency that brings its binaries along.
 *
 * Addresses are numbers: user space ends below 2⁵³ on every 64-bit Linux.
 */
export interface Native {
  readonly pageBytes: number;
  /** A new mapping of `bytes` of an open file, seen by every process that maps it, and the address it has. */
  map(fd: number, offset: number, bytes: number): { readonly buffer: ArrayBuffer; readonly address: number };
  /** Reserves the pages of a file, so that no later write can find them missing: 0, or an errno. */
  reserve(fd: number, bytes: number): number;
  /** A named pipe that only its owner may use: 0, or an errno. */
  makePipe(path: string): number;
  /** Writes one byte, without waiting: 0, or an errno. */
  pokePipe(fd: number): number;
  /** Where the first of these words lies. */
  addressOf(words: Int32Array): number;
  /** Sleeps while the word at `address` is `expected`, `timeoutMs` at most. May return early. */
  futexWait(address: number, expected: number, timeoutMs: number, scope: FutexScope): void;
  /** Wakes everyone who sleeps on the word in that scope. */
  futexWake(address: number, scope: FutexScope): void;
}

/** Who sleeps on a word: threads of any process that has mapped it, or of this one alone, which is cheaper. */
export type FutexScope = "any process" | "this process";

export const ERRNO = { EINTR: 4, EAGAIN: 11, ENOMEM: 12, ENOSPC: 28, EDQUOT: 122 } as const;

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x1;
const MAP_PRIVATE_ANONYMOUS = 0x22;
/** All pages at once: their faults would otherwise fall into the first messages, 1.7 µs a page. */
const MAP_POPULATE = 0x8000;
const SC_PAGESIZE = 30;
const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_PRIVATE = 128;
const EVERYBODY = 0x7fffffff;

/** The number of the system call `futex`, by Node's name for the processor. 64-bit processors, whose timespec is two int64. */
const FUTEX_CALL: Readonly<Record<string, number>> = { x64: 202, arm64: 98, riscv64: 98, loong64: 98, ppc64: 221 };

let loaded: Promise<Native> | undefined;

/** @throws {DelosError} SHM_PLATFORM, SHM_REFUSED or SHM_NO_KOFFI: this process cannot map memory */
export function loadNative(): Promise<Native> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Native> {
  const futexCall = FUTEX_CALL[process.arch];
  if (process.platform !== "linux" || futexCall === undefined) {
    const here = `${process.platform} ${process.arch}`;
    throw new DelosError("SHM_PLATFORM", `memory is mapped between processes on 64-bit Linux only, not on ${here}`);
  }
  const koffi = await loadKoffi();
  try {
    return bind(koffi, futexCall);
  } catch (cause) {
    throw noKoffi(cause);
  }
}

function bind(koffi: Koffi, futexCall: number): Native {
  const c = koffi.load(null);
  // Fixed signatures: a variadic call costs twice as much.
  const mmap = c.func("int64_t mmap(int64_t at, size_t length, int protection, int flags, int fd, int64_t offset)");
  const munmap = c.func("int munmap(int64_t at, size_t length)");
  const posixFallocate = c.func("int posix_fallocate(int fd, int64_t offset, int64_t length)");
  const mkfifo = c.func("int mkfifo(const char *path, uint mode)");
  const write = c.func("long write(int fd, int64_t from, size_t length)");
  const sysconf = c.func("long sysconf(int name)");
  // Each argument costs as well: no more of them than the call looks at.
  const futexWait = c.func("long syscall(long number, int64_t word, int op, int value, int64_t time)");
  const futexWake = c.func("long syscall(long number, int64_t word, int op, int value)");

  // A mapping goes when nothing can see it any more: there is one ArrayBuffer for each, and every view holds it.
  const unmapped = new FinalizationRegistry<{ readonly address: number; readonly bytes: number }>(
    ({ address, bytes }) => void munmap(address, bytes),
  );
  const pageBytes = Number(sysconf(SC_PAGESIZE));
  const mapPages = (bytes: number, flags: number, fd: number, offset: number): number => {
    const address = Number(mmap(0, bytes, PROT_READ_WRITE, flags, fd, offset));
    if (address === -1) {
      throw new DelosError("SHM_FULL", `${bytes} bytes of memory cannot be mapped (errno ${koffi.errno()})`);
    }
    return address;
  };
  // Two words for a timespec, and a byte to write: never unmapped.
  const scratchAddress = mapPages(pageBytes, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const timespec = new BigInt64Array(koffi.view(scratchAddress, pageBytes), 0, 2);
  let timespecMs = 0; // what it holds

  return {
    pageBytes,
    map(fd, offset, bytes) {
      const address = mapPages(bytes, MAP_SHARED | MAP_POPULATE, fd, offset);
      const buffer = koffi.view(address, bytes);
      unmapped.register(buffer, { address, bytes });
      return { buffer, address };
    },
    reserve(fd, bytes) {
      for (;;) {
        const errno = posixFallocate(fd, 0, bytes) as number;
        if (errno !== ERRNO.EINTR) return errno;
      }
    },
    makePipe: (path) => (mkfifo(path, 0o600) === 0 ? 0 : koffi.errno()),
    pokePipe: (fd) => (Number(write(fd, scratchAddress, 1)) === 1 ? 0 : koffi.errno()),
    addressOf: (words) => Number(koffi.address(new Uint8Array(words.buffer))) + words.byteOffset,
    futexWait(address, expected, timeoutMs, scope) {
      if (timeoutMs !== timespecMs) {
        timespecMs = timeoutMs;
        const ms = Math.min(Math.max(0, timeoutMs), 0x7fffffff);
        const seconds = Math.floor(ms / 1000);
        timespec[0] = BigInt(seconds);
        timespec[1] = BigInt(Math.floor((ms - seconds * 1000) * 1e6));
      }
      const op = scope === "this process" ? FUTEX_WAIT | FUTEX_PRIVATE : FUTEX_WAIT;
      futexWait(futexCall, address, op, expected, scratchAddress);
    },
    futexWake(address, scope) {
      const op = scope === "this process" ? FUTEX_WAKE | FUTEX_PRIVATE : FUTEX_WAKE;
      futexWake(futexCall, address, op, EVERYBODY);
    },
  };
}
