import { controlComponent } from "@delos/control";
import { type Component, defineComponent } from "@delos/runtime";
import { mkzDefaults } from "../defaults.ts";
import { chassisTopic, localizationTopic } from "./topics.ts";

/** Lateral and longitudinal control with Apollo's shipped configuration. */
export const control: Component = defineComponent<unknown>({
  name: "control",
  summary: "Steering and pedals along the planned path",
  configure: () => undefined,
  ports: () => ({ inputs: [localizationTopic, chassisTopic], outputs: [] }),
  start({ node, beat }) {
    const { control: config, controlFlags: flags } = mkzDefaults();
    controlComponent(node, { config, flags, onCycle: beat });
    return undefined;
  },
});
