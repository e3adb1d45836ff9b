import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import { threadId } from "node:worker_threads";
import type { ParticipantInfo, TransportAddress } from "./endpoint.ts";

/** A new participant of this thread: where it is, and an id that nobody else has. */
export function newParticipant(name: string, transports: readonly TransportAddress[]): ParticipantInfo {
  return {
    id: randomBytes(12).toString("hex"),
    name,
    host: hostname(),
    pid: process.pid,
    thread: threadId,
    transports,
    vendor: "delos",
  };
}
