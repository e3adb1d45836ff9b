import { expect, test } from "vitest";
import { DiscoveryTable } from "./discovery.ts";
import { distance, endpointId, nearestTransport, type ParticipantInfo, type TransportAddress } from "./endpoint.ts";
import { endpointMismatches, Incompatibility, isReportable } from "./endpoint-matching.ts";
import { completeQos } from "./qos-completion.ts";

const inprocess: TransportAddress = { name: "inprocess", reach: "thread", domain: "bus-1" };
const shm: TransportAddress = { name: "shm", reach: "process", domain: "" };
const mapped: TransportAddress = { name: "mapped", reach: "host", domain: "" };
const rtps: TransportAddress = { name: "rtps", reach: "network", domain: "0" };
const at = (
  host: string | undefined,
  pid?: number,
  thread?: number,
  transports = [inprocess, shm, mapped, rtps],
): ParticipantInfo => ({
  id: `${host}-${pid}-${thread}`,
  name: "",
  host,
  pid,
  thread,
  transports,
  vendor: "delos",
});

test("an endpoint's id is its participant's, a number and the RTPS entity kind", () => {
  expect(endpointId("0".repeat(24), 1, "publication")).toBe(`${"0".repeat(24)}00000103`);
  expect(endpointId("f".repeat(24), 0xabcdef, "subscription")).toBe(`${"f".repeat(24)}abcdef04`);
});

test("distance goes by host, process and thread; unknown is far", () => {
  expect(distance(at("a", 1, 0), at("a", 1, 0))).toBe("thread");
  expect(distance(at("a", 1, 0), at("a", 1, 1))).toBe("process");
  expect(distance(at("a", 1, 0), at("a", 2, 0))).toBe("host");
  expect(distance(at("a", 1, 0), at("b", 1, 0))).toBe("network");
  expect(distance(at(undefined), at(undefined))).toBe("network");
  expect(distance(at("a"), at("a"))).toBe("host");
});

test("the nearest transport that both have and that reaches is chosen, the same from both sides", () => {
  const here = at("a", 1, 0);
  const cases: readonly (readonly [ParticipantInfo, string | undefined])[] = [
    [at("a", 1, 0), "inprocess"],
    [at("a", 1, 0, [{ ...inprocess, domain: "bus-2" }, shm, rtps]), "shm"],
    [at("a", 1, 5), "shm"],
    [at("a", 2, 0), "mapped"],
    [at("a", 2, 0, [inprocess, shm, rtps]), "rtps"],
    [at("b", 1, 0), "rtps"],
    [at(undefined, undefined, undefined, [rtps]), "rtps"],
    [at("b", 1, 0, [{ ...rtps, domain: "7" }]), undefined],
    [at("b", 1, 0, [inprocess, shm, mapped]), undefined],
  ];
  for (const [there, expected] of cases) {
    expect(nearestTransport(here, there)?.name).toBe(expected);
    expect(nearestTransport(there, here)).toEqual(nearestTransport(here, there));
  }
});

const endpoint = (kind: "publication" | "subscription", schema: object | undefined, partition: string[] = []) => ({
  id: kind,
  kind,
  participant: at("a", 1, 0),
  node: "",
  topic: "/t",
  schema: schema && { name: "N", messageEncoding: "ros1", schemaEncoding: "", data: new Uint8Array(), ...schema },
  qos: completeQos({ partition }),
});

test("types match by name, encoding and, where both have one, md5sum", () => {
  const reasons = (offered: object | undefined, requested: object | undefined): string[] =>
    endpointMismatches(endpoint("publication", offered), endpoint("subscription", requested)).map((m) => m.policy);
  expect(reasons({}, {})).toEqual([]);
  expect(reasons({}, undefined)).toEqual([]);
  expect(reasons({}, { name: "M" })).toEqual(["type"]);
  expect(reasons({}, { messageEncoding: "cdr" })).toEqual(["encoding"]);
  expect(reasons({ md5sum: "a" }, { md5sum: "b" })).toEqual(["md5sum"]);
  expect(reasons({ md5sum: "a" }, { md5sum: "*" })).toEqual([]);
  expect(reasons({ md5sum: "a" }, {})).toEqual([]);
});

test("an explanation says who and where even when the peer has no name; other partitions are no report", () => {
  const [publication, subscription] = [endpoint("publication", {}), endpoint("subscription", { name: "M" })];
  const mismatches = endpointMismatches(publication, subscription);
  const text = new Incompatibility(subscription, publication, mismatches).explain();
  expect(text).toContain("/t: the subscription of this node does not match the publication of endpoint publication.");
  expect(text).toContain("type N");
  expect(isReportable(mismatches)).toBe(true);
  expect(isReportable([])).toBe(false);
  const apart = endpointMismatches(endpoint("publication", {}, ["a"]), subscription);
  expect(apart.map((m) => m.policy)).toEqual(["type", "partition"]);
  expect(isReportable(apart)).toBe(false);
});

test("the discovery table reports each change once, and a participant's leaving with all that is its own", () => {
  const table = new DiscoveryTable();
  const seen: string[] = [];
  for (const event of [
    "participantJoined",
    "participantLeft",
    "nodeJoined",
    "nodeLeft",
    "endpointJoined",
    "endpointLeft",
  ] as const) {
    table.events.on(event, () => seen.push(event));
  }
  const [a, b] = [at("a", 1, 0), at("b", 1, 0)];
  for (let i = 0; i < 2; i++) {
    table.addParticipant(a);
    table.addParticipant(b);
    table.addNode({ participant: a, name: "/n" });
    table.addNode({ participant: b, name: "/n" });
    table.addEndpoint(endpoint("publication", {}));
  }
  expect(seen).toEqual(["participantJoined", "participantJoined", "nodeJoined", "nodeJoined", "endpointJoined"]);
  table.removeParticipant(a.id);
  table.removeParticipant(a.id);
  expect(seen.slice(5)).toEqual(["endpointLeft", "nodeLeft", "participantLeft"]);
  expect([table.participants.size, table.nodes.size, table.endpoints.size]).toEqual([1, 1, 0]);
});
