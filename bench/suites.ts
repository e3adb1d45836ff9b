import type { Suite } from "./suite.ts";

/** Every benchmark of the repository, in the order they run. */
export const SUITES: readonly Suite[] = [];
