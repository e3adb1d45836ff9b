import { apollo } from "@delos/msgs";
import { type Component, defineComponent } from "@delos/runtime";
import { monitorTopic, padTopic } from "./topics.ts";

const { DrivingAction } = apollo.control;
const { DrivingMode } = apollo.canbus.Chassis;
const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;

/** What an operator can do: the actions of the pad, and the emergency stop. */
const ACTIONS = ["RESET", "START", "STOP", "ESTOP"] as const;

interface Act {
  readonly atS: number;
  readonly action: (typeof ACTIONS)[number];
}

/** An operator who does what a script says: `[{ at_s: 1, action: RESET }, { at_s: 1.1, action: START }]`. */
export const operator: Component<{ readonly script: readonly Act[] }> = defineComponent({
  name: "operator",
  summary: "Pad messages and the emergency stop, by a script",
  configure: (fields) => ({
    script: fields.list("script", (act) => ({
      atS: act.number("at_s", { min: 0 }),
      action: act.oneOf("action", ACTIONS),
    })),
  }),
  ports: () => ({ inputs: [], outputs: [padTopic, monitorTopic] }),
  start({ node, config }) {
    const pad = node.publisher(padTopic);
    const monitor = node.publisher(monitorTopic);
    let sequence = 0;
    const act = (action: Act["action"]): void => {
      const header = { timestamp_sec: node.clock.nowMs() / 1000, module_name: "terminal", sequence_num: ++sequence };
      if (action === "ESTOP") {
        const item = [{ source: MessageSource.SIMULATOR, msg: "emergency stop", log_level: LogLevel.FATAL }];
        monitor.publish({ header, item });
      } else {
        pad.publish({ header, driving_mode: DrivingMode.COMPLETE_AUTO_DRIVE, action: DrivingAction[action] });
      }
    };
    for (const { atS, action } of config.script) node.after(atS * 1000, () => act(action));
    return undefined;
  },
});
