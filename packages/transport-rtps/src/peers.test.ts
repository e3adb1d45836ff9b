import { describe, expect, test } from "vitest";
import { locatorsOfPeers } from "./peers.ts";

const portOf = (index: number): number => 7410 + 2 * index;

test("a host is tried at the ports of ten participants, a host with a port at that one", async () => {
  const locators = await locatorsOfPeers(["192.0.2.7", "192.0.2.8:7000"], portOf);
  expect(locators).toHaveLength(11);
  expect(locators[9]).toEqual({ address: "192.0.2.7", port: 7428 });
  expect(locators[10]).toEqual({ address: "192.0.2.8", port: 7000 });
});

test("a name is looked up", async () => {
  expect(await locatorsOfPeers(["localhost:7400"], portOf)).toEqual([{ address: "127.0.0.1", port: 7400 }]);
});

describe("refused, and not told in vain for ever", () => {
  test.for([
    "",
    "a b",
    "192.0.2.7:",
    "192.0.2.7:0",
    "192.0.2.7:65536",
    "192.0.2.7:x",
    "::1",
    "[fe80::1]:7400",
    "239.255.0.1",
  ])("%j", async (peer) => {
    await expect(locatorsOfPeers([peer], portOf)).rejects.toThrow(expect.objectContaining({ code: "RTPS_PEER" }));
  });
  test("a name that nobody knows", async () => {
    const unknown = locatorsOfPeers(["nowhere.invalid"], portOf);
    await expect(unknown).rejects.toThrow(expect.objectContaining({ code: "RTPS_PEER" }));
  });
});
