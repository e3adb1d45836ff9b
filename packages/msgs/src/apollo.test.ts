import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import type { FieldDescriptor } from "./descriptor.ts";
import { apollo, loadDescriptorSet, loadProtoDesc, type MessageType, messageTypes } from "./index.ts";

/** Facts that lie beside the repository where Delos is made; elsewhere these tests are skipped by name. */
const shared = new URL("../../../../shared/", import.meta.url);
const read = (path: string): Buffer => readFileSync(new URL(path, shared));

interface Facts {
  readonly files: readonly {
    readonly file: string;
    readonly package: string;
    readonly messages: readonly { readonly name: string; readonly fields: readonly FieldFacts[] }[];
    readonly enums: readonly { readonly name: string; readonly values: Readonly<Record<string, number>> }[];
  }[];
}
interface FieldFacts {
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly name: string;
  readonly default?: string;
  readonly packed?: boolean;
  readonly deprecated?: boolean;
}

describe.skipIf(!existsSync(new URL("apollo/data/messages_v1.0.0.json", shared)))("Apollo 1.0, every field", () => {
  const facts = existsSync(shared)
    ? (JSON.parse(read("apollo/data/messages_v1.0.0.json").toString()) as Facts)
    : { files: [] };

  test.for(facts.files.map((file) => [file.file, file] as const))("%s", ([, file]) => {
    expect(file.messages.length + file.enums.length).toBeGreaterThan(0);
    for (const message of file.messages) {
      const { descriptor } = messageTypes.get(`${file.package}.${message.name}`);
      expect(descriptor.file.name).toBe(file.file);
      for (const field of message.fields) {
        const ours = descriptor.fields.find((each) => each.number === field.number);
        if (ours === undefined) throw new Error(`we have no ${descriptor.name}.${field.name}`);
        expect([message.name, factsOf(ours)]).toEqual([message.name, expectedFacts(field, ours)]);
      }
    }
    for (const each of file.enums) {
      const ours = enumNamed(`${file.package}.${each.name}`);
      for (const [name, number] of Object.entries(each.values))
        expect([name, ours?.numberOf(name)]).toEqual([name, number]);
      // What an absent field reads as.
      expect(ours?.values[0]?.name).toBe(Object.keys(each.values)[0]);
    }
  });
});

/**
 * Fields of Apollo 1.5 whose number or name 1.0 uses for something else. 1.0 stands; a later sender's value is kept as an
 * unknown field where its wire type differs.
 */
const CLASHES: readonly string[] = [
  // Renamed types, on the wire the same.
  "apollo.canbus.Chassis.signal",
  "apollo.control.ControlCommand.signal",
  "apollo.planning.ADCTrajectory.signal",
  "apollo.perception.PerceptionObstacles.error_code",
  "apollo.prediction.PredictionObstacles.perception_error_code",
  "apollo.dreamview.Object.adc_decision_result",
  "apollo.dreamview.Decision.type",
  "apollo.prediction.PredictionObstacle.timestamp",
  "apollo.planning.ADCTrajectory.adc_trajectory_point",
  "apollo.planning.ADCTrajectory.adc_path_point",
  // Other kinds of value.
  "apollo.canbus.Brake.brake_torque_req",
  "apollo.canbus.Brake.brake_torque_act",
  "apollo.canbus.Brake.wheel_torque_act",
  "apollo.prediction.Trajectory.trajectory_point",
  // Renumbered: text configuration reads them by name.
  /^apollo\.control\.LatControllerConf\./.source,
  /^apollo\.control\.LonControllerConf\.(pitch_angle_filter_conf|calibration_table)/.source,
  /^apollo\.hmi\.Config\./.source,
  /^apollo\.dreamview\.SimulationWorld\./.source,
];

describe.skipIf(!existsSync(new URL("apollo/data/messages_v1.5.0.json", shared)))("later field sets", () => {
  const factsIn = (path: string): Facts["files"] =>
    existsSync(new URL(path, shared)) ? (JSON.parse(read(path).toString()) as Facts).files : [];
  const clashes = new RegExp(
    CLASHES.map((each) => (each.startsWith("^") ? each : `^${each.replaceAll(".", "\\.")}$`)).join("|"),
  );

  test("every field of Apollo 1.5 is ours or is known to clash", () => {
    let compared = 0;
    const different: string[] = [];
    for (const file of factsIn("apollo/data/messages_v1.5.0.json")) {
      // Moved to another package in 1.5.
      if (file.file === "modules/common/configs/proto/vehicle_config.proto") continue;
      for (const message of file.messages) {
        const { descriptor } = messageTypes.get(`${file.package}.${message.name}`);
        for (const field of message.fields) {
          compared++;
          const ours = descriptor.fields.find((each) => each.number === field.number);
          const same = ours !== undefined && isDeepStrictEqual(factsOf(ours), expectedFacts(field, ours));
          if (!same && !clashes.test(`${descriptor.name}.${field.name}`))
            different.push(`${descriptor.name}.${field.name}`);
        }
      }
    }
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(500);
  });

  test("every field of Cyber is ours", () => {
    const { sets } = JSON.parse(read("apollo/data/cyber_messages.json").toString()) as { sets: Facts[] };
    const different: string[] = [];
    for (const file of sets.flatMap((set) => set.files)) {
      if (/unit_test|simple/.test(file.file)) continue;
      for (const message of file.messages) {
        const { descriptor } = messageTypes.get(`${file.package}.${message.name}`);
        for (const field of message.fields) {
          const ours = descriptor.fields.find((each) => each.number === field.number);
          if (ours === undefined || !isDeepStrictEqual(factsOf(ours), expectedFacts(field, ours)))
            different.push(`${descriptor.name}.${field.name}`);
        }
      }
    }
    expect(different).toEqual([]);
  });
});

