import { SystemClock } from "@delos/core";
import { type RingMemory, ringMemory } from "sharedarraybuffer-ring";
import { Doorbell, Doorbells } from "./doorbell.ts";
import { MappedSleeper, type RingingMeans } from "./mapped-sleeper.ts";
import { loadNative, type Native } from "./native.ts";
import { attachSegmentFile, createSegmentFile, type MappedFile } from "./segment-file.ts";

/** Memory of a ring that lies in a mapped file: for `LogRing` and `PinRing` as any other. */
export interface MappedRingMemory extends RingMemory {
  /** No more sleeping on an event loop here. The mapping itself goes with the last view of it. */
  release(): void;
}

const NO_DOORBELL: RingingMeans = { owner: 1, own: undefined, others: undefined };

export function ringMemoryOf(native: Native, file: MappedFile, means: RingingMeans = NO_DOORBELL): MappedRingMemory {
  const sleeper = new MappedSleeper(native, file, means);
  return { ...ringMemory(file.ring, sleeper), release: () => sleeper.close() };
}

/**
 * Rings between processes without anything else of Delos: memory of a new file at `path`, to be unlinked by the caller, for
 * `LogRing.createIn` and `PinRing.createIn`. Threads sleep on it in a futex; event loops look every 2 ms.
 *
 * @throws {DelosError} SHM_PLATFORM, SHM_REFUSED, SHM_NO_KOFFI, SHM_FULL, SHM_TOO_LARGE, SHM_IO
 */
export async function createMapped(path: string, ringBytes: number, means?: RingingMeans): Promise<MappedRingMemory> {
  const native = await loadNative();
  return ringMemoryOf(native, createSegmentFile(native, path, ringBytes), means);
}

/** The memory that another process made at `path`. @throws {DelosError} as `createMapped`, SHM_SEGMENT, SHM_VERSION */
export async function attachMapped(path: string, means?: RingingMeans): Promise<MappedRingMemory> {
  const native = await loadNative();
  return ringMemoryOf(native, attachSegmentFile(native, path), means);
}

/**
 * What an event loop needs to be woken on mapped rings: a doorbell of its own at `pathOf(owner)`, to be unlinked by the caller,
 * and the way to those of others. `owner` is this process' number among those who share the rings, not 0.
 */
export async function ringingMeans(
  owner: number,
  pathOf: (owner: number) => string | undefined,
): Promise<RingingMeans> {
  const native = await loadNative();
  const clock = new SystemClock();
  const path = pathOf(owner);
  const own = path === undefined ? undefined : new Doorbell(native, path, () => clock.monotonicMs());
  return { owner, own, others: new Doorbells(native, pathOf) };
}
