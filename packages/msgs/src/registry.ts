import { DelosError, MalformedError, type MessageSchema } from "@delos/core";
import { Codecs } from "./codecs.ts";
import { collect, descriptorSet, fileHeader, filesOfSet } from "./descriptor-bytes.ts";
import { DescriptorPool } from "./descriptor-pool.ts";
import { md5 } from "./md5.ts";
import { link, MessageType } from "./message-type.ts";
import { nearest } from "./values.ts";

/** How Apollo ROS announces a protobuf message: the package of the proto is dropped. */
const ROS_PACKAGE = "pb_msgs/";

/**
 * Short names that several types share, and who is meant: what Apollo 1.0 put on its topics. Unlisted ones are ambiguous.
 */
const ROS_MEANING: Readonly<Record<string, string>> = {
  Imu: "apollo.localization.Imu",
  Header: "apollo.common.Header",
  Pose: "apollo.localization.Pose",
  PointCloud: "apollo.drivers.PointCloud",
  CompressedImage: "apollo.drivers.CompressedImage",
  DecisionResult: "apollo.decision.DecisionResult",
  Clock: "apollo.cyber.proto.Clock",
};

/** Topics on which a shared name means another type. */
const ROS_TOPICS: Readonly<Record<string, string>> = {
  "Imu /apollo/sensor/gnss/imu": "apollo.drivers.gnss.Imu",
  "Imu /apollo/sensor/gnss/raw_imu": "apollo.drivers.gnss.Imu",
  "Imu /apollo/sensor/gnss/corrected_imu": "apollo.localization.Imu",
};

/** Finds message types by name. One holds Delos' own types; each set of descriptors that is loaded makes another. */
export class TypeRegistry {
  readonly #pool: DescriptorPool;
  readonly #codecs = new Codecs();
  readonly #types = new Map<string, MessageType>();
  #names: readonly string[] | undefined;
  #byShortName: Map<string, string[]> | undefined;

  /** `names`: full names of all messages when they are known beforehand, so that looking one up reads one file only. */
  constructor(pool: DescriptorPool, names?: readonly string[]) {
    this.#pool = pool;
    this.#names = names;
  }

