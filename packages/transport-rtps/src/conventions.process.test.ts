import { createSocket } from "node:dgram";
import { afterEach, expect, test, vi } from "vitest";
import { apolloRos, cyberRt, ROS_META_MESSAGE, UNDERLAY_MESSAGE } from "./conventions.ts";
import { Delos } from "./delos-under-test.test-support.ts";
import { portsOf } from "./udp.ts";

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
let open: Delos[] = [];
afterEach(async () => {
  await Promise.all(open.map(({ transport }) => transport[Symbol.asyncDispose]()));
  open = [];
});
async function two(options: ReturnType<typeof cyberRt>): Promise<[Delos, Delos]> {
  const all = { ...options, interfaces: ["127.0.0.1"] };
  open = [await Delos.open(all.domain ?? 0, all, "here+1"), await Delos.open(all.domain ?? 0, all, "here+2")];
  return open as [Delos, Delos];
}
const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(true));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(false)));
  });

test("Cyber RT: its ports, channels under their own names, protobuf with a NUL in an UnderlayMessage", async () => {
  const [a, b] = await two(cyberRt());
  expect([await isTaken(26_010), await isTaken(26_011)]).toEqual([true, true]);
  const writer = a.writer("/apollo/localization/pose", UNDERLAY_MESSAGE);
  const reader = b.reader("/apollo/localization/pose", UNDERLAY_MESSAGE);
  await until(() => expect(writer.inner.matched).toHaveLength(1));
  const data = Uint8Array.of(10, 0, 7, 0);
  writer.send({ timestamp: 12n, seq: 1n, data });
  await until(() => expect(reader.messages).toEqual([{ timestamp: 12n, seq: 1n, data }]));
  expect([...b.transport.discovery.participants.values()].map(({ name }) => name)).toContain("here+1");
});

test("Apollo ROS: a domain beyond the range wraps its ports, and who comes late hears of every node", async () => {
  const options = apolloRos();
  const { discoveryMulticast } = portsOf(0, options.portBase, options.domainGain);
  expect(discoveryMulticast).toBe((7400 + 250 * 50_000) % 65_536);
  const [a, b] = await two(options);
  const qos = { durability: "transient_local", history: "keep_all" } as const;
  const writer = a.writer("ros_meta", ROS_META_MESSAGE, qos);
  const node = { message_id: 0, data: JSON.stringify({ node_name: "/control", request_type: "registerNode" }) };
  writer.send(node);
  const reader = b.reader("ros_meta", ROS_META_MESSAGE, qos);
  await until(() => expect(reader.messages).toEqual([node]));
});
