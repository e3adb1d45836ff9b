import process from "node:process";
import { DelosError, describeError } from "@delos/core";
import { importKoffi, type Koffi, loadOrdinaryView as loadView, type OrdinaryView } from "@delos/core/native";

/** @throws {DelosError} SHM_REFUSED or SHM_NO_KOFFI: no native code is to be had */
export async function loadKoffi(): Promise<Koffi> {
  if (process.env["DELOS_SHM"] === "off") throw new DelosError("SHM_REFUSED", "switched off by DELOS_SHM=off");
  try {
    return await importKoffi();
  } catch (cause) {
    throw noKoffi(cause);
  }
}

export function noKoffi(cause: unknown): DelosError {
  const why = describeError(cause).split("\n")[0];
  return new DelosError("SHM_NO_KOFFI", `the optional package koffi cannot be used (${why})`, { cause });
}

/** Undefined where no native code is to be had, or is not wanted: copies are slower then, nothing else. */
export const loadOrdinaryView = (): Promise<OrdinaryView | undefined> => loadView(loadKoffi);
