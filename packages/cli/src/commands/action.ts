import { DelosError, type MessageCodec } from "@delos/core";
import { type Action, actionClient, action as actionOf, type ServiceGraph } from "@delos/runtime";
import type { EndpointInfo } from "@delos/transport";
import { type RosActionText, wellKnownRosAction } from "@delos/wire";
import { type Bus, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, numberOption, positionals, text } from "../bus-options.ts";
import { columns, fromYaml, line, toYaml } from "../bus-text.ts";
import { rosType } from "../bus-types.ts";
import type { Command, CommandContext } from "../command.ts";
import { rosFile, rosParts } from "../ros-files.ts";
import { messageOf } from "./topic-pub.ts";

export const actionCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "action list",
    usage: "action list [-t] [-c] [--json]",
    summary: "List the actions on the bus",
    examples: ["delos action list -t"],
    options: {
      ...BUS_OPTIONS,
      "show-types": { type: "boolean", short: "t" },
      "count-actions": { type: "boolean", short: "c" },
    },
    optionHelp: { ...BUS_HELP, "show-types": "With their types", "count-actions": "Only how many there are" },
    async run(context) {
      positionals(context, this.usage);
      await using bus = await open(context, "auto");
      await bus.discovered();
      const actions = actionsOf(bus);
      if (context.json) {
        const list = actions.map(({ name, type, servers, clients }) => ({
          name,
          type: type ?? null,
          servers: servers.length,
          clients: clients.length,
        }));
        line(context, { actions: list, count: actions.length });
      } else if (context.values["count-actions"] === true) context.out.write(`${actions.length}\n`);
      else {
        const types = context.values["show-types"] === true;
        context.out.write(columns(actions.map(({ name, type }) => [name, ...(types ? [`[${type ?? "?"}]`] : [])])));
      }
    },
  },
  {
    name: "action info",
    usage: "action info ACTION [-t] [--json]",
    summary: "Show the type of an action, and who serves and who asks it",
    examples: ["delos action info /fibonacci"],
    options: { ...BUS_OPTIONS, "show-types": { type: "boolean", short: "t" } },
    optionHelp: { ...BUS_HELP, "show-types": "As ros2 has it; the type is shown anyway" },
    async run(context) {
      const [name] = positionals(context, this.usage, "ACTION");
      await using bus = await open(context, "auto");
      await find(bus, name!);
      await bus.discovered();
      const found = await find(bus, name!);
      const [servers, clients] = [names(found.servers), names(found.clients)];
      if (context.json) line(context, { name: found.name, type: found.type ?? null, servers, clients });
      else {
        const list = (nodes: readonly string[]): string => nodes.map((each) => `    ${each}\n`).join("");
        context.out.write(`Action: ${found.name}\nType: ${found.type ?? "(none told)"}\n`);
        context.out.write(`Action clients: ${clients.length}\n${list(clients)}`);
        context.out.write(`Action servers: ${servers.length}\n${list(servers)}`);
      }
    },
  },
  {
    name: "action type",
    usage: "action type ACTION [--json]",
    summary: "Print the type of an action",
    examples: ["delos action type /fibonacci"],
    options: BUS_OPTIONS,
    optionHelp: BUS_HELP,
    async run(context) {
      const [name] = positionals(context, this.usage, "ACTION");
      await using bus = await open(context, "auto");
      const { name: full, type } = await find(bus, name!);
      if (context.json) line(context, { name: full, type: type ?? null });
      else context.out.write(`${type ?? "(none told)"}\n`);
    },
  },
  {
    name: "action send_goal",
    usage: "action send_goal ACTION TYPE GOAL [-f] [--msg FILE] [--timeout S] [--json]",
    summary: "Send a goal to an action, wait for its result and print it; Ctrl-C cancels it",
    description: `
GOAL is JSON or YAML. Of TYPE (pkg/action/Type) the fields must be known: those of example_interfaces/action/Fibonacci are, others
are given by --msg, the .action file or its text.`,
    examples: ["delos action send_goal /fibonacci example_interfaces/action/Fibonacci '{order: 5}' --feedback"],
    options: {
      ...BUS_OPTIONS,
      feedback: { type: "boolean", short: "f" },
      msg: { type: "string" },
      timeout: { type: "string" },
    },
    optionHelp: {
      ...BUS_HELP,
      feedback: "Also print feedback as it comes",
      msg: "The .action file of ROS 2, or its text; types of its members are looked for beside it",
      timeout: "Seconds to wait for the goal to be accepted (default 5)",
    },
    async run(context) {
      const [name, type, value] = positionals(context, this.usage, "ACTION", "TYPE", "GOAL");
      const action = actionFrom(context, name!, type!);
      const inner = (codec: MessageCodec, field: string, message: unknown): unknown =>
        (codec.toJSON(message) as Record<string, unknown>)[field];
      const json = fromYaml(value!, "GOAL");
      const codec = action.sendGoal.request as MessageCodec<{ goal: unknown }>;
      const { goal } = messageOf(codec, { goal: json }) as { goal: unknown };
      const timeoutMs = (numberOption(context.values, "timeout") ?? 5) * 1000;
      await using bus = await open(context, "auto");
      const show = (event: string, content: Record<string, unknown>): void => {
        if (context.json) line(context, { action: action.name, event, ...content });
        else context.out.write(`${event}:\n${toYaml(content as Parameters<typeof toYaml>[0])}`);
      };
      // Where the server is near, feedback is here before the answer that the goal was accepted.
      let early: unknown[] | undefined = [];
      const onFeedback = (feedback: unknown): void => {
        if (early !== undefined) {
          early.push(feedback);
          return;
        }
        const message = { goal_id: { uuid: new Uint8Array(16) }, feedback };
        show("feedback", { feedback: inner(action.feedback.type as MessageCodec, "feedback", message) });
      };
      await using client = actionClient(bus.node, action);
      const wanted = context.values["feedback"] === true ? { onFeedback } : {};
      const handle = await client.send(goal, { ...wanted, timeoutMs, signal: context.signal });
      show("accepted", { goal_id: handle.id });
      const first = early;
      early = undefined;
      for (const feedback of first) onFeedback(feedback);
      const { status, result } = await handle.result({ signal: context.signal });
      const response = { status: 0, result };
      show("result", { status, result: inner(action.getResult.response as MessageCodec, "result", response) });
      return status === "succeeded" ? 0 : 1;
    },
  },
];

