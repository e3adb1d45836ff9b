import type { ByteReader } from "@delos/wire";

/** Submessage ids, DDSI-RTPS 2.5 §9.4.5.1.1; from 0x80 on a vendor's own. */
export const ID = {
  PAD: 0x01,
  ACKNACK: 0x06,
  HEARTBEAT: 0x07,
  GAP: 0x08,
  INFO_TS: 0x09,
  INFO_SRC: 0x0c,
  INFO_REPLY_IP4: 0x0d,
  INFO_DST: 0x0e,
  INFO_REPLY: 0x0f,
  NACK_FRAG: 0x12,
  HEARTBEAT_FRAG: 0x13,
  DATA: 0x15,
  DATA_FRAG: 0x16,
  PAIRING: 0x80,
} as const;

/** Bit 0 of every submessage's flags. */
export const LITTLE_ENDIAN = 0x01;

/**
 * Submessage header, §9.4.5.1.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  | submessageId  |             E |      octetsToNextHeader       |
 *  +---------------+---------------+-------------------------------+
 */
export class SubmessageHeader {
  id = 0;
  flags = 0;
  /** Offset in the message of the first byte after the body. */
  end = 0;

  /**
   * Reads the next header and sets the reader's byte order; false at the end of the message. A length of 0 is real for PAD
   * and INFO_TS; for any other kind it says that the body reaches to the end (§9.4.5.1.3).
   */
  read(message: ByteReader): boolean {
    if (!message.more) return false;
    message.need(4);
    this.id = message.uint8();
    this.flags = message.uint8();
    message.littleEndian = (this.flags & LITTLE_ENDIAN) !== 0;
    const length = message.uint16();
    if (length === 0 && this.id !== ID.PAD && this.id !== ID.INFO_TS) this.end = message.end;
    else {
      message.need(length);
      this.end = message.offset + length;
    }
    return true;
  }
}
