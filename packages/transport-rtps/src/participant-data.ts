import { ByteReader } from "@delos/wire";
import { BUILTIN_ENDPOINTS } from "./wire/entity-id.ts";
import { type Guid, type GuidPrefix, readGuid, writeGuid } from "./wire/guid.ts";
import { type Locator, readLocator, writeLocator } from "./wire/locator.ts";
import { PROTOCOL_VERSION, VENDOR_DELOS } from "./wire/message.ts";
import { mustUnderstandUnknown, PID } from "./wire/parameter-id.ts";
import {
  type ParameterList,
  ParameterListBuilder,
  parameterReader,
  readString,
  writeString,
} from "./wire/parameter-list.ts";
import { durationOfMs, msOfDuration, readTime, writeTime } from "./wire/time.ts";

/** What a participant says of itself by SPDP. DDSI-RTPS 2.5 §8.5.3.2, §9.6.3.2. */
export interface ParticipantData {
  readonly prefix: GuidPrefix;
  readonly vendor: number;
  /** Absent in Fast DDS 2.9. */
  readonly domain: number | undefined;
  readonly domainTag: string;
  readonly name: string;
  readonly leaseMs: number;
  /** BUILTIN_ENDPOINT_SET. */
  readonly endpoints: number;
  readonly metatrafficUnicast: readonly Locator[];
  readonly metatrafficMulticast: readonly Locator[];
  readonly defaultUnicast: readonly Locator[];
  readonly defaultMulticast: readonly Locator[];
  readonly userData: Uint8Array;
  readonly properties: ReadonlyMap<string, string>;
}

/** It is of Delos, and has the built-in endpoints by which its participants tell each other of their nodes. */
export const tellsNodes = ({ vendor, endpoints }: Pick<ParticipantData, "vendor" | "endpoints">): boolean =>
  vendor === VENDOR_DELOS && endpoints >>> 30 === 3;

/** Locators of one kind that are looked at; a participant has a few. */
const MAX_LOCATORS = 16;
const MAX_PROPERTIES = 256;
/** DDSI-RTPS 2.5 §9.6.3.2: PARTICIPANT_LEASE_DURATION's default. */
const DEFAULT_LEASE_MS = 100_000;
/** A participant of which nothing is known for longer is gone, whatever it announced. */
const MAX_LEASE_MS = 24 * 3600 * 1000;

/** @throws {MalformedError} when a parameter does not hold what its id says */
export function readParticipantData(
  list: ParameterList,
  source: { prefix: GuidPrefix; vendor: number },
): ParticipantData {
  let guid: Guid | undefined;
  let { vendor } = source;
  let domain: number | undefined;
  let domainTag = "";
  let name = "";
  let leaseMs = DEFAULT_LEASE_MS;
  let endpoints = 0;
  let userData: Uint8Array = new Uint8Array(0);
  const locators = new Map<number, Locator[]>();
  const properties = new Map<string, string>();
  for (const { pid, value } of list.parameters) {
    const reader = parameterReader(list, value);
    switch (pid) {
      case PID.PARTICIPANT_GUID:
        guid = readGuid(reader);
        break;
      case PID.VENDORID:
        vendor = reader.uint32be() >>> 16;
        break;
      case PID.DOMAIN_ID:
        domain = reader.uint32();
        break;
      case PID.DOMAIN_TAG:
        domainTag = readString(reader);
        break;
      case PID.ENTITY_NAME:
        name = readString(reader);
        break;
      case PID.PARTICIPANT_LEASE_DURATION:
        leaseMs = Math.min(msOfDuration(readTime(reader)), MAX_LEASE_MS);
        break;
      case PID.BUILTIN_ENDPOINT_SET:
        endpoints = reader.uint32();
        break;
      case PID.METATRAFFIC_UNICAST_LOCATOR:
      case PID.METATRAFFIC_MULTICAST_LOCATOR:
      case PID.DEFAULT_UNICAST_LOCATOR:
      case PID.DEFAULT_MULTICAST_LOCATOR: {
        const known = locators.get(pid) ?? [];
        const locator = readLocator(reader);
        if (locator !== undefined && known.length < MAX_LOCATORS) locators.set(pid, [...known, locator]);
        break;
      }
      case PID.USER_DATA:
        userData = readBytes(reader);
        break;
      case PID.PROPERTY_LIST:
        readProperties(reader, properties);
        break;
      default:
        if (mustUnderstandUnknown(pid)) throw reader.malformed(`parameter ${pid} must be understood`);
    }
  }
  const prefix = guid?.prefix ?? source.prefix;
  const of = (pid: number): readonly Locator[] => locators.get(pid) ?? [];
  return {
    prefix,
    vendor,
    domain,
    domainTag,
    name,
    leaseMs,
    endpoints,
    metatrafficUnicast: of(PID.METATRAFFIC_UNICAST_LOCATOR),
    metatrafficMulticast: of(PID.METATRAFFIC_MULTICAST_LOCATOR),
    defaultUnicast: of(PID.DEFAULT_UNICAST_LOCATOR),
    defaultMulticast: of(PID.DEFAULT_MULTICAST_LOCATOR),
    userData,
    properties,
  };
}

