import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { codecFor } from "./codec.ts";
import { ros1Md5 } from "./ros-schema.ts";

/**
 * Every ROS message of the real recordings, read by the smallest reader that can: uncompressed chunks only, in file order.
 */
const bags = fileURLToPath(new URL("../../../../shared/bags/", import.meta.url));

interface BagConnection {
  readonly topic: string;
  readonly type: string;
  readonly md5sum: string;
  readonly definition: string;
}

function fields(bytes: Uint8Array): Map<string, Uint8Array> {
  const reader = new ByteReader(bytes);
  const found = new Map<string, Uint8Array>();
  while (reader.more) {
    const field = reader.view8(reader.uint32());
    const equals = field.indexOf(0x3d);
    found.set(Buffer.from(field.subarray(0, equals)).toString(), field.subarray(equals + 1));
  }
  return found;
}

/** Connections and messages of the bag, chunks without compression. */
function readBag(bytes: Uint8Array): { connections: Map<number, BagConnection>; messages: [number, Uint8Array][] } {
  const connections = new Map<number, BagConnection>();
  const messages: [number, Uint8Array][] = [];
  const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();
  const records = (reader: ByteReader): void => {
    while (reader.more) {
      const header = fields(reader.view8(reader.uint32()));
      const data = reader.view8(reader.uint32());
      const op = header.get("op")![0];
      const id = (): number => new ByteReader(header.get("conn")!).uint32();
      if (op === 5 && text(header.get("compression")) === "none") records(new ByteReader(data));
      else if (op === 2) messages.push([id(), data]);
      else if (op === 7) {
        const about = fields(data);
        connections.set(id(), {
          topic: text(header.get("topic")),
          type: text(about.get("type")),
          md5sum: text(about.get("md5sum")),
          definition: text(about.get("message_definition")),
        });
      }
    }
  };
  const reader = new ByteReader(bytes);
  reader.skip(13);
  records(reader);
  return { connections, messages };
}

const encoder = new TextEncoder();

describe.skipIf(!existsSync(bags))("recordings beside the repository", () => {
  const files: string[] = existsSync(bags)
    ? readdirSync(`${bags}rosbag`).filter((name) => name.endsWith(".bag") && !name.includes("trunc"))
    : [];

  test.for(files)("%s: definitions give the recorded md5sums, messages decode and encode to themselves", (name) => {
    const { connections, messages } = readBag(readFileSync(`${bags}rosbag/${name}`));
    const codecs = new Map(
      [...connections].flatMap(([id, { type, md5sum, definition }]) => {
        if (definition === "protobuf") return [];
        expect([type, ros1Md5(definition, type)]).toEqual([type, md5sum]);
        const data = encoder.encode(definition);
        return [[id, codecFor({ name: type, messageEncoding: "ros1", schemaEncoding: "ros1msg", data })] as const];
      }),
    );
    for (const [id, data] of messages) {
      const codec = codecs.get(id)!;
      const value = codec.decode(data);
      expect(Buffer.compare(codec.encode(value), data)).toBe(0);
      const json = JSON.stringify(codec.toJSON(value));
      expect(JSON.stringify(codec.toJSON(codec.fromJSON(JSON.parse(json))))).toBe(json);
    }
    expect(connections.size).toBeGreaterThanOrEqual(name === "no_messages.bag" ? 0 : 1);
  });
});
