import { readFileSync } from "node:fs";
import { readFlags } from "@delos/core";
import { type Component, defineComponent } from "@delos/runtime";
import { LOCALIZATION_FLAGS, type LocalizationFlags } from "./flags.ts";
import { localizationComponent, localizationPorts } from "./localization-component.ts";

/** RTK localization for launch files. `flag_file` and then `flags` (gflags, separated by commas or blanks) change Apollo's defaults. */
export const rtkLocalization: Component<{ readonly flags: LocalizationFlags }> = defineComponent({
  name: "localization",
  summary: "RTK localization: pose from GNSS and IMU, 100 Hz",
  configure(fields) {
    const file = fields.has("flag_file") ? fields.path("flag_file") : undefined;
    const shipped = file === undefined ? "" : readFileSync(file, "utf8");
    const inFile = readFlags(LOCALIZATION_FLAGS, shipped, { unknown: "ignore", source: file ?? "" });
    const flags = fields.has("flags") ? fields.text("flags") : "";
    return { flags: readFlags(inFile, flags, { source: "flags" }) };
  },
  ports: ({ flags }) => localizationPorts(flags),
  start({ node, config, beat }) {
    localizationComponent(node, { flags: config.flags, onTick: beat });
    return undefined;
  },
});
