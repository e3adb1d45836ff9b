// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_canbus from "./canbus.ts";
import type * as $apollo_common from "./common.ts";
import type * as $google_protobuf from "../google/protobuf.ts";

export interface CANCardParameter {
  readonly brand?: $apollo_canbus.CANCardParameter.CANCardBrand | undefined;
  readonly type?: $apollo_canbus.CANCardParameter.CANCardType | undefined;
  readonly channel_id?: $apollo_canbus.CANCardParameter.CANChannelId | undefined;
}
export declare namespace CANCardParameter {
  type CANCardBrand = 0 | 1;
  type CANCardType = 0 | 1;
  type CANChannelId = 0 | 1 | 2 | 3;
}
export const CANCardParameter = $nested($message<CANCardParameter>("apollo.canbus.CANCardParameter"), {
  CANCardBrand: {
    FAKE_CAN: 0,
    ESD_CAN: 1,
  },
  CANCardType: {
    PCI_CARD: 0,
    USB_CARD: 1,
  },
  CANChannelId: {
    CHANNEL_ID_ZERO: 0,
    CHANNEL_ID_ONE: 1,
    CHANNEL_ID_TWO: 2,
    CHANNEL_ID_THREE: 3,
  },
});

export const GpsQuality = {
  FIX_NO: 0,
  FIX_2D: 1,
  FIX_3D: 2,
  FIX_INVALID: 3,
} as const;
export type GpsQuality = (typeof GpsQuality)[keyof typeof GpsQuality];

/** Lights and horn; VehicleSignal since Apollo 1.5, on the wire the same. */
export interface Signal {
  readonly turn_signal?: $apollo_canbus.Signal.TurnSignal | undefined;
  readonly high_beam?: boolean | undefined;
  readonly low_beam?: boolean | undefined;
  readonly horn?: boolean | undefined;
  readonly emergency_light?: boolean | undefined;
}
export declare namespace Signal {
  type TurnSignal = 0 | 1 | 2 | 3;
}
export const Signal = $nested($message<Signal>("apollo.canbus.Signal"), {
  TurnSignal: {
    TURN_NONE: 0,
    TURN_LEFT: 1,
    TURN_RIGHT: 2,
    TURN_HAZARD_WARNING: 3,
  },
});

