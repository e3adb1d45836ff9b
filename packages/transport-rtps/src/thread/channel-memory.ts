import type { OrdinaryView } from "@delos/core/native";
import { atomicsSleeper, type RingMemory, ringMemory } from "sharedarraybuffer-ring";

/** Memory of a ring between two threads: copied by the C library where an ordinary view of it is to be had. */
export const memoryIn = (buffer: SharedArrayBuffer, view: OrdinaryView | undefined): RingMemory =>
  ringMemory(buffer, atomicsSleeper, view?.(buffer));
