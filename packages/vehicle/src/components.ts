import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { apollo } from "@delos/msgs";
import { type Component, type ConfigFields, defineComponent, type Node } from "@delos/runtime";
import type { CanPort } from "./can-frame.ts";
import { canbusComponent, canbusPorts } from "./canbus-component.ts";
import type { CanbusOptions } from "./canbus-core.ts";
import { CandumpPort, parseCandump } from "./candump.ts";
import { type MkzParameters, readMkzParameters } from "./mkz-controller.ts";
import { openSocketCan } from "./socketcan.ts";
import { topicCanPort } from "./topic-can.ts";

/** Where frames go: a simulated car over topics, a Linux interface, or a log that is played. */
type Can =
  | { readonly kind: "simulated" }
  | { readonly kind: "socketcan"; readonly interface: string }
  | { readonly kind: "candump"; readonly file: string };

interface Config {
  readonly parameters: MkzParameters;
  readonly can: Can;
  readonly commandTopic: string;
  readonly chassisDetail: boolean;
  readonly options: CanbusOptions;
}

/**
 * The canbus module for launch files. `conf`: a CanbusConf in text format (Apollo's for the Lincoln MKZ unless given). Its
 * defaults are the safe ones: it listens to the guardian, brakes without fresh commands, is silent without reports, and obeys the
 * watchdog.
 */
export const canbus: Component<Config> = defineComponent({
  name: "canbus",
  summary: "Commands to CAN frames, frames to Chassis",
  configure(fields) {
    const file = fields.path("conf", {
      default: fileURLToPath(new URL("../conf/canbus_conf.pb.txt", import.meta.url)),
    });
    const limit = (key: string): number => fields.number(key, { default: 0.1, min: 0 });
    return {
      parameters: readMkzParameters(apollo.canbus.CanbusConf.fromText(readFileSync(file, "utf8")), file),
      can: readCan(fields.child("can")),
      commandTopic: fields.text("command_topic", { default: "/apollo/guardian" }),
      chassisDetail: fields.boolean("chassis_detail", { default: false }),
      options: {
        commandTimeoutS: limit("command_timeout_s"),
        maxCommandAgeS: limit("max_command_age_s"),
        reportTimeoutS: limit("report_timeout_s"),
        timeoutBrakePercent: fields.number("timeout_brake_percent", { default: 50, min: 1, max: 100 }),
      },
    };
  },
  ports: ({ commandTopic, chassisDetail }) => canbusPorts(commandTopic, chassisDetail),
  async start({ node, config, beat, watch }) {
    const port = await openCan(node, config.can);
    const core = canbusComponent(node, {
      ...config.options,
      parameters: config.parameters,
      port,
      commandTopic: config.commandTopic,
      enableChassisDetail: config.chassisDetail,
      stopRequested: () => watch.trip !== undefined,
      onStep: beat,
    });
    return {
      [Symbol.dispose]() {
        core[Symbol.dispose]();
        port[Symbol.dispose]();
      },
    };
  },
});

function readCan(fields: ConfigFields): Can {
  const kind = fields.oneOf("kind", ["simulated", "socketcan", "candump"], { default: "simulated" });
  if (kind === "socketcan") return { kind, interface: fields.text("interface", { default: "can0" }) };
  return kind === "candump" ? { kind, file: fields.path("file") } : { kind };
}

async function openCan(node: Node, can: Can): Promise<CanPort> {
  if (can.kind === "simulated") return topicCanPort(node, "program");
  if (can.kind === "socketcan") return openSocketCan(can.interface);
  return new CandumpPort(parseCandump(readFileSync(can.file, "utf8")).frames, node.clock);
}
