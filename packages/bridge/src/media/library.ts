import { createHash } from "node:crypto";
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DelosError } from "@delos/core";

/** By their names; what they are their content says. */
const RECORDING = /\.(bag|mcap|record)(\.active|\.\d+)?$/i;
const MOST_FILES = 500;

/** A file that may be opened. */
export interface Listed {
  /** What pages call it: they never say, and never learn, where it is. */
  readonly id: string;
  readonly name: string;
  /** Name of its folder. */
  readonly folder: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * The recordings that pages may open: files directly in some folders, and single files. Pages choose by an id out of a list
 * that is made here; a path cannot be asked for at all, and a link that leads out of its folder is not in the list.
 */
export class Library {
  readonly #folders: readonly string[];
  readonly #more: () => readonly string[];

  /** `more`: files elsewhere, for example uploaded ones. */
  constructor(folders: readonly string[], more: () => readonly string[] = () => []) {
    this.#folders = [...new Set(folders)];
    this.#more = more;
  }

  list(): Listed[] {
    const inFolders = this.#folders.flatMap((folder) => filesIn(folder));
    const all = [...this.#more(), ...inFolders].flatMap((path) => listed(path) ?? []);
    return [...new Map(all.map((each) => [each.id, each])).values()].slice(0, MOST_FILES);
  }

  /** @throws {DelosError} `BRIDGE_NO_SUCH` */
  find(id: string): Listed {
    const found = this.list().find((each) => each.id === id);
    if (found === undefined) throw new DelosError("BRIDGE_NO_SUCH", "there is no such recording in the list");
    return found;
  }
}

export const idOf = (path: string): string => createHash("sha256").update(path).digest("base64url").slice(0, 22);

function filesIn(folder: string): string[] {
  try {
    const real = realpathSync(folder);
    const names = readdirSync(real).filter((name) => RECORDING.test(name));
    return names
      .sort()
      .filter((name) => dirname(realpathSync(join(real, name))) === real)
      .map((name) => join(real, name));
  } catch {
    return []; // it went away, or is not ours to read
  }
}

function listed(path: string): Listed | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  const [name, folder] = [basename(path), basename(dirname(path))];
  return { id: idOf(path), name, folder, path, bytes: stat.size, modifiedMs: stat.mtimeMs };
}