/** On /apollo/canbus/chassis. */
export interface Chassis {
  readonly engine_started?: boolean | undefined;
  /** 1/min */
  readonly engine_rpm?: number | undefined;
  /** m/s */
  readonly speed_mps?: number | undefined;
  /** m */
  readonly odometer_m?: number | undefined;
  /** m */
  readonly fuel_range_m?: number | undefined;
  /** % of full throttle, measured */
  readonly throttle_percentage?: number | undefined;
  /** % of full brake, measured */
  readonly brake_percentage?: number | undefined;
  /** % of full lock, to the left positive */
  readonly steering_percentage?: number | undefined;
  /** N·m */
  readonly steering_torque_nm?: number | undefined;
  readonly parking_brake?: boolean | undefined;
  readonly wiper?: boolean | undefined;
  /** @deprecated */
  readonly disengage_status?: boolean | undefined;
  /** who drives */
  readonly driving_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
  /** why the driver took over, or what failed */
  readonly error_code?: $apollo_canbus.Chassis.ErrorCode | undefined;
  /** where the lever is */
  readonly gear_location?: $apollo_canbus.Chassis.GearPosition | undefined;
  /** seconds, when the steering angle was received */
  readonly steering_timestamp?: number | undefined;
  readonly header?: $apollo_common.Header | undefined;
  /** a bit for each fault */
  readonly chassis_error_mask?: number | undefined;
  readonly signal?: $apollo_canbus.Signal | undefined;
  /** @deprecated */
  readonly high_beam_signal?: boolean | undefined;
  /** @deprecated */
  readonly low_beam_signal?: boolean | undefined;
  /** @deprecated */
  readonly left_turn_signal?: boolean | undefined;
  /** @deprecated */
  readonly right_turn_signal?: boolean | undefined;
  /** @deprecated */
  readonly horn?: boolean | undefined;
  /** Later than 1.5. */
  readonly chassis_gps?: $apollo_canbus.ChassisGPS | undefined;
  readonly engage_advice?: $apollo_common.EngageAdvice | undefined;
  readonly wheel_speed?: $apollo_canbus.WheelSpeed | undefined;
  readonly surround?: $apollo_canbus.Surround | undefined;
  /** @deprecated */
  readonly license?: $apollo_canbus.License | undefined;
  readonly vehicle_id?: $apollo_common.VehicleID | undefined;
  /** % of charge */
  readonly battery_soc_percentage?: number | undefined;
  /** % asked for */
  readonly throttle_percentage_cmd?: number | undefined;
  /** % asked for */
  readonly brake_percentage_cmd?: number | undefined;
  /** % asked for */
  readonly steering_percentage_cmd?: number | undefined;
  readonly front_bumper_event?: $apollo_canbus.Chassis.BumperEvent | undefined;
  readonly back_bumper_event?: $apollo_canbus.Chassis.BumperEvent | undefined;
  readonly check_response?: $apollo_canbus.CheckResponse | undefined;
  readonly custom_status?: $google_protobuf.Any | undefined;
}
export declare namespace Chassis {
  type DrivingMode = 0 | 1 | 2 | 3 | 4;
  type ErrorCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
  type GearPosition = 0 | 1 | 2 | 3 | 4 | 5 | 6;
  type BumperEvent = 0 | 1 | 2;
}
export const Chassis = $nested($message<Chassis>("apollo.canbus.Chassis"), {
  DrivingMode: {
    COMPLETE_MANUAL: 0,
    COMPLETE_AUTO_DRIVE: 1,
    AUTO_STEER_ONLY: 2,
    AUTO_SPEED_ONLY: 3,
    EMERGENCY_MODE: 4,
  },
  ErrorCode: {
    NO_ERROR: 0,
    CMD_NOT_IN_PERIOD: 1,
    CHASSIS_ERROR: 2,
    MANUAL_INTERVENTION: 3,
    CHASSIS_CAN_NOT_IN_PERIOD: 4,
    UNKNOWN_ERROR: 5,
    CHASSIS_ERROR_ON_STEER: 6,
    CHASSIS_ERROR_ON_BRAKE: 7,
    CHASSIS_ERROR_ON_THROTTLE: 8,
    CHASSIS_ERROR_ON_GEAR: 9,
    CHASSIS_CAN_LOST: 10,
  },
  GearPosition: {
    GEAR_NEUTRAL: 0,
    GEAR_DRIVE: 1,
    GEAR_REVERSE: 2,
    GEAR_PARKING: 3,
    GEAR_LOW: 4,
    GEAR_INVALID: 5,
    GEAR_NONE: 6,
  },
  BumperEvent: {
    BUMPER_INVALID: 0,
    BUMPER_NORMAL: 1,
    BUMPER_PRESSED: 2,
  },
});

export interface ChassisGPS {
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly gps_valid?: boolean | undefined;
  readonly year?: number | undefined;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
  readonly compass_direction?: number | undefined;
  readonly pdop?: number | undefined;
  readonly is_gps_fault?: boolean | undefined;
  readonly is_inferred?: boolean | undefined;
  readonly altitude?: number | undefined;
  readonly heading?: number | undefined;
  readonly hdop?: number | undefined;
  readonly vdop?: number | undefined;
  readonly quality?: $apollo_canbus.GpsQuality | undefined;
  readonly num_satellites?: number | undefined;
  readonly gps_speed?: number | undefined;
}
export const ChassisGPS: MessageType<ChassisGPS> = $message<ChassisGPS>("apollo.canbus.ChassisGPS");

