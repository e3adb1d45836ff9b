import type { ByteReader, ByteWriter } from "@delos/wire";
import { LOCATOR_BYTES } from "./locator.ts";

/** Flag M: a list of multicast locators follows. */
const MULTICAST = 0x02;

/**
 * INFO_REPLY: where answers shall go. DDSI-RTPS 2.5 §8.3.8.5, §9.4.5.10; INFO_REPLY_IP4 §9.4.5.13 is its short form
 * (uint32 address and port instead of each list). Read so that the message goes on, otherwise without effect: where a
 * participant can be reached it announces, and following a stranger's word would make us a reflector.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |     0x0f      |          M E  |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 *  |         unicastLocatorList: uint32 count, Locator[]           |
 *  |    multicastLocatorList, if M: uint32 count, Locator[]        |
 *  +---------------------------------------------------------------+
 */
export interface InfoReply {
  /** 24 bytes each, as they are. */
  readonly unicast: readonly Uint8Array[];
  readonly multicast: readonly Uint8Array[] | undefined;
}

export function readInfoReply(body: ByteReader, flags: number): InfoReply {
  const unicast = readList(body);
  return { unicast, multicast: (flags & MULTICAST) === 0 ? undefined : readList(body) };
}

function readList(body: ByteReader): Uint8Array[] {
  const count = body.uint32();
  if (count * LOCATOR_BYTES > body.remaining) throw body.malformed(`${count} locators`, body.offset - 4);
  return Array.from({ length: count }, () => body.view8(LOCATOR_BYTES));
}

export const infoReplyFlags = (reply: InfoReply): number => (reply.multicast === undefined ? 0 : MULTICAST);

export function writeInfoReply(writer: ByteWriter, { unicast, multicast }: InfoReply): void {
  for (const list of multicast === undefined ? [unicast] : [unicast, multicast]) {
    writer.uint32(list.length);
    for (const locator of list) writer.raw(locator);
  }
}
