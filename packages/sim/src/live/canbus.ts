import { type Component, defineComponent } from "@delos/runtime";
import { guardianTopic } from "@delos/safety";
import { canbusComponent } from "@delos/vehicle";
import { mkzDefaults } from "../defaults.ts";
import { canFromCarTopic, canPort, canToCarTopic, chassisTopic } from "./topics.ts";

/** Commands of the guardian to frames of the simulated bus, and frames to Chassis. */
export const canbus: Component = defineComponent<unknown>({
  name: "canbus",
  summary: "Commands to CAN frames, CAN frames to Chassis",
  configure: () => undefined,
  ports: () => ({ inputs: [guardianTopic, canFromCarTopic], outputs: [chassisTopic, canToCarTopic] }),
  start({ node, beat }) {
    return canbusComponent(node, {
      parameters: mkzDefaults().vehicle,
      port: canPort(node, canToCarTopic, canFromCarTopic),
      commandTopic: guardianTopic.name,
      commandTimeoutS: 0.1,
      timeoutBrakePercent: 50,
      maxCommandAgeS: 0.1,
      reportTimeoutS: 0.1,
      onStep: beat,
    });
  },
});
