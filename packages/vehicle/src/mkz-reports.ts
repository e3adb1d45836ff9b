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
  const brake = (detail.brake ??= {}) as Mutable<NonNullable<Detail["brake"]>>;
  brake.brake_input = b.pedal(0);
  brake.brake_cmd = b.pedal(2);
  brake.brake_output = b.pedal(4);
  brake.boo_input = b.flag(6, 0);
  brake.boo_cmd = b.flag(6, 1);
  brake.boo_output = b.flag(6, 2);
  brake.watchdog_applying_brakes = b.flag(6, 3);
  brake.watchdog_source = b.bits(6, 4, 4);
  brake.brake_enabled = b.flag(7, 0);
  brake.driver_override = b.flag(7, 1);
  brake.driver_activity = b.flag(7, 2);
  brake.watchdog_fault = b.flag(7, 3);
  brake.channel_1_fault = b.flag(7, 4);
  brake.channel_2_fault = b.flag(7, 5);
  brake.boo_fault = b.flag(7, 6);
  brake.connector_fault = b.flag(7, 7);
  const check_response = (detail.check_response ??= {}) as Mutable<NonNullable<Detail["check_response"]>>;
  check_response.is_esp_online = !b.flag(7, 1);
};

const throttle: Report = (b, detail) => {
  const gas = (detail.gas ??= {}) as Mutable<NonNullable<Detail["gas"]>>;
  gas.throttle_input = b.pedal(0);
  gas.throttle_cmd = b.pedal(2);
  gas.throttle_output = b.pedal(4);
  gas.watchdog_source = b.bits(6, 4, 4);
  gas.throttle_enabled = b.flag(7, 0);
  gas.driver_override = b.flag(7, 1);
  gas.driver_activity = b.flag(7, 2);
  gas.watchdog_fault = b.flag(7, 3);
  gas.channel_1_fault = b.flag(7, 4);
  gas.channel_2_fault = b.flag(7, 5);
  gas.connector_fault = b.flag(7, 7);
  const check_response = (detail.check_response ??= {}) as Mutable<NonNullable<Detail["check_response"]>>;
  check_response.is_vcu_online = !b.flag(7, 1);
};

const steering: Report = (b, detail, timestampS) => {
  const speedMps = (b.u16(4) * 0.01) / 3.6;
  const eps = (detail.eps ??= {}) as Mutable<NonNullable<Detail["eps"]>>;
  if (timestampS !== undefined) eps.timestamp_65 = timestampS;
  eps.steering_angle = b.steeringDeg(0);
  eps.steering_angle_cmd = b.steeringDeg(2);
  eps.is_steering_angle_valid = true;
  eps.vehicle_speed = speedMps;
  eps.epas_torque = b.i8(6) * 0.0625;
  eps.steering_enabled = b.flag(7, 0);
  eps.driver_override = b.flag(7, 1);
  eps.driver_activity = b.flag(7, 2);
  eps.watchdog_fault = b.flag(7, 3);
  eps.channel_1_fault = b.flag(7, 4);
  eps.channel_2_fault = b.flag(7, 5);
  eps.calibration_fault = b.flag(7, 6);
  eps.connector_fault = b.flag(7, 7);
  const vehicle_spd = (detail.vehicle_spd ??= {}) as Mutable<NonNullable<Detail["vehicle_spd"]>>;
  vehicle_spd.vehicle_spd = speedMps;
  vehicle_spd.is_vehicle_spd_valid = true;
  const check_response = (detail.check_response ??= {}) as Mutable<NonNullable<Detail["check_response"]>>;
  check_response.is_eps_online = !b.flag(7, 1);
};

const GEARS = [Gear.GEAR_NONE, Gear.GEAR_PARKING, Gear.GEAR_REVERSE, Gear.GEAR_NEUTRAL, Gear.GEAR_DRIVE, Gear.GEAR_LOW];
const gearOf = (code: number): apollo.canbus.Chassis.GearPosition => GEARS[code] ?? Gear.GEAR_INVALID;

const gear: Report = (b, detail) => {
  const gear = (detail.gear ??= {}) as Mutable<NonNullable<Detail["gear"]>>;
  gear.gear_state = gearOf(b.bits(0, 0, 3));
  gear.is_shift_position_valid = !b.flag(0, 3);
  gear.driver_override = b.flag(0, 3);
  gear.gear_cmd = gearOf(b.bits(0, 4, 3));
  gear.canbus_fault = b.flag(0, 7);
};

