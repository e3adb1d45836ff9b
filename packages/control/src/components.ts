import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readFlags } from "@delos/core";
import { apollo } from "@delos/msgs";
import { type Component, defineComponent } from "@delos/runtime";
import { type ControlConfig, readControlConfig } from "./config.ts";
import { controlComponent, controlPorts } from "./control-component.ts";
import { CONTROL_FLAGS, type ControlFlags } from "./flags.ts";

interface Config {
  readonly control: ControlConfig;
  readonly flags: ControlFlags;
}

/**
 * The control module for launch files. `conf`: a ControlConf in text format (Apollo's for the Lincoln MKZ unless given); `vehicle`: a
 * VehicleConfig for configurations without geometry; `flag_file` and then `flags` change the defaults of Apollo's code.
 */
export const control: Component<Config> = defineComponent({
  name: "control",
  summary: "Lateral and longitudinal control, 100 Hz",
  configure(fields) {
    const file = fields.path("conf", { default: fileURLToPath(new URL("../conf/lincoln.pb.txt", import.meta.url)) });
    const conf = apollo.control.ControlConf.fromText(readFileSync(file, "utf8"));
    const vehicle = fields.has("vehicle")
      ? apollo.common.config.VehicleConfig.fromText(readFileSync(fields.path("vehicle"), "utf8")).vehicle_param
      : undefined;
    const flagFile = fields.has("flag_file") ? fields.path("flag_file") : undefined;
    const shipped = flagFile === undefined ? "" : readFileSync(flagFile, "utf8");
    const inFile = readFlags(CONTROL_FLAGS, shipped, { unknown: "ignore", source: flagFile ?? "" });
    const flags = fields.has("flags") ? fields.text("flags") : "";
    return { control: readControlConfig(conf, file, vehicle), flags: readFlags(inFile, flags, { source: "flags" }) };
  },
  ports: () => controlPorts,
  start({ node, config, beat }) {
    controlComponent(node, { config: config.control, flags: config.flags, onCycle: beat, precise: true });
    return undefined;
  },
});