export interface WheelSpeed {
  readonly is_wheel_spd_rr_valid?: boolean | undefined;
  readonly wheel_direction_rr?: $apollo_canbus.WheelSpeed.WheelSpeedType | undefined;
  readonly wheel_spd_rr?: number | undefined;
  readonly is_wheel_spd_rl_valid?: boolean | undefined;
  readonly wheel_direction_rl?: $apollo_canbus.WheelSpeed.WheelSpeedType | undefined;
  readonly wheel_spd_rl?: number | undefined;
  readonly is_wheel_spd_fr_valid?: boolean | undefined;
  readonly wheel_direction_fr?: $apollo_canbus.WheelSpeed.WheelSpeedType | undefined;
  readonly wheel_spd_fr?: number | undefined;
  readonly is_wheel_spd_fl_valid?: boolean | undefined;
  readonly wheel_direction_fl?: $apollo_canbus.WheelSpeed.WheelSpeedType | undefined;
  readonly wheel_spd_fl?: number | undefined;
}
export declare namespace WheelSpeed {
  type WheelSpeedType = 0 | 1 | 2 | 3;
}
export const WheelSpeed = $nested($message<WheelSpeed>("apollo.canbus.WheelSpeed"), {
  WheelSpeedType: {
    FORWARD: 0,
    BACKWARD: 1,
    STANDSTILL: 2,
    INVALID: 3,
  },
});

export interface Sonar {
  readonly range?: number | undefined;
  readonly translation?: $apollo_common.Point3D | undefined;
  readonly rotation?: $apollo_common.Quaternion | undefined;
}
export const Sonar: MessageType<Sonar> = $message<Sonar>("apollo.canbus.Sonar");

export interface Surround {
  readonly cross_traffic_alert_left?: boolean | undefined;
  readonly cross_traffic_alert_left_enabled?: boolean | undefined;
  readonly blind_spot_left_alert?: boolean | undefined;
  readonly blind_spot_left_alert_enabled?: boolean | undefined;
  readonly cross_traffic_alert_right?: boolean | undefined;
  readonly cross_traffic_alert_right_enabled?: boolean | undefined;
  readonly blind_spot_right_alert?: boolean | undefined;
  readonly blind_spot_right_alert_enabled?: boolean | undefined;
  readonly sonar00?: number | undefined;
  readonly sonar01?: number | undefined;
  readonly sonar02?: number | undefined;
  readonly sonar03?: number | undefined;
  readonly sonar04?: number | undefined;
  readonly sonar05?: number | undefined;
  readonly sonar06?: number | undefined;
  readonly sonar07?: number | undefined;
  readonly sonar08?: number | undefined;
  readonly sonar09?: number | undefined;
  readonly sonar10?: number | undefined;
  readonly sonar11?: number | undefined;
  readonly sonar_enabled?: boolean | undefined;
  readonly sonar_fault?: boolean | undefined;
  readonly sonar_range?: readonly number[] | undefined;
  readonly sonar?: readonly $apollo_canbus.Sonar[] | undefined;
}
export const Surround: MessageType<Surround> = $message<Surround>("apollo.canbus.Surround");

export interface License {
  /** @deprecated */
  readonly vin?: string | undefined;
}
export const License: MessageType<License> = $message<License>("apollo.canbus.License");

export interface CheckResponse {
  readonly is_eps_online?: boolean | undefined;
  readonly is_epb_online?: boolean | undefined;
  readonly is_esp_online?: boolean | undefined;
  readonly is_vtog_online?: boolean | undefined;
  readonly is_scu_online?: boolean | undefined;
  readonly is_switch_online?: boolean | undefined;
  readonly is_vcu_online?: boolean | undefined;
}
export const CheckResponse: MessageType<CheckResponse> = $message<CheckResponse>("apollo.canbus.CheckResponse");

export interface VehicleParameter {
  readonly brand?: $apollo_canbus.VehicleParameter.VehicleBrand | undefined;
  readonly max_steer_angle?: number | undefined;
  readonly max_steer_angle_spd?: number | undefined;
  readonly min_steer_angle_spd?: number | undefined;
  readonly max_acc?: number | undefined;
  readonly min_acc?: number | undefined;
  readonly max_brake_pressure?: number | undefined;
  readonly max_engine_pedal?: number | undefined;
  readonly max_enable_fail_attempt?: number | undefined;
  readonly driving_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
}
export declare namespace VehicleParameter {
  type VehicleBrand = 0;
}
export const VehicleParameter = $nested($message<VehicleParameter>("apollo.canbus.VehicleParameter"), {
  VehicleBrand: {
    LINCOLN_MKZ: 0,
  },
});