const misc: Report = (b, detail) => {
  const turn = b.bits(0, 0, 2);
  const ambient = b.bits(1, 0, 3);
  const light = (detail.light ??= {}) as Mutable<NonNullable<Detail["light"]>>;
  // 3 keeps what was there.
  if (turn !== 3) light.turn_light_type = turn as 0 | 1 | 2;
  light.lincoln_lamp_type = b.bits(0, 2, 2) as 0 | 1 | 2 | 3;
  light.lincoln_wiper = b.bits(0, 4, 4) as apollo.canbus.Light.LincolnWiperType;
  light.lincoln_ambient = (ambient === 6 ? 5 : ambient) as apollo.canbus.Light.LincolnAmbientType;
  const basic = (detail.basic ??= {}) as Mutable<NonNullable<Detail["basic"]>>;
  basic.acc_on_button = b.flag(1, 3);
  basic.acc_off_button = b.flag(1, 4);
  basic.acc_res_button = b.flag(1, 5);
  basic.acc_cancel_button = b.flag(1, 6);
  basic.acc_on_off_button = b.flag(2, 0);
  basic.acc_res_cancel_button = b.flag(2, 1);
  basic.acc_inc_spd_button = b.flag(2, 2);
  basic.acc_dec_spd_button = b.flag(2, 3);
  basic.acc_inc_gap_button = b.flag(2, 4);
  basic.acc_dec_gap_button = b.flag(2, 5);
  basic.lka_button = b.flag(2, 6);
  basic.canbus_fault = b.flag(2, 7);
  const safety = (detail.safety ??= {}) as Mutable<NonNullable<Detail["safety"]>>;
  safety.is_driver_car_door_close = !b.flag(3, 0);
  safety.is_passenger_door_open = b.flag(3, 1);
  safety.is_rearleft_door_open = b.flag(3, 2);
  safety.is_rearright_door_open = b.flag(3, 3);
  safety.is_hood_open = b.flag(3, 4);
  safety.is_trunk_open = b.flag(3, 5);
  safety.is_passenger_detected = b.flag(3, 6);
  safety.is_passenger_airbag_enabled = b.flag(3, 7);
  safety.is_driver_buckled = b.flag(4, 0);
  safety.is_passenger_buckled = b.flag(4, 1);
};

const wheelSpeed: Report = (b, detail, timestampS) => {
  const vehicle_spd = (detail.vehicle_spd ??= {}) as Mutable<NonNullable<Detail["vehicle_spd"]>>;
  if (timestampS !== undefined) vehicle_spd.timestamp_sec = timestampS;
  vehicle_spd.wheel_spd_fl = b.u16(0) * 0.01;
  vehicle_spd.is_wheel_spd_fl_valid = true;
  vehicle_spd.wheel_spd_fr = b.u16(2) * 0.01;
  vehicle_spd.is_wheel_spd_fr_valid = true;
  vehicle_spd.wheel_spd_rl = b.u16(4) * 0.01;
  vehicle_spd.is_wheel_spd_rl_valid = true;
  vehicle_spd.wheel_spd_rr = b.u16(6) * 0.01;
  vehicle_spd.is_wheel_spd_rr_valid = true;
};

const acceleration: Report = (b, detail) => {
  const vehicle_spd = (detail.vehicle_spd ??= {}) as Mutable<NonNullable<Detail["vehicle_spd"]>>;
  vehicle_spd.lat_acc = b.i16(0) * 0.01;
  vehicle_spd.long_acc = b.i16(2) * 0.01;
  vehicle_spd.vert_acc = b.i16(4) * 0.01;
};

const gyro: Report = (b, detail) => {
  const vehicle_spd = (detail.vehicle_spd ??= {}) as Mutable<NonNullable<Detail["vehicle_spd"]>>;
  vehicle_spd.roll_rate = b.i16(0) * 0.0002;
  vehicle_spd.yaw_rate = b.i16(2) * 0.0002;
  vehicle_spd.is_yaw_rate_valid = true;
};

const gpsPosition: Report = (b, detail) => {
  const basic = (detail.basic ??= {}) as Mutable<NonNullable<Detail["basic"]>>;
  basic.latitude = b.i31(0) * (1 / 3) * 1e-6;
  basic.longitude = b.i31(4) * (1 / 3) * 1e-6;
  basic.gps_valid = b.flag(7, 7);
};

