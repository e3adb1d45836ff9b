import { DelosError } from "@delos/core";
import type { ConfigFields } from "@delos/runtime";
import { DEFAULT_VEHICLE, findVehicle } from "./catalogue.ts";
import type { Physics } from "./physics.ts";
import type { Vehicle } from "./vehicle-file.ts";

/** The field `vehicle` of a module: one of Delos' vehicles by its name, or a folder. */
export function readVehicleField(fields: ConfigFields): Vehicle {
  return findVehicle(fields.text("vehicle", { default: DEFAULT_VEHICLE }));
}

/** @throws {DelosError} VEHICLE_NOT_SIMULATED for a vehicle without */
export function physicsOf({ physics, name, folder }: Vehicle): Physics {
  if (physics !== undefined) return physics;
  throw new DelosError("VEHICLE_NOT_SIMULATED", `${name} has no simulation in ${folder}`);
}
