import { type Component, defineComponent } from "@delos/runtime";
import { DEFAULT_SAFETY, monitorComponent, monitorTopic, statusTopic } from "@delos/safety";

const { monitor: defaults } = DEFAULT_SAFETY;
/** Nothing plans while somebody drives by hand: control itself stops the car when a plan becomes old. */
const topics = defaults.topics.filter(({ topic }) => topic !== "/apollo/planning");

/** Listens to every topic of the loop and tells what is silent or slow. */
export const monitor: Component = defineComponent<unknown>({
  name: "monitor",
  summary: "Watches the topics of the loop",
  configure: () => undefined,
  ports: () => ({ inputs: [], outputs: [monitorTopic, statusTopic] }),
  start({ node, beat }) {
    monitorComponent(node, { config: { ...defaults, topics } });
    node.every(50, beat);
    return undefined;
  },
});
