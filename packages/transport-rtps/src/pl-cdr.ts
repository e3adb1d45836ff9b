import { ByteReader } from "@delos/wire";
import { type ParameterList, readParameterList } from "./wire/parameter-list.ts";

const PL_CDR_BE = 2;
const PL_CDR_LE = 3;

/** A parameter list in little endian with its encapsulation, as discovery samples are. DDSI-RTPS 2.5 §9.6.3. */
export function withHeader(list: Uint8Array): Uint8Array {
  const whole = new Uint8Array(4 + list.length);
  whole[1] = PL_CDR_LE;
  whole.set(list, 4);
  return whole;
}

/** The parameter list of a discovery sample. */
export function parameterListOf(payload: Uint8Array): ParameterList {
  const reader = new ByteReader(payload, { code: "RTPS_MALFORMED" });
  const encapsulation = reader.uint32be() >>> 16;
  if (encapsulation !== PL_CDR_BE && encapsulation !== PL_CDR_LE)
    throw reader.malformed(`discovery in representation ${encapsulation}`, 0);
  reader.littleEndian = encapsulation === PL_CDR_LE;
  return readParameterList(reader);
}
