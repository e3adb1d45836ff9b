import { createHash } from "node:crypto";
import { DelosError, type MessageSchema } from "@delos/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { descriptorSet, fileHeader, filesOfSet } from "./descriptor-bytes.ts";
import {
  apollo,
  delos,
  google,
  loadDescriptorSet,
  loadProtoDesc,
  messageTypes,
  protoDefinition,
  protoDescToSet,
  rosMd5,
  rosName,
  SchemaTypes,
} from "./index.ts";
import { md5 } from "./md5.ts";
import { loadProtoText } from "./proto.ts";

const { LocalizationEstimate } = apollo.localization;

function errorOf(run: () => unknown): Partial<DelosError> {
  try {
    run();
  } catch (error) {
    return error instanceof DelosError ? { code: error.code, message: error.message } : { message: String(error) };
  }
  return { message: "no error" };
}

describe("finding types", () => {
  test("by full name: the very type that is exported", () => {
    expect(messageTypes.find("apollo.localization.LocalizationEstimate")).toBe(LocalizationEstimate);
    expect(messageTypes.get("delos.ParameterValue.BoolArray")).toBe(delos.ParameterValue.BoolArray);
    expect(messageTypes.names).toContain("foxglove.SceneUpdate");
    expect(messageTypes.names.map((name) => messageTypes.get(name).descriptor.name)).toEqual(messageTypes.names);
  });

  test("by Apollo's ROS name", () => {
    expect(messageTypes.find("pb_msgs/LocalizationEstimate")).toBe(LocalizationEstimate);
    expect(messageTypes.get("pb_msgs/Chassis")).toBe(apollo.canbus.Chassis);
  });

  test("a ROS name that several types share means what Apollo 1.0 published, unless the topic says otherwise", () => {
    expect(messageTypes.get("pb_msgs/Imu")).toBe(apollo.localization.Imu);
    expect(messageTypes.get("pb_msgs/Imu", { topic: "/apollo/sensor/gnss/corrected_imu" })).toBe(
      apollo.localization.Imu,
    );
    expect(messageTypes.get("pb_msgs/Imu", { topic: "/apollo/sensor/gnss/imu" })).toBe(apollo.drivers.gnss.Imu);
    expect(messageTypes.get("pb_msgs/DecisionResult")).toBe(apollo.decision.DecisionResult);
  });

  test("a shared ROS name that was on no topic is refused with what it may be", () => {
    expect(messageTypes.find("pb_msgs/LatencyStats")).toBeUndefined();
    expect(errorOf(() => messageTypes.get("pb_msgs/LatencyStats")).message).toMatch(
      /^pb_msgs\/LatencyStats may be any of .*apollo\.planning\.LatencyStats.*: give the full name$/,
    );
  });

  test("what does not exist is not found, and the error knows better", () => {
    expect(messageTypes.find("apollo.canbus.Chasis")).toBeUndefined();
    expect(messageTypes.find("apollo.canbus.Chassis.DrivingMode")).toBeUndefined();
    expect(messageTypes.find("__proto__")).toBeUndefined();
    expect(messageTypes.find("pb_msgs/constructor")).toBeUndefined();
    expect(errorOf(() => messageTypes.get("apollo.canbus.Chasis"))).toEqual({
      code: "MSG_UNKNOWN_TYPE",
      message: "no message type apollo.canbus.Chasis; did you mean apollo.canbus.Chassis?",
    });
    expect(errorOf(() => messageTypes.get("pb_msgs/Chasis")).message).toContain("did you mean pb_msgs/Chassis?");
    expect(errorOf(() => messageTypes.get("Chassis")).message).toContain("did you mean apollo.canbus.Chassis?");
  });
});

describe("md5", () => {
  test("is MD5", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(md5(bytes)).toBe(createHash("md5").update(bytes).digest("hex"));
      }),
    );
  });

  test.for([
    ["LocalizationEstimate", "503c8e75900db180bc61534806a37cfb"],
    ["Chassis", "d6a21658031a6a4615858d76f8b5178e"],
    ["ChassisDetail", "cfb47fbb54a39269c7adac3920a2fe3c"],
    ["ControlCommand", "67f7ff8a4c675dc97a8c7ce6d6289943"],
    ["PadMessage", "35ef81c50bd776c0c53a0b3b8572bb6e"],
    ["ADCTrajectory", "97587fe9a5b2df2b61888d56c6fc697b"],
    ["MonitorMessage", "ada339d65883d2037c88f67d8b43f957"],
    ["Gps", "8fad5985ce947d3b6854fd093a59c429"],
    ["Imu", "bdef0ba51869607ed95736d41e80c1f5"],
    ["CorrectedImu", "81aef4a818ce273a8af85a440ccdb0f7"],
    ["GnssStatus", "6ab9bfa7e56e2724f6d30280b731fef2"],
    ["InsStatus", "e5242c64749c5980f75940dffcdf2fba"],
    ["StreamStatus", "d6e98995ddcddd79bc955699f0ac28c9"],
    ["PerceptionObstacles", "c6fd886a685be1dbbc6174bbc5a754de"],
    ["TrafficLightDetection", "af38365a44e248f235d36014648275e9"],
    ["PredictionObstacles", "45bac0c01020cbf041fb9bd39f790e93"],
    ["DecisionResult", "341a7db7bbf4b168eb9f3f76356a7ac5"],
    ["HMICommand", "ad70ea07dcc7458d8b1d5af170c8efcb"],
    ["RoutingRequest", "fa777a90ccdc55e9e7812c6aa1476814"],
    ["RoutingResponse", "f4936637bc954aa0fe6b9c92647c08d4"],
    ["DriveEvent", "d87669e91ea2dee11c7a14d193ee4e4f"],
    ["SimulationWorld", "39f344fecb4be65031b9a0995bb970bc"],
  ] as const)("of pb_msgs/%s as Apollo ROS has it", ([name, sum]) => {
    const type = messageTypes.get(`pb_msgs/${name}`);
    expect(rosName(type)).toBe(`pb_msgs/${name}`);
    expect(rosMd5(type)).toBe(sum);
  });
});

