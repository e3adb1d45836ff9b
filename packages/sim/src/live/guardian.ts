import { type Component, defineComponent } from "@delos/runtime";
import { DEFAULT_SAFETY, guardianComponent, guardianTopic } from "@delos/safety";

/** Between control and canbus: passes good commands on, brakes in place of bad ones or none. */
export const guardian: Component = defineComponent<unknown>({
  name: "guardian",
  summary: "Stops the car when commands or the monitor fall silent",
  configure: () => undefined,
  ports: () => ({ inputs: [], outputs: [guardianTopic] }),
  start({ node, beat }) {
    guardianComponent(node, { config: DEFAULT_SAFETY.guardian, onCycle: beat });
    return undefined;
  },
});
