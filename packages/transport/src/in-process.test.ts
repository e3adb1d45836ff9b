import { describeTransport } from "./conformance.ts";
import { inProcess } from "./in-process.ts";

describeTransport("in-process", () => inProcess(), { byReference: true, simulatedClock: true, synchronous: true });
describeTransport("in-process on the machine's clock", () => inProcess(), { byReference: true, synchronous: true });