describe("schemas", () => {
  const { schema } = LocalizationEstimate;
  const names = filesOfSet(schema.data).map((file) => fileHeader(file).name);

  test("hold the file and all it imports, dependencies first, each once", () => {
    expect(schema).toMatchObject({
      name: "apollo.localization.LocalizationEstimate",
      messageEncoding: "protobuf",
      schemaEncoding: "protobuf",
    });
    expect(names.at(-1)).toBe("modules/localization/proto/localization.proto");
    expect(new Set(names).size).toBe(names.length);
    for (const [i, file] of filesOfSet(schema.data).entries())
      for (const dependency of fileHeader(file).dependencies) expect(names.slice(0, i)).toContain(dependency);
    expect(LocalizationEstimate.schema).toBe(schema);
  });

  test("are enough to read the message, defaults and all", () => {
    const type = loadDescriptorSet(schema.data).get(schema.name);
    const bytes = LocalizationEstimate.encode({ pose: { position: { x: 1 } }, measurement_time: 0 });
    expect(type.decode(bytes)).toEqual({ pose: { position: { x: 1 } }, measurement_time: 0 });
    const point = loadDescriptorSet(schema.data).get("apollo.common.PointENU");
    expect(point.get({}, "x")).toBeNaN();
    expect(point.descriptor.fields[0]).toMatchObject({
      name: "x",
      jsonName: "x",
      number: 1,
      label: "optional",
      presence: true,
    });
    expect(type.schema.data).toEqual(schema.data);
  });

  test("of files that come in any order, and of one that is there twice", () => {
    const files = filesOfSet(schema.data).reverse();
    const type = loadDescriptorSet(descriptorSet([...files, files[0]!])).get(schema.name);
    expect(type.schema.data).toEqual(schema.data);
  });

  test("give one type each, found by content", () => {
    const types = new SchemaTypes();
    const type = types.codecFor(schema);
    expect(types.codecFor({ ...schema, data: schema.data.slice() })).toBe(type);
    expect(types.codecFor({ ...schema, name: "apollo.common.Header" }).name).toBe("apollo.common.Header");
    expect(new SchemaTypes().codecFor(schema)).not.toBe(type);
    const other: MessageSchema = {
      name: "a/B",
      messageEncoding: "cdr",
      schemaEncoding: "ros2msg",
      data: new Uint8Array(),
    };
    expect(errorOf(() => types.codecFor(other)).code).toBe("MSG_NOT_PROTOBUF");
    expect(errorOf(() => types.codecFor({ ...schema, name: "apollo.Nothing" })).code).toBe("MSG_UNKNOWN_TYPE");
  });

  test("a buffer that the caller uses again does not change what was read from it", () => {
    const data = schema.data.slice();
    const type = new SchemaTypes().codecFor({ ...schema, data });
    data.fill(0);
    expect(type.schema.data).toEqual(schema.data);
    expect(type.decode(LocalizationEstimate.encode({ measurement_time: 5 }))).toEqual({ measurement_time: 5 });
  });
});

describe("Cyber's proto_desc", () => {
  const { ProtoDesc } = apollo.cyber.proto;
  /** The tree as Cyber builds it: a file's imports below it, as often as they are imported. */
  function tree(name: string): apollo.cyber.proto.ProtoDesc {
    const all = new Map(filesOfSet(LocalizationEstimate.schema.data).map((file) => [fileHeader(file).name, file]));
    const desc = all.get(name)!;
    return { desc, dependencies: fileHeader(desc).dependencies.map(tree) };
  }
  const bytes = ProtoDesc.encode(tree("modules/localization/proto/localization.proto"));

  test("becomes types, and a set with each file once", () => {
    expect(loadProtoDesc(bytes).get("apollo.localization.LocalizationEstimate").descriptor.fields[0]?.name).toBe(
      "header",
    );
    expect(loadDescriptorSet(protoDescToSet(bytes)).get("apollo.common.Header").schema.data.length).toBeGreaterThan(0);
    const names = filesOfSet(protoDescToSet(bytes)).map((file) => fileHeader(file).name);
    expect([...names].sort()).toEqual(
      filesOfSet(LocalizationEstimate.schema.data)
        .map((file) => fileHeader(file).name)
        .sort(),
    );
  });

  test("that is damaged is refused", () => {
    for (let length = 0; length < bytes.length; length += 97)
      expect(errorOf(() => loadProtoDesc(bytes.subarray(0, length))).code).toBe("MSG_BAD_DESCRIPTOR");
    let deep: apollo.cyber.proto.ProtoDesc = { desc: new Uint8Array() };
    for (let i = 0; i < 90; i++) deep = { desc: new Uint8Array(), dependencies: [deep] };
    expect(errorOf(() => loadProtoDesc(ProtoDesc.encode(deep))).code).toBe("MSG_BAD_DESCRIPTOR");
  });
});

