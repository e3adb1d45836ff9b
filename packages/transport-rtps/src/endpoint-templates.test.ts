import { completeQos } from "@delos/transport";
import { expect, test } from "vitest";
import { type EndpointData, writeEndpointData } from "./endpoint-data.ts";
import { keepEndpoint, knownEndpoint } from "./endpoint-templates.ts";
import { Incoming } from "./incoming.ts";
import { withHeader } from "./pl-cdr.ts";
import { plainEndpointData } from "./simulated-network.test-support.ts";
import { bytesOfHex } from "./wire/guid.ts";

const source = (last: string) => {
  const prefix = `01de${"0".repeat(18)}${last}`;
  return { prefix, prefixBytes: bytesOfHex(prefix) };
};
const [A, B] = [source("0a"), source("0b")];

const endpoint = (prefix: string, entityId: number): EndpointData => ({
  ...plainEndpointData({
    guid: { prefix, entityId },
    kind: "publication",
    topic: `templates ${process.pid}`,
    qos: completeQos({}),
  }),
  node: "node",
});

/** As it lies in a datagram. */
function announcement(data: EndpointData): Incoming {
  const payload = withHeader(writeEndpointData(data));
  const sample = new Incoming();
  sample.bytes = new Uint8Array(payload.length + 60);
  sample.bytes.set(payload, 31);
  sample.from = 31;
  sample.to = 31 + payload.length;
  return sample;
}

test("what one participant has announced is known of the next, with its own GUID", () => {
  const first = endpoint(A.prefix, 0x103);
  expect(knownEndpoint(announcement(first), "publication", A)).toBeUndefined();
  keepEndpoint(announcement(first), "publication", A, first);
  const second = endpoint(B.prefix, 0xfffe03);
  expect(knownEndpoint(announcement(second), "publication", B)).toEqual(second);
  // Another kind, or somebody else's GUID.
  expect(knownEndpoint(announcement(second), "subscription", B)).toBeUndefined();
  expect(knownEndpoint(announcement(second), "publication", A)).toBeUndefined();
});

test("one byte that differs makes it another announcement", () => {
  const data = endpoint(A.prefix, 0x203);
  const kept = announcement(data);
  keepEndpoint(kept, "publication", A, data);
  for (let at = kept.from; at < kept.to; at++) {
    const other = announcement(data);
    other.bytes[at]! ^= 1;
    const isEntity = at >= kept.from + 20 && at < kept.from + 24;
    const isSecondGuid = at >= kept.from + 28 && at < kept.from + 44;
    const isOptions = at === kept.from + 2 || at === kept.from + 3;
    const known = knownEndpoint(other, "publication", A);
    if (isEntity) expect(known?.guid.entityId).not.toBe(0x203);
    else if (!isSecondGuid && !isOptions) expect(known, `byte ${at - kept.from}`).toBeUndefined();
  }
  kept.isKey = true;
  expect(knownEndpoint(kept, "publication", A)).toBeUndefined();
});
