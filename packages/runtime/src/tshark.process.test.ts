import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRoot, namespacesWork } from "../../transport-rtps/src/lossy-pair.test-support.ts";

const TRAFFIC = fileURLToPath(new URL("./rtps-traffic.test-support.ts", import.meta.url));
const possible =
  namespacesWork && ["tshark", "dumpcap", "ip"].every((program) => spawnSync("which", [program]).status === 0);

/** A world of its own in which loopback is listened to, to the last word: what else is said on this machine is not in the file. */
const SCRIPT = `ip link set lo up && ip route add 224.0.0.0/4 dev lo
dumpcap -q -i lo -B 128 -s 66000 -w "$0" & listener=$!
read go
"$@"
until grep -q "no more follows" "$0"; do echo "no more follows" > /dev/udp/127.0.0.1/9; sleep 0.1; done
kill -TERM $listener; wait $listener`;

const DROPPED = /Packets received\/dropped on interface [^\n]*: \d+\/(\d+)/;

/** What real programs say on real sockets, with and without a thread: `transport-rtps/src/tshark.process.test.ts` has the repairs. */
describe.skipIf(!possible)("in the eyes of tshark (skipped where it, or network namespaces, are not there)", () => {
  let folder: string;
  let file: string;
  let tshark: (...args: string[]) => string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "delos-tshark-"));
    file = join(folder, "traffic.pcapng");
    let { lines, told } = await record();
    // The machine was too busy for the listener: what it has is not all.
    for (let again = 0; again < 4 && DROPPED.exec(told)?.[1] !== "0"; again++) ({ lines, told } = await record());
    expect(lines, told).toEqual(["done"]);
    expect(DROPPED.exec(told)?.[1], told).toBe("0");
    tshark = (...more) => {
      const out = execFileSync("tshark", ["-r", file, ...more], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["ignore", "pipe", "ignore"],
      });
      return out.split("\n").filter(Boolean);
    };
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function record(): Promise<{ lines: string[]; told: string }> {
    const program = [process.execPath, "--import", "@oxc-node/core/register", "--conditions=@delos/source", TRAFFIC];
    const args = [isRoot ? "-n" : "-rn", "bash", "-c", SCRIPT, file, ...program];
    const world = spawn("unshare", args, { stdio: ["pipe", "pipe", "pipe"] });
    let told = "";
    createInterface({ input: world.stderr }).on("line", (line) => {
      told += `${line}\n`;
      // "Capturing on 'Loopback: lo'", then the file's name when it is open.
      if (line.startsWith("File:")) world.stdin.write("go\n");
    });
    const lines: string[] = [];
    createInterface({ input: world.stdout }).on("line", (line) => lines.push(line));
    await new Promise((resolve) => world.once("close", resolve));
    return { lines, told };
  }

  const showing = (filter: string): string[] => tshark("-Y", filter);

  test("every packet is RTPS, and none is malformed", () => {
    expect(showing("rtps").length).toBeGreaterThan(100);
    // Each participant first asks by 16 octets to itself whether this card brings multicast back. Port 9: the script's last word.
    const others = "(icmp || igmp || icmpv6 || (ip.dst == 239.255.0.1 && udp.length == 24) || udp.dstport == 9)";
    expect(showing(`!rtps && !${others}`)).toEqual([]);
    expect(showing("_ws.malformed || _ws.expert.severity == error")).toEqual([]);
  });

  test("all that was to be looked at is there", () => {
    const kinds = new Set(tshark("-T", "fields", "-e", "rtps.sm.id").flatMap((line) => line.split(",")));
    for (const id of ["0x15", "0x16", "0x07", "0x06", "0x09", "0x0e"]) expect(kinds).toContain(id);
    const packed = tshark("-T", "fields", "-e", "rtps.sm.id").map((line) => line.split("0x15").length - 1);
    expect(Math.max(...packed)).toBeGreaterThan(10);
    expect(showing("ip.dst == 239.255.0.1")).not.toEqual([]);
    expect(showing("rtps.param.status_info != 0")).not.toEqual([]);
    for (const text of [
      "typehash=RIHS01_",
      "rq/fibonacci/_action/send_goalRequest",
      "rt/fibonacci/_action/feedback",
      "example_interfaces::action::dds_::Fibonacci_GetResult_Response_",
      "rq/car/set_parametersRequest",
      "rq/addRequest",
      "ros_discovery_info",
      "m::Reading",
    ]) {
      expect(showing(`frame contains "${text}"`), text).not.toEqual([]);
    }
  });
});
