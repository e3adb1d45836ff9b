import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apollo } from "@delos/msgs";
import { open, topic } from "@delos/runtime";
import { afterEach, beforeAll, describe, expect, test } from "vitest";

/** `delos` from source, in a process of its own, on loopback. */
const root = fileURLToPath(new URL("../../../", import.meta.url));
const delosArgs = ["--import", "@oxc-node/core/register", "--conditions=@delos/source", "packages/delos/src/bin.ts"];
const peers = fileURLToPath(new URL("../../transport-rtps/test-peers/", import.meta.url));
const cycloneInstalled = ["idlc", "cc"].every((tool) => spawnSync("which", [tool]).status === 0);

/** Of its own for each test, below the ephemeral ports. */
let domain = 20 + (process.pid % 60);
let running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running = [];
  domain++;
});

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(command, args, { cwd: root, env, stdio: ["pipe", "pipe", "pipe"] });
  running.push(child);
  const text = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => void (text.out += String(data)));
  child.stderr.on("data", (data: Buffer) => void (text.err += String(data)));
  const status = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, text, status };
}

const delos = (...args: string[]) =>
  start(process.execPath, [...delosArgs, ...args, "--domain", String(domain), ...LOOPBACK]);

const LOOPBACK = ["--interface", "127.0.0.1", "--transport", "rtps"];

const objects = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const messages = (text: string): unknown[] => objects(text).map(({ message }) => message);

describe("two delos processes over RTPS on loopback", () => {
  test("what one publishes, the other echoes; in between it is seen in list and info", async () => {
    const type = ["/chatter", "std_msgs/msg/String"];
    const echo = delos("topic", "echo", ...type, "--ros2", "--reliability", "reliable", "--count", "20", "--json");
    const pub = delos("topic", "pub", ...type, '{"data":"hi"}', "--ros2", "--rate", "10", "--times", "20", "-w", "1");
    const info = delos("topic", "info", "/chatter", "--json", "--spin-time", "10");
    expect([await pub.status, await echo.status, await info.status]).toEqual([0, 0, 0]);
    expect(messages(echo.text.out)).toEqual(Array.from({ length: 20 }, () => ({ data: "hi" })));
    expect(JSON.parse(info.text.out)).toMatchObject({ type: "std_msgs/msg/String" });
  });

  test("a protobuf type is told by its publisher: echo needs no name of it", async () => {
    const value = '{"speed_mps": 2.5, "gear_location": "GEAR_DRIVE"}';
    const pub = delos("topic", "pub", "/chassis", "apollo.canbus.Chassis", value, "--durability", "transient_local");
    const echo = delos("topic", "echo", "/chassis", "--once", "--json", "--timeout", "60", "--reliability", "reliable");
    expect(await echo.status).toBe(0);
    expect(objects(echo.text.out)).toMatchObject([
      { type: "apollo.canbus.Chassis", message: { speed_mps: 2.5, gear_location: "GEAR_DRIVE" } },
    ]);
    pub.child.kill("SIGINT");
    expect(await pub.status).toBe(130);
  });
});

test("who hears any type hears a type with a key too", async () => {
  const fields = "string color; long x;";
  const echo = delos(
    "topic",
    "echo",
    "Square",
    "ShapeType",
    "--cdr",
    fields,
    "--reliability",
    "reliable",
    "--once",
    "--json",
  );
  const value = "{color: RED, x: 1}";
  const pub = delos("topic", "pub", "Square", "ShapeType", value, "--cdr", `@key ${fields}`, "--once", "-w", "1");
  expect([await pub.status, await echo.status]).toEqual([0, 0]);
  expect(messages(echo.text.out)).toEqual([{ color: "RED", x: 1 }]);
});

const WAYS = [
  { transport: "auto", memory: "", carries: "shm-host", warning: /^$/ },
  { transport: "shm", memory: "", carries: "shm-host", warning: /^$/ },
  { transport: "rtps", memory: "", carries: "rtps", warning: /^$/ },
  {
    transport: "auto",
    memory: "off",
    carries: "rtps",
    warning: /shm-host cannot be opened.*left to rtps: SHM_REFUSED/,
  },
];
const mapsMemory = process.platform === "linux" && existsSync("/dev/shm");