export interface CanbusConf {
  readonly vehicle_parameter?: $apollo_canbus.VehicleParameter | undefined;
  readonly can_card_parameter?: $apollo_canbus.CANCardParameter | undefined;
  readonly enable_debug_mode?: boolean | undefined;
  readonly enable_receiver_log?: boolean | undefined;
  readonly enable_sender_log?: boolean | undefined;
}
export const CanbusConf: MessageType<CanbusConf> = $message<CanbusConf>("apollo.canbus.CanbusConf");

export interface ChassisDetail {
  readonly car_type?: $apollo_canbus.ChassisDetail.Type | undefined;
  readonly basic?: $apollo_canbus.BasicInfo | undefined;
  readonly safety?: $apollo_canbus.Safety | undefined;
  readonly gear?: $apollo_canbus.Gear | undefined;
  readonly ems?: $apollo_canbus.Ems | undefined;
  readonly esp?: $apollo_canbus.Esp | undefined;
  readonly gas?: $apollo_canbus.Gas | undefined;
  readonly epb?: $apollo_canbus.Epb | undefined;
  readonly brake?: $apollo_canbus.Brake | undefined;
  readonly deceleration?: $apollo_canbus.Deceleration | undefined;
  readonly vehicle_spd?: $apollo_canbus.VehicleSpd | undefined;
  readonly eps?: $apollo_canbus.Eps | undefined;
  readonly light?: $apollo_canbus.Light | undefined;
  readonly battery?: $apollo_canbus.Battery | undefined;
  readonly check_response?: $apollo_canbus.CheckResponseSignal | undefined;
}
export declare namespace ChassisDetail {
  type Type = 0 | 1;
}
export const ChassisDetail = $nested($message<ChassisDetail>("apollo.canbus.ChassisDetail"), {
  Type: {
    QIRUI_EQ_15: 0,
    CHANGAN_RUICHENG: 1,
  },
});

export interface CheckResponseSignal {
  readonly is_eps_online?: boolean | undefined;
  readonly is_epb_online?: boolean | undefined;
  readonly is_esp_online?: boolean | undefined;
  readonly is_vtog_online?: boolean | undefined;
  readonly is_scu_online?: boolean | undefined;
  readonly is_switch_online?: boolean | undefined;
  readonly is_vcu_online?: boolean | undefined;
}
export const CheckResponseSignal: MessageType<CheckResponseSignal> = $message<CheckResponseSignal>("apollo.canbus.CheckResponseSignal");

export interface Battery {
  readonly battery_percent?: number | undefined;
  readonly fuel_level?: number | undefined;
}
export const Battery: MessageType<Battery> = $message<Battery>("apollo.canbus.Battery");

