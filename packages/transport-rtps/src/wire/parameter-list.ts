import { ByteReader, ByteWriter } from "@delos/wire";
import { PID } from "./parameter-id.ts";

/**
 * ParameterList, DDSI-RTPS 2.5 §9.4.2.11: parameters, ended by a sentinel.
 *
 *   0               8               16                             31
 *  +---------------+---------------+-------------------------------+
 *  |         parameterId           |   length, a multiple of 4     |
 *  +---------------+---------------+-------------------------------+
 *  |                            value                              |
 *  +---------------------------------------------------------------+  …
 *  |     PID_SENTINEL (0x0001)     |           ignored             |
 *  +---------------------------------------------------------------+
 *
 * Values have the list's byte order and are aligned from their own start.
 */
export interface Parameter {
  readonly pid: number;
  /** A view of the message: valid as long as that is. */
  readonly value: Uint8Array;
}

export interface ParameterList {
  readonly littleEndian: boolean;
  readonly parameters: readonly Parameter[];
}

/** More parameters than any announcement has; the rest of a datagram is not worth looking at. */
const MAX_PARAMETERS = 4096;

export function readParameterList(body: ByteReader): ParameterList {
  const parameters: Parameter[] = [];
  for (;;) {
    const pid = body.uint16();
    const length = body.uint16();
    if (pid === PID.SENTINEL) break;
    if (length % 4 !== 0) throw body.malformed(`parameter ${pid} of ${length} bytes`, body.offset - 2);
    if (parameters.length >= MAX_PARAMETERS) throw body.malformed("too many parameters");
    parameters.push({ pid, value: body.view8(length) });
  }
  return { littleEndian: body.littleEndian, parameters };
}

export function writeParameterList(writer: ByteWriter, { parameters }: ParameterList): void {
  for (const { pid, value } of parameters) {
    writer.uint16(pid);
    writer.uint16((value.length + 3) & ~3);
    writer.raw(value);
    writer.zeros(-value.length & 3);
  }
  writer.uint16(PID.SENTINEL);
  writer.uint16(0);
}

/** The first parameter of that id. */
export function findParameter(list: ParameterList | undefined, pid: number): Uint8Array | undefined {
  return list?.parameters.find((parameter) => parameter.pid === pid)?.value;
}

/** Reads one parameter's value. */
export function parameterReader(list: ParameterList, value: Uint8Array): ByteReader {
  return new ByteReader(value, { littleEndian: list.littleEndian, code: "RTPS_PARAMETER" });
}

/** A string within a parameter: uint32 length with the NUL, bytes, NUL, padding to four. */
export function readString(reader: ByteReader): string {
  const length = reader.uint32();
  reader.need(length);
  if (length === 0) return "";
  if (reader.bytes[reader.offset + length - 1] !== 0) throw reader.malformed("string without its NUL");
  const text = reader.utf8(length - 1);
  reader.offset++;
  reader.offset = Math.min(reader.end, (reader.offset + 3) & ~3);
  return text;
}

export function writeString(writer: ByteWriter, text: string): void {
  const at = writer.offset;
  writer.uint32(0);
  writer.patchUint32(at, writer.utf8(text) + 1);
  writer.uint8(0);
  writer.zeros(-writer.offset & 3);
}

/** Collects parameters: little-endian, as everything that we write. */
export class ParameterListBuilder {
  readonly #writer = new ByteWriter();

  /** `write` fills in one value. */
  add(pid: number, write: (value: ByteWriter) => void): this {
    const writer = this.#writer;
    writer.uint16(pid);
    writer.uint16(0);
    const start = writer.offset;
    write(writer);
    writer.zeros((start - writer.offset) & 3);
    writer.patchUint16(start - 2, writer.offset - start);
    return this;
  }

  /** All bytes, sentinel included. */
  finish(): Uint8Array {
    this.#writer.uint16(PID.SENTINEL);
    this.#writer.uint16(0);
    return this.#writer.finish();
  }
}
