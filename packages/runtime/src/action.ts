import type { MessageCodec } from "@delos/core";
import { type RosActionText, rosActionTypes } from "@delos/wire";
import { type Service, service, type Topic, topic } from "./topic.ts";

/** A goal's id, 16 bytes, chosen by who sends it. */
export interface GoalId {
  readonly uuid: Uint8Array;
}

/** builtin_interfaces/msg/Time. */
export interface Stamp {
  readonly sec: number;
  readonly nanosec: number;
}

export interface GoalInfo {
  readonly goal_id: GoalId;
  readonly stamp: Stamp;
}

/** action_msgs/msg/GoalStatus: what has become of a goal. */
export const GOAL = {
  unknown: 0,
  accepted: 1,
  executing: 2,
  canceling: 3,
  succeeded: 4,
  canceled: 5,
  aborted: 6,
} as const;

export type GoalStatus = (typeof GOAL)[keyof typeof GOAL];

const STATUS_NAMES = Object.keys(GOAL) as (keyof typeof GOAL)[];

/** `succeeded`, `canceled` … as people read it. */
export const goalStatusName = (status: number): string => STATUS_NAMES[status] ?? `status ${status}`;

/**
 * Something that takes its time: asked for by a goal, told about by feedback, ended by a result, and cancelled if need be. ROS 2's
 * actions: three services and two topics below the action's name (design.ros2.org, "Actions").
 */
export interface Action<Goal = unknown, Result = unknown, Feedback = unknown> {
  readonly name: string;
  /** `pkg/action/Type`. */
  readonly type: string;
  readonly sendGoal: Service<{ goal_id: GoalId; goal: Goal }, { accepted: boolean; stamp: Stamp }>;
  readonly getResult: Service<{ goal_id: GoalId }, { status: number; result: Result }>;
  readonly cancelGoal: Service<{ goal_info: GoalInfo }, { return_code: number; goals_canceling: readonly GoalInfo[] }>;
  readonly feedback: Topic<{ goal_id: GoalId; feedback: Feedback }>;
  readonly status: Topic<{ status_list: readonly { goal_info: GoalInfo; status: number }[] }>;
}

/**
 * An action of a type that is given by its three parts, the text of its `.action` file.
 * @param type `pkg/action/Type`
 * @throws {MalformedError} `WIRE_SCHEMA`, {DelosError} `WIRE_SCHEMA_UNKNOWN`
 */
export function action<Goal = unknown, Result = unknown, Feedback = unknown>(
  name: string,
  type: string,
  text: RosActionText,
): Action<Goal, Result, Feedback> {
  const types = rosActionTypes(type, text);
  const full = name.startsWith("/") ? name : `/${name}`;
  const of = <Q, A>(part: string, exchange: { request: unknown; response: unknown }): Service<Q, A> =>
    service(`${full}/_action/${part}`, exchange.request as MessageCodec<Q>, exchange.response as MessageCodec<A>);
  const topicOf = <T>(part: string, codec: unknown, qos: Parameters<typeof topic>[2]): Topic<T> =>
    topic(`${full}/_action/${part}`, codec as MessageCodec<T>, qos);
  return {
    name: full,
    type,
    sendGoal: of("send_goal", types.sendGoal),
    getResult: of("get_result", types.getResult),
    cancelGoal: of("cancel_goal", types.cancelGoal),
    feedback: topicOf("feedback", types.feedback, { depth: 10 }),
    status: topicOf("status", types.status, { durability: "transient_local", depth: 1 }),
  };
}

export const hexOfGoal = ({ uuid }: GoalId): string => Buffer.from(uuid).toString("hex");

export function stampOf(ns: bigint): Stamp {
  return { sec: Number(ns / 1_000_000_000n), nanosec: Number(ns % 1_000_000_000n) };
}
