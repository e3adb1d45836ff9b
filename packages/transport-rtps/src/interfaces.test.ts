import { SystemClock } from "@delos/core";
import { expect, test } from "vitest";
import { cardsBehind, chooseAddresses, type HostAddress, isNearby } from "./interfaces.ts";
import { multicastComesBack } from "./multicast-probe.ts";
import { portsOf } from "./udp.ts";

const card = (name: string, address: string, loopback = false): HostAddress => ({
  name,
  address,
  netmask: loopback ? "255.0.0.0" : "255.255.255.0",
  loopback,
});
const all = [
  card("lo", "127.0.0.1", true),
  card("eth0", "192.168.1.5"),
  card("docker0", "172.17.0.1"),
  card("wlan0", "10.1.2.3"),
];
const names = (cards: readonly HostAddress[]): string[] => cards.map(({ name }) => name);

test("all real cards are used, and loopback last", () => {
  expect(names(chooseAddresses([], all))).toEqual(["eth0", "wlan0", "lo"]);
});

test("what is asked for is used alone, by name or by address, virtual or not", () => {
  expect(names(chooseAddresses(["docker0", "10.1.2.3"], all))).toEqual(["docker0", "wlan0"]);
  expect(names(chooseAddresses(["127.0.0.1"], all))).toEqual(["lo"]);
  expect(chooseAddresses(["eth9"], all)).toEqual([]);
});

test("near is what shares a subnet with a card", () => {
  expect(isNearby("192.168.1.200", all)).toBe(true);
  expect(isNearby("192.168.2.5", all)).toBe(false);
  expect(isNearby("127.9.9.9", all)).toBe(true);
});

test("ports of DDS and of Cyber RT (DDSI-RTPS §9.6.2.2)", () => {
  const dds = portsOf(0);
  expect([dds.discoveryMulticast, dds.userMulticast, dds.discoveryUnicast(2), dds.userUnicast(2)]).toEqual([
    7400, 7401, 7414, 7415,
  ]);
  const cyber = portsOf(80, 10_000, 200);
  expect([cyber.discoveryMulticast, cyber.discoveryUnicast(0)]).toEqual([26_000, 26_010]);
});

test("the card behind which a sender is: its own, that of its subnet, or any", () => {
  expect(names(cardsBehind("192.168.1.5", all))).toEqual(["eth0"]);
  expect(names(cardsBehind("10.1.2.77", all))).toEqual(["wlan0"]);
  expect(names(cardsBehind("127.0.0.1", all))).toEqual(["lo"]);
  expect(cardsBehind("8.8.8.8", all)).toEqual(all);
});

test("multicast on loopback is known by trying; a card that is not there carries none", async () => {
  const clock = new SystemClock();
  expect(await multicastComesBack(clock, "239.255.0.1", "127.0.0.1", 5000)).toBe(true);
  expect(await multicastComesBack(clock, "239.255.0.1", "203.0.113.77")).toBe(false);
});
