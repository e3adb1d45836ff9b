import { closeSync, constants, fstatSync, openSync, unlinkSync } from "node:fs";
import process from "node:process";
import { DelosError } from "@delos/core";
import { ERRNO, type Native } from "./native.ts";

/**
 * A file in /dev/shm that holds one ring: a page for whoever sleeps on an event loop, then the ring.
 *
 *   byte     0  magic "DSEG"          constant, the magic number last
 *            4  layout version
 *            8  length of the file, bytes: low and high word
 *           16  check sum of the three words before it
 *           64  HIGH: how many of the places below were ever in use
 *          128  places of sleepers, 8 bytes each: OWNER, ARMED (see mapped-sleeper.ts)
 *   byte  page  the ring (see sharedarraybuffer-ring)
 *
 * The pages are reserved when the file is made, so that a full /dev/shm is an error then and not a SIGBUS later. Nothing in the
 * file is believed: its length is asked of the kernel, the header must agree with it, the ring's own header is checked again
 * by the ring. What nobody can guard against is that another process of the same user *shortens* the file while it is mapped:
 * the kernel then ends whoever touches the missing part, as that process could have done by a signal. So nothing of Delos ever
 * shortens a file: it is unlinked, which harms nobody, and only its owner may open it (0600, in a directory of 0700).
 */
export const SEGMENT_VERSION = 2;
const MAGIC = 0x47455344;
const WORD_VERSION = 1;
const WORD_LOW = 2;
const WORD_HIGH = 3;
const WORD_CHECK = 4;
export const WORD_PLACES_USED = 16;
export const WORD_PLACES = 32;
export const MAX_PLACES = 256;

/** Larger ones would not fit a typed array of 32-bit words, nor a ring. */
const MAX_BYTES = 2 ** 31 - 1;

/** A mapped segment file: the page of sleepers, and the memory of the ring with the address it has here. */
export interface MappedFile {
  readonly page: Int32Array;
  readonly ring: ArrayBuffer;
  readonly ringAddress: number;
}

/** Makes the file and reserves its memory. @throws {DelosError} SHM_FULL, SHM_TOO_LARGE, SHM_IO */
export function createSegmentFile(native: Native, path: string, ringBytes: number): MappedFile {
  const { pageBytes } = native;
  const bytes = pageBytes + Math.ceil(ringBytes / pageBytes) * pageBytes;
  if (bytes > MAX_BYTES) throw new DelosError("SHM_TOO_LARGE", `a segment of ${bytes} bytes: 2 GiB is the limit`);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openOrThrow(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
  try {
    const errno = native.reserve(fd, bytes);
    if (errno !== 0) {
      const full = errno === ERRNO.ENOSPC || errno === ERRNO.ENOMEM || errno === ERRNO.EDQUOT;
      throw full
        ? new DelosError("SHM_FULL", `no room for ${bytes} bytes in /dev/shm`, { details: { path, bytes } })
        : new DelosError("SHM_IO", `${path}: ${bytes} bytes cannot be reserved (errno ${errno})`);
    }
    const mapped = mapBoth(native, fd, bytes);
    const { page } = mapped;
    page[WORD_VERSION] = SEGMENT_VERSION;
    page[WORD_LOW] = bytes | 0;
    page[WORD_HIGH] = Math.floor(bytes / 2 ** 32);
    page[WORD_CHECK] = checkSum(page);
    Atomics.store(page, 0, MAGIC); // SYNC created
    return mapped;
  } catch (error) {
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Maps a file that another process made. @throws {DelosError} SHM_SEGMENT, SHM_VERSION, SHM_FULL, SHM_IO */
export function attachSegmentFile(native: Native, path: string): MappedFile {
  // NONBLOCK: a pipe of that name must not hold us up.
  const fd = openOrThrow(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    const refuse = (why: string): never => {
      throw new DelosError("SHM_SEGMENT", `${path} is no segment of ours: ${why}`, { details: { path } });
    };
    if (!stat.isFile()) refuse("no ordinary file");
    if (stat.uid !== process.geteuid!()) refuse(`it belongs to user ${stat.uid}`);
    if ((stat.mode & 0o077) !== 0) refuse(`others may open it (mode ${(stat.mode & 0o777).toString(8)})`);
    if (stat.size < 2 * native.pageBytes || stat.size > MAX_BYTES || stat.size % native.pageBytes !== 0) {
      refuse(`${stat.size} bytes long`);
    }
    const mapped = mapBoth(native, fd, stat.size);
    const { page } = mapped;
    // SYNC created
    if (Atomics.load(page, 0) !== MAGIC) refuse("without the magic number");
    const version = page[WORD_VERSION];
    if (version !== SEGMENT_VERSION) {
      throw new DelosError("SHM_VERSION", `${path} has version ${version}, this program reads ${SEGMENT_VERSION}`);
    }
    const claimed = page[WORD_HIGH]! * 2 ** 32 + (page[WORD_LOW]! >>> 0);
    if (page[WORD_CHECK] !== checkSum(page) || claimed !== stat.size) {
      refuse(`its header says ${claimed} bytes, the file has ${stat.size}`);
    }
    return mapped;
  } finally {
    closeSync(fd);
  }
}

function mapBoth(native: Native, fd: number, bytes: number): MappedFile {
  const { pageBytes } = native;
  const page = new Int32Array(native.map(fd, 0, pageBytes).buffer);
  const ring = native.map(fd, pageBytes, bytes - pageBytes);
  return { page, ring: ring.buffer, ringAddress: ring.address };
}

function openOrThrow(path: string, flags: number): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC") throw new DelosError("SHM_FULL", "no room for another file in /dev/shm", { cause });
    if (code === "ENOENT" || code === "ELOOP" || code === "EACCES") {
      throw new DelosError("SHM_SEGMENT", `${path} cannot be opened: ${code}`, { cause });
    }
    throw new DelosError("SHM_IO", `${path} cannot be opened: ${code ?? String(cause)}`, { cause });
  }
}

/** FNV-1a over whole words. */
function checkSum(page: Int32Array): number {
  let sum = 0x811c9dc5;
  for (let word = WORD_VERSION; word < WORD_CHECK; word++) sum = Math.imul(sum ^ page[word]!, 0x01000193);
  return sum | 0;
}
