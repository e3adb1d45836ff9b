import { randomBytes } from "node:crypto";
import { DelosError, onAbort } from "@delos/core";
import { type Action, GOAL, type GoalId, goalStatusName, hexOfGoal } from "./action.ts";
import type { Node } from "./node.ts";
import type { CallOptions, ServiceClient } from "./service-client.ts";
import type { Subscription } from "./subscription.ts";
import type { Service } from "./topic.ts";

export interface GoalOptions<Feedback> extends CallOptions {
  /** Called with each piece of feedback until the goal has ended. */
  readonly onFeedback?: (feedback: Feedback) => void;
}

/** How a goal has ended. */
export interface GoalOutcome<Result> {
  /** `succeeded`, `canceled` or `aborted`. */
  readonly status: string;
  readonly result: Result;
}

/** A goal that a server has accepted. */
export interface GoalHandle<Result> {
  /** 32 hex digits. */
  readonly id: string;
  /** Waits until it has ended, as long as that takes unless `timeoutMs` is given. */
  result(options?: CallOptions): Promise<GoalOutcome<Result>>;
  /** Asks for it to be cancelled; true when the server is at it. */
  cancel(options?: CallOptions): Promise<boolean>;
}

type ClientOf<S> = S extends Service<infer Q, infer A> ? ServiceClient<Q, A> : never;

/** Asks for what an action does. */
export class ActionClient<Goal = unknown, Result = unknown, Feedback = unknown> implements AsyncDisposable {
  readonly action: Action<Goal, Result, Feedback>;
  readonly #sendGoal: ClientOf<Action<Goal, Result, Feedback>["sendGoal"]>;
  readonly #getResult: ClientOf<Action<Goal, Result, Feedback>["getResult"]>;
  readonly #cancelGoal: ClientOf<Action["cancelGoal"]>;
  readonly #feedback: Subscription<{ goal_id: GoalId; feedback: Feedback }>;
  /** Who listens to the feedback of which goal. */
  readonly #listeners = new Map<string, (feedback: Feedback) => void>();

  /** Use `actionClient(node, action)`. */
  constructor(node: Node, action: Action<Goal, Result, Feedback>) {
    this.action = action;
    this.#feedback = node.subscribe(action.feedback);
    this.#feedback.on(({ message }) => this.#listeners.get(hexOfGoal(message.goal_id))?.(message.feedback));
    this.#sendGoal = node.client(action.sendGoal);
    this.#getResult = node.client(action.getResult);
    this.#cancelGoal = node.client(action.cancelGoal);
  }

  /**
   * Sends a goal and resolves when it was accepted. `signal` cancels it, also later.
   * @throws {DelosError} `ACTION_REJECTED` when the server does not take it; what `ServiceClient.call` throws
   */
  async send(goal: Goal, options: GoalOptions<Feedback> = {}): Promise<GoalHandle<Result>> {
    const { onFeedback, ...call } = options;
    const goal_id: GoalId = { uuid: Uint8Array.from(randomBytes(16)) };
    const id = hexOfGoal(goal_id);
    // Feedback may be here before the answer.
    if (onFeedback !== undefined) this.#listeners.set(id, onFeedback);
    let accepted = false;
    try {
      ({ accepted } = await this.#sendGoal.call({ goal_id, goal }, call));
    } finally {
      if (!accepted) this.#listeners.delete(id);
    }
    if (!accepted) {
      throw new DelosError("ACTION_REJECTED", `the server of ${this.action.name} does not accept the goal`, {
        details: { action: this.action.name },
      });
    }
    const cancel = async (cancelOptions?: CallOptions): Promise<boolean> => {
      const goal_info = { goal_id, stamp: { sec: 0, nanosec: 0 } };
      return (await this.#cancelGoal.call({ goal_info }, cancelOptions)).goals_canceling.length > 0;
    };
    const result = async (resultOptions: CallOptions = {}): Promise<GoalOutcome<Result>> => {
      const ending = onAbort(resultOptions.signal ?? options.signal, () => void cancel().catch(() => {}));
      try {
        const outcome = await this.#getResult.call({ goal_id }, { timeoutMs: Infinity, ...resultOptions });
        if (outcome.status === GOAL.unknown) {
          throw new DelosError("ACTION_UNKNOWN", `the server of ${this.action.name} does not know the goal any more`, {
            details: { action: this.action.name, goal: id },
          });
        }
        return { status: goalStatusName(outcome.status), result: outcome.result };
      } finally {
        ending[Symbol.dispose]();
        this.#listeners.delete(id);
      }
    };
    return { id, result, cancel };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const parts = [this.#feedback, this.#sendGoal, this.#getResult, this.#cancelGoal];
    await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
    this.#listeners.clear();
  }
}

/** A client of an action, kept for as long as goals are sent. */
export const actionClient = <Goal, Result, Feedback>(
  node: Node,
  action: Action<Goal, Result, Feedback>,
): ActionClient<Goal, Result, Feedback> => new ActionClient(node, action);
