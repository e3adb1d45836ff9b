import type { MessageCodec } from "@delos/core";
import { codecFor, type MessageValue, ros2Schema } from "./codec.ts";
import { shortRosName } from "./ros-text.ts";
import { wellKnownRosText } from "./well-known.ts";

/** The `.action` text of a type in its three parts. */
export interface RosActionText {
  readonly goal: string;
  readonly result: string;
  readonly feedback: string;
}

/** Codecs of everything that goes over the wire for one type of action. design.ros2.org, "Actions". */
export interface RosActionTypes {
  readonly name: string;
  readonly sendGoal: RosExchange;
  readonly getResult: RosExchange;
  readonly cancelGoal: RosExchange;
  readonly feedback: MessageCodec<MessageValue>;
  readonly status: MessageCodec<MessageValue>;
}

export interface RosExchange {
  readonly request: MessageCodec<MessageValue>;
  readonly response: MessageCodec<MessageValue>;
}

const SEPARATOR = "=".repeat(80);
const UUID = "unique_identifier_msgs/UUID";

/**
 * The types of an action, which rosidl makes of its `.action` file.
 * @param name `pkg/action/Type`
 * @throws {MalformedError} `WIRE_SCHEMA`, {DelosError} `WIRE_SCHEMA_UNKNOWN`
 */
export function rosActionTypes(name: string, text: RosActionText): RosActionTypes {
  const [pkg = "", , type = ""] = name.split("/");
  const of = (part: string, fields: string, inner?: { readonly name: string; readonly text: string }) => {
    const nested = inner === undefined ? "" : `\n${SEPARATOR}\nMSG: ${pkg}/${type}_${inner.name}\n${inner.text}`;
    return codecFor(ros2Schema(`${name}_${part}`, fields + nested)) as MessageCodec<MessageValue>;
  };
  const known = (full: string): MessageCodec<MessageValue> =>
    codecFor(ros2Schema(full, wellKnownRosText(shortRosName(full), "ros2")!)) as MessageCodec<MessageValue>;
  return {
    name,
    sendGoal: {
      request: of("SendGoal_Request", `${UUID} goal_id\n${pkg}/${type}_Goal goal`, { name: "Goal", text: text.goal }),
      response: of("SendGoal_Response", "bool accepted\nbuiltin_interfaces/Time stamp"),
    },
    getResult: {
      request: of("GetResult_Request", `${UUID} goal_id`),
      response: of("GetResult_Response", `int8 status\n${pkg}/${type}_Result result`, {
        name: "Result",
        text: text.result,
      }),
    },
    cancelGoal: {
      request: known("action_msgs/srv/CancelGoal_Request"),
      response: known("action_msgs/srv/CancelGoal_Response"),
    },
    feedback: of("FeedbackMessage", `${UUID} goal_id\n${pkg}/${type}_Feedback feedback`, {
      name: "Feedback",
      text: text.feedback,
    }),
    status: known("action_msgs/msg/GoalStatusArray"),
  };
}

/** The text of a standard action (`pkg/action/Type`); undefined when it is not a standard one. */
export function wellKnownRosAction(name: string): RosActionText | undefined {
  const [pkg, , type] = name.split("/");
  const part = (suffix: string): string | undefined => wellKnownRosText(`${pkg}/${type}_${suffix}`, "ros2");
  const [goal, result, feedback] = [part("Goal"), part("Result"), part("Feedback")];
  return goal === undefined || result === undefined || feedback === undefined ? undefined : { goal, result, feedback };
}