test.skipIf(!mapsMemory).for(WAYS)(
  "a program on auto, an echo on $transport $memory: $carries carries what goes between the processes",
  async ({ transport, memory, carries, warning }) => {
    await using program = await open({ name: "program", transports: "auto", domain, log: () => {} });
    const Chassis = topic("/chassis", apollo.canbus.Chassis, { durability: "transient_local" });
    const here: unknown[] = [];
    const publisher = program.node("car").publisher(Chassis);
    program
      .node("eye")
      .subscribe(Chassis)
      .on(({ message }) => here.push(message));
    const message = { speed_mps: 3 };
    publisher.publish(message);
    expect(here[0]).toBe(message);
    const env = { ...process.env, DELOS_SHM: memory };
    const elsewhere = (...args: string[]) =>
      start(process.execPath, [...delosArgs, ...args, "--domain", String(domain)], env);
    const echo = elsewhere("topic", "echo", "/chassis", "--count", "2", "--json", "--transport", transport);
    await expect.poll(() => publisher.matched.length).toBe(2);
    const info = elsewhere("topic", "info", "/chassis", "--json");
    expect(await info.status).toBe(0);
    const { connections } = JSON.parse(info.text.out) as { connections: { to: string; transport: string }[] };
    expect(connections.map((connection) => connection.transport).sort()).toEqual(["inprocess", carries]);
    publisher.publish({ speed_mps: 4 });
    expect(await echo.status).toBe(0);
    expect(messages(echo.text.out)).toEqual([{ speed_mps: 3 }, { speed_mps: 4 }]);
    expect(echo.text.err.trim()).toMatch(warning);
  },
);

describe.skipIf(!cycloneInstalled)("delos and Eclipse Cyclone DDS (skipped without idlc and cc)", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "delos-cli-peer-"));
    execFileSync("idlc", ["-l", "c", "-o", folder, join(peers, "peer-types.idl")]);
    const files = [join(peers, "cyclone-peer.c"), join(folder, "peer-types.c")];
    execFileSync("cc", ["-O1", "-I", folder, "-o", join(folder, "cyclone-peer"), ...files, "-lddsc"]);
    writeFileSync(
      join(folder, "loopback.xml"),
      `<CycloneDDS><Domain Id="any"><General><Interfaces><NetworkInterface name="lo" multicast="true"/></Interfaces></General></Domain></CycloneDDS>`,
    );
    return () => rmSync(folder, { recursive: true, force: true });
  });

  const peer = (...args: string[]) =>
    start(join(folder, "cyclone-peer"), [String(domain), ...args], {
      ...process.env,
      CYCLONEDDS_URI: `file://${join(folder, "loopback.xml")}`,
    });

  test("echo --ros2 prints every latched string of a late-joined publisher", async () => {
    peer("pub", "string", "rt/chatter", "count", "10", "tl");
    const qos = ["--reliability", "reliable", "--durability", "transient_local"];
    const echo = delos("topic", "echo", "/chatter", "std_msgs/msg/String", "--ros2", ...qos, "--count", "10", "--json");
    expect(await echo.status).toBe(0);
    expect(messages(echo.text.out)).toEqual(Array.from({ length: 10 }, (_, i) => ({ data: `sample ${i + 1}` })));
  });

  test("echo without a type finds it: ROS 2's standard types by their names", async () => {
    peer("pub", "string", "rt/chatter", "count", "3", "tl");
    const echo = delos("topic", "echo", "/chatter", "--count", "3", "--json", "--spin-time", "10");
    expect(await echo.status).toBe(0);
    expect(objects(echo.text.out)[2]).toMatchObject({ type: "std_msgs/msg/String", message: { data: "sample 3" } });
  });

  test("pub --ros2 reaches a reliable subscriber, each message once", async () => {
    const sub = peer("sub", "string", "rt/chatter", "count", "20");
    const pub = delos(
      "topic",
      "pub",
      "/chatter",
      "std_msgs/msg/String",
      "{data: hi}",
      "--ros2",
      "-r",
      "50",
      "-t",
      "20",
      "-w",
      "1",
    );
    expect([await pub.status, await sub.status]).toEqual([0, 0]);
    expect(sub.text.out.trim().split("\n")).toEqual(Array.from({ length: 20 }, () => "text hi"));
  });

  test("a keyed type of one's own: echo by its fields, keys unsaid, and as bytes; pub with its key", async () => {
    const fields = "long id; string text;";
    const type = ["readings", "delos_test::Reading"];
    peer("pub", "reading", "readings", "count", "4", "tl");
    const qos = ["--reliability", "reliable", "--durability", "transient_local"];
    const echo = delos("topic", "echo", ...type, "--cdr", fields, ...qos, "--count", "3", "--json");
    const raw = delos("topic", "echo", ...type, "--raw", ...qos, "--once", "--json");
    expect([await echo.status, await raw.status]).toEqual([0, 0]);
    expect(messages(echo.text.out)).toContainEqual({ id: 2, text: "sample 2" });
    expect(objects(raw.text.out)[0]!["data"]).toMatch(/^0001[\da-f]{4}[\da-f]{8}/);
    domain++;
    const sub = peer("sub", "reading", "readings", "count", "1");
    const pub = delos("topic", "pub", ...type, "{id: 7, text: seven}", "--cdr", `@key ${fields}`, "--once", "-w", "1");
    expect([await pub.status, await sub.status]).toEqual([0, 0]);
    expect(sub.text.out).toBe("reading 7 seven\n");
  });
});

