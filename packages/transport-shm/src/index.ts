export { type SharedMemoryOptions, sharedMemory } from "./shared-memory.ts";
