import { DelosError } from "@delos/core";
import type { ByteReader } from "./byte-reader.ts";
import type { XcdrVersion } from "./cdr-reader.ts";
import type { Extensibility } from "./type-tree.ts";

/**
 * The four bytes before a CDR payload, always big-endian. DDSI-RTPS 2.5 §10.2, DDS-XTypes 1.3 §7.6.3.
 *
 *   0               8               16                             31
 *  +---------------+---------------+---------------+-----------+---+
 *  |     representation id         |       options             | P |  P: bytes of padding at the payload's end
 *  +---------------+---------------+---------------+-----------+---+
 */
export interface Encapsulation {
  readonly version: XcdrVersion;
  readonly littleEndian: boolean;
  /** How the outermost type is written. */
  readonly form: "plain" | "delimited" | "parameters";
  readonly padding: number;
}

const IDS: readonly [number, XcdrVersion, Encapsulation["form"]][] = [
  [0x0000, 1, "plain"],
  [0x0002, 1, "parameters"],
  [0x0006, 2, "plain"],
  [0x0008, 2, "delimited"],
  [0x000a, 2, "parameters"],
];

export function readEncapsulation(reader: ByteReader): Encapsulation {
  const word = reader.uint32be();
  const id = word >>> 16;
  const known = IDS.find(([base]) => base === (id & ~1));
  if (known === undefined) {
    throw reader.malformed(`representation 0x${id.toString(16).padStart(4, "0")} is no CDR`, reader.offset - 4);
  }
  return { version: known[1], littleEndian: (id & 1) === 1, form: known[2], padding: word & 3 };
}

/** How a type stands as the outermost one. */
export function formOf(extensibility: Extensibility, version: XcdrVersion): Encapsulation["form"] {
  if (extensibility === "mutable") return "parameters";
  return extensibility === "appendable" && version === 2 ? "delimited" : "plain";
}

/** The header's 32 bits. */
export function encapsulationWord({ version, littleEndian, form, padding }: Encapsulation): number {
  const known = IDS.find(([, v, f]) => v === version && f === form);
  if (known === undefined) throw new DelosError("WIRE_VALUE", `XCDR${version} has no ${form} form`);
  return ((((known[0] | (littleEndian ? 1 : 0)) << 16) | padding) >>> 0) >>> 0;
}
