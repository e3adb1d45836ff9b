import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rtps } from "@delos/transport-rtps";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { startPeer } from "../../transport-rtps/src/delos-under-test.test-support.ts";
import { type Node, open, type Runtime } from "./index.ts";

interface Program {
  readonly program: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What a test of this group has: a runtime and a node of ours, and as many peers as it starts, all in a domain of their own. */
export interface World<P extends Program> {
  readonly runtime: Runtime;
  readonly node: Node;
  readonly domain: number;
  /** For programs, emptied in the end. */
  readonly folder: string;
  readonly built: P;
  /** Those that were started, ended after each test. */
  readonly peers: ChildProcess[];
  /** Starts the peer, or another one; its lines, as they come. */
  peer(...args: string[]): readonly string[];
  peerOf(program: Program, ...args: string[]): readonly string[];
}

/** For a group of tests with a peer that is compiled once. Call it in `describe`. */
export function worldWith<P extends Program>(build: (folder: string) => P, firstDomain: number): World<P> {
  // The rest is there before each test.
  const world = { domain: firstDomain } as { -readonly [K in keyof World<P>]: World<P>[K] };
  world.peerOf = ({ program, env }, ...args) => {
    const { lines, process } = startPeer(program, [String(world.domain), ...args], env);
    world.peers.push(process);
    return lines;
  };
  world.peer = (...args) => world.peerOf(world.built, ...args);
  beforeAll(() => {
    world.folder = mkdtempSync(join(tmpdir(), "delos-ros2-"));
    world.built = build(world.folder);
  });
  afterAll(() => rmSync(world.folder, { recursive: true, force: true }));
  beforeEach(async () => {
    world.peers = [];
    const domain = 20 + ((world.domain + 1) % 80);
    world.domain = domain;
    world.runtime = await open({ transports: [rtps({ domain, interfaces: ["127.0.0.1"] })], log: () => {} });
    world.node = world.runtime.node("/car");
  });
  afterEach(async () => {
    for (const peer of world.peers) peer.kill("SIGKILL");
    await world.runtime[Symbol.asyncDispose]();
  });
  return world;
}
