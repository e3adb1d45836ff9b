import type { ParticipantData } from "./participant-data.ts";
import { VENDOR_DELOS } from "./wire/message.ts";

/** What a Delos participant says of its sockets: how many bytes one holds that were not read yet. */
const PROPERTY = "delos.receive_buffer";

export const receiveBufferProperty = (bytes: number): [name: string, text: string] => [PROPERTY, String(bytes)];

/** Undefined where the participant does not say. Whatever is claimed, the sender bounds it. */
export function receiveBufferOf({ vendor, properties }: ParticipantData): number | undefined {
  const text = vendor === VENDOR_DELOS ? properties.get(PROPERTY) : undefined;
  return text !== undefined && /^\d{4,12}$/.test(text) ? Number(text) : undefined;
}
