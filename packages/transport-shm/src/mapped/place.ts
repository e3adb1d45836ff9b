import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DelosError, UsageError } from "@delos/core";
import type { ParticipantId } from "@delos/transport";
import { isProcessAlive, type ProcessIdentity, pidNamespace } from "./process-identity.ts";
import { SEGMENT_VERSION } from "./segment-file.ts";

/**
 * Where the processes of a host find each other. Names say who made them, so that nothing has to be opened to see whose a
 * folder is and whether its maker lives:
 *
 *   /dev/shm/delos-<uid>/                              0700
 *     <PID namespace>-<domain>/                        one bus
 *       <pid>-<tid>-<start ticks>-<participant id>/    one participant
 *         socket                                       takes what others have to tell it
 *         bell                                         a pipe that wakes its event loop
 *         1, 2, …                                      segments: a ring each
 *
 * All of a participant's files go with its folder: when it closes, or, when it was killed, by the first who notices: a peer, the
 * next to start, or `delos doctor`.
 */
export const SHM_ROOT = "/dev/shm";

/** Longest path of a socket, by sun_path in sys/un.h. */
const MAX_SOCKET_PATH = 107;

export interface PlaceName {
  readonly identity: ProcessIdentity;
  readonly participant: ParticipantId;
}

export const baseFolder = (root: string = SHM_ROOT): string => join(root, `delos-${process.getuid?.() ?? 0}`);

/** The folder of one bus. @throws {UsageError} for a domain that cannot be part of a file's name */
export function busFolder(domain: string, root: string = SHM_ROOT): string {
  if (!/^[\w.]{1,32}$/.test(domain)) {
    throw new UsageError(
      `a domain of shared memory has 1 to 32 letters, digits, _ and ., not ${JSON.stringify(domain)}`,
    );
  }
  return join(baseFolder(root), `${pidNamespace() ?? "0"}-${domain}`);
}

export function placeName({ identity: { pid, tid, startTicks }, participant }: PlaceName): string {
  return `${pid}-${tid}-${startTicks}-${participant}`;
}

/** Undefined: not a name that Delos gives. */
export function parsePlaceName(name: string): PlaceName | undefined {
  const [, pid, tid, startTicks, participant] = /^(\d{1,10})-(\d{1,10})-(\d{1,20})-([0-9a-f]{24})$/.exec(name) ?? [];
  if (participant === undefined) return undefined;
  return { identity: { pid: Number(pid), tid: Number(tid), startTicks: startTicks! }, participant };
}

/**
 * What must be the same for two processes to share memory: the kernel, its uptime, the very /dev/shm, the PID namespace (by
 * which they see each other's death), the user, and the version of all this. Part of a participant's announced address, so that
 * the choice of the transport needs no trial. Undefined: nothing can be shared here.
 */
export function hostFingerprint(root: string = SHM_ROOT): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = pidNamespace();
    if (namespace === undefined) return undefined;
    const parts = [boot, statSync(root).dev, namespace, process.getuid?.() ?? 0, SEGMENT_VERSION];
    return createHash("sha256").update(parts.join(" ")).digest("hex").slice(0, 12);
  } catch {
    return undefined;
  }
}

/** Makes a participant's folder, and those above it. @throws {DelosError} SHM_FOLDER, SHM_FULL */
export function makePlace(bus: string, name: string): string {
  const base = join(bus, "..");
  const place = join(bus, name);
  if (join(place, "socket").length > MAX_SOCKET_PATH) {
    throw new UsageError(`the domain makes the path of a socket too long: ${join(place, "socket")}`);
  }
  try {
    // The last one out takes the folders along: then once more.
    for (let tries = 0; ; tries++) {
      for (const folder of [base, bus]) {
        makeFolder(folder);
      }
      try {
        mkdirSync(place, { mode: 0o700 });
        chmodSync(place, 0o700); // whatever the umask
        return place;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === 100) throw error;
      }
    }
  } catch (cause) {
    if (cause instanceof DelosError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC") throw new DelosError("SHM_FULL", "no room for a folder in /dev/shm", { cause });
    const absent = existsSync(SHM_ROOT) ? "" : ", there is no /dev/shm";
    throw new DelosError("SHM_FOLDER", `${place} cannot be made: ${code ?? String(cause)}${absent}`, { cause });
  }
}

