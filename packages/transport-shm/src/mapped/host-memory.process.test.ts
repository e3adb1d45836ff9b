import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Logger, type LogRecord, SystemClock } from "@delos/core";
import { completeQos, endpointId, newParticipant, type Transport } from "@delos/transport";
import { LogRing } from "sharedarraybuffer-ring";
import { afterEach, describe, expect, test } from "vitest";
import { type EndData } from "../../stress/process-data.ts";
import { stressProcesses } from "../../stress/processes.ts";
import { hostMemory } from "./host-memory.ts";
import { attachMapped, createMapped } from "./mapped-ring.ts";
import { busFolder } from "./place.ts";

const possible = process.platform === "linux" && existsSync("/dev/shm");
const ownNamespace = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", "/dev/shm"]);
const FROM_SOURCE = ["--import", "@oxc-node/core/register", "--conditions=@delos/source"];
const script = (name: string): string => fileURLToPath(new URL(`../../stress/${name}`, import.meta.url));

const children: ChildProcess[] = [];
const opened: Transport[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(opened.splice(0).map((transport) => transport[Symbol.asyncDispose]()));
});

describe.skipIf(!possible)("processes that are killed wherever they are", () => {
  test.for(["log", "pin", "transport"] as const)(
    "%s: nothing torn, repeated, reordered or miscounted",
    async (kind) => {
      const report = await stressProcesses({ kind, kills: 8, seed: 7 });
      expect(report).toMatchObject({
        torn: 0,
        repeated: 0,
        reordered: 0,
        miscounted: 0,
        lostByReliable: 0,
        finished: 2,
      });
      expect(report.writersKilled + report.readersKilled).toBe(8);
      expect(report.received).toBeGreaterThan(100);
    },
  );
});

describe.skipIf(!possible)("a bus of processes", () => {
  const domain = `p${process.pid}`;
  const records: LogRecord[] = [];

  async function listen() {
    const clock = new SystemClock();
    const factory = hostMemory({ domain });
    const participant = newParticipant("test", [factory.address]);
    const log = new Logger("test", clock, (record) => records.push(record));
    const transport = await factory.open({ participant, clock, log, carries: () => true });
    opened.push(transport);
    let received = 0;
    const reader = transport.createReader({
      id: endpointId(participant.id, 1, "subscription"),
      node: "/test",
      topic: "/stress",
      qos: completeQos({ history: "keep_all" }),
      onData: () => {
        for (let sample = reader.take(); sample !== undefined; sample = reader.take()) {
          received++;
          sample.release();
        }
      },
    });
    return { transport, participant, reader, received: () => received };
  }

  /** A publisher in another process, as the stress run has them. */
  async function publisher(): Promise<ChildProcess> {
    const control = `/dev/shm/delos-test-control-${process.pid}`;
    if (!existsSync(control)) await createMapped(control, 1 << 20);
    const child = spawn(process.execPath, [...FROM_SOURCE, script("process-end.ts")], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    children.push(child);
    await new Promise((resolve) => child.once("message", resolve));
    const data: EndData = {
      kind: "transport",
      role: "writer",
      ring: "",
      control,
      domain,
      owner: children.length,
      reliable: true,
      slow: 0,
    };
    child.send(data);
    return child;
  }

  test("a killed publisher is missed at once: unmatched, its files removed; the next one is heard", async () => {
    const { reader, received } = await listen();
    const bus = busFolder(domain);
    for (let round = 0; round < 2; round++) {
      const before = received();
      const child = await publisher();
      await expect.poll(received, { timeout: 30_000 }).toBeGreaterThan(before + 100);
      const places = readdirSync(bus);
      expect(places).toHaveLength(2);
      for (const place of places) {
        expect((statSync(join(bus, place)).mode & 0o777).toString(8)).toBe("700");
        for (const name of readdirSync(join(bus, place))) {
          expect((statSync(join(bus, place, name)).mode & 0o777).toString(8)).toBe("600");
        }
      }
      child.kill("SIGKILL");
      await expect.poll(() => reader.matched.length, { timeout: 30_000 }).toBe(0);
      await expect.poll(() => readdirSync(bus).length, { timeout: 30_000 }).toBe(1);
    }
    expect(reader.counters.lost).toBe(0);
    spawnSync("rm", [`/dev/shm/delos-test-control-${process.pid}`]);
  });

  test("nonsense on the socket ends that connection and nothing else", async () => {
    const { transport, participant } = await listen();
    const bus = busFolder(domain);
    const place = readdirSync(bus).find((name) => name.endsWith(participant.id))!;
    const stranger = connect(join(bus, place, "socket"));
    const closed = new Promise((resolve) => stranger.once("close", resolve));
    stranger.on("error", () => {});
    stranger.write(new Uint8Array(64).fill(255));
    await closed;
    expect(records.at(-1)?.message).toMatch(/talks nonsense: SHM_PEER/);
    expect(transport.discovery.participants.size).toBe(1);
  });

  test("a writer that is killed while a reader sleeps in the futex does not keep it from its time-out", async () => {
    const file = `/dev/shm/delos-test-ring-${process.pid}`;
    const writer = LogRing.createIn(await createMapped(file, LogRing.bytesFor({}))).writer();
    const reader = LogRing.attach(await attachMapped(file)).reader();
    spawnSync("rm", [file]);
    expect(reader.wait({ timeoutMs: 120 })).toBe(false);
    writer.write(new Uint8Array(1));
    expect(reader.wait({ timeoutMs: 120 })).toBe(true);
  });
});

describe.skipIf(!possible || ownNamespace.status !== 0)(
  "a full /dev/shm (skipped where mounts are not allowed)",
  () => {
    test("what does not fit is dropped and counted, small samples go on", () => {
      const run = spawnSync(
        "unshare",
        [
          "-m",
          "sh",
          "-c",
          'mount -t tmpfs -o size=4m tmpfs /dev/shm && exec "$@"',
          "sh",
          process.execPath,
          ...FROM_SOURCE,
          script("full-memory.ts"),
        ],
        { encoding: "utf8" },
      );
      expect(run.stderr).toBe("");
      const { lines, ...rest } = JSON.parse(run.stdout) as { lines: string[] };
      expect(rest).toEqual({
        large: ["dropped", "dropped"],
        small: "sent",
        dropped: 2,
        received: 1,
        lost: 2,
      });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/samples of \/t are dropped: SHM_FULL/);
    });
  },
);