export interface Light {
  readonly turn_light_type?: $apollo_canbus.Light.TurnLightType | undefined;
  readonly lamp_type?: $apollo_canbus.Light.LampType | undefined;
  readonly is_brake_lamp_on?: boolean | undefined;
  readonly is_auto_light?: boolean | undefined;
  readonly wiper_gear?: number | undefined;
  readonly lotion_gear?: number | undefined;
  readonly is_horn_on?: boolean | undefined;
  readonly lincoln_lamp_type?: $apollo_canbus.Light.LincolnLampType | undefined;
  readonly lincoln_wiper?: $apollo_canbus.Light.LincolnWiperType | undefined;
  readonly lincoln_ambient?: $apollo_canbus.Light.LincolnAmbientType | undefined;
}
export declare namespace Light {
  type TurnLightType = 0 | 1 | 2 | 3;
  type LampType = 0 | 1 | 2;
  type LincolnLampType = 0 | 1 | 2 | 3;
  type LincolnWiperType = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
  type LincolnAmbientType = 0 | 1 | 2 | 3 | 4 | 5 | 7;
}
export const Light = $nested($message<Light>("apollo.canbus.Light"), {
  TurnLightType: {
    TURN_LIGHT_OFF: 0,
    TURN_LEFT_ON: 1,
    TURN_RIGHT_ON: 2,
    TURN_LIGHT_ON: 3,
  },
  LampType: {
    BEAM_OFF: 0,
    HIGH_BEAM_ON: 1,
    LOW_BEAM_ON: 2,
  },
  LincolnLampType: {
    BEAM_NULL: 0,
    BEAM_FLASH_TO_PASS: 1,
    BEAM_HIGH: 2,
    BEAM_INVALID: 3,
  },
  LincolnWiperType: {
    WIPER_OFF: 0,
    WIPER_AUTO_OFF: 1,
    WIPER_OFF_MOVING: 2,
    WIPER_MANUAL_OFF: 3,
    WIPER_MANUAL_ON: 4,
    WIPER_MANUAL_LOW: 5,
    WIPER_MANUAL_HIGH: 6,
    WIPER_MIST_FLICK: 7,
    WIPER_WASH: 8,
    WIPER_AUTO_LOW: 9,
    WIPER_AUTO_HIGH: 10,
    WIPER_COURTESY_WIPE: 11,
    WIPER_AUTO_ADJUST: 12,
    WIPER_RESERVED: 13,
    WIPER_STALLED: 14,
    WIPER_NO_DATA: 15,
  },
  LincolnAmbientType: {
    AMBIENT_DARK: 0,
    AMBIENT_LIGHT: 1,
    AMBIENT_TWILIGHT: 2,
    AMBIENT_TUNNEL_ON: 3,
    AMBIENT_TUNNEL_OFF: 4,
    AMBIENT_INVALID: 5,
    AMBIENT_NO_DATA: 7,
  },
});

export interface Eps {
  readonly is_eps_fail?: boolean | undefined;
  readonly eps_control_state?: $apollo_canbus.Eps.Type | undefined;
  readonly eps_driver_hand_torq?: number | undefined;
  readonly is_steering_angle_valid?: boolean | undefined;
  readonly steering_angle?: number | undefined;
  readonly steering_angle_spd?: number | undefined;
  readonly is_trimming_status?: boolean | undefined;
  readonly is_calibration_status?: boolean | undefined;
  readonly is_failure_status?: boolean | undefined;
  readonly allow_enter_autonomous_mode?: number | undefined;
  readonly current_driving_mode?: number | undefined;
  readonly steering_angle_cmd?: number | undefined;
  readonly vehicle_speed?: number | undefined;
  readonly epas_torque?: number | undefined;
  readonly steering_enabled?: boolean | undefined;
  readonly driver_override?: boolean | undefined;
  readonly driver_activity?: boolean | undefined;
  readonly watchdog_fault?: boolean | undefined;
  readonly channel_1_fault?: boolean | undefined;
  readonly channel_2_fault?: boolean | undefined;
  readonly calibration_fault?: boolean | undefined;
  readonly connector_fault?: boolean | undefined;
  readonly timestamp_65?: number | undefined;
  readonly major_version?: number | undefined;
  readonly minor_version?: number | undefined;
  readonly build_number?: number | undefined;
}
export declare namespace Eps {
  type Type = 0 | 1 | 2 | 3;
}
export const Eps = $nested($message<Eps>("apollo.canbus.Eps"), {
  Type: {
    NOT_AVAILABLE: 0,
    READY: 1,
    ACTIVE: 2,
    INVALID: 3,
  },
});