/** Somebody else may have made it first, in a folder where all may write. @throws {DelosError} SHM_FOLDER */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const stat = lstatSync(folder);
  const mine = stat.isDirectory() && stat.uid === process.geteuid?.() && (stat.mode & 0o077) === 0;
  if (mine) return;
  const what = stat.isDirectory()
    ? `belongs to user ${stat.uid}, mode ${(stat.mode & 0o777).toString(8)}`
    : "no folder";
  throw new DelosError("SHM_FOLDER", `${folder} is not a folder that only this user may open: ${what}`);
}

/** The participants that have a folder on the bus. */
export function placesOf(bus: string): PlaceName[] {
  return namesIn(bus).flatMap((name) => parsePlaceName(name) ?? []);
}

/** Removes a participant's folder, and those above it that are empty then. */
export function removePlace(bus: string, name: string): void {
  rmSync(join(bus, name), { recursive: true, force: true });
  for (const folder of [bus, join(bus, "..")]) {
    try {
      rmdirSync(folder);
    } catch {
      return; // others are in it
    }
  }
}

/** Removes what dead participants left on one bus. How many there were. */
export function sweep(bus: string): number {
  let removed = 0;
  for (const place of placesOf(bus)) {
    if (isProcessAlive(place.identity)) continue;
    removePlace(bus, placeName(place));
    removed++;
  }
  return removed;
}

export interface HostMemorySurvey {
  readonly folder: string;
  readonly participants: number;
  readonly segments: number;
  readonly bytes: number;
  /** What dead participants had left: removed by this look, or to be removed by another. */
  readonly removed: { readonly participants: number; readonly bytes: number };
  /** Folders of other PID namespaces: whether those processes live cannot be seen from here. */
  readonly elsewhere: readonly string[];
  /** What is not of Delos, or not as Delos makes it. */
  readonly strange: readonly string[];
}

/** Looks through everything of this user in /dev/shm, and removes what dead processes left, unless told to `keep` it. */
export function surveyHostMemory({ root = SHM_ROOT, keep = false } = {}): HostMemorySurvey {
  const folder = baseFolder(root);
  const namespace = pidNamespace();
  let [participants, segments, bytes] = [0, 0, 0];
  const removed = { participants: 0, bytes: 0 };
  const [elsewhere, strange]: [string[], string[]] = [[], []];
  for (const name of namesIn(folder)) {
    const bus = join(folder, name);
    if (!/^\d+-[\w.]+$/.test(name)) {
      strange.push(bus);
      continue;
    }
    if (!name.startsWith(`${namespace}-`)) {
      elsewhere.push(bus);
      continue;
    }
    for (const child of namesIn(bus)) {
      const place = parsePlaceName(child);
      if (place === undefined) {
        strange.push(join(bus, child));
        continue;
      }
      const size = sizeOf(join(bus, child));
      if (isProcessAlive(place.identity)) {
        participants++;
        segments += size.segments;
        bytes += size.bytes;
      } else {
        if (!keep) removePlace(bus, child);
        removed.participants++;
        removed.bytes += size.bytes;
      }
    }
  }
  return { folder, participants, segments, bytes, removed, elsewhere, strange };
}

function sizeOf(place: string): { readonly segments: number; readonly bytes: number } {
  let [segments, bytes] = [0, 0];
  for (const name of namesIn(place)) {
    if (!/^\d+$/.test(name)) continue;
    const size = lstatSync(join(place, name), { throwIfNoEntry: false })?.size;
    if (size === undefined) continue; // it went meanwhile
    segments++;
    bytes += size;
  }
  return { segments, bytes };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
