import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rtps } from "@delos/transport-rtps";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startPeer } from "../../transport-rtps/src/delos-under-test.test-support.ts";
import { buildRos2FastPeer, buildRos2Peer, installed } from "../../transport-rtps/src/peers.test-support.ts";
import { Add, Fibonacci, ros } from "./example-interfaces.test-support.ts";
import { actionClient, type Node, open, parameter, type Runtime, serveAction, topic } from "./index.ts";

/** Nested messages, services, parameters and actions, with a peer on Cyclone DDS that does on the wire what a node of ROS 2 does. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const Pose = topic("/pose", ros("geometry_msgs/msg/PoseStamped"));

let domain = process.pid + 60;

describe.skipIf(!installed.cyclone)("with a node of ROS 2 on Cyclone DDS (skipped without idlc and cc)", () => {
  let folder: string;
  let built: ReturnType<typeof buildRos2Peer>;
  let runtime: Runtime;
  let node: Node;
  let peers: ChildProcess[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-ros2-"));
    built = buildRos2Peer(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    peers = [];
    domain = 20 + ((domain + 1) % 80);
    runtime = await open({ transports: [rtps({ domain, interfaces: ["127.0.0.1"] })], log: () => {} });
    node = runtime.node("/car");
  });
  afterEach(async () => {
    for (const peer of peers) peer.kill("SIGKILL");
    await runtime[Symbol.asyncDispose]();
  });
  function peer(...args: string[]): readonly string[] {
    const started = startPeer(built.program, [String(domain), ...args], built.env);
    peers.push(started.process);
    return started.lines;
  }

  test("a nested message comes from there", async () => {
    const poses = node.subscribe(Pose);
    peer("pose-pub");
    await until(() => expect(poses.latest()).toBeDefined());
    expect(poses.latest()!.message).toEqual({
      header: { stamp: { sec: 12, nanosec: 34 }, frame_id: "map" },
      pose: { position: { x: 1, y: 2, z: 3 }, orientation: { x: 0, y: 0, z: 0, w: 1 } },
    });
  });

  test("a nested message arrives there", async () => {
    const poses = node.publisher(Pose);
    const lines = peer("pose-sub");
    await until(() => expect(poses.matched).toHaveLength(1));
    poses.publish({
      header: { stamp: { sec: 5, nanosec: 6 }, frame_id: "odom" },
      pose: { position: { x: 1.5, y: -2, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 0.5 } },
    });
    await until(() => expect(lines).toEqual(["5 6 odom 1.5 -2 0 0.5"]));
  });

  test("we call its service", async () => {
    const lines = peer("add-server");
    const answers = await Promise.all([1n, 2n, 3n].map((b) => node.call(Add, { a: 40n, b }, { timeoutMs: 20_000 })));
    expect(answers).toEqual([{ sum: 41n }, { sum: 42n }, { sum: 43n }]);
    await until(() => expect(lines).toEqual(["serving", "add 40 1", "add 40 2", "add 40 3"]));
  });

  test.skipIf(!installed.fastdds)(
    "clients of Cyclone DDS, Fast DDS and Delos ask one server of ours: each gets its own answers",
    async () => {
      const fast = buildRos2FastPeer(folder);
      node.serve(Add, ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
      const lines = [peer("call", "60"), peer("call", "60")];
      const other = startPeer(fast.program, [String(domain), "call", "3", "60"]);
      peers.push(other.process);
      const here = runtime.node("/here").client(Add);
      const sums: unknown[] = [];
      for (let n = 0n; n < 60n; n++) sums.push((await here.call({ a: 1000n, b: n }, { timeoutMs: 20_000 }))["sum"]);
      expect(sums).toEqual(Array.from({ length: 60 }, (_, n) => BigInt(1000 + n)));
      await until(() => expect(lines.map((each) => each.at(-1))).toEqual(["right 60 wrong 0", "right 60 wrong 0"]));
      await until(() => expect(other.lines.at(-1)).toBe("right 180 wrong 0"));
    },
  );

  test("it lists, reads, describes and sets the parameters of our node", async () => {
    const values = node.parameters({
      speed: parameter.number(1.5, { min: 0, max: 10, unit: "m/s", description: "how fast" }),
      mode: parameter.oneOf(["auto", "manual"]),
      "limits.lanes": parameter.integer(3, { min: 1, max: 5 }),
    });
    const lines = peer("parameters", "/car");
    await until(() => expect(lines).toHaveLength(11));
    expect(lines).toEqual([
      "names limits.lanes mode speed",
      "prefixes limits",
      "get speed type 3 1.5",
      "get mode type 4 auto",
      "get limits.lanes type 2 3",
      "get nothing type 0 -",
      "describe speed type 3 'how fast' 'unit: m/s' 0..10",
      "describe mode type 4 '' 'one of auto, manual'",
      "describe limits.lanes type 2 '' '' 1..5",
      "set ok ",
      "set refused: speed: 700 is not within [0, 10]",
    ]);
    expect(values.values.speed).toBe(7.5);
  });

  test("it asks our action, hears of its progress and gets its result", async () => {
    serveAction(node, Fibonacci, {
      execute: async ({ order }, goal) => {
        const sequence = [0, 1];
        while (sequence.length <= order) sequence.push(sequence.at(-1)! + sequence.at(-2)!);
        goal.feedback({ sequence: sequence.slice(0, 3) });
        return { sequence };
      },
    });
    const lines = peer("fibonacci");
    await until(() => expect(lines).toHaveLength(4));
    expect(lines).toEqual(["goal accepted", "feedback 0 1 1", "status 4", "result 0 1 1 2 3 5"]);
  });

  test("we ask its action", async () => {
    const lines = peer("fibonacci-server");
    const progress: number[][] = [];
    const goals = actionClient(node, Fibonacci);
    const onFeedback = ({ sequence }: { sequence: Iterable<number> }): void => void progress.push([...sequence]);
    const goal = await goals.send({ order: 5 }, { timeoutMs: 20_000, onFeedback });
    const { status, result } = await goal.result({ timeoutMs: 20_000 });
    expect([status, [...result.sequence]]).toEqual(["succeeded", [0, 1, 1, 2, 3, 5]]);
    expect(progress).toEqual([[0, 1, 1]]);
    await until(() => expect(lines).toEqual(["serving", "goal 5"]));
  });
});
