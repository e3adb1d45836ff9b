// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message, $nested } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_canbus from "./canbus.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_hmi from "./hmi.ts";

export interface Command {
  readonly name?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly stdout_file?: string | undefined;
  readonly stderr_file?: string | undefined;
  readonly log_files?: readonly string[] | undefined;
}
export const Command: MessageType<Command> = $message<Command>("apollo.hmi.Command");

export interface Component {
  readonly name?: string | undefined;
  readonly display_name?: string | undefined;
  readonly supported_commands?: readonly $apollo_hmi.Command[] | undefined;
}
export const Component: MessageType<Component> = $message<Component>("apollo.hmi.Component");

export interface Config {
  readonly modules?: readonly $apollo_hmi.Component[] | undefined;
  readonly hardware?: readonly $apollo_hmi.Component[] | undefined;
  readonly tools?: readonly $apollo_hmi.Command[] | undefined;
  /** Since Apollo 1.5. */
  readonly global_flagfile?: string | undefined;
  readonly available_maps?: readonly $apollo_hmi.Config.HDMap[] | undefined;
  readonly vehicle_param_pb_target_path?: string | undefined;
  readonly calibration_table_target_path?: string | undefined;
  readonly velodyne_params_target_path?: string | undefined;
  readonly velodyne_launch_target_path?: string | undefined;
  readonly gnss_driver_target_path?: string | undefined;
  readonly gnss_conf_target_path?: string | undefined;
  readonly available_vehicles?: readonly $apollo_hmi.Config.VehicleConfig[] | undefined;
}
export declare namespace Config {
  interface Server {
    readonly binding_ip?: string | undefined;
    readonly domain?: string | undefined;
    readonly port?: number | undefined;
    readonly log_file?: string | undefined;
    readonly https?: $apollo_hmi.Config.Server.Https | undefined;
  }
  namespace Server {
    interface Https {
      readonly enabled?: boolean | undefined;
      readonly server_key?: string | undefined;
      readonly server_cert?: string | undefined;
      readonly client_cert_required?: boolean | undefined;
    }
  }
  interface HDMap {
    readonly name?: string | undefined;
    readonly map_dir?: string | undefined;
  }
  interface VehicleConfig {
    readonly name?: string | undefined;
    readonly vehicle_param_pb_path?: string | undefined;
    readonly calibration_table_path?: string | undefined;
    readonly velodyne_params_path?: string | undefined;
    readonly velodyne_launch_path?: string | undefined;
    readonly gnss_driver_path?: string | undefined;
    readonly gnss_conf_path?: string | undefined;
  }
}
export const Config = $nested($message<Config>("apollo.hmi.Config"), {
  Server: $nested($message<Config.Server>("apollo.hmi.Config.Server"), {
    Https: $message<Config.Server.Https>("apollo.hmi.Config.Server.Https"),
  }),
  HDMap: $message<Config.HDMap>("apollo.hmi.Config.HDMap"),
  VehicleConfig: $message<Config.VehicleConfig>("apollo.hmi.Config.VehicleConfig"),
});

export interface SocketIORequest {
  readonly api_name?: string | undefined;
  readonly command_name?: string | undefined;
  readonly args?: readonly string[] | undefined;
}
export const SocketIORequest: MessageType<SocketIORequest> = $message<SocketIORequest>("apollo.hmi.SocketIORequest");

export interface HMICommand {
  readonly header?: $apollo_common.Header | undefined;
  readonly change_driving_mode?: $apollo_hmi.HMICommand.ChangeDrivingMode | undefined;
}
export declare namespace HMICommand {
  interface ChangeDrivingMode {
    readonly target_mode?: $apollo_canbus.Chassis.DrivingMode | undefined;
    readonly reset_first?: boolean | undefined;
  }
}
export const HMICommand = $nested($message<HMICommand>("apollo.hmi.HMICommand"), {
  ChangeDrivingMode: $message<HMICommand.ChangeDrivingMode>("apollo.hmi.HMICommand.ChangeDrivingMode"),
});

