import { workerData } from "node:worker_threads";
import { Heartbeat } from "@delos/runtime";

/** A module's thread that beats until it is killed. */
const { buffer, loop } = workerData as { buffer: SharedArrayBuffer; loop: number };
const heartbeat = new Heartbeat(buffer, loop);
setInterval(() => heartbeat.beat(), 5);
