import { localizationComponent } from "@delos/localization";
import { type Component, defineComponent } from "@delos/runtime";
import { mkzDefaults } from "../defaults.ts";
import { localizationTopic } from "./topics.ts";

/** RTK localization with Apollo's shipped flags. */
export const localization: Component = defineComponent<unknown>({
  name: "localization",
  summary: "Where the car is, from GNSS and IMU",
  configure: () => undefined,
  ports: () => ({ inputs: [], outputs: [localizationTopic] }),
  start({ node, beat }) {
    localizationComponent(node, { flags: mkzDefaults().localizationFlags });
    node.every(10, beat);
    return undefined;
  },
});
