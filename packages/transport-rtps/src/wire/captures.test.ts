import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MalformedError } from "@delos/core";
import { describe, expect, test } from "vitest";
import { entityIdHex } from "./entity-id.ts";
import { readMessage, type Submessage, writeMessage } from "./message.ts";
import { membersOf } from "./number-set.ts";

/** Datagrams of Cyclone DDS and Fast DDS, recorded; beside the repository where they are. */
const captures = fileURLToPath(new URL("../../../../../shared/rtps/captures/", import.meta.url));

interface Packet {
  readonly hex: string;
  readonly valid?: boolean;
  readonly expect?: readonly Record<string, unknown>[];
}

const packetsOf = (file: string): Packet[] =>
  (JSON.parse(readFileSync(`${captures}${file}`, "utf8")) as { packets: Packet[] }).packets;

const files = existsSync(captures)
  ? readdirSync(captures).filter((name) => name.endsWith(".json") && name !== "index.json")
  : [];

/** What the corpus says of a submessage, from ours. */
function summary(submessage: Submessage): Record<string, unknown> {
  const about: Record<string, unknown> = { kind: submessage.kind };
  if ("writerId" in submessage) {
    about["writerId"] = entityIdHex(submessage.writerId);
    about["readerId"] = entityIdHex(submessage.readerId);
  }
  if ("sn" in submessage) about["sn"] = submessage.sn;
  switch (submessage.kind) {
    case "DATA":
      about["payloadLength"] = submessage.payload?.length;
      break;
    case "DATA_FRAG":
      about["fragStart"] = submessage.firstFragment;
      about["fragCount"] = submessage.fragmentCount;
      about["fragSize"] = submessage.fragmentSize;
      about["sampleSize"] = submessage.sampleSize;
      break;
    case "HEARTBEAT":
      about["firstSN"] = submessage.firstSn;
      about["lastSN"] = submessage.lastSn;
      about["count"] = submessage.count;
      about["final"] = submessage.final;
      break;
    case "ACKNACK":
    case "NACK_FRAG":
      about["base"] = submessage.missing.base;
      about["missing"] = [...membersOf(submessage.missing)];
      about["count"] = submessage.count;
      break;
    case "GAP":
      about["gapStart"] = submessage.start;
      about["base"] = submessage.irrelevant.base;
      break;
    case "INFO_DST":
      about["guidPrefix"] = submessage.prefix;
      break;
  }
  return about;
}

describe.skipIf(files.length === 0)("captures beside the repository", () => {
  test.for(files)("%s: every datagram parses as expected and comes back byte for byte", (file) => {
    let valid = 0;
    for (const [i, packet] of packetsOf(file).entries()) {
      const bytes = Uint8Array.from(Buffer.from(packet.hex, "hex"));
      if (packet.valid === false) {
        expect(() => readMessage(bytes), `packet ${i}`).toThrow(MalformedError);
        continue;
      }
      valid++;
      const message = readMessage(bytes);
      const known = message.submessages.filter(({ kind }) => kind !== "OTHER");
      for (const [k, submessage] of known.entries()) {
        const wanted = packet.expect?.filter(({ kind }) => known.some((own) => own.kind === kind))[k];
        if (wanted === undefined) continue;
        const ours = summary(submessage);
        for (const key of Object.keys(ours)) {
          if (key in wanted && wanted[key] !== null) expect([i, k, key, ours[key]]).toEqual([i, k, key, wanted[key]]);
        }
      }
      const again = writeMessage(message);
      if (Buffer.compare(again, bytes) !== 0) {
        // Where the original had freedom, the canonical form must be stable and mean the same.
        expect(writeMessage(readMessage(again))).toEqual(again);
        expect(readMessage(again).submessages.map(summary)).toEqual(message.submessages.map(summary));
        expect(file, `packet ${i} is not canonical`).toBe("synthetic.json");
      }
    }
    expect(valid).toBeGreaterThan(0);
  });
});