  /** Full names of all message types, sorted. */
  get names(): readonly string[] {
    return (this.#names ??= this.#pool.messageNames().sort());
  }

  /**
   * By full name (`apollo.canbus.Chassis`) or Apollo's ROS name (`pb_msgs/Chassis`). Several types may share a ROS name:
   * `topic` tells which one is meant (`pb_msgs/Imu` is the localization's on `/apollo/sensor/gnss/corrected_imu` and the
   * driver's on `…/imu`); without it Apollo 1.0's use decides.
   */
  find(name: string, options: { readonly topic?: string } = {}): MessageType | undefined {
    const full = name.startsWith(ROS_PACKAGE) ? this.#fullName(name.slice(ROS_PACKAGE.length), options.topic) : name;
    return full === undefined || !this.#has(full) ? undefined : this.type(full);
  }

  /** As `find`. @throws {DelosError} `MSG_UNKNOWN_TYPE`, with the name that was perhaps meant */
  get(name: string, options: { readonly topic?: string } = {}): MessageType {
    const found = this.find(name, options);
    if (found !== undefined) return found;
    const ros = name.startsWith(ROS_PACKAGE);
    const several = ros ? this.#candidates(name.slice(ROS_PACKAGE.length)) : [];
    if (several.length > 1)
      throw new DelosError("MSG_UNKNOWN_TYPE", `${name} may be any of ${several.join(", ")}: give the full name`, {
        details: { type: name, candidates: several },
      });
    const short = (full: string): string => full.slice(full.lastIndexOf(".") + 1);
    const hint =
      nearest(name, ros ? this.names.map((full) => ROS_PACKAGE + short(full)) : this.names) ??
      this.names.find((full) => short(full) === name);
    throw new DelosError(
      "MSG_UNKNOWN_TYPE",
      `no message type ${name}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
      { details: { type: name } },
    );
  }

  #has(name: string): boolean {
    return this.#pool.message(name)?.mapEntry === false;
  }

  /** @internal The type without asking whether it exists: generated code knows. */
  type(name: string): MessageType {
    let type = this.#types.get(name);
    if (type === undefined) {
      type = new MessageType(name, () => link(name, this.#pool, this.#codecs));
      this.#types.set(name, type);
    }
    return type;
  }

  #candidates(short: string): readonly string[] {
    if (this.#byShortName === undefined) {
      this.#byShortName = new Map();
      for (const name of this.names) {
        const key = name.slice(name.lastIndexOf(".") + 1);
        const same = this.#byShortName.get(key);
        if (same === undefined) this.#byShortName.set(key, [name]);
        else same.push(name);
      }
    }
    return this.#byShortName.get(short) ?? [];
  }

  #fullName(short: string, topic: string | undefined): string | undefined {
    const candidates = this.#candidates(short);
    const meant = [ROS_TOPICS[`${short} ${topic}`], ROS_MEANING[short]].find(
      (name) => name !== undefined && candidates.includes(name),
    );
    if (meant !== undefined || candidates.length <= 1) return meant ?? candidates[0];
    // A message nested in another had no ROS name of its own; Apollo's have it before others'.
    const rank = (name: string): number => (name.startsWith("apollo.") ? 0 : 2) + (this.#isNested(name) ? 1 : 0);
    const [first, second] = [...candidates].sort((a, b) => rank(a) - rank(b));
    return rank(first!) < rank(second!) ? first : undefined;
  }

  #isNested(name: string): boolean {
    return this.#pool.message(name.slice(0, name.lastIndexOf("."))) !== undefined;
  }
}

/** `pb_msgs/Chassis` for `apollo.canbus.Chassis`: how Apollo ROS calls it. */
export function rosName(type: { readonly name: string }): string {
  return ROS_PACKAGE + type.name.slice(type.name.lastIndexOf(".") + 1);
}

/** What Apollo ROS gives as md5sum of a protobuf message: of its ROS name, whatever its fields. */
export function rosMd5(type: { readonly name: string }): string {
  return md5(rosName(type));
}

/**
 * Types of a binary `FileDescriptorSet`, as `protoc --include_imports --descriptor_set_out` writes it and recordings hold.
 * @throws {DelosError} `MSG_BAD_DESCRIPTOR`
 */
export function loadDescriptorSet(set: Uint8Array): TypeRegistry {
  return loadFiles(() => filesOfSet(set));
}

/**
 * Types of a Cyber `proto_desc`: a tree of `ProtoDesc {1 desc, 2 dependencies}` that repeats a file as often as it is
 * imported. @throws {DelosError} `MSG_BAD_DESCRIPTOR`
 */
export function loadProtoDesc(tree: Uint8Array): TypeRegistry {
  return loadFiles(() => filesOfProtoDesc(tree));
}

/** A Cyber `proto_desc` as the `FileDescriptorSet` that MCAP wants: each file once, dependencies first. */
export function protoDescToSet(tree: Uint8Array): Uint8Array {
  return descriptorSet(filesOfProtoDesc(tree));
}

/** @internal */
export function loadFiles(read: () => readonly Uint8Array[]): TypeRegistry {
  const pool = new DescriptorPool();
  try {
    for (const file of read()) pool.add(file);
    if (pool.fileNames.length === 0) throw new DelosError("MSG_BAD_DESCRIPTOR", "no file descriptor is in it");
    pool.check();
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause;
    throw new DelosError("MSG_BAD_DESCRIPTOR", `not a set of file descriptors: ${cause.message}`, {
      cause,
      details: cause.details,
    });
  }
  return new TypeRegistry(pool);
}

/** A Cyber tree may hold 160 nodes of 20 files; a hostile one could repeat without end what it nests. */
const MAX_TREE_NODES = 100_000;

function filesOfProtoDesc(tree: Uint8Array): Uint8Array[] {
  const files = new Map<string, Uint8Array>();
  let nodes = 0;
  const visit = (node: Uint8Array, depth: number): void => {
    if (depth > 100 || ++nodes > MAX_TREE_NODES)
      throw new DelosError("MSG_BAD_DESCRIPTOR", "this proto_desc nests its imports too deep or too often");
    const raw = collect(node);
    const desc = raw.all(1).at(-1);
    for (const dependency of raw.all(2)) visit(dependency, depth + 1);
    if (desc === undefined) throw new DelosError("MSG_BAD_DESCRIPTOR", "a node of this proto_desc has no descriptor");
    const { name } = fileHeader(desc);
    if (!files.has(name)) files.set(name, desc);
  };
  visit(tree, 0);
  return [...files.values()];
}

/**
 * The types that protobuf schemas describe, each made once: a recording of a thousand channels has a handful of schemas.
 * Who opens recordings or listens to peers holds one of these as long as they last.
 */
export class SchemaTypes {
  readonly #byContent = new Map<string, TypeRegistry>();
  readonly #bySchema = new WeakMap<MessageSchema, MessageType>();

  /**
   * @throws {DelosError} `MSG_NOT_PROTOBUF`, `MSG_BAD_DESCRIPTOR`, `MSG_UNKNOWN_TYPE`
   */
  codecFor(schema: MessageSchema): MessageType {
    let type = this.#bySchema.get(schema);
    if (type === undefined) {
      if (schema.schemaEncoding !== "protobuf")
        throw new DelosError(
          "MSG_NOT_PROTOBUF",
          `${schema.name} has a schema in ${schema.schemaEncoding || "no encoding"}`,
          {
            details: { type: schema.name, schemaEncoding: schema.schemaEncoding },
          },
        );
      const content = md5(schema.data);
      let registry = this.#byContent.get(content);
      if (registry === undefined) {
        registry = loadDescriptorSet(schema.data.slice());
        this.#byContent.set(content, registry);
      }
      type = registry.get(schema.name);
      this.#bySchema.set(schema, type);
    }
    return type;
  }
}
