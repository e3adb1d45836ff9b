import { describeError } from "@delos/core";
import {
  type Action,
  GOAL,
  type GoalId,
  type GoalInfo,
  type GoalStatus,
  hexOfGoal,
  type Stamp,
  stampOf,
} from "./action.ts";
import type { Node } from "./node.ts";
import type { Publisher } from "./publisher.ts";

/** What the work on a goal has at hand. */
export interface GoalContext<Feedback> {
  readonly id: string;
  /** Fires when the goal is to be cancelled, and when the server closes. */
  readonly signal: AbortSignal;
  feedback(feedback: Feedback): void;
}

export interface ActionHandler<Goal, Result, Feedback> {
  /** Whether the goal is taken at all; all are unless given. */
  accept?(goal: Goal): boolean;
  /**
   * The work. What it returns is the result: `succeeded`, or `canceled` when its signal has fired by then. An error makes the
   * goal `aborted`.
   */
  execute(goal: Goal, context: GoalContext<Feedback>): Result | Promise<Result>;
}

interface Running {
  readonly info: GoalInfo;
  readonly abort: AbortController;
  status: GoalStatus;
  readonly done: Promise<{ status: number; result: unknown }>;
}

/** Goals that have ended, whose results can still be asked for. */
const MAX_ENDED = 100;
/** Goals at work at once; more are not accepted. */
const MAX_RUNNING = 1000;
/** action_msgs/srv/CancelGoal. */
const [CANCEL_DONE, CANCEL_REJECTED, CANCEL_UNKNOWN, CANCEL_TERMINATED] = [0, 1, 2, 3];

/** Does what others ask for by an action. design.ros2.org, "Actions"; rcl_action. */
export class ActionServer<Goal = unknown, Result = unknown, Feedback = unknown> implements AsyncDisposable {
  readonly action: Action<Goal, Result, Feedback>;
  readonly #node: Node;
  readonly #handler: ActionHandler<Goal, Result, Feedback>;
  readonly #feedback: Publisher<{ goal_id: GoalId; feedback: Feedback }>;
  readonly #status: Publisher<{ status_list: readonly { goal_info: GoalInfo; status: number }[] }>;
  readonly #parts: readonly AsyncDisposable[];
  /** By id, oldest first. */
  readonly #goals = new Map<string, Running>();
  #closed = false;

  /** Use `serveAction(node, action, handler)`. */
  constructor(node: Node, action: Action<Goal, Result, Feedback>, handler: ActionHandler<Goal, Result, Feedback>) {
    this.action = action;
    this.#node = node;
    this.#handler = handler;
    this.#feedback = node.publisher(action.feedback);
    this.#status = node.publisher(action.status);
    this.#parts = [
      this.#feedback,
      this.#status,
      node.serve(action.cancelGoal, ({ goal_info }) => this.#cancel(goal_info)),
      // An answer waits until its goal has ended.
      node.serve(action.getResult, ({ goal_id }) => this.#result(goal_id), { concurrency: MAX_RUNNING }),
      node.serve(action.sendGoal, ({ goal_id, goal }) => this.#start(goal_id, goal)),
    ];
  }

  /** Goals that have not ended. */
  get running(): number {
    return [...this.#goals.values()].filter(({ status }) => status < GOAL.succeeded).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const { abort } of this.#goals.values()) abort.abort();
    await Promise.all(this.#parts.map((part) => part[Symbol.asyncDispose]()));
  }

  #start(goalId: GoalId, goal: Goal): { accepted: boolean; stamp: Stamp } {
    const id = hexOfGoal(goalId);
    const stamp = stampOf(this.#node.clock.nowNs());
    const taken =
      !this.#goals.has(id) && this.running < MAX_RUNNING && (this.#handler.accept?.(goal) ?? true) && !this.#closed;
    if (!taken) return { accepted: false, stamp };
    const abort = new AbortController();
    const info = { goal_id: { uuid: Uint8Array.from(goalId.uuid) }, stamp };
    const running: Running = {
      info,
      abort,
      status: GOAL.accepted,
      // Begins in a turn of its own: who asked hears first that it was accepted.
      done: Promise.resolve().then(() => this.#execute(id, running, goal)),
    };
    this.#goals.set(id, running);
    this.#tell();
    return { accepted: true, stamp };
  }

  async #execute(id: string, running: Running, goal: Goal): Promise<{ status: number; result: unknown }> {
    const { info, abort } = running;
    const context: GoalContext<Feedback> = {
      id,
      signal: abort.signal,
      feedback: (feedback) => {
        if (!this.#closed && running.status < GOAL.succeeded) {
          this.#feedback.publish({ goal_id: info.goal_id, feedback });
        }
      },
    };
    let result: unknown = {};
    if (running.status === GOAL.accepted) this.#become(running, GOAL.executing);
    try {
      result = await this.#handler.execute(goal, context);
      this.#become(running, abort.signal.aborted ? GOAL.canceled : GOAL.succeeded);
    } catch (error) {
      if (abort.signal.aborted) this.#become(running, GOAL.canceled);
      else {
        this.#node.log.error(`the goal ${id} of ${this.action.name} failed: ${describeError(error)}`);
        this.#become(running, GOAL.aborted);
      }
    }
    this.#forgetOld();
    return { status: running.status, result };
  }

  #result(goalId: GoalId): Promise<{ status: number; result: Result }> | { status: number; result: Result } {
    const running = this.#goals.get(hexOfGoal(goalId));
    // rcl_action answers so for a goal that nobody knows.
    return (running?.done ?? { status: GOAL.unknown, result: {} }) as Promise<{ status: number; result: Result }>;
  }

  /** No id and no time: all. An id: that goal. A time: all that are not younger, and the goal of the id. */
  #cancel({ goal_id, stamp }: GoalInfo): { return_code: number; goals_canceling: readonly GoalInfo[] } {
    const id = hexOfGoal(goal_id);
    const anyId = /^0*$/.test(id);
    const anyTime = stamp.sec === 0 && stamp.nanosec === 0;
    const age = ({ sec, nanosec }: Stamp): number => sec * 1e9 + nanosec;
    const meant = [...this.#goals].filter(
      ([key, { info }]) => (anyId && anyTime) || key === id || (!anyTime && age(info.stamp) <= age(stamp)),
    );
    const open = meant.filter(([, { status }]) => status < GOAL.canceling).map(([, running]) => running);
    for (const running of open) {
      this.#become(running, GOAL.canceling);
      running.abort.abort();
    }
    const code =
      open.length > 0 || (anyId && anyTime)
        ? CANCEL_DONE
        : meant.length === 0
          ? anyTime
            ? CANCEL_UNKNOWN
            : CANCEL_REJECTED
          : CANCEL_TERMINATED;
    return { return_code: code!, goals_canceling: open.map(({ info }) => info) };
  }

  #become(running: Running, status: GoalStatus): void {
    running.status = status;
    this.#tell();
  }

  #tell(): void {
    if (this.#status.closed) return;
    const status_list = [...this.#goals.values()].map(({ info, status }) => ({ goal_info: info, status }));
    this.#status.publish({ status_list });
  }

  #forgetOld(): void {
    const ended = [...this.#goals].filter(([, { status }]) => status >= GOAL.succeeded);
    for (const [id] of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) this.#goals.delete(id);
  }
}

/** Offers an action: see `ActionHandler`. */
export function serveAction<Goal, Result, Feedback>(
  node: Node,
  action: Action<Goal, Result, Feedback>,
  handler: ActionHandler<Goal, Result, Feedback>,
): ActionServer<Goal, Result, Feedback> {
  return new ActionServer(node, action, handler);
}
