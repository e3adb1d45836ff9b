import type { BridgeOptions } from "@delos/bridge";
import type { Vehicle } from "@delos/sim";

type Operation = NonNullable<BridgeOptions["operation"]>;
type ShownVehicle = NonNullable<ReturnType<NonNullable<Operation["vehicle"]>>>;

/** Sizes (m) and steering (degrees of the steering wheel) of a vehicle, as messages and JSON name them. */
export const sizesOf = (shape: Vehicle["shape"]) => ({
  width_m: shape.widthM,
  height_m: shape.heightM,
  wheelbase_m: shape.wheelbaseM,
  wheel_radius_m: shape.wheelRadiusM,
  steering_lock_deg: shape.steerLockDeg,
  steering_ratio: shape.steerRatio,
});

/** What the page draws of a vehicle and makes its gauges for. */
export function shownVehicle({ name, shape, control }: Vehicle): ShownVehicle {
  const { massKg } = control.lateral!;
  const { calibration, brakeDeadzone, previewWindow, ts } = control.longitudinal!;
  return {
    name,
    front_m: shape.frontM,
    back_m: shape.backM,
    ...sizesOf(shape),
    mass_kg: massKg,
    brake_rest_percent: brakeDeadzone,
    preview_s: previewWindow * ts,
    calibration_rows: calibration.xs.reduce((sum, _, i) => sum + calibration.curve(i).y.length, 0),
    top_speed_mps: calibration.xs.at(-1)!,
  };
}
