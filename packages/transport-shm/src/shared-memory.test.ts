import { describeTransport } from "@delos/transport/conformance";
import { sharedMemory } from "./index.ts";

let domains = 0;

describeTransport("shared memory within a process", () => sharedMemory({ domain: `conformance-${++domains}` }));
