import { MalformedError, type MessageSchema } from "@delos/core";
import type { Sample, SampleExtras } from "@delos/transport";
import type { ByteReader } from "@delos/wire";
import { FRAME_BYTES } from "./history.ts";
import type { Incoming } from "./incoming.ts";
import { STATUS_DISPOSED, STATUS_UNREGISTERED, statusOf } from "./status.ts";
import { guidHex, guidOfHex, readGuid, writeGuid } from "./wire/guid.ts";
import { mustUnderstandUnknown, PID } from "./wire/parameter-id.ts";
import {
  findParameter,
  type ParameterList,
  ParameterListBuilder,
  parameterReader,
  readString,
  writeString,
} from "./wire/parameter-list.ts";
import { readSequenceNumber, writeSequenceNumber } from "./wire/sequence-number.ts";

/** SEQUENCENUMBER_UNKNOWN is { -1, 0 }. DDSI-RTPS 2.5 §9.4.2.5. */
const UNKNOWN_HIGH = -1;

export const isCdr = (schema: MessageSchema): boolean => schema.messageEncoding === "cdr";

/** What is inside the frame that the payload is (see `FRAME_BYTES`), as a view. @throws {MalformedError} when it is none */
export function unframedOf(incoming: Incoming): Uint8Array {
  const { bytes, from } = incoming;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from + FRAME_BYTES, framedBytes(incoming));
}

/** How much is inside the frame, behind its `FRAME_BYTES`. @throws {MalformedError} when the payload is none */
export function framedBytes({ bytes, from, to }: Incoming): number {
  if (from < 0 || to - from < FRAME_BYTES) throw noFrame(`${from < 0 ? 0 : to - from} bytes are no frame`);
  const [high, low] = [bytes[from]!, bytes[from + 1]!];
  if (high !== 0 || low > 1) throw noFrame(`representation ${high * 256 + low}`);
  const [a, b, c, d] = [bytes[from + 4]!, bytes[from + 5]!, bytes[from + 6]!, bytes[from + 7]!];
  const length = (low === 1 ? a | (b << 8) | (c << 16) | (d << 24) : (a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  if (length > to - from - FRAME_BYTES) throw noFrame(`${length} bytes framed, ${to - from - FRAME_BYTES} there`);
  return length;
}

const noFrame = (message: string): MalformedError => new MalformedError("RTPS_PAYLOAD", message, 0);

/** Inline QoS of a sample; undefined when there is nothing to say. */
export function inlineQosOf(sample: Sample, sn: number, key: Uint8Array | undefined): Uint8Array | undefined {
  const { extras } = sample;
  if (extras === undefined && sample.sequence === sn && key === undefined) return undefined;
  const list = new ParameterListBuilder();
  let any = false;
  const add: ParameterListBuilder["add"] = (pid, write) => {
    any = true;
    return list.add(pid, write);
  };
  if (key !== undefined) add(PID.KEY_HASH, (value) => value.raw(key));
  const state = extras?.instanceState;
  if (state !== undefined) {
    add(PID.STATUS_INFO, (value) => value.uint32be(state === "disposed" ? STATUS_DISPOSED : STATUS_UNREGISTERED));
  }
  const related = extras?.related;
  if (related !== undefined) {
    for (const pid of [PID.RELATED_SAMPLE_IDENTITY, PID.FAST_RELATED_SAMPLE_IDENTITY]) {
      add(pid, (value) => {
        writeGuid(value, guidOfHex(related.publisher));
        if (related.sequence > 0) writeSequenceNumber(value, related.sequence);
        else {
          value.int32(UNKNOWN_HIGH);
          value.uint32(0);
        }
      });
    }
  }
  const attributes = Object.entries(extras?.attributes ?? {});
  if (attributes.length > 0) {
    add(PID.DELOS_ATTRIBUTES, (value) => {
      value.uint32(attributes.length);
      for (const [name, text] of attributes) {
        writeString(value, name);
        writeString(value, text);
      }
    });
  }
  if (sample.sequence !== sn) add(PID.DELOS_SEQUENCE, (value) => writeSequenceNumber(value, sample.sequence));
  return any ? list.finish() : undefined;
}

export interface InlineFacts {
  readonly sequence: number | undefined;
  readonly extras: SampleExtras | undefined;
}

/** @throws {MalformedError} when a parameter does not hold what its id says, or must be understood and is not */
export function readInlineQos(list: ParameterList | undefined, fromDelos: boolean): InlineFacts {
  if (list === undefined) return { sequence: undefined, extras: undefined };
  for (const { pid } of list.parameters) {
    if (mustUnderstandUnknown(pid)) {
      throw new MalformedError("RTPS_PARAMETER", `inline parameter ${pid} must be understood`, 0);
    }
  }
  const extras: { -readonly [K in keyof SampleExtras]: SampleExtras[K] } = {};
  const status = statusOf(list);
  if ((status & STATUS_DISPOSED) !== 0) extras.instanceState = "disposed";
  else if ((status & STATUS_UNREGISTERED) !== 0) extras.instanceState = "unregistered";
  const hash = findParameter(list, PID.KEY_HASH);
  if (hash !== undefined && hash.length >= 16) extras.keyHash = Uint8Array.from(hash.subarray(0, 16));
  const identity =
    findParameter(list, PID.RELATED_SAMPLE_IDENTITY) ?? findParameter(list, PID.FAST_RELATED_SAMPLE_IDENTITY);
  if (identity !== undefined && identity.length >= 24) {
    const reader = parameterReader(list, identity);
    extras.related = { publisher: guidHex(readGuid(reader)), sequence: readRelatedNumber(reader) };
  }
  let sequence: number | undefined;
  if (fromDelos) {
    const attributes = findParameter(list, PID.DELOS_ATTRIBUTES);
    if (attributes !== undefined) extras.attributes = readAttributes(parameterReader(list, attributes));
    const number = findParameter(list, PID.DELOS_SEQUENCE);
    if (number !== undefined) sequence = readSequenceNumber(parameterReader(list, number));
  }
  return { sequence, extras: Object.keys(extras).length === 0 ? undefined : extras };
}

/** 0 for SEQUENCENUMBER_UNKNOWN: a request of ROS 2 on Fast DDS so names the reader that waits for the answer, and no sample. */
function readRelatedNumber(reader: ByteReader): number {
  const { offset } = reader;
  if (reader.int32() === UNKNOWN_HIGH && reader.uint32() === 0) return 0;
  reader.offset = offset;
  return readSequenceNumber(reader);
}

function readAttributes(reader: ByteReader): Record<string, string> {
  const count = reader.uint32();
  if (count * 8 > reader.remaining) throw reader.malformed(`${count} attributes`);
  const entries: [string, string][] = [];
  for (let i = 0; i < count; i++) entries.push([readString(reader), readString(reader)]);
  return Object.fromEntries(entries);
}