export interface VehicleSpd {
  readonly is_vehicle_standstill?: boolean | undefined;
  readonly is_vehicle_spd_valid?: boolean | undefined;
  readonly vehicle_spd?: number | undefined;
  readonly is_wheel_spd_rr_valid?: boolean | undefined;
  readonly wheel_direction_rr?: $apollo_canbus.VehicleSpd.Type | undefined;
  readonly wheel_spd_rr?: number | undefined;
  readonly is_wheel_spd_rl_valid?: boolean | undefined;
  readonly wheel_direction_rl?: $apollo_canbus.VehicleSpd.Type | undefined;
  readonly wheel_spd_rl?: number | undefined;
  readonly is_wheel_spd_fr_valid?: boolean | undefined;
  readonly wheel_direction_fr?: $apollo_canbus.VehicleSpd.Type | undefined;
  readonly wheel_spd_fr?: number | undefined;
  readonly is_wheel_spd_fl_valid?: boolean | undefined;
  readonly wheel_direction_fl?: $apollo_canbus.VehicleSpd.Type | undefined;
  readonly wheel_spd_fl?: number | undefined;
  readonly is_yaw_rate_valid?: boolean | undefined;
  readonly yaw_rate?: number | undefined;
  readonly yaw_rate_offset?: number | undefined;
  readonly is_ax_valid?: boolean | undefined;
  readonly ax?: number | undefined;
  readonly ax_offset?: number | undefined;
  readonly is_ay_valid?: boolean | undefined;
  readonly ay?: number | undefined;
  readonly ay_offset?: number | undefined;
  readonly lat_acc?: number | undefined;
  readonly long_acc?: number | undefined;
  readonly vert_acc?: number | undefined;
  readonly roll_rate?: number | undefined;
  readonly acc_est?: number | undefined;
  readonly timestamp_sec?: number | undefined;
}
export declare namespace VehicleSpd {
  type Type = 0 | 1 | 2 | 3;
}
export const VehicleSpd = $nested($message<VehicleSpd>("apollo.canbus.VehicleSpd"), {
  Type: {
    FORWARD: 0,
    BACKWARD: 1,
    STANDSTILL: 2,
    INVALID: 3,
  },
});

export interface Deceleration {
  readonly is_deceleration_available?: boolean | undefined;
  readonly is_deceleration_active?: boolean | undefined;
  readonly deceleration?: number | undefined;
  readonly is_evb_fail?: number | undefined;
  readonly evb_pressure?: number | undefined;
  readonly brake_pressure?: number | undefined;
  readonly brake_pressure_spd?: number | undefined;
}
export const Deceleration: MessageType<Deceleration> = $message<Deceleration>("apollo.canbus.Deceleration");

export interface Brake {
  readonly is_brake_pedal_pressed?: boolean | undefined;
  readonly is_brake_force_exist?: boolean | undefined;
  readonly is_brake_over_heat?: boolean | undefined;
  readonly is_hand_brake_on?: boolean | undefined;
  readonly brake_pedal_position?: number | undefined;
  readonly is_brake_valid?: boolean | undefined;
  readonly brake_input?: number | undefined;
  readonly brake_cmd?: number | undefined;
  readonly brake_output?: number | undefined;
  readonly boo_input?: boolean | undefined;
  readonly boo_cmd?: boolean | undefined;
  readonly boo_output?: boolean | undefined;
  readonly watchdog_applying_brakes?: boolean | undefined;
  readonly watchdog_source?: number | undefined;
  readonly brake_enabled?: boolean | undefined;
  readonly driver_override?: boolean | undefined;
  readonly driver_activity?: boolean | undefined;
  readonly watchdog_fault?: boolean | undefined;
  readonly channel_1_fault?: boolean | undefined;
  readonly channel_2_fault?: boolean | undefined;
  readonly boo_fault?: boolean | undefined;
  readonly connector_fault?: boolean | undefined;
  readonly brake_torque_req?: number | undefined;
  readonly hsa_status?: $apollo_canbus.Brake.HSAStatusType | undefined;
  readonly brake_torque_act?: number | undefined;
  readonly hsa_mode?: $apollo_canbus.Brake.HSAModeType | undefined;
  readonly wheel_torque_act?: number | undefined;
  readonly major_version?: number | undefined;
  readonly minor_version?: number | undefined;
  readonly build_number?: number | undefined;
}
export declare namespace Brake {
  type HSAStatusType = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
  type HSAModeType = 0 | 1 | 2 | 3;
}
export const Brake = $nested($message<Brake>("apollo.canbus.Brake"), {
  HSAStatusType: {
    HSA_INACTIVE: 0,
    HSA_FINDING_GRADIENT: 1,
    HSA_ACTIVE_PRESSED: 2,
    HSA_ACTIVE_RELEASED: 3,
    HSA_FAST_RELEASE: 4,
    HSA_SLOW_RELEASE: 5,
    HSA_FAILED: 6,
    HSA_UNDEFINED: 7,
  },
  HSAModeType: {
    HSA_OFF: 0,
    HSA_AUTO: 1,
    HSA_MANUAL: 2,
    HSA_MODE_UNDEFINED: 3,
  },
});