function expectedFacts(field: FieldFacts, ours: FieldDescriptor): object {
  const type = ours.message?.name ?? ours.enum?.name ?? ours.type;
  return {
    number: field.number,
    label: field.label,
    type: type === field.type || type.endsWith(`.${field.type}`) ? type : field.type,
    name: field.name,
    default: field.default === undefined ? undefined : normal(field.default),
    packed: field.packed === true,
    deprecated: field.deprecated === true,
  };
}

function factsOf(field: FieldDescriptor): object {
  return {
    number: field.number,
    label: field.oneof === undefined ? field.label : `oneof ${field.oneof}`,
    type: field.message?.name ?? field.enum?.name ?? field.type,
    name: field.name,
    default: field.hasDefault
      ? normal(field.enum?.nameOf(field.default as number) ?? String(field.default))
      : undefined,
    packed: field.packed,
    deprecated: field.deprecated,
  };
}

const normal = (value: string): string =>
  value.trim() !== "" && !Number.isNaN(Number(value)) ? String(Number(value)) : value.toLowerCase();

function enumNamed(name: string) {
  const scope = name.slice(0, name.lastIndexOf("."));
  const nested = messageTypes.find(scope)?.descriptor.enums.find((each) => each.name === name);
  if (nested !== undefined) return nested;
  for (const type of messageTypes.names) {
    const { file } = messageTypes.get(type).descriptor;
    const found = file.package === scope ? file.enums.find((each) => each.name === name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the field holds on the wire: names may differ, bytes may not. */
function wireKind(field: FieldDescriptor): string {
  return field.message !== undefined ? "message" : field.type === "enum" ? "enum" : field.type;
}

describe.skipIf(!existsSync(new URL("bags/record/drive_a.record", shared)))("recordings of real writers", () => {
  test.for(["bags/record/drive_a.record", "bags/record/garage_a.record"])(
    "descriptors in %s agree with ours",
    (path) => {
      const compared: string[] = [];
      for (const [name, tree] of channelsOf(read(path))) {
        const foreign = loadProtoDesc(tree).get(name);
        const ours = messageTypes.find(name);
        if (ours === undefined) continue;
        agree(foreign, ours, new Set());
        compared.push(name);
      }
      expect(compared).toContain("apollo.localization.LocalizationEstimate");
    },
  );

  test.for(["bags/mcap/drive_a_zstd.mcap", "bags/mcap/garage_a_lz4.mcap"])("schemas in %s agree with ours", (path) => {
    const compared: string[] = [];
    for (const [name, data] of mcapSchemas(read(path))) {
      const ours = messageTypes.find(name);
      if (ours === undefined) continue;
      agree(loadDescriptorSet(data).get(name), ours, new Set());
      compared.push(name);
    }
    expect(compared).toContain("apollo.localization.LocalizationEstimate");
  });

  function agree(foreign: MessageType, ours: MessageType, seen: Set<string>): void {
    if (seen.has(foreign.name)) return;
    seen.add(foreign.name);
    for (const field of foreign.descriptor.fields) {
      const own = ours.descriptor.fields.find((each) => each.number === field.number);
      const where = `${foreign.name}.${field.name}`;
      if (own === undefined) throw new Error(`we have no ${where}`);
      expect([where, own.name, own.label, wireKind(own), own.packed, own.oneof]).toEqual([
        where,
        field.name,
        field.label,
        wireKind(field),
        field.packed,
        field.oneof,
      ]);
      if (field.enum === undefined) expect([where, own.default]).toEqual([where, field.default]);
      for (const value of field.enum?.values ?? [])
        expect([where, value.name, own.enum!.numberOf(value.name)]).toEqual([where, value.name, value.number]);
      if (field.message !== undefined)
        agree(loadedFrom(foreign, field.message.name), messageTypes.get(own.message!.name), seen);
    }
  }

  const loadedFrom = (type: MessageType, name: string): MessageType => loadDescriptorSetOf(type).get(name);

  test("messages in them decode to the same values with their descriptors and with ours, and encode to the same bytes", () => {
    let messages = 0;
    const bytes = read("bags/record/drive_a.record");
    const channels = new Map(
      channelsOf(bytes).map(([name, tree, channel]) => [
        channel,
        [loadProtoDesc(tree).get(name), messageTypes.find(name)] as const,
      ]),
    );
    for (const [channel, content] of messagesOf(bytes)) {
      const [foreign, ours] = channels.get(channel) ?? [];
      if (foreign === undefined || messages > 6000) continue;
      messages++;
      const value = foreign.decode(content);
      expect(Buffer.compare(foreign.encode(value), content)).toBe(0);
      if (ours === undefined) continue;
      expect(ours.decode(content)).toEqual(value);
      expect(Buffer.compare(ours.encode(ours.decode(content)), content)).toBe(0);
    }
    expect(messages).toBeGreaterThan(1000);
  });
});

const sets = new Map<MessageType, ReturnType<typeof loadDescriptorSet>>();
function loadDescriptorSetOf(type: MessageType): ReturnType<typeof loadDescriptorSet> {
  let types = sets.get(type);
  if (types === undefined) sets.set(type, (types = loadDescriptorSet(type.schema.data)));
  return types;
}

/** The sections of a Cyber record: int32 type, int64 size, at byte 2064 on. */
function* sections(bytes: Buffer): Generator<[type: number, body: Buffer]> {
  for (let pos = 2064; pos + 16 <= bytes.length; ) {
    const size = Number(bytes.readBigInt64LE(pos + 8));
    yield [bytes.readInt32LE(pos), bytes.subarray(pos + 16, pos + 16 + size)];
    pos += 16 + size;
  }
}

/** The schemas that an MCAP file repeats in its summary: `u16 id, string name, string encoding, bytes`. */
function* mcapSchemas(bytes: Buffer): Generator<[name: string, data: Uint8Array]> {
  const footer = bytes.length - 8 - 20;
  let pos = Number(bytes.readBigUInt64LE(footer));
  while (pos > 0 && pos < footer - 9) {
    const size = Number(bytes.readBigUInt64LE(pos + 1));
    const body = bytes.subarray(pos + 9, pos + 9 + size);
    if (bytes[pos] === 3) {
      const nameEnd = 6 + body.readUInt32LE(2);
      const encodingEnd = nameEnd + 4 + body.readUInt32LE(nameEnd);
      yield [body.toString("utf8", 6, nameEnd), body.subarray(encodingEnd + 4)];
    }
    pos += 9 + size;
  }
}

function channelsOf(bytes: Buffer): [type: string, tree: Uint8Array, channel: string][] {
  return [...sections(bytes)].flatMap(([type, body]) => {
    if (type !== apollo.cyber.proto.SectionType.SECTION_CHANNEL) return [];
    const { name, message_type, proto_desc } = apollo.cyber.proto.Channel.decode(body);
    return [[message_type!, proto_desc!, name!]];
  });
}

function* messagesOf(bytes: Buffer): Generator<[channel: string, content: Uint8Array]> {
  for (const [type, body] of sections(bytes)) {
    if (type !== apollo.cyber.proto.SectionType.SECTION_CHUNK_BODY) continue;
    for (const { channel_name, content } of apollo.cyber.proto.ChunkBody.decode(body).messages ?? [])
      yield [channel_name!, content!];
  }
}

/** Text files of Apollo and the type each is of. */
const TEXT_TYPES: readonly (readonly [pattern: RegExp, type: { readonly name: string }])[] = [
  [/control\/conf\/lincoln.*\.pb\.txt$/, apollo.control.ControlConf],
  [/canbus_conf.*\.pb\.txt$/, apollo.canbus.CanbusConf],
  [/localization_config\.pb\.txt$/, apollo.localization.LocalizationConfig],
  [/mkz_config\.pb\.txt$/, apollo.common.config.VehicleConfig],
  [/hmi\/conf\/config\.pb\.txt$/, apollo.hmi.Config],
  // camera_adapter.conf names a message kind that 1.0 does not have.
  [/\/adapter(_dev)?\.conf$/, apollo.common.adapter.AdapterManagerConfig],
  [/garage_routing\.pb\.txt$/, apollo.routing.RoutingResponse],
  [/(base|sim)_map\.txt$/, apollo.hdmap.Map],
  [/routing_map\.txt$/, apollo.routing.Graph],
];

const data = new URL("apollo/data/", shared);
const textFiles = existsSync(data)
  ? readdirSync(data, { recursive: true, encoding: "utf8" }).filter(
      (file) => TEXT_TYPES.some(([pattern]) => pattern.test(file)) || file.endsWith(".pb.txt"),
    )
  : [];

describe.skipIf(textFiles.length === 0)("Apollo's text files", () => {
  test.for(textFiles)("%s reads, and what is printed reads as the same", (file) => {
    const type = messageTypes.get(TEXT_TYPES.find(([pattern]) => pattern.test(file))?.[1].name ?? file);
    const value = type.fromText(readFileSync(new URL(file, data), "utf8"));
    expect(Object.keys(value).length).toBeGreaterThan(0);
    expect(type.fromText(type.toText(value))).toEqual(value);
    expect(type.decode(type.encode(value))).toEqual(value);
    expect(type.fromJSON(type.toJSON(value))).toEqual(value);
  });
});
