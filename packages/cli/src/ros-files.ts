import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DelosError, describeError } from "@delos/core";
import { shortRosName } from "@delos/wire";

const SEPARATOR = `\n${"=".repeat(80)}\nMSG: `;
/** A member that is of a message type, or may be: `Wheel[4] wheels`, `other_msgs/msg/Wheel wheel`. */
const MEMBER = /^[ \t]*([A-Z]\w*|\w+\/(?:msg\/)?\w+)(?:<=\d+)?(?:\[[^\]]*\])?[ \t]+[a-z]\w*[ \t]*(?:#.*|\S.*)?$/gm;
/** Parts of `.srv` and `.action` files. */
const PARTS = /^---[ \t]*\r?$/m;

type Env = Readonly<Record<string, string | undefined>>;

export type RosKind = "msg" | "srv" | "action";

/** A definition file as ROS 2's packages have it: `pkg/msg/Type.msg`, whose members' types are in files beside it. */
export interface RosFile {
  readonly text: string;
  /** Where it is, by which those of its members are found. */
  readonly path: string | undefined;
}

/**
 * The definition that an option gives, a file or the text itself, or, without one, that of a ROS 2 which is installed here
 * (AMENT_PREFIX_PATH, as its setup files set it). Undefined when there is none.
 * @throws {DelosError} FILE_UNREADABLE
 */
export function rosFile(
  type: string,
  kind: RosKind,
  given: string | undefined,
  context: { readonly cwd: string; readonly env: Env },
): RosFile | undefined {
  if (given === undefined) {
    // The name may be one that came from the network.
    const [, pkg, name] = /^(\w+)\/(?:\w+\/)?(\w+)$/.exec(type) ?? [];
    const path = name === undefined ? undefined : installed(pkg!, `${kind}/${name}.${kind}`, context.env);
    return path === undefined ? undefined : { text: read(path), path };
  }
  const path = resolve(context.cwd, given);
  // Only a text has spaces, line ends or semicolons; messages without members have to be a file.
  if (/[\s;]/.test(given.trim()) && !existsSync(path)) {
    return { text: given.replaceAll(/;|\s+(?=---)|(?<=---)\s+/g, "\n"), path: undefined };
  }
  return { text: read(path), path };
}

/**
 * The parts of a file (`.msg`: one, `.srv`: request and response, `.action`: goal, result and feedback), each followed by the
 * definitions of all that it is made of, as far as they lie beside it or in an installed ROS 2.
 */
export function rosParts({ text, path }: RosFile, type: string, env: Env): string[] {
  const [pkg = ""] = type.split("/");
  return text.split(PARTS).map((part) => {
    const found = new Map<string, string>();
    collect(part, pkg, path, env, found);
    return part + [...found].map(([name, inner]) => `${SEPARATOR}${name}\n${inner}`).join("");
  });
}

function collect(text: string, pkg: string, path: string | undefined, env: Env, found: Map<string, string>): void {
  for (const [, written = ""] of text.matchAll(MEMBER)) {
    const name = written.includes("/") ? shortRosName(written) : `${pkg}/${written}`;
    const [of = "", type = ""] = name.split("/");
    if (found.has(name) || text.includes(`MSG: ${name}`)) continue;
    const beside = path === undefined ? [] : [join(dirname(path), "../../", of, "msg", `${type}.msg`)];
    if (path !== undefined && of === pkg) {
      beside.unshift(join(dirname(path), `${type}.msg`), join(dirname(path), "../msg", `${type}.msg`));
    }
    const file = beside.find((each) => existsSync(each)) ?? installed(of, `msg/${type}.msg`, env);
    if (file === undefined) continue; // a standard one, or else missed by whoever reads the definition
    const inner = read(file);
    found.set(name, inner);
    collect(inner, of, file, env, found);
  }
}

function installed(pkg: string, file: string, env: Env): string | undefined {
  const prefixes = (env["AMENT_PREFIX_PATH"] ?? "").split(":").filter(Boolean);
  return prefixes.map((prefix) => join(prefix, "share", pkg, file)).find((path) => existsSync(path));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DelosError("FILE_UNREADABLE", describeError(cause), { cause, details: { file: path } });
  }
}
