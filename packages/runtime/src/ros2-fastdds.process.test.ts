import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rtps } from "@delos/transport-rtps";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startPeer } from "../../transport-rtps/src/delos-under-test.test-support.ts";
import { buildRos2FastPeer, installed } from "../../transport-rtps/src/peers.test-support.ts";
import { Add, ros } from "./example-interfaces.test-support.ts";
import { type Node, open, type Runtime, service, topic } from "./index.ts";

/** Services and the graph, with a peer on Fast DDS that does on the wire what nodes of ROS 2 do by rmw_fastrtps_cpp. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const Trigger = service("/trigger", ros("std_srvs/srv/Trigger_Request"), ros("std_srvs/srv/Trigger_Response"));
const Text = topic("/chatter", ros("std_msgs/msg/String"));
const TIMEOUT = { timeoutMs: 20_000 };

let domain = process.pid + 20;

describe.skipIf(!installed.fastdds)("with nodes of ROS 2 on Fast DDS (skipped without its headers and c++)", () => {
  let folder: string;
  let built: ReturnType<typeof buildRos2FastPeer>;
  let runtime: Runtime;
  let node: Node;
  let peers: ChildProcess[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-ros2-fast-"));
    built = buildRos2FastPeer(folder);
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
    const started = startPeer(built.program, [String(domain), ...args]);
    peers.push(started.process);
    return started.lines;
  }

  test("its clients ask our service, many at once: each gets its own answers", async () => {
    node.serve(Add, ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
    const lines = [peer("call", "5", "20"), peer("call", "3", "20")];
    await until(() => expect(lines.map((each) => each.at(-1))).toEqual(["right 100 wrong 0", "right 60 wrong 0"]));
  });

  test("we ask its service, which knows our reader before it answers", async () => {
    const lines = peer("serve");
    const answers = await Promise.all([1n, 2n, 3n].map((b) => node.call(Add, { a: 40n, b }, TIMEOUT)));
    expect(answers).toEqual([{ sum: 41n }, { sum: 42n }, { sum: 43n }]);
    await until(() => expect(lines).toHaveLength(7));
    expect(lines.slice(0, 3)).toEqual(["serving", "add 40 1 of 16 bytes", "the request names its reader"]);
  });

  test("an empty request, and an answer in many fragments, both ways", async () => {
    const lines = peer("trigger-server", "3000000");
    const answer = await node.call(Trigger, {}, TIMEOUT);
    expect([answer["success"], (answer["message"] as string).length]).toEqual([true, 3_000_000]);
    await until(() => expect(lines.slice(0, 2)).toEqual(["serving", "request of 4 bytes"]));
    peers.pop()!.kill("SIGKILL");
    const serving = runtime.node("/other");
    serving.serve(Trigger, () => ({ success: true, message: "y".repeat(2_000_000) }));
    const asked = peer("trigger");
    await until(() => expect(asked.at(-1)).toBe("success 1 text of 2000001"));
  });

  test.for([16, 24])(
    "nodes with GIDs of %i bytes see ours in their form, and we see theirs come and go",
    async (bytes) => {
      node.publisher(Text);
      const robot = peer("node", String(bytes), "talker", "_hidden");
      await until(() => expect(robot).toContain("graph 1: /|car,0,1"));
      expect(robot).not.toContain("graph cannot be read");
      const theirs = (): string[] => runtime.graph.nodes.map(({ name }) => name).filter((name) => name !== "/car");
      await until(() => expect(theirs()).toEqual(["/fast/_hidden", "/fast/talker"]));
      const publishers = (): (string | undefined)[] | undefined =>
        runtime.graph.topics.find(({ name }) => name === "/chatter")?.publications.map((each) => each.node);
      await until(() => expect(publishers()).toEqual(expect.arrayContaining(["/car", "/fast/talker"])));
      const arm = runtime.node("/front/arm");
      await until(() => expect(robot.at(-1)).toBe("graph 2: /|car,0,1 /front|arm,0,0"));
      peers[0]!.stdin!.write("-x"); // a node of the participant goes, and an endpoint
      await until(() => expect(theirs()).toEqual(["/front/arm", "/fast/talker"].sort()));
      await until(() => expect(publishers()).toEqual(["/car"]));
      await arm[Symbol.asyncDispose]();
      await until(() => expect(robot.at(-1)).toBe("graph 1: /|car,0,1"));
      peers[0]!.stdin!.write("+");
      await until(() => expect(theirs()).toEqual(["/fast/_hidden", "/fast/talker"]));
    },
  );
});
