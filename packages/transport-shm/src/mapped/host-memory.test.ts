import { describeTransport } from "@delos/transport/conformance";
import { hostMemory } from "./host-memory.ts";

let domains = 0;

describeTransport("memory mapped between processes", () => hostMemory({ domain: `t${process.pid}.${++domains}` }));
