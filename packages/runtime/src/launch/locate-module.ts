import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DelosError } from "@delos/core";

/**
 * URL of a module of code: a path, relative to `directory`, or a package's export, looked for from there and then from here.
 * @throws {DelosError} LAUNCH_COMPONENT
 */
export function locateModule(specifier: string, directory: string): string {
  if (/^(\.{1,2})?\//.test(specifier)) {
    const file = resolve(directory, specifier);
    if (existsSync(file)) return pathToFileURL(file).href;
    throw new DelosError("LAUNCH_COMPONENT", `there is no file ${file}`);
  }
  for (const base of [`${resolve(directory)}/`, import.meta.url]) {
    try {
      return pathToFileURL(createRequire(base).resolve(specifier)).href;
    } catch {
      // The next place.
    }
  }
  try {
    return import.meta.resolve(specifier); // what has no door for `require`
  } catch {
    throw new DelosError(
      "LAUNCH_COMPONENT",
      `no such package or export is installed beside ${directory} or with Delos`,
    );
  }
}
