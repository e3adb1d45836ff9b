import { DelosError } from "@delos/core";
import type { LaunchSpec, ModuleSpec } from "@delos/runtime";
import type { Vehicle } from "./vehicle-file.ts";

/** Modules that are a simulated car, or somebody in it. */
const SIMULATED = ["@delos/sim/live/car#car", "@delos/sim/live/driver#driver"];

/**
 * The launch for that vehicle: its configuration for control and canbus, its CAN bus, its physics for the simulated car. On a CAN
 * interface of the computer there is no simulated car, nor anybody at its wheel.
 * @throws {DelosError} VEHICLE_NOT_SIMULATED when the launch simulates and the vehicle has no physics
 */
export function withVehicle(spec: LaunchSpec, vehicle: Vehicle): LaunchSpec {
  const real = vehicle.can.kind !== "simulated";
  const simulates = spec.modules.some(({ component }) => SIMULATED.includes(component));
  if (simulates && !real && vehicle.physics === undefined) {
    throw new DelosError(
      "VEHICLE_NOT_SIMULATED",
      `${vehicle.name} has no simulation in ${vehicle.folder}: add one, or a CAN interface of this computer`,
    );
  }
  const modules = spec.modules.filter(({ component }) => !real || !SIMULATED.includes(component));
  return { ...spec, modules: modules.map((module) => ({ ...module, config: configOf(module, vehicle) })) };
}

function configOf(
  { component, config }: ModuleSpec,
  { folder, files, can }: Vehicle,
): Readonly<Record<string, unknown>> {
  switch (component) {
    case "@delos/control/components#control":
      return { ...config, conf: files.control, vehicle: files.parameters };
    case "@delos/vehicle/components#canbus":
      return { ...config, conf: files.canbus, can };
    case "@delos/safety/components#watchdog":
      return can.kind === "simulated" ? config : withInterface(config, can.interface);
    case "@delos/sim/live/car#car":
    case "@delos/sim/live/driver#driver":
    case "@delos/sim/live/recorder#recorder":
      return { ...config, vehicle: folder };
    default:
      return config;
  }
}

/** The watchdog's own way to the brakes goes over the same bus. */
function withInterface(config: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const output = config["stop_output"] as { readonly options?: object } | undefined;
  if (output === undefined) return config;
  return { ...config, stop_output: { ...output, options: { ...output.options, interface: name } } };
}