test("node kill ends the process of a node, with all that it holds", async () => {
  const pub = delos(
    "topic",
    "pub",
    "/chatter",
    "std_msgs/msg/String",
    '{"data":"hi"}',
    "--ros2",
    "--node-name",
    "/talker",
  );
  const info = delos("node", "info", "/talker", "--json", "--spin-time", "10");
  expect(await info.status).toBe(0);
  expect(JSON.parse(info.text.out)).toMatchObject({ name: "/talker", publishers: [{ name: "/chatter" }] });
  const kill = delos("node", "kill", "/talker", "--json", "--spin-time", "10");
  expect([await kill.status, await pub.status]).toEqual([0, 130]);
  expect(JSON.parse(kill.text.out)).toEqual({ pid: expect.any(Number) as number, nodes: ["/talker"] });
});

test("doctor looks at machine and bus, and tells what it finds", async () => {
  const pub = delos("topic", "pub", "/chatter", "std_msgs/msg/String", '{"data":"hi"}', "--ros2");
  const seen = delos("topic", "type", "/chatter", "--spin-time", "10");
  expect(await seen.status).toBe(0);
  const doctor = delos("doctor", "--json");
  expect(await doctor.status).toBe(0);
  const { ok, checks } = JSON.parse(doctor.text.out) as {
    ok: boolean;
    checks: { name: string; status: string; detail: string }[];
  };
  expect(ok).toBe(true);
  const names = checks.map(({ name }) => name);
  for (const name of ["node", "/dev/shm", "socket buffers", "interfaces", "multicast lo", `domain ${domain}`]) {
    expect(names).toContain(name);
  }
  expect(checks.find(({ name }) => name === "multicast lo")).toMatchObject({ status: "ok" });
  expect(checks.find(({ name }) => name.startsWith("domain"))!.detail).toContain("1 topics");
  const nowhere = delos("doctor", "--interface", "10.254.254.254", "--json");
  expect(await nowhere.status).toBe(0); // LOOPBACK is among the cards
  expect(pub.child.exitCode).toBeNull();
});

test.skipIf(!mapsMemory)(
  "doctor removes what dead processes left in /dev/shm, and nothing of those who live",
  async () => {
    await using program = await open({ name: "program", transports: "auto", domain, log: () => {} });
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))![0];
    const bus = `/dev/shm/delos-${process.getuid!()}/${namespace}-${domain}`;
    const dead = join(bus, `${process.pid}-${process.pid}-5-${program.participant.id}`);
    mkdirSync(dead, { mode: 0o700 });
    writeFileSync(join(dead, "1"), new Uint8Array(1 << 20));
    const living = readdirSync(bus).filter((name) => !dead.endsWith(name));
    expect(living).toHaveLength(1);
    const examine = async (...args: string[]) => {
      const doctor = delos("doctor", "--json", ...args);
      expect(await doctor.status).toBe(0);
      const { checks } = JSON.parse(doctor.text.out) as { checks: { name: string; detail: string }[] };
      return { checks, found: checks.find(({ name }) => name === join(bus, ".."))! };
    };
    const { found: kept } = await examine("--dry-run");
    expect(kept.detail).toMatch(/to be removed is what \d+ dead ones had left, [1-9]/);
    expect(existsSync(dead)).toBe(true);
    const { checks, found } = await examine();
    expect(found.detail).toMatch(/; removed what \d+ dead ones had left, [1-9]/);
    expect(checks.find(({ name }) => name === "mapped memory")).toMatchObject({ status: "ok" });
    expect(readdirSync(bus).filter((name) => name === living[0])).toEqual(living);
    expect(existsSync(dead)).toBe(false);
  },
);

test("--peer finds who does not hear multicast; --interface keeps to a card", async () => {
  const config = mkdtempSync(join(tmpdir(), "delos-peer-option-"));
  const script = join(config, "silent.mts");
  // A Delos program that neither sends nor hears multicast: it can be found by asking its port only.
  writeFileSync(
    script,
    `import { open } from ${JSON.stringify(join(root, "packages/runtime/src/index.ts"))};
     import { rtps } from ${JSON.stringify(join(root, "packages/transport-rtps/src/index.ts"))};
     const runtime = await open({ transports: [rtps({ domain: ${domain}, interfaces: ["127.0.0.1"], multicast: false })] });
     runtime.node("/silent");
     console.log("up");
     setInterval(() => {}, 1000);`,
  );
  const silent = start(process.execPath, [...delosArgs.slice(0, -1), script]);
  await expect.poll(() => silent.text.out, { timeout: 20_000 }).toContain("up");
  const without = delos("node", "list", "--spin-time", "1");
  expect([await without.status, without.text.out]).toEqual([0, ""]);
  const withPeer = delos("node", "list", "--peer", "127.0.0.1");
  expect([await withPeer.status, withPeer.text.out]).toEqual([0, "/silent\n"]);
  rmSync(config, { recursive: true });
});
