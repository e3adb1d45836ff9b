import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/**
 * Where /dev/shm is absent, or is not to be written, programs talk all the same: over RTPS on loopback, and each says so in one
 * line. Mounts are made in a namespace of the test's own; skipped where that is not allowed.
 */
const root = fileURLToPath(new URL("../../../", import.meta.url));
const delos = `"${process.execPath}" --import @oxc-node/core/register --conditions=@delos/source packages/delos/src/bin.ts`;
const mayMount =
  spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/dev/shm"]).status === 0;

const HOSTS = [
  {
    host: "without /dev/shm",
    mounts:
      "mount -t tmpfs tmpfs /dev && for d in null:3 random:8 urandom:9; do mknod -m 666 /dev/${d%:*} c 1 ${d#*:}; done",
    as: "",
    why: /SHM_FOLDER: there is no \/dev\/shm/,
  },
  {
    host: "where /dev/shm is another user's",
    mounts: "mount -t tmpfs -o uid=1,mode=0700 tmpfs /dev/shm",
    as: "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search",
    why: /SHM_FOLDER: .* cannot be made: EACCES/,
  },
  {
    host: "where /dev/shm is read-only",
    mounts: "mount -t tmpfs -o ro tmpfs /dev/shm",
    as: "",
    why: /SHM_FOLDER: .* cannot be made: EROFS/,
  },
];

test.skipIf(!mayMount).for(HOSTS)(
  "$host two programs find each other by RTPS, and say why (skipped where mounts are not allowed)",
  async ({ host, mounts, as, why }) => {
    const domain = 100 + ((process.pid + 7 * HOSTS.findIndex((each) => each.host === host)) % 60);
    const bus = `--domain ${domain} --transport auto --ros2`;
    const echo = `${as} ${delos} topic echo /chatter std_msgs/msg/String ${bus} --reliability reliable --count 3 --json`;
    const pub = `${as} ${delos} topic pub /chatter std_msgs/msg/String '{"data":"hi"}' ${bus} --times 3 -w 1 --rate 20`;
    const child = spawn("unshare", ["-m", "sh", "-c", `${mounts} && { ${echo} & ${pub}; wait; }`], { cwd: root });
    const text = { out: "", err: "" };
    child.stdout.on("data", (data: Buffer) => void (text.out += String(data)));
    child.stderr.on("data", (data: Buffer) => void (text.err += String(data)));
    await new Promise((resolve) => child.once("close", resolve));
    const heard = text.out.split("\n").filter((line) => line.startsWith("{"));
    expect(heard.map((line) => (JSON.parse(line) as { message: unknown }).message)).toEqual([
      { data: "hi" },
      { data: "hi" },
      { data: "hi" },
    ]);
    const lines = text.err.split("\n").filter((line) => line.includes("cannot be opened"));
    expect(lines, text.err).toHaveLength(2); // one of each program
    for (const line of lines) {
      expect(line).toMatch(/shm-host cannot be opened.*is left to rtps/);
      expect(line).toMatch(why);
    }
  },
);
