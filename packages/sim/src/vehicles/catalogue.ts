import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DelosError, describeError } from "@delos/core";
import { readVehicle, VEHICLE_FILE, type Vehicle } from "./vehicle-file.ts";

const SHIPPED = fileURLToPath(new URL("../../vehicles/", import.meta.url));

/** What is driven where nothing else is said. */
export const DEFAULT_VEHICLE = "lincoln-mkz";

/** A folder that is meant to be a vehicle and is none. */
export interface BrokenVehicle {
  readonly id: string;
  /** With its code, file and place. */
  readonly message: string;
}

/** Vehicles of Delos, and those in folders of the user's: by the folders' names, which come first where two are the same. */
export interface Catalogue {
  readonly vehicles: readonly Vehicle[];
  readonly broken: readonly BrokenVehicle[];
}

/**
 * Reads every folder in `parents` that holds a `vehicle.pb.txt`, then Delos' own. What cannot be read is told, and is not a choice.
 * @throws {DelosError} VEHICLE_FILE when a parent is no folder, VEHICLE_CONFIG when two vehicles have one name
 */
export function readCatalogue(parents: readonly string[] = []): Catalogue {
  const vehicles: Vehicle[] = [];
  const broken: BrokenVehicle[] = [];
  const seen = new Set<string>();
  for (const folder of [...parents, SHIPPED].flatMap(foldersIn)) {
    const id = basename(folder);
    if (seen.has(id)) continue;
    seen.add(id);
    try {
      vehicles.push(readVehicle(folder));
    } catch (error) {
      broken.push({ id, message: describeError(error) });
    }
  }
  for (const [i, { id, name }] of vehicles.entries()) {
    const other = vehicles.slice(0, i).find((vehicle) => vehicle.name === name);
    if (other !== undefined)
      throw new DelosError("VEHICLE_CONFIG", `${other.folder} and ${id} are both called ${JSON.stringify(name)}`);
  }
  return { vehicles: vehicles.sort(byDefaultThenName), broken };
}

/**
 * A vehicle by its folder, or by its name in the catalogue.
 * @throws {DelosError} VEHICLE_UNKNOWN with the names there are, and what `readVehicle` throws
 */
export function findVehicle(name: string, parents: readonly string[] = [], cwd = "."): Vehicle {
  return readVehicle(folderOf(name, parents, cwd));
}

/** The folder of that vehicle, unread. */
export function folderOf(name: string, parents: readonly string[] = [], cwd = "."): string {
  const folders = [...parents, SHIPPED].flatMap(foldersIn);
  const found = folders.find((folder) => basename(folder) === name);
  if (found !== undefined) return found;
  const folder = resolve(cwd, name);
  if (existsSync(join(folder, VEHICLE_FILE))) return folder;
  const known = folders.map((each) => basename(each)).join(", ");
  throw new DelosError(
    "VEHICLE_UNKNOWN",
    `${name} is no vehicle, nor a folder with a ${VEHICLE_FILE}; there are: ${known}`,
  );
}

function foldersIn(parent: string): string[] {
  let names: string[];
  try {
    names = readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw new DelosError("VEHICLE_FILE", `${parent}: no folder of vehicles: ${describeError(cause)}`, { cause });
  }
  return names.map((name) => join(parent, name)).filter((folder) => existsSync(join(folder, VEHICLE_FILE)));
}

function byDefaultThenName(a: Vehicle, b: Vehicle): number {
  const rank = ({ id }: Vehicle): number => (id === DEFAULT_VEHICLE ? 0 : 1);
  return rank(a) - rank(b) || a.name.localeCompare(b.name);
}
