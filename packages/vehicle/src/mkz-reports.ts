import { clamp } from "@delos/math";
import { apollo } from "@delos/msgs";
import type { CanFrame } from "./can-frame.ts";
import { PEDAL_RESOLUTION } from "./mkz-commands.ts";

type Detail = apollo.canbus.ChassisDetail;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** What the reports have told so far; fields keep the last value of their frame for ever. */
export type ChassisDetailState = Mutable<Detail>;

const Gear = apollo.canbus.Chassis.GearPosition;

/** Bits of a frame: unsigned little-endian words, `bit` counted from 0 = least significant. */
class Bits {
  readonly #d: Uint8Array;
  constructor(data: Uint8Array) {
    this.#d = data;
  }
  flag(byte: number, bit: number): boolean {
    return ((this.#d[byte]! >> bit) & 1) === 1;
  }
  bits(byte: number, from: number, count: number): number {
    return (this.#d[byte]! >> from) & ((1 << count) - 1);
  }
  u8(byte: number): number {
    return this.#d[byte]!;
  }
  i8(byte: number): number {
    return (this.#d[byte]! << 24) >> 24;
  }
  u16(byte: number): number {
    return this.#d[byte]! | (this.#d[byte + 1]! << 8);
  }
  i16(byte: number): number {
    return (this.u16(byte) << 16) >> 16;
  }
  /** `count` bits (9 to 16) from a byte and the low bits of the next. */
  word(byte: number, count: number): number {
    return this.u16(byte) & ((1 << count) - 1);
  }
  signedWord(byte: number, count: number): number {
    const value = this.word(byte, count);
    return value >= 1 << (count - 1) ? value - (1 << count) : value;
  }
  /** 31-bit two's complement; the top bit of the last byte is something else. */
  i31(byte: number): number {
    const value = this.u16(byte) + (this.u8(byte + 2) + this.bits(byte + 3, 0, 7) * 256) * 65536;
    return value > 0x3fffffff ? value - 0x80000000 : value;
  }
  /** Three pedal words share this scale: % of full travel. */
  pedal(byte: number): number {
    return clamp(100 * this.u16(byte) * PEDAL_RESOLUTION, 0, 100);
  }
  /** Two's complement, but 0x8000 itself is taken as positive. */
  steeringDeg(byte: number): number {
    const value = this.u16(byte);
    return (value > 0x8000 ? value - 0x10000 : value) * 0.1;
  }
}

/** Writes one frame's content into the detail. */
type Report = (b: Bits, detail: ChassisDetailState, timestampS: number | undefined) => void;

const brake: Report = (b, detail) => {
  detail.brake = {
    ...detail.brake,
    brake_input: b.pedal(0),
    brake_cmd: b.pedal(2),
    brake_output: b.pedal(4),
    boo_input: b.flag(6, 0),
    boo_cmd: b.flag(6, 1),
    boo_output: b.flag(6, 2),
    watchdog_applying_brakes: b.flag(6, 3),
    watchdog_source: b.bits(6, 4, 4),
    brake_enabled: b.flag(7, 0),
    driver_override: b.flag(7, 1),
    driver_activity: b.flag(7, 2),
    watchdog_fault: b.flag(7, 3),
    channel_1_fault: b.flag(7, 4),
    channel_2_fault: b.flag(7, 5),
    boo_fault: b.flag(7, 6),
    connector_fault: b.flag(7, 7),
  };
  detail.check_response = { ...detail.check_response, is_esp_online: !b.flag(7, 1) };
};

const throttle: Report = (b, detail) => {
  detail.gas = {
    ...detail.gas,
    throttle_input: b.pedal(0),
    throttle_cmd: b.pedal(2),
    throttle_output: b.pedal(4),
    watchdog_source: b.bits(6, 4, 4),
    throttle_enabled: b.flag(7, 0),
    driver_override: b.flag(7, 1),
    driver_activity: b.flag(7, 2),
    watchdog_fault: b.flag(7, 3),
    channel_1_fault: b.flag(7, 4),
    channel_2_fault: b.flag(7, 5),
    connector_fault: b.flag(7, 7),
  };
  detail.check_response = { ...detail.check_response, is_vcu_online: !b.flag(7, 1) };
};

const steering: Report = (b, detail, timestampS) => {
  const speedMps = (b.u16(4) * 0.01) / 3.6;
  detail.eps = {
    ...detail.eps,
    ...(timestampS === undefined ? {} : { timestamp_65: timestampS }),
    steering_angle: b.steeringDeg(0),
    steering_angle_cmd: b.steeringDeg(2),
    is_steering_angle_valid: true,
    vehicle_speed: speedMps,
    epas_torque: b.i8(6) * 0.0625,
    steering_enabled: b.flag(7, 0),
    driver_override: b.flag(7, 1),
    driver_activity: b.flag(7, 2),
    watchdog_fault: b.flag(7, 3),
    channel_1_fault: b.flag(7, 4),
    channel_2_fault: b.flag(7, 5),
    calibration_fault: b.flag(7, 6),
    connector_fault: b.flag(7, 7),
  };
  detail.vehicle_spd = { ...detail.vehicle_spd, vehicle_spd: speedMps, is_vehicle_spd_valid: true };
  detail.check_response = { ...detail.check_response, is_eps_online: !b.flag(7, 1) };
};

const GEARS = [Gear.GEAR_NONE, Gear.GEAR_PARKING, Gear.GEAR_REVERSE, Gear.GEAR_NEUTRAL, Gear.GEAR_DRIVE, Gear.GEAR_LOW];
const gearOf = (code: number): apollo.canbus.Chassis.GearPosition => GEARS[code] ?? Gear.GEAR_INVALID;

const gear: Report = (b, detail) => {
  detail.gear = {
    ...detail.gear,
    gear_state: gearOf(b.bits(0, 0, 3)),
    is_shift_position_valid: !b.flag(0, 3),
    driver_override: b.flag(0, 3),
    gear_cmd: gearOf(b.bits(0, 4, 3)),
    canbus_fault: b.flag(0, 7),
  };
};

const misc: Report = (b, detail) => {
  const turn = b.bits(0, 0, 2);
  const ambient = b.bits(1, 0, 3);
  detail.light = {
    ...detail.light,
    // 3 keeps what was there.
    ...(turn === 3 ? {} : { turn_light_type: turn as 0 | 1 | 2 }),
    lincoln_lamp_type: b.bits(0, 2, 2) as 0 | 1 | 2 | 3,
    lincoln_wiper: b.bits(0, 4, 4) as apollo.canbus.Light.LincolnWiperType,
    lincoln_ambient: (ambient === 6 ? 5 : ambient) as apollo.canbus.Light.LincolnAmbientType,
  };
  detail.basic = {
    ...detail.basic,
    acc_on_button: b.flag(1, 3),
    acc_off_button: b.flag(1, 4),
    acc_res_button: b.flag(1, 5),
    acc_cancel_button: b.flag(1, 6),
    acc_on_off_button: b.flag(2, 0),
    acc_res_cancel_button: b.flag(2, 1),
    acc_inc_spd_button: b.flag(2, 2),
    acc_dec_spd_button: b.flag(2, 3),
    acc_inc_gap_button: b.flag(2, 4),
    acc_dec_gap_button: b.flag(2, 5),
    lka_button: b.flag(2, 6),
    canbus_fault: b.flag(2, 7),
  };
  detail.safety = {
    ...detail.safety,
    is_driver_car_door_close: !b.flag(3, 0),
    is_passenger_door_open: b.flag(3, 1),
    is_rearleft_door_open: b.flag(3, 2),
    is_rearright_door_open: b.flag(3, 3),
    is_hood_open: b.flag(3, 4),
    is_trunk_open: b.flag(3, 5),
    is_passenger_detected: b.flag(3, 6),
    is_passenger_airbag_enabled: b.flag(3, 7),
    is_driver_buckled: b.flag(4, 0),
    is_passenger_buckled: b.flag(4, 1),
  };
};

const wheelSpeed: Report = (b, detail, timestampS) => {
  detail.vehicle_spd = {
    ...detail.vehicle_spd,
    ...(timestampS === undefined ? {} : { timestamp_sec: timestampS }),
    wheel_spd_fl: b.u16(0) * 0.01,
    is_wheel_spd_fl_valid: true,
    wheel_spd_fr: b.u16(2) * 0.01,
    is_wheel_spd_fr_valid: true,
    wheel_spd_rl: b.u16(4) * 0.01,
    is_wheel_spd_rl_valid: true,
    wheel_spd_rr: b.u16(6) * 0.01,
    is_wheel_spd_rr_valid: true,
  };
};

const acceleration: Report = (b, detail) => {
  detail.vehicle_spd = {
    ...detail.vehicle_spd,
    lat_acc: b.i16(0) * 0.01,
    long_acc: b.i16(2) * 0.01,
    vert_acc: b.i16(4) * 0.01,
  };
};

const gyro: Report = (b, detail) => {
  detail.vehicle_spd = {
    ...detail.vehicle_spd,
    roll_rate: b.i16(0) * 0.0002,
    yaw_rate: b.i16(2) * 0.0002,
    is_yaw_rate_valid: true,
  };
};

const gpsPosition: Report = (b, detail) => {
  detail.basic = {
    ...detail.basic,
    latitude: b.i31(0) * (1 / 3) * 1e-6,
    longitude: b.i31(4) * (1 / 3) * 1e-6,
    gps_valid: b.flag(7, 7),
  };
};

const gpsTime: Report = (b, detail) => {
  detail.basic = {
    ...detail.basic,
    year: b.bits(0, 0, 7),
    month: b.bits(1, 0, 4),
    day: b.bits(2, 0, 5),
    hours: b.bits(3, 0, 5),
    minutes: b.bits(4, 0, 6),
    seconds: b.bits(5, 0, 6),
    compass_direction: b.bits(6, 0, 4) * 45,
    pdop: b.bits(7, 0, 5) * 0.2,
    is_gps_fault: b.flag(7, 5),
    is_inferred: b.flag(7, 6),
  };
};

const gpsQuality: Report = (b, detail) => {
  const quality = b.bits(7, 0, 3);
  detail.basic = {
    ...detail.basic,
    altitude: b.i16(0) * 0.25,
    heading: b.u16(2) * 0.01,
    gps_speed: b.u8(4) * 0.44704,
    hdop: b.bits(5, 0, 5) * 0.2,
    vdop: b.bits(6, 0, 5) * 0.2,
    quality: (quality > 2 ? 3 : quality) as 0 | 1 | 2 | 3,
    num_satellites: b.bits(7, 3, 5),
  };
};

const tyrePressure: Report = (b, detail) => {
  detail.safety = {
    ...detail.safety,
    front_left_tire_press: b.u16(0),
    front_right_tire_press: b.u16(2),
    rear_left_tire_press: b.u16(4),
    rear_right_tire_press: b.u16(6),
  };
};

const fuelLevel: Report = (b, detail) => {
  detail.battery = { ...detail.battery, fuel_level: b.i16(0) * 0.108696 };
};

const brakeInfo: Report = (b, detail) => {
  detail.brake = {
    ...detail.brake,
    brake_torque_req: b.word(0, 12) * 4,
    hsa_status: b.bits(1, 4, 3) as apollo.canbus.Brake.HSAStatusType,
    brake_torque_act: b.word(2, 12) * 4,
    hsa_mode: b.bits(3, 4, 2) as apollo.canbus.Brake.HSAModeType,
    wheel_torque_act: b.signedWord(4, 14) * 4,
  };
  detail.epb = { ...detail.epb, parking_brake_status: b.bits(3, 6, 2) as apollo.canbus.Epb.PBrakeType };
  detail.vehicle_spd = {
    ...detail.vehicle_spd,
    is_vehicle_standstill: b.flag(1, 7),
    acc_est: b.signedWord(6, 10) * 0.035,
  };
  detail.esp = {
    ...detail.esp,
    is_abs_active: b.flag(7, 2),
    is_abs_enabled: b.flag(7, 3),
    is_stab_active: b.flag(7, 4),
    is_stab_enabled: b.flag(7, 5),
    is_trac_active: b.flag(7, 6),
    is_trac_enabled: b.flag(7, 7),
  };
};

const throttleInfo: Report = (b, detail) => {
  const rate = b.u8(4);
  detail.ems = { ...detail.ems, engine_rpm: b.u16(0) * 0.25 };
  detail.gas = {
    ...detail.gas,
    accelerator_pedal: b.word(2, 10) * 0.1,
    // Above 0x3F is taken as negative, as in Apollo.
    accelerator_pedal_rate: (rate > 0x3f ? rate - 0x100 : rate) * 0.04,
  };
};

const version: Report = (b, detail) => {
  const numbers = { major_version: b.u16(2), minor_version: b.u16(4), build_number: b.u16(6) };
  if (b.u8(0) === 1) detail.brake = { ...detail.brake, ...numbers };
  else if (b.u8(0) === 2) detail.gas = { ...detail.gas, ...numbers };
  else if (b.u8(0) === 3) detail.eps = { ...detail.eps, ...numbers };
};

/** The sixteen frames that a Lincoln MKZ reports. */
const REPORTS: ReadonlyMap<number, Report> = new Map([
  [0x61, brake],
  [0x63, throttle],
  [0x65, steering],
  [0x67, gear],
  [0x69, misc],
  [0x6a, wheelSpeed],
  [0x6b, acceleration],
  [0x6c, gyro],
  [0x6d, gpsPosition],
  [0x6e, gpsTime],
  [0x6f, gpsQuality],
  [0x71, tyrePressure],
  [0x72, fuelLevel],
  [0x74, brakeInfo],
  [0x75, throttleInfo],
  [0x7f, version],
]);

export type ReportOutcome = "read" | "unknown" | "wrong length";

/**
 * Takes a frame into `detail`. Frames of other identifiers and of other lengths than 8 leave it as it is.
 * Sub-messages are replaced, not changed: a detail that was published stays as it was.
 */
export function readReport(frame: CanFrame, detail: ChassisDetailState): ReportOutcome {
  const report = REPORTS.get(frame.id);
  if (report === undefined) return "unknown";
  if (frame.data.length !== 8) return "wrong length";
  report(new Bits(frame.data), detail, frame.timestampS);
  return "read";
}
