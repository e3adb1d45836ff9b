import { createSocket, type Socket } from "node:dgram";
import { afterEach, expect, test, vi } from "vitest";
import { type HostAddress } from "./interfaces.ts";
import { portsOf, UdpEdge, type UdpOptions } from "./udp.ts";

/** Item 28 of the list of bad inputs: what the system refuses us is loss, not an error. */
const LO: HostAddress = { name: "lo", address: "127.0.0.1", netmask: "255.0.0.0", loopback: true };
const GONE: HostAddress = { name: "eth9", address: "203.0.113.9", netmask: "255.255.255.0", loopback: false };
const ports = portsOf(100 + (process.pid % 10));
const group = "239.255.0.1";
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });
let edges: UdpEdge[] = [];
let sockets: Socket[] = [];

afterEach(async () => {
  await Promise.all(edges.map((edge) => edge[Symbol.asyncDispose]()));
  for (const socket of sockets) socket.close();
  [edges, sockets] = [[], []];
});

async function edge(addresses = [LO], more: Partial<UdpOptions> = {}): Promise<UdpEdge> {
  const opened = await UdpEdge.open({ ports, addresses, group, ttl: 1, loopbackOnly: true, ...more });
  edges.push(opened);
  return opened;
}
const sent = (from: UdpEdge, bytes: number, address: string, port: number): Promise<void> =>
  new Promise((resolve) => from.send(new Uint8Array(bytes), { address, port }, resolve));

test("EMSGSIZE: a datagram that is too large is given back and counted", async () => {
  const from = await edge();
  await sent(from, 70_000, "127.0.0.1", 9);
  expect(from.failures).toEqual({ EMSGSIZE: 1 });
  await sent(from, 100, "127.0.0.1", 9);
});

test("an address that cannot be reached: given back and counted", async () => {
  const from = await edge();
  await sent(from, 10, "255.255.255.255", 9);
  expect(Object.values(from.failures)).toEqual([1]);
});

test("EADDRINUSE: the next pair of ports is taken, whichever of the two is another's", async () => {
  const taken = createSocket("udp4");
  sockets.push(taken);
  await new Promise<void>((resolve) => taken.bind(ports.userUnicast(0), "127.0.0.1", resolve));
  const [first, second] = [await edge(), await edge()];
  expect([first.index, second.index]).toEqual([1, 2]);
});

test("every pair of ports taken is an error with a code, and leaves nothing open", async () => {
  for (let index = 0; index < 120; index++) {
    const taken = createSocket("udp4");
    sockets.push(taken);
    await new Promise<void>((resolve) => taken.bind(ports.discoveryUnicast(index), "127.0.0.1", resolve));
  }
  await expect(edge()).rejects.toMatchObject({ code: "RTPS_NO_PORT" });
});

test("a card that is gone while it is joined, or never was: the others serve", async () => {
  const [a, b] = [await edge([GONE, LO]), await edge()];
  const heard: number[] = [];
  b.listen((bytes) => void heard.push(bytes.length));
  await sent(a, 11, group, ports.discoveryMulticast);
  await until(() => expect(heard).toContain(11));
  await a.follow([]);
  await sent(a, 22, group, ports.discoveryMulticast); // through no card at all: it is done at once
  await a.follow([LO]);
  await sent(a, 33, group, ports.discoveryMulticast);
  await until(() => expect(heard).toContain(33));
  expect(heard).not.toContain(22);
});

// The whole of 127/8 is this host's only on Linux.
test.skipIf(process.platform !== "linux")(
  "what comes through a card that is not on the list is counted, not let in",
  async () => {
    const guarded = await edge([LO], { allowed: (address) => address === "127.0.0.1" });
    const heard: number[] = [];
    guarded.listen((bytes) => void heard.push(bytes.length));
    const from = async (address: string): Promise<Socket> => {
      const socket = createSocket("udp4");
      sockets.push(socket);
      await new Promise<void>((resolve) => socket.bind(0, address, resolve));
      return socket;
    };
    const [stranger, friend] = [await from("127.0.0.2"), await from("127.0.0.1")];
    for (const port of [ports.discoveryUnicast(guarded.index), ports.userUnicast(guarded.index)]) {
      stranger.send(new Uint8Array(11), port, "127.0.0.1");
      friend.send(new Uint8Array(22), port, "127.0.0.1");
    }
    await until(() => expect([guarded.fromOtherCards, heard]).toEqual([2, [22, 22]]));
  },
);