export interface Epb {
  readonly is_epb_error?: boolean | undefined;
  readonly is_epb_released?: boolean | undefined;
  readonly epb_status?: number | undefined;
  readonly parking_brake_status?: $apollo_canbus.Epb.PBrakeType | undefined;
}
export declare namespace Epb {
  type PBrakeType = 0 | 1 | 2 | 3;
}
export const Epb = $nested($message<Epb>("apollo.canbus.Epb"), {
  PBrakeType: {
    PBRAKE_OFF: 0,
    PBRAKE_TRANSITION: 1,
    PBRAKE_ON: 2,
    PBRAKE_FAULT: 3,
  },
});

export interface Gas {
  readonly is_gas_pedal_error?: boolean | undefined;
  readonly is_gas_pedal_pressed_more?: boolean | undefined;
  readonly gas_pedal_position?: number | undefined;
  readonly is_gas_valid?: boolean | undefined;
  readonly throttle_input?: number | undefined;
  readonly throttle_cmd?: number | undefined;
  readonly throttle_output?: number | undefined;
  readonly watchdog_source?: number | undefined;
  readonly throttle_enabled?: boolean | undefined;
  readonly driver_override?: boolean | undefined;
  readonly driver_activity?: boolean | undefined;
  readonly watchdog_fault?: boolean | undefined;
  readonly channel_1_fault?: boolean | undefined;
  readonly channel_2_fault?: boolean | undefined;
  readonly connector_fault?: boolean | undefined;
  readonly accelerator_pedal?: number | undefined;
  readonly accelerator_pedal_rate?: number | undefined;
  readonly major_version?: number | undefined;
  readonly minor_version?: number | undefined;
  readonly build_number?: number | undefined;
}
export const Gas: MessageType<Gas> = $message<Gas>("apollo.canbus.Gas");

export interface Esp {
  readonly is_esp_acc_error?: boolean | undefined;
  readonly is_esp_on?: boolean | undefined;
  readonly is_esp_active?: boolean | undefined;
  readonly is_abs_error?: boolean | undefined;
  readonly is_abs_active?: boolean | undefined;
  readonly is_tcsvdc_fail?: boolean | undefined;
  readonly is_abs_enabled?: boolean | undefined;
  readonly is_stab_active?: boolean | undefined;
  readonly is_stab_enabled?: boolean | undefined;
  readonly is_trac_active?: boolean | undefined;
  readonly is_trac_enabled?: boolean | undefined;
}
export const Esp: MessageType<Esp> = $message<Esp>("apollo.canbus.Esp");

export interface Ems {
  readonly is_engine_acc_available?: boolean | undefined;
  readonly is_engine_acc_error?: boolean | undefined;
  readonly engine_state?: $apollo_canbus.Ems.Type | undefined;
  readonly max_engine_torq_percent?: number | undefined;
  readonly min_engine_torq_percent?: number | undefined;
  readonly base_engine_torq_constant?: number | undefined;
  readonly is_engine_speed_error?: boolean | undefined;
  readonly engine_speed?: number | undefined;
  readonly engine_torque?: number | undefined;
  readonly is_over_engine_torque?: boolean | undefined;
  readonly engine_rpm?: number | undefined;
}
export declare namespace Ems {
  type Type = 0 | 1 | 2 | 3;
}
export const Ems = $nested($message<Ems>("apollo.canbus.Ems"), {
  Type: {
    STOP: 0,
    CRANK: 1,
    RUNNING: 2,
    INVALID: 3,
  },
});

