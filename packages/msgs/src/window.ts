import { DelosError } from "@delos/core";

/** A buffer as decoders see it: as a whole, since making views of a part costs more than decoding a small message. */
export interface Window {
  readonly buffer: ArrayBufferLike;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/**
 * The windows looked through last: the next message mostly lies in the same buffer. A small buffer is held until the next
 * one comes; a large one, a chunk of a recording, only weakly.
 */
let recent: Window = windowOf(new ArrayBuffer(0));
/** The one before: readers of rings take messages from two batches in turn. */
let before: Window = recent;
let recentLarge: WeakRef<Window> | undefined;
const LARGE = 1 << 20;

export function windowOn(buffer: ArrayBufferLike): Window {
  if (recent.buffer === buffer) return recent;
  if (buffer.byteLength < LARGE) {
    const window = before.buffer === buffer ? before : windowOf(buffer);
    before = recent;
    return (recent = window);
  }
  const known = recentLarge?.deref();
  if (known !== undefined && known.buffer === buffer) return known;
  const window = windowOf(buffer);
  recentLarge = new WeakRef(window);
  return window;
}

/**
 * The memory encoded into last, known by the very array: a publisher encodes into the same ring again and again, and asking an
 * array for its buffer is a call of 30 ns.
 */
let filledLast = new Uint8Array(0);
let filledWindow: PartOfWindow = { whole: recent.bytes, view: recent.view, base: 0 };

/** The whole buffer behind `target`, for writing, and where `target` starts in it. */
export function windowToFill(target: Uint8Array): PartOfWindow {
  if (target !== filledLast) {
    const { bytes: whole, view } = windowOn(target.buffer);
    filledWindow = { whole, view, base: target.byteOffset };
    filledLast = target as Uint8Array<ArrayBuffer>;
  }
  return filledWindow;
}

/** A buffer, and where an array in it starts: to ask the array is a call, too. */
interface PartOfWindow {
  readonly whole: Uint8Array;
  readonly view: DataView;
  readonly base: number;
}

/** The same for reading, where message after message lies in one array. */
let readLast = new Uint8Array(0);
let readWindow: PartOfWindow | undefined;

/** The whole buffer behind `bytes`, and where `bytes` starts in it. */
export function windowToRead(bytes: Uint8Array): PartOfWindow {
  if (bytes === readLast && readWindow !== undefined) return readWindow;
  const { bytes: whole, view } = windowOn(bytes.buffer);
  if (readWindow?.view === view && readWindow.base === bytes.byteOffset) return readWindow;
  readLast = bytes as Uint8Array<ArrayBuffer>;
  return (readWindow = { whole, view, base: bytes.byteOffset });
}

export function windowOf(buffer: ArrayBufferLike): Window {
  return { buffer, bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}

/** @throws {DelosError} `MSG_NOT_BYTES` */
export function checkBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array))
    throw new DelosError("MSG_NOT_BYTES", `expected a Uint8Array, got ${bytes === null ? "null" : typeof bytes}`);
}
