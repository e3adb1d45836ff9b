import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Clock, DelosError } from "@delos/core";
import type { RingMemory } from "sharedarraybuffer-ring";
import type { Segment, SegmentHandle, SegmentMemory } from "../endpoint-bus.ts";
import { type MappedRingMemory, ringMemoryOf } from "./mapped-ring.ts";
import type { RingingMeans } from "./mapped-sleeper.ts";
import type { Native } from "./native.ts";
import { attachSegmentFile, createSegmentFile } from "./segment-file.ts";

/** Whoever has been told a segment's name has this long to open it after nobody else is to. */
const RETIRE_MS = 2000;

/** Memory in files of a participant's folder. A handle is `folder/number`, both below the bus' folder. */
export class MappedMemory implements SegmentMemory {
  readonly onDemand = true;
  readonly #native: Native;
  readonly #bus: string;
  readonly #place: string;
  readonly #means: RingingMeans;
  readonly #clock: Clock;
  readonly #mapped: Set<WeakRef<MappedRingMemory>> = new Set();
  #files = 0;

  constructor(native: Native, bus: string, place: string, means: RingingMeans, clock: Clock) {
    this.#native = native;
    this.#bus = bus;
    this.#place = place;
    this.#means = means;
    this.#clock = clock;
  }

  create(bytes: number): Segment {
    const file = `${this.#place}/${++this.#files}`;
    const path = join(this.#bus, file);
    const memory = this.#keep(ringMemoryOf(this.#native, createSegmentFile(this.#native, path, bytes), this.#means));
    const retire = (): void => {
      const at = this.#clock.monotonicMs() + RETIRE_MS;
      this.#clock.alarm(at, () => rmSync(path, { force: true }), { background: true });
    };
    return { memory, handle: { file }, retire };
  }

  attach(handle: SegmentHandle): RingMemory {
    const file = "file" in handle ? handle.file : "";
    if (!/^[\w-]+\/\d{1,9}$/.test(file)) throw new DelosError("SHM_PEER", `${file} does not name a segment`);
    return this.#keep(ringMemoryOf(this.#native, attachSegmentFile(this.#native, join(this.#bus, file)), this.#means));
  }

  close(): void {
    for (const memory of this.#mapped) memory.deref()?.release();
    this.#mapped.clear();
  }

  #keep(memory: MappedRingMemory): MappedRingMemory {
    this.#mapped.add(new WeakRef(memory));
    if (this.#mapped.size % 64 === 0) {
      for (const one of this.#mapped) if (one.deref() === undefined) this.#mapped.delete(one);
    }
    return memory;
  }
}
