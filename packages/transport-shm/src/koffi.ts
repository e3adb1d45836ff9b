import process from "node:process";
import { DelosError, describeError } from "@delos/core";

/** Calls into C. An optional dependency that brings its binaries along and needs no script to install them. */
export type Koffi = typeof import("koffi");

/** @throws {DelosError} SHM_REFUSED or SHM_NO_KOFFI: no native code is to be had */
export async function loadKoffi(): Promise<Koffi> {
  if (process.env["DELOS_SHM"] === "off") throw new DelosError("SHM_REFUSED", "switched off by DELOS_SHM=off");
  try {
    const module = (await import("koffi")) as Koffi & { default?: Koffi };
    return module.default ?? module;
  } catch (cause) {
    throw noKoffi(cause);
  }
}

export function noKoffi(cause: unknown): DelosError {
  const why = describeError(cause).split("\n")[0];
  return new DelosError("SHM_NO_KOFFI", `the optional package koffi cannot be used (${why})`, { cause });
}