export interface ChangeDrivingModeRequest {
  readonly action?: $apollo_hmi.ChangeDrivingModeRequest.Action | undefined;
}
export declare namespace ChangeDrivingModeRequest {
  type Action = 1 | 2;
}
export const ChangeDrivingModeRequest = $nested($message<ChangeDrivingModeRequest>("apollo.hmi.ChangeDrivingModeRequest"), {
  Action: {
    RESET_TO_MANUAL: 1,
    START_TO_AUTO: 2,
  },
});

export interface ChangeDrivingModeResponse {
  readonly result?: $apollo_hmi.ChangeDrivingModeResponse.Result | undefined;
}
export declare namespace ChangeDrivingModeResponse {
  type Result = 1 | 2 | 3;
}
export const ChangeDrivingModeResponse = $nested($message<ChangeDrivingModeResponse>("apollo.hmi.ChangeDrivingModeResponse"), {
  Result: {
    UNKNOWN: 1,
    SUCCESS: 2,
    FAIL: 3,
  },
});

export interface ModuleStatus {
  readonly name?: string | undefined;
  readonly status?: $apollo_hmi.ModuleStatus.Status | undefined;
  readonly messages?: readonly string[] | undefined;
}
export declare namespace ModuleStatus {
  type Status = 0 | 1 | 2 | 3;
}
export const ModuleStatus = $nested($message<ModuleStatus>("apollo.hmi.ModuleStatus"), {
  Status: {
    UNINITIALIZED: 0,
    INITIALIZED: 1,
    STARTED: 2,
    STOPPED: 3,
  },
});

export interface HardwareStatus {
  readonly name?: string | undefined;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}
export declare namespace HardwareStatus {
  type Status = -2 | -1 | 0 | 1 | 2 | 3;
}
export const HardwareStatus = $nested($message<HardwareStatus>("apollo.hmi.HardwareStatus"), {
  Status: {
    CHECKING: -2,
    UNDEF: -1,
    OK: 0,
    NOT_READY: 1,
    NOT_PRESENT: 2,
    ERR: 3,
  },
});

export interface ToolStatus {
  readonly message?: string | undefined;
  readonly recording_status?: $apollo_hmi.ToolStatus.RecordingStatus | undefined;
  readonly playing_status?: $apollo_hmi.ToolStatus.PlayingStatus | undefined;
  readonly planning_ready?: boolean | undefined;
}
export declare namespace ToolStatus {
  type RecordingStatus = 0 | 1 | 2 | 3 | 4 | 5;
  type PlayingStatus = 0 | 1 | 2 | 3 | 4;
}
export const ToolStatus = $nested($message<ToolStatus>("apollo.hmi.ToolStatus"), {
  RecordingStatus: {
    RECORDING_NOT_READY: 0,
    RECORDING_READY_TO_CHECK: 1,
    RECORDING_CHECKING: 2,
    RECORDING_READY_TO_START: 3,
    RECORDING: 4,
    RECORDING_FINISHED: 5,
  },
  PlayingStatus: {
    PLAYING_NOT_READY: 0,
    PLAYING_READY_TO_CHECK: 1,
    PLAYING_CHECKING: 2,
    PLAYING_READY_TO_START: 3,
    PLAYING: 4,
  },
});

export interface RuntimeStatus {
  readonly modules?: readonly $apollo_hmi.ModuleStatus[] | undefined;
  readonly hardware?: readonly $apollo_hmi.HardwareStatus[] | undefined;
  readonly tools?: $apollo_hmi.ToolStatus | undefined;
  /** Since Apollo 1.5. */
  readonly config?: $apollo_hmi.ConfigStatus | undefined;
}
export const RuntimeStatus: MessageType<RuntimeStatus> = $message<RuntimeStatus>("apollo.hmi.RuntimeStatus");

export interface ConfigStatus {
  readonly current_map?: string | undefined;
  readonly current_vehicle?: string | undefined;
}
export const ConfigStatus: MessageType<ConfigStatus> = $message<ConfigStatus>("apollo.hmi.ConfigStatus");