describe("bad descriptors", () => {
  const { FileDescriptorSet } = google.protobuf;
  const load = (...file: google.protobuf.FileDescriptorProto[]) =>
    loadDescriptorSet(FileDescriptorSet.encode({ file }));
  const field = { name: "f", number: 1, label: 1, type: 5 } as const;
  const message = (name: string, ...fields: google.protobuf.FieldDescriptorProto[]) => ({ name, field: fields });

  test.for<[string, google.protobuf.FileDescriptorProto[]]>([
    ["no file descriptor", []],
    ["without a name", [{}]],
    ["imports b.proto, which is not there", [{ name: "a", dependency: ["b.proto"] }]],
    [
      "f is a .b.C, which is defined nowhere",
      [{ name: "a", message_type: [message("M", { ...field, type: 11, type_name: ".b.C" })] }],
    ],
    ["without the name of its type", [{ name: "a", message_type: [message("M", { ...field, type: 11 })] }]],
    [
      "is not a message",
      [
        {
          name: "a",
          message_type: [message("M", { ...field, type: 11, type_name: ".E" })],
          enum_type: [{ name: "E", value: [{ name: "A", number: 0 }] }],
        },
      ],
    ],
    ["no field can have number 0", [{ name: "a", message_type: [message("M", { ...field, number: 0 })] }]],
    ["two fields have number 1", [{ name: "a", message_type: [message("M", field, { ...field, name: "g" })] }]],
    ["two fields are called f", [{ name: "a", message_type: [message("M", field, { ...field, number: 2 })] }]],
    ["M is defined twice", [{ name: "a", message_type: [message("M"), message("M")] }]],
    ["enum E has no value", [{ name: "a", enum_type: [{ name: "E" }] }]],
    ["oneof 3 does not exist", [{ name: "a", message_type: [message("M", { ...field, oneof_index: 3 })] }]],
    ["two different files are called a", [{ name: "a" }, { name: "a", package: "p" }]],
    ["written in proto4", [{ name: "a", syntax: "proto4" }]],
    [
      "M is no entry of a map",
      [{ name: "a", message_type: [{ ...message("M", field), options: { map_entry: true } }] }],
    ],
    ["is no default of a int32", [{ name: "a", message_type: [message("M", { ...field, default_value: "seven" })] }]],
  ])("%s", ([message, files]) => {
    expect(errorOf(() => load(...files))).toMatchObject({
      code: "MSG_BAD_DESCRIPTOR",
      message: expect.stringContaining(message),
    });
  });

  const strange = loadProtoText(`syntax = "proto2"; package s; message M {
    map<string, E> e = 1; map<int64, M> m = 2; repeated E list = 3 [packed = true]; oneof o { string a = 4; M b = 5; bytes c = 6; }
    enum E { A = 1; B = -1; } optional group G = 7 { required bool d = 1 [default = true]; } optional double f = 8 [default = inf]; }`);

  test.for([LocalizationEstimate.schema, strange.get("s.M").schema])(
    "any bytes are types or refused: $name",
    ({ data }) => {
      const change = fc.tuple(fc.nat({ max: data.length - 1 }), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(
          fc.array(change, { minLength: 1, maxLength: 3 }),
          fc.uint8Array({ maxLength: 30 }),
          (changes, message) => {
            const bytes = data.slice();
            for (const [at, byte] of changes) bytes[at] = byte;
            try {
              const types = loadDescriptorSet(bytes);
              for (const type of types.names.map((name) => types.get(name))) {
                type.encode(type.create({}));
                const value = type.decode(message);
                type.encode(value);
                type.toText(value);
                type.fromJSON(JSON.parse(JSON.stringify(type.toJSON(value))));
                protoDefinition(type.descriptor);
              }
            } catch (error) {
              if (!(error instanceof DelosError)) throw error;
              expect(error.code).toMatch(/^MSG_/);
            }
          },
        ),
        { numRuns: 1000 },
      );
    },
  );

  test("a file that imports itself, or two each other, are read all the same", () => {
    const types = load(
      { name: "a", dependency: ["b"], message_type: [message("A", { ...field, type: 11, type_name: ".B" })] },
      { name: "b", dependency: ["a", "b"], message_type: [message("B", { ...field, type: 11, type_name: ".A" })] },
    );
    expect(types.get("A").decode(types.get("A").encode({ f: { f: {} } }))).toEqual({ f: { f: {} } });
  });
});
