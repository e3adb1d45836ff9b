/**
 * `@delos/msgs/proto`: message types from `.proto` sources at run time, by protobufjs' parser, and a `Writer` for protobufjs'
 * own types. An entry of its own, so that programs that never read sources never load the parser.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve as resolvePath, sep } from "node:path";
import { DelosError } from "@delos/core";
import { compileProto, parseProto } from "./proto-source.ts";
import { loadFiles, type TypeRegistry } from "./registry.ts";

export { MemoryWriter } from "./memory-writer.ts";

/**
 * Types of `.proto` texts, by the path under which they import each other.
 * @throws {DelosError} `MSG_PROTO_SYNTAX` with file and line, `MSG_PROTO_IMPORT` for an import that is not among them,
 * `MSG_BAD_DESCRIPTOR` for a type that is defined nowhere
 */
export function loadProtoText(sources: string | Readonly<Record<string, string>>): TypeRegistry {
  const texts = typeof sources === "string" ? { "message.proto": sources } : sources;
  return loadFiles(() =>
    compileProto(Object.keys(texts), (path) => (Object.hasOwn(texts, path) ? texts[path] : undefined)),
  );
}

/**
 * Types of `.proto` files. Imports are looked for below `importPaths`; without any, below the folders above the importing
 * file, the nearest first.
 * @throws {DelosError} as `loadProtoText`, and `MSG_PROTO_IMPORT` for a file that is not there
 */
export function loadProto(
  files: string | readonly string[],
  options: { readonly importPaths?: readonly string[] } = {},
): TypeRegistry {
  return loadFiles(() => compileProtoFiles(typeof files === "string" ? [files] : files, options.importPaths));
}

/** @internal The files as `FileDescriptorProto` bytes, dependencies first. */
export function compileProtoFiles(files: readonly string[], importPaths?: readonly string[]): Uint8Array[] {
  const roots = importPaths?.map((path) => resolvePath(path)) ?? files.map((file) => rootOf(resolvePath(file)));
  const names = files.map((file) => {
    const path = resolvePath(file);
    if (!existsSync(path)) throw new DelosError("MSG_PROTO_IMPORT", `no file ${file}`, { details: { file } });
    const root = roots.find((each) => inside(each, path)) ?? dirname(path);
    return relative(root, path).split(sep).join("/");
  });
  const places = [...new Set([...roots, ...files.map((file) => dirname(resolvePath(file)))])];
  return compileProto(names, (name) => {
    if (isAbsolute(name) || name.split("/").includes("..")) return undefined;
    const path = places.map((place) => join(place, name)).find((each) => existsSync(each));
    return path === undefined ? undefined : readFileSync(path, "utf8");
  });
}

const inside = (folder: string, path: string): boolean => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** The nearest folder above a file below which its imports are found; its own folder when it has none. */
function rootOf(file: string): string {
  if (!existsSync(file)) return dirname(file);
  const { imports } = parseProto(file, readFileSync(file, "utf8"));
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (imports.every((name) => existsSync(join(folder, name)) || name.startsWith("google/protobuf/"))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}