export interface Gear {
  readonly is_shift_position_valid?: boolean | undefined;
  readonly gear_state?: $apollo_canbus.Chassis.GearPosition | undefined;
  readonly driver_override?: boolean | undefined;
  readonly gear_cmd?: $apollo_canbus.Chassis.GearPosition | undefined;
  readonly canbus_fault?: boolean | undefined;
}
export const Gear: MessageType<Gear> = $message<Gear>("apollo.canbus.Gear");

export interface Safety {
  readonly is_driver_car_door_close?: boolean | undefined;
  readonly is_driver_buckled?: boolean | undefined;
  readonly emergency_button?: number | undefined;
  readonly has_error?: boolean | undefined;
  readonly is_motor_invertor_fault?: boolean | undefined;
  readonly is_system_fault?: boolean | undefined;
  readonly is_power_battery_fault?: boolean | undefined;
  readonly is_motor_invertor_over_temperature?: boolean | undefined;
  readonly is_small_battery_charge_discharge_fault?: boolean | undefined;
  readonly driving_mode?: number | undefined;
  readonly is_passenger_door_open?: boolean | undefined;
  readonly is_rearleft_door_open?: boolean | undefined;
  readonly is_rearright_door_open?: boolean | undefined;
  readonly is_hood_open?: boolean | undefined;
  readonly is_trunk_open?: boolean | undefined;
  readonly is_passenger_detected?: boolean | undefined;
  readonly is_passenger_airbag_enabled?: boolean | undefined;
  readonly is_passenger_buckled?: boolean | undefined;
  readonly front_left_tire_press?: number | undefined;
  readonly front_right_tire_press?: number | undefined;
  readonly rear_left_tire_press?: number | undefined;
  readonly rear_right_tire_press?: number | undefined;
  readonly car_driving_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
}
export const Safety: MessageType<Safety> = $message<Safety>("apollo.canbus.Safety");

export interface BasicInfo {
  readonly is_auto_mode?: boolean | undefined;
  readonly power_state?: $apollo_canbus.BasicInfo.Type | undefined;
  readonly is_air_bag_deployed?: boolean | undefined;
  readonly odo_meter?: number | undefined;
  readonly drive_range?: number | undefined;
  readonly is_system_error?: boolean | undefined;
  readonly is_human_interrupt?: boolean | undefined;
  readonly acc_on_button?: boolean | undefined;
  readonly acc_off_button?: boolean | undefined;
  readonly acc_res_button?: boolean | undefined;
  readonly acc_cancel_button?: boolean | undefined;
  readonly acc_on_off_button?: boolean | undefined;
  readonly acc_res_cancel_button?: boolean | undefined;
  readonly acc_inc_spd_button?: boolean | undefined;
  readonly acc_dec_spd_button?: boolean | undefined;
  readonly acc_inc_gap_button?: boolean | undefined;
  readonly acc_dec_gap_button?: boolean | undefined;
  readonly lka_button?: boolean | undefined;
  readonly canbus_fault?: boolean | undefined;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly gps_valid?: boolean | undefined;
  readonly year?: number | undefined;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
  readonly compass_direction?: number | undefined;
  readonly pdop?: number | undefined;
  readonly is_gps_fault?: boolean | undefined;
  readonly is_inferred?: boolean | undefined;
  readonly altitude?: number | undefined;
  readonly heading?: number | undefined;
  readonly hdop?: number | undefined;
  readonly vdop?: number | undefined;
  readonly quality?: $apollo_canbus.BasicInfo.GpsQuality | undefined;
  readonly num_satellites?: number | undefined;
  readonly gps_speed?: number | undefined;
}
export declare namespace BasicInfo {
  type Type = 0 | 1 | 2 | 3 | 4;
  type GpsQuality = 0 | 1 | 2 | 3;
}
export const BasicInfo = $nested($message<BasicInfo>("apollo.canbus.BasicInfo"), {
  Type: {
    OFF: 0,
    ACC: 1,
    ON: 2,
    START: 3,
    INVALID: 4,
  },
  GpsQuality: {
    FIX_NO: 0,
    FIX_2D: 1,
    FIX_3D: 2,
    FIX_INVALID: 3,
  },
});
