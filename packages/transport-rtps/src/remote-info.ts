import type { EndpointInfo, ParticipantInfo, TransportAddress } from "@delos/transport";
import type { EndpointData } from "./endpoint-data.ts";
import { type Naming, schemaOfWire, topicOfWire } from "./names.ts";
import type { ParticipantData } from "./participant-data.ts";
import { readTypeHash } from "./type-hash.ts";
import { entityIdHex } from "./wire/entity-id.ts";
import { VENDOR_CYCLONE, VENDOR_DELOS, VENDOR_FAST } from "./wire/message.ts";

const VENDORS: Readonly<Record<number, string>> = {
  [VENDOR_DELOS]: "delos",
  [VENDOR_CYCLONE]: "Eclipse Cyclone DDS",
  [VENDOR_FAST]: "eProsima Fast DDS",
  0x0101: "RTI Connext DDS",
  0x0102: "ADLINK OpenSplice DDS",
  0x0103: "OCI OpenDDS",
  0x0106: "TwinOaks CoreDX DDS",
  0x0112: "Atostek RustDDS",
};

const HOST = "delos.host";
const PID = "delos.pid";
const THREAD = "delos.thread";
const TRANSPORTS = "delos.transports";

/** What a Delos participant says of itself beyond what DDS asks. */
export function propertiesOf(participant: ParticipantInfo): Map<string, string> {
  const properties = new Map<string, string>();
  if (participant.host !== undefined) properties.set(HOST, participant.host);
  if (participant.pid !== undefined) properties.set(PID, String(participant.pid));
  if (participant.thread !== undefined) properties.set(THREAD, String(participant.thread));
  const transports = participant.transports.map(({ name, reach, domain }) => `${name} ${reach} ${domain}`);
  properties.set(TRANSPORTS, transports.join("\n"));
  return properties;
}

/** `heardOver`: how a participant is reached that does not say how, as all do that are not of Delos. */
export function participantInfo(data: ParticipantData, heardOver: TransportAddress): ParticipantInfo {
  const { properties } = data;
  const number = (key: string): number | undefined => {
    const text = properties.get(key);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  return {
    id: data.prefix,
    name: data.name,
    host: properties.get(HOST),
    pid: number(PID),
    thread: number(THREAD),
    transports: properties.has(TRANSPORTS) ? transportsOf(properties.get(TRANSPORTS)) : [heardOver],
    vendor: VENDORS[data.vendor] ?? `vendor 0x${data.vendor.toString(16).padStart(4, "0")}`,
  };
}

function transportsOf(text: string | undefined): TransportAddress[] {
  return (text ?? "").split("\n").flatMap((line) => {
    const [name, reach, ...domain] = line.split(" ");
    const known = reach === "thread" || reach === "process" || reach === "host" || reach === "network";
    return name !== undefined && known ? [{ name, reach, domain: domain.join(" ") }] : [];
  });
}

/**
 * The id that users know: with the kind of keyless endpoints, as the transport contract forms it, also where the wire has that
 * of a keyed one. Foreign ids stay as they are.
 */
export function endpointIdOf(data: EndpointData, vendor: number): string {
  const { prefix, entityId } = data.guid;
  const kind = vendor !== VENDOR_DELOS ? entityId & 0xff : data.kind === "publication" ? 0x03 : 0x04;
  return prefix + entityIdHex(((entityId & 0xffff_ff00) | kind) >>> 0);
}

export function endpointInfo(
  data: EndpointData,
  participant: ParticipantInfo,
  vendor: number,
  naming: Naming,
  node = data.node,
): EndpointInfo {
  const typeHash = readTypeHash(data.userData);
  return {
    id: endpointIdOf(data, vendor),
    kind: data.kind,
    participant,
    node,
    topic: topicOfWire(data.topic, naming),
    schema: data.schema ?? schemaOfWire(data.type),
    qos: data.qos,
    ...(typeHash === undefined ? {} : { typeHash }),
  };
}