export const commands: readonly Command[] = actionCommands(openBus);

interface FoundAction {
  readonly name: string;
  readonly type: string | undefined;
  readonly servers: readonly EndpointInfo[];
  readonly clients: readonly EndpointInfo[];
}

const SEND_GOAL = "/_action/send_goal";

function actionsOf(bus: Bus): FoundAction[] {
  return bus.graph.services
    .filter(({ name }) => name.endsWith(SEND_GOAL))
    .map((service: ServiceGraph) => ({
      name: service.name.slice(0, -SEND_GOAL.length),
      type: (service.request ?? service.response)?.name.replace(/_SendGoal_(?:Request|Response)$/, ""),
      servers: service.servers,
      clients: service.clients,
    }));
}

const names = (endpoints: readonly EndpointInfo[]): string[] =>
  [...new Set(endpoints.map(({ node, participant }) => node || participant.name || participant.id))].sort();

/** @throws {DelosError} BUS_ACTION_UNKNOWN */
async function find(bus: Bus, name: string): Promise<FoundAction> {
  const absolute = name.startsWith("/") ? name : `/${name}`;
  const found = await bus.waitFor(() =>
    actionsOf(bus).find((each) => each.name === absolute && each.servers.length > 0 && each.type !== undefined),
  );
  if (found !== undefined) return found;
  throw new DelosError("BUS_ACTION_UNKNOWN", `nobody on the bus serves the action ${name}; see: delos action list`, {
    details: { action: name },
  });
}

/** @throws {DelosError} BUS_TYPE_UNKNOWN */
function actionFrom(context: CommandContext, name: string, type: string): Action {
  const full = rosType(type, "action");
  const given = text(context.values, "msg");
  const known = given === undefined ? wellKnownRosAction(full) : undefined;
  const file = known === undefined ? rosFile(full, "action", given, context) : undefined;
  const fields = file === undefined ? known : partsOf(rosParts(file, full, context.env));
  if (fields !== undefined) return actionOf(name, full, fields);
  throw new DelosError(
    "BUS_TYPE_UNKNOWN",
    `the fields of ${full} are not known: give them by --msg FILE, its .action file`,
    { details: { type: full } },
  );
}

const partsOf = ([goal = "", result = "", feedback = ""]: readonly string[]): RosActionText => ({
  goal,
  result,
  feedback,
});
