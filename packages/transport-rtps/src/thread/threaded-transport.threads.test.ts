import { describeTransport } from "@delos/transport/conformance";
import { rtps } from "../rtps-transport.ts";

// Each test a domain of its own: what an earlier test said last cannot reach the next.
let domain = process.pid;

describeTransport("RTPS in a thread of its own", () =>
  rtps({ domain: 20 + (domain++ % 80), interfaces: ["127.0.0.1"], thread: true }),
);
