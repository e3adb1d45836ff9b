import { apollo } from "@delos/msgs";

type Detail = apollo.canbus.ChassisDetail;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the vehicle controller knows beside the frames. */
export interface ChassisContext {
  readonly drivingMode: apollo.canbus.Chassis.DrivingMode;
  readonly errorCode: apollo.canbus.Chassis.ErrorCode;
  /** Fault bits as of the last check; 0 is not written. */
  readonly errorMask: number;
  readonly maxSteerDeg: number;
}

/** The Chassis message (without header) from what the frames have told. What was not measured yet is 0 or false. */
export function chassisOf(detail: Detail, context: ChassisContext): Mutable<apollo.canbus.Chassis> {
  const { DrivingMode, ErrorCode, GearPosition } = apollo.canbus.Chassis;
  const turn = detail.light?.turn_light_type;
  const chassis: Mutable<apollo.canbus.Chassis> = {
    driving_mode: context.drivingMode,
    // An emergency hides its own error code, as in Apollo: observers see EMERGENCY_MODE with NO_ERROR.
    error_code: context.drivingMode === DrivingMode.EMERGENCY_MODE ? ErrorCode.NO_ERROR : context.errorCode,
    engine_started: true,
    engine_rpm: Math.fround(detail.ems?.engine_rpm ?? 0),
    speed_mps: Math.fround(detail.vehicle_spd?.vehicle_spd ?? 0),
    odometer_m: 0,
    fuel_range_m: 0,
    throttle_percentage: Math.fround(detail.gas?.throttle_output ?? 0),
    brake_percentage: Math.fround(detail.brake?.brake_output ?? 0),
    gear_location: detail.gear?.gear_state ?? GearPosition.GEAR_NONE,
    steering_percentage: Math.fround(((detail.eps?.steering_angle ?? 0) * 100) / context.maxSteerDeg),
    steering_torque_nm: Math.fround(detail.eps?.epas_torque ?? 0),
    parking_brake: detail.epb?.parking_brake_status === apollo.canbus.Epb.PBrakeType.PBRAKE_ON,
    signal: { turn_signal: turn === 1 || turn === 2 ? turn : 0, horn: detail.light?.is_horn_on ?? false },
  };
  if (detail.eps?.timestamp_65 !== undefined) chassis.steering_timestamp = detail.eps.timestamp_65;
  if (context.errorMask !== 0) chassis.chassis_error_mask = context.errorMask;
  return chassis;
}

/** Fault bits of the by-wire units, in the order of the mask; those of `grave` units force an emergency. */
export function faultMask(detail: Detail): { readonly mask: number; readonly grave: boolean } {
  const { eps, brake, gas, gear } = detail;
  const bits = [
    eps?.watchdog_fault,
    eps?.channel_1_fault,
    eps?.channel_2_fault,
    eps?.calibration_fault,
    eps?.connector_fault,
    brake?.watchdog_fault,
    brake?.channel_1_fault,
    brake?.channel_2_fault,
    brake?.boo_fault,
    brake?.connector_fault,
    gas?.watchdog_fault,
    gas?.channel_1_fault,
    gas?.channel_2_fault,
    gas?.connector_fault,
    gear?.canbus_fault,
  ];
  const mask = bits.reduce((sum, set, bit) => sum | (set === true ? 1 << bit : 0), 0);
  // A gear fault only shows in the mask.
  return { mask, grave: (mask & ~(1 << 14)) !== 0 };
}
