import { readFileSync } from "node:fs";
import { CONTROL_FLAGS, type ControlConfig, type ControlFlags, readControlConfig } from "@delos/control";
import { readFlags } from "@delos/core";
import { LOCALIZATION_FLAGS, type LocalizationFlags } from "@delos/localization";
import { apollo } from "@delos/msgs";
import { type MkzParameters, readMkzParameters } from "@delos/vehicle";

/** Flags of Apollo's shipped control.conf. */
export const SHIPPED_CONTROL_FLAGS =
  "use_state_exact_match,noenable_speed_station_preview,nouse_preview_speed_for_table";
/** Flags of Apollo's shipped localization.conf, with stale inputs noticed. */
export const SHIPPED_LOCALIZATION_FLAGS = "noenable_gps_imu_interprolate,enable_staleness_check";

const fileOf = (name: string, path: string): string =>
  readFileSync(new URL(`../conf/${path}`, import.meta.resolve(name)), "utf8");

export interface MkzDefaults {
  readonly control: ControlConfig;
  readonly controlFlags: ControlFlags;
  readonly localizationFlags: LocalizationFlags;
  readonly vehicle: MkzParameters;
}

/** Configuration and flags as Apollo 1.0 shipped them for the Lincoln MKZ, from the copies in the packages. */
export function mkzDefaults(options: { readonly filter?: boolean } = {}): MkzDefaults {
  const conf = apollo.control.ControlConf.fromText(fileOf("@delos/control", "lincoln.pb.txt"));
  const canbus = apollo.canbus.CanbusConf.fromText(fileOf("@delos/vehicle", "canbus_conf.pb.txt"));
  return {
    control: readControlConfig(conf, "lincoln.pb.txt"),
    controlFlags: readFlags(CONTROL_FLAGS, SHIPPED_CONTROL_FLAGS),
    localizationFlags: readFlags(
      LOCALIZATION_FLAGS,
      `${SHIPPED_LOCALIZATION_FLAGS},enable_filter=${options.filter === true}`,
    ),
    vehicle: readMkzParameters(canbus, "canbus_conf.pb.txt"),
  };
}