const gpsTime: Report = (b, detail) => {
  const basic = (detail.basic ??= {}) as Mutable<NonNullable<Detail["basic"]>>;
  basic.year = b.bits(0, 0, 7);
  basic.month = b.bits(1, 0, 4);
  basic.day = b.bits(2, 0, 5);
  basic.hours = b.bits(3, 0, 5);
  basic.minutes = b.bits(4, 0, 6);
  basic.seconds = b.bits(5, 0, 6);
  basic.compass_direction = b.bits(6, 0, 4) * 45;
  basic.pdop = b.bits(7, 0, 5) * 0.2;
  basic.is_gps_fault = b.flag(7, 5);
  basic.is_inferred = b.flag(7, 6);
};

const gpsQuality: Report = (b, detail) => {
  const quality = b.bits(7, 0, 3);
  const basic = (detail.basic ??= {}) as Mutable<NonNullable<Detail["basic"]>>;
  basic.altitude = b.i16(0) * 0.25;
  basic.heading = b.u16(2) * 0.01;
  basic.gps_speed = b.u8(4) * 0.44704;
  basic.hdop = b.bits(5, 0, 5) * 0.2;
  basic.vdop = b.bits(6, 0, 5) * 0.2;
  basic.quality = (quality > 2 ? 3 : quality) as 0 | 1 | 2 | 3;
  basic.num_satellites = b.bits(7, 3, 5);
};

const tyrePressure: Report = (b, detail) => {
  const safety = (detail.safety ??= {}) as Mutable<NonNullable<Detail["safety"]>>;
  safety.front_left_tire_press = b.u16(0);
  safety.front_right_tire_press = b.u16(2);
  safety.rear_left_tire_press = b.u16(4);
  safety.rear_right_tire_press = b.u16(6);
};

const fuelLevel: Report = (b, detail) => {
  const battery = (detail.battery ??= {}) as Mutable<NonNullable<Detail["battery"]>>;
  battery.fuel_level = b.i16(0) * 0.108696;
};

const brakeInfo: Report = (b, detail) => {
  const brake = (detail.brake ??= {}) as Mutable<NonNullable<Detail["brake"]>>;
  brake.brake_torque_req = b.word(0, 12) * 4;
  brake.hsa_status = b.bits(1, 4, 3) as apollo.canbus.Brake.HSAStatusType;
  brake.brake_torque_act = b.word(2, 12) * 4;
  brake.hsa_mode = b.bits(3, 4, 2) as apollo.canbus.Brake.HSAModeType;
  brake.wheel_torque_act = b.signedWord(4, 14) * 4;
  const epb = (detail.epb ??= {}) as Mutable<NonNullable<Detail["epb"]>>;
  epb.parking_brake_status = b.bits(3, 6, 2) as apollo.canbus.Epb.PBrakeType;
  const vehicle_spd = (detail.vehicle_spd ??= {}) as Mutable<NonNullable<Detail["vehicle_spd"]>>;
  vehicle_spd.is_vehicle_standstill = b.flag(1, 7);
  vehicle_spd.acc_est = b.signedWord(6, 10) * 0.035;
  const esp = (detail.esp ??= {}) as Mutable<NonNullable<Detail["esp"]>>;
  esp.is_abs_active = b.flag(7, 2);
  esp.is_abs_enabled = b.flag(7, 3);
  esp.is_stab_active = b.flag(7, 4);
  esp.is_stab_enabled = b.flag(7, 5);
  esp.is_trac_active = b.flag(7, 6);
  esp.is_trac_enabled = b.flag(7, 7);
};

const throttleInfo: Report = (b, detail) => {
  const rate = b.u8(4);
  const ems = (detail.ems ??= {}) as Mutable<NonNullable<Detail["ems"]>>;
  ems.engine_rpm = b.u16(0) * 0.25;
  const gas = (detail.gas ??= {}) as Mutable<NonNullable<Detail["gas"]>>;
  gas.accelerator_pedal = b.word(2, 10) * 0.1;
  // Above 0x3F is taken as negative, as in Apollo.
  gas.accelerator_pedal_rate = (rate > 0x3f ? rate - 0x100 : rate) * 0.04;
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
 * Sub-messages are filled in place, at a fraction of a copy's cost: who keeps a detail clones it.
 */
export function readReport(frame: CanFrame, detail: ChassisDetailState): ReportOutcome {
  const report = REPORTS.get(frame.id);
  if (report === undefined) return "unknown";
  if (frame.data.length !== 8) return "wrong length";
  report(new Bits(frame.data), detail, frame.timestampS);
  return "read";
}
