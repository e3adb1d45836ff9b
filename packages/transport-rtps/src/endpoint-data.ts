import type { MessageSchema } from "@delos/core";
import type { Qos } from "@delos/transport";
import { readBytes } from "./participant-data.ts";
import { addQosParameters, readQosParameter, unstatedQos } from "./qos-parameters.ts";
import { PARTICIPANT } from "./wire/entity-id.ts";
import { type Guid, readGuid, writeGuid } from "./wire/guid.ts";
import { type Locator, readLocator } from "./wire/locator.ts";
import { PROTOCOL_VERSION, VENDOR_DELOS } from "./wire/message.ts";
import { mustUnderstandUnknown, PID } from "./wire/parameter-id.ts";
import {
  findParameter,
  type ParameterList,
  ParameterListBuilder,
  parameterReader,
  readString,
  writeString,
} from "./wire/parameter-list.ts";

/** What an endpoint says of itself by SEDP. DDSI-RTPS 2.5 §8.5.4.3, §9.6.3.3. Names are those on the wire. */
export interface EndpointData {
  readonly guid: Guid;
  readonly kind: "publication" | "subscription";
  readonly topic: string;
  readonly type: string;
  readonly qos: Qos;
  readonly unicast: readonly Locator[];
  readonly multicast: readonly Locator[];
  /** DATA_REPRESENTATION ids: 0 XCDR1, 2 XCDR2. Of a writer the first counts. */
  readonly representations: readonly number[];
  readonly expectsInlineQos: boolean;
  readonly userData: Uint8Array;
  /** Delos endpoints carry their schema, so that tools decode unknown topics. */
  readonly schema: MessageSchema | undefined;
  readonly node: string;
}

const MAX_LOCATORS = 16;
/** Longest topic and type names that are taken; ROS 2 ends at 255. */
const MAX_NAME = 1024;
/** Schemas beyond this size do not travel in discovery. */
export const MAX_SCHEMA_BYTES = 48 * 1024;

/** The endpoint that a discovery sample is about: ENDPOINT_GUID, or the key hash that may stand for it. */
export function endpointGuidOf(
  list: ParameterList | undefined,
  inlineQos: ParameterList | undefined,
): Guid | undefined {
  const value = findParameter(list, PID.ENDPOINT_GUID) ?? findParameter(inlineQos, PID.KEY_HASH);
  if (value === undefined || value.length < 16) return undefined;
  return readGuid(parameterReader(list ?? inlineQos!, value));
}

/**
 * @throws {MalformedError} when a parameter does not hold what its id says, or what an endpoint cannot do without is missing
 */
export function readEndpointData(
  list: ParameterList,
  guid: Guid,
  kind: EndpointData["kind"],
  vendor: number,
): EndpointData {
  const qos = unstatedQos(kind);
  let topic = "";
  let type = "";
  let node = "";
  let userData: Uint8Array = new Uint8Array(0);
  let schema: MessageSchema | undefined;
  let representations: number[] = [];
  let expectsInlineQos = false;
  const unicast: Locator[] = [];
  const multicast: Locator[] = [];
  for (const { pid, value } of list.parameters) {
    const reader = parameterReader(list, value);
    if (readQosParameter(qos, pid, reader)) continue;
    switch (pid) {
      case PID.TOPIC_NAME:
        topic = readString(reader);
        break;
      case PID.TYPE_NAME:
        type = readString(reader);
        break;
      case PID.UNICAST_LOCATOR:
      case PID.MULTICAST_LOCATOR: {
        const locator = readLocator(reader);
        const into = pid === PID.UNICAST_LOCATOR ? unicast : multicast;
        if (locator !== undefined && into.length < MAX_LOCATORS) into.push(locator);
        break;
      }
      case PID.DATA_REPRESENTATION: {
        const count = reader.uint32();
        if (count * 2 > reader.remaining) throw reader.malformed(`${count} representations`);
        representations = Array.from({ length: count }, () => reader.int16());
        break;
      }
      case PID.EXPECTS_INLINE_QOS:
        expectsInlineQos = reader.bool();
        break;
      case PID.USER_DATA:
        userData = readBytes(reader);
        break;
      case PID.DELOS_SCHEMA:
        if (vendor === VENDOR_DELOS) {
          const [messageEncoding, schemaEncoding] = [readString(reader), readString(reader)];
          const [name, md5sum] = [readString(reader), readString(reader)];
          const data = readBytes(reader);
          schema = { name, messageEncoding, schemaEncoding, data, ...(md5sum === "" ? {} : { md5sum }) };
        }
        break;
      case PID.DELOS_NODE:
        if (vendor === VENDOR_DELOS) node = readString(reader);
        break;
      default:
        if (mustUnderstandUnknown(pid)) throw reader.malformed(`parameter ${pid} must be understood`);
    }
  }
  const bad = [topic, type].find((name) => name.length === 0 || name.length > MAX_NAME);
  if (bad !== undefined) {
    throw parameterReader(list, new Uint8Array()).malformed(`a topic or type name of ${bad.length} characters`);
  }
  const of = { guid, kind, topic, type, qos, unicast, multicast, representations, expectsInlineQos, userData };
  return { ...of, schema, node };
}

/** The parameter list that announces an endpoint of ours, without encapsulation header. */
export function writeEndpointData(data: EndpointData): Uint8Array {
  const list = new ParameterListBuilder()
    .add(PID.ENDPOINT_GUID, (value) => writeGuid(value, data.guid))
    .add(PID.PARTICIPANT_GUID, (value) => writeGuid(value, { prefix: data.guid.prefix, entityId: PARTICIPANT }))
    .add(PID.PROTOCOL_VERSION, (value) => value.uint32be(PROTOCOL_VERSION * 0x1_0000))
    .add(PID.VENDORID, (value) => value.uint32be(VENDOR_DELOS * 0x1_0000))
    .add(PID.TOPIC_NAME, (value) => writeString(value, data.topic))
    .add(PID.TYPE_NAME, (value) => writeString(value, data.type));
  addQosParameters(list, data.qos, data.kind);
  list.add(PID.DATA_REPRESENTATION, (value) => {
    value.uint32(data.representations.length);
    for (const id of data.representations) value.int16(id);
  });
  if (data.userData.length > 0) {
    list.add(PID.USER_DATA, (value) => {
      value.uint32(data.userData.length);
      value.raw(data.userData);
    });
  }
  if (data.node !== "") list.add(PID.DELOS_NODE, (value) => writeString(value, data.node));
  const { schema } = data;
  if (schema !== undefined) {
    list.add(PID.DELOS_SCHEMA, (value) => {
      writeString(value, schema.messageEncoding);
      writeString(value, schema.schemaEncoding);
      writeString(value, schema.name);
      writeString(value, schema.md5sum ?? "");
      const bytes = schema.data.length <= MAX_SCHEMA_BYTES ? schema.data : new Uint8Array(0);
      value.uint32(bytes.length);
      value.raw(bytes);
    });
  }
  return list.finish();
}

/** The parameter list that names an endpoint which is gone. */
export function writeEndpointKey(guid: Guid): Uint8Array {
  return new ParameterListBuilder().add(PID.ENDPOINT_GUID, (value) => writeGuid(value, guid)).finish();
}