/** sequence<octet>, copied. */
export function readBytes(reader: ByteReader): Uint8Array {
  return reader.copy8(reader.uint32());
}

/** sequence<{string name, string value}>. The count is not believed: what is not there ends the reading. */
export function readProperties(reader: ByteReader, into: Map<string, string>): void {
  const count = reader.uint32();
  if (count * 8 > reader.remaining) throw reader.malformed(`${count} properties`);
  for (let i = 0; i < count && i < MAX_PROPERTIES; i++) {
    const name = readString(reader);
    into.set(name, readString(reader));
  }
}

export interface OwnParticipantData extends Omit<ParticipantData, "vendor" | "endpoints" | "domain"> {
  readonly domain: number;
}

/** The parameter list that is our announcement, without encapsulation header. */
export function writeParticipantData(data: OwnParticipantData): Uint8Array {
  const list = new ParameterListBuilder()
    .add(PID.PROTOCOL_VERSION, (value) => value.uint32be(PROTOCOL_VERSION * 0x1_0000))
    .add(PID.VENDORID, (value) => value.uint32be(VENDOR_DELOS * 0x1_0000))
    .add(PID.PARTICIPANT_GUID, (value) => writeGuid(value, { prefix: data.prefix, entityId: 0x000001c1 }))
    .add(PID.BUILTIN_ENDPOINT_SET, (value) => value.uint32(BUILTIN_ENDPOINTS))
    // Fast DDS 2.9.1 drops a participant that does not say it, though there is a default.
    .add(PID.PARTICIPANT_LEASE_DURATION, (value) => writeTime(value, durationOfMs(data.leaseMs)))
    .add(PID.DOMAIN_ID, (value) => value.uint32(data.domain));
  if (data.domainTag !== "") list.add(PID.DOMAIN_TAG, (value) => writeString(value, data.domainTag));
  for (const [pid, locators] of [
    [PID.METATRAFFIC_UNICAST_LOCATOR, data.metatrafficUnicast],
    [PID.METATRAFFIC_MULTICAST_LOCATOR, data.metatrafficMulticast],
    [PID.DEFAULT_UNICAST_LOCATOR, data.defaultUnicast],
    [PID.DEFAULT_MULTICAST_LOCATOR, data.defaultMulticast],
  ] as const) {
    for (const locator of locators) list.add(pid, (value) => writeLocator(value, locator));
  }
  if (data.name !== "") list.add(PID.ENTITY_NAME, (value) => writeString(value, data.name));
  if (data.userData.length > 0) {
    list.add(PID.USER_DATA, (value) => {
      value.uint32(data.userData.length);
      value.raw(data.userData);
    });
  }
  if (data.properties.size > 0) {
    list.add(PID.PROPERTY_LIST, (value) => {
      value.uint32(data.properties.size);
      for (const [key, text] of data.properties) {
        writeString(value, key);
        writeString(value, text);
      }
    });
  }
  return list.finish();
}
