export { type HostMemoryOptions, hostMemory } from "./mapped/host-memory.ts";
export { type HostMemorySurvey, surveyHostMemory } from "./mapped/place.ts";
export { type SharedMemoryOptions, sharedMemory } from "./shared-memory.ts";
