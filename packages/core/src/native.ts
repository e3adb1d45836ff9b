/** Calls into C. An optional dependency that brings its binaries along and needs no script to install them. */
export type Koffi = typeof import("koffi");

/** Rejects where it is not installed, or not for this machine. */
export async function importKoffi(): Promise<Koffi> {
  const module = (await import("koffi")) as Koffi & { default?: Koffi };
  return module.default ?? module;
}

/** The memory of a SharedArrayBuffer as bytes of an ordinary ArrayBuffer. Each of them keeps the memory. */
export type OrdinaryView = (buffer: SharedArrayBuffer) => Uint8Array<ArrayBuffer>;

/**
 * V8 copies into and out of a SharedArrayBuffer word by word, 64 KB in 2.1 µs; the C library copies the same memory in 1.4 µs,
 * and 1 KB in a third of the time, when it is an ordinary ArrayBuffer's. Native code can make one over any address.
 *
 * Such a buffer does not keep what it shows. It has a property that does: every view holds its buffer, and that holds the
 * SharedArrayBuffer whose memory it is.
 *
 * Undefined where there is no native code (`load` rejects), or an engine that keeps its memory in a cage: copies are slower then,
 * nothing else.
 */
export async function loadOrdinaryView(load: () => Promise<Koffi> = importKoffi): Promise<OrdinaryView | undefined> {
  try {
    const koffi = await load();
    const view: OrdinaryView = (buffer) => {
      const known = views.get(buffer);
      if (known !== undefined) return known;
      const ordinary = koffi.view(koffi.address(new Uint8Array(buffer)), buffer.byteLength);
      Object.defineProperty(ordinary, "memory", { value: buffer });
      const bytes = new Uint8Array(ordinary);
      views.set(buffer, bytes);
      return bytes;
    };
    return showsTheSame(view) ? view : undefined;
  } catch {
    return undefined;
  }
}

/** One for each buffer: V8 counts each in full against the memory that it lets pass before it collects. */
const views = new WeakMap<SharedArrayBuffer, Uint8Array<ArrayBuffer>>();

/** Whether what is written through one is read through the other, both ways. */
function showsTheSame(view: OrdinaryView): boolean {
  const shared = new Int32Array(new SharedArrayBuffer(64));
  const ordinary = new Int32Array(view(shared.buffer).buffer);
  Atomics.store(shared, 15, 0x2b5a5a5a);
  ordinary[3] = 0x17654321;
  return ordinary[15] === 0x2b5a5a5a && Atomics.load(shared, 3) === 0x17654321;
}
