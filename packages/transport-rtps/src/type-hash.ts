import { createHash } from "node:crypto";
import { DelosError, type MessageSchema } from "@delos/core";
import { rosTypeDescription, shortRosName, wellKnownRosText } from "@delos/wire";

const ROS_MESSAGE = /^\w+\/(?:msg|srv|action)\/\w+$/;
const HASH = /(?:^|;)typehash=(RIHS01_[0-9a-f]{64});/;

/** Hashes of types by name and text: an endpoint of a known type costs nothing. */
const known = new Map<string, string | undefined>();
const MAX_KNOWN = 1000;
/** What USER_DATA tells, by itself: endpoints that are alike share it, and nobody changes it. */
const read = new WeakMap<Uint8Array, string | undefined>();

/** ROS 2's hash of a type (REP 2011), as its endpoints tell it since Iron; undefined for what is no message of ROS 2. */
export function typeHashOf(schema: MessageSchema | undefined): string | undefined {
  if (schema?.messageEncoding !== "cdr" || schema.schemaEncoding !== "ros2msg") return undefined;
  if (!ROS_MESSAGE.test(schema.name)) return undefined;
  const given = new TextDecoder().decode(schema.data);
  const text = given === "" ? (wellKnownRosText(shortRosName(schema.name), "ros2") ?? "") : given;
  const key = `${schema.name}\n${text}`;
  if (known.has(key)) return known.get(key);
  if (known.size >= MAX_KNOWN) known.clear();
  const hash = compute(schema.name, text);
  known.set(key, hash);
  return hash;
}

function compute(name: string, text: string): string | undefined {
  try {
    return `RIHS01_${createHash("sha256").update(rosTypeDescription(text, name)).digest("hex")}`;
  } catch (error) {
    // A type of which a part is not known has no hash here. It talks all the same.
    if (error instanceof DelosError) return undefined;
    throw error;
  }
}

/** USER_DATA of an endpoint. rmw_dds_common, `encode_type_hash_for_user_data_qos`. */
export function writeTypeHash(hash: string | undefined): Uint8Array {
  return hash === undefined ? new Uint8Array(0) : new TextEncoder().encode(`typehash=${hash};`);
}

/** What USER_DATA tells; undefined when it tells nothing, or something else. */
export function readTypeHash(userData: Uint8Array): string | undefined {
  if (userData.length === 0 || userData.length > 1024) return undefined;
  if (read.has(userData)) return read.get(userData);
  const text = Buffer.from(userData.buffer, userData.byteOffset, userData.length).toString("latin1");
  const hash = HASH.exec(text)?.[1];
  read.set(userData, hash);
  return hash;
}
