import { DelosError, describeError } from "@delos/core";
import {
  type Action,
  type ActionClient,
  type ActionServer,
  actionClient,
  action as actionOf,
  GOAL,
  type GoalContext,
  type GoalHandle,
  serveAction,
  service,
  topic,
} from "@delos/runtime";
import { wellKnownRosAction } from "@delos/wire";
import type { Peer } from "../../security/peer.ts";
import { schemasOn } from "../type-finder.ts";
import { busNowNs, type ViewedBus } from "../viewed-bus.ts";
import type { Delivery, Fields, Json } from "./messages.ts";
import { fromRosbridge, toRosbridge } from "./values.ts";

const MAX_ACTIONS = 64;
const MAX_GOALS = 1000;
const ROS_NAME = /^(\w+)\/(?:action\/)?(\w+)$/;

type AnyAction = Action<unknown, unknown, unknown>;

/** A goal of the page, from when it is sent until its result is there. */
interface SentGoal {
  readonly action: string;
  /** Cancelled before the server has accepted it. */
  isCancelled: boolean;
  handle: GoalHandle<unknown> | undefined;
}

/** A goal that the page works on. */
interface PageGoal {
  readonly action: AnyAction;
  readonly context: GoalContext<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface PageActionsOptions {
  readonly bus: ViewedBus;
  readonly peer: Peer;
  readonly send: (message: Json, delivery?: Delivery) => void;
}

/**
 * The actions of one page: goals that it sends to those of the bus, and actions that it serves itself. rosbridge protocol 2.1
 * §3.4.9 to 3.4.14, as rosbridge_suite speaks them.
 */
export class PageActions implements Disposable {
  readonly #bus: ViewedBus;
  readonly #peer: Peer;
  readonly #send: PageActionsOptions["send"];
  readonly #clients: Map<string, ActionClient> = new Map();
  readonly #servers: Map<string, ActionServer> = new Map();
  readonly #sent: Map<string, SentGoal> = new Map();
  readonly #working: Map<string, PageGoal> = new Map();

  constructor({ bus, peer, send }: PageActionsOptions) {
    this.#bus = bus;
    this.#peer = peer;
    this.#send = send;
  }

  [Symbol.dispose](): void {
    for (const goal of this.#sent.values()) void cancel(goal);
    this.#sent.clear();
    for (const { reject } of this.#working.values())
      reject(new DelosError("SERVICE_LOST", "the page that worked on the goal has gone"));
    this.#working.clear();
    for (const each of [...this.#clients.values(), ...this.#servers.values()]) void each[Symbol.asyncDispose]();
    this.#clients.clear();
    this.#servers.clear();
  }

  /** Answered by `action_result`, whatever comes of it; `action_feedback` goes before where the page wants it. */
  async sendGoal(fields: Fields): Promise<void> {
    const [name, type] = [fields.name("action"), fields.textOr("action_type", undefined)];
    const id = fields.textOr("id", "");
    const { delivery } = fields;
    const answer = (values: unknown, status: number, result: boolean): void =>
      this.#send({ op: "action_result", id, action: fields.text("action"), values, status, result }, delivery);
    const goal: SentGoal = { action: name, isCancelled: false, handle: undefined };
    try {
      if (this.#sent.has(id))
        throw new DelosError("ROSBRIDGE_ACTION", `this page has a goal ${id.slice(0, 100)} already`);
      if (this.#sent.size >= MAX_GOALS)
        throw new DelosError("ROSBRIDGE_LIMIT", `a page waits for ${MAX_GOALS} goals at most`);
      this.#sent.set(id, goal);
      const { action, handle } = await this.#peer.perform("operate", "action goal", { action: name }, async () => {
        const client = this.#client(name, type);
        const given = { goal: fields.json["args"] ?? {} };
        const request = fromRosbridge(client.action.sendGoal.request, given, busNowNs(this.#bus));
        const onFeedback = (feedback: unknown): void => {
          if (this.#sent.get(id) !== goal) return;
          const values = toRosbridge(client.action.feedback.type, feedback);
          this.#send({ op: "action_feedback", id, action: fields.text("action"), values }, delivery);
        };
        const wanted = fields.json["feedback"] === true ? { onFeedback } : {};
        return { action: client.action, handle: await client.send((request as { goal: unknown }).goal, wanted) };
      });
      goal.handle = handle;
      if (goal.isCancelled) await cancel(goal);
      const { status, result } = await handle.result();
      answer(toRosbridge(action.getResult.response, result), GOAL[status as keyof typeof GOAL] ?? GOAL.unknown, true);
    } catch (error) {
      answer(describeError(error), GOAL.unknown, false);
    } finally {
      if (this.#sent.get(id) === goal) this.#sent.delete(id);
    }
  }

  /** Of its own goals alone. What has become of it says the goal's own result. */
  async cancelGoal(fields: Fields): Promise<void> {
    const [id, name] = [fields.text("id"), fields.name("action")];
    const goal = this.#sent.get(id);
    if (goal === undefined || goal.action !== name)
      throw new DelosError("ROSBRIDGE_ACTION", `this page has no goal ${id.slice(0, 100)} of ${name}`);
    await this.#peer.perform("operate", "cancel goal", { action: name }, () => cancel(goal));
  }

  async advertise(fields: Fields): Promise<void> {
    const [name, type] = [fields.name("action"), fields.text("type")];
    await this.#peer.perform("operate", "serve action", { action: name, type }, () => {
      if (this.#servers.has(name)) throw new DelosError("ROSBRIDGE_ACTION", `this page serves ${name} already`);
      this.#mustHaveRoom();
      const action = knownAction(this.#bus, name, type);
      if (action === undefined) {
        const text = `nothing here knows the parts of the action type ${type}, so nobody could ask for it`;
        throw new DelosError("ROSBRIDGE_TYPE", text, { details: { action: name, type } });
      }
      const execute = (goal: unknown, context: GoalContext<unknown>): Promise<unknown> =>
        this.#askPage(fields.text("action"), type, action, goal, context);
      this.#servers.set(name, serveAction(this.#bus.node, action, { execute }));
    });
  }

  async unadvertise(fields: Fields): Promise<void> {
    const name = fields.name("action");
    const server = this.#servers.get(name);
    if (server === undefined) throw new DelosError("ROSBRIDGE_ACTION", `this page does not serve ${name}`);
    this.#servers.delete(name);
    for (const [id, { action, reject }] of this.#working) {
      if (action.name !== name) continue;
      this.#working.delete(id);
      reject(new DelosError("SERVICE_LOST", "the page does not serve the action any more"));
    }
    await server[Symbol.asyncDispose]();
  }

  /** How far the page is with a goal. */
  feedback(fields: Fields): void {
    const { action, context } = this.#goalOf(fields);
    const message = fromRosbridge(action.feedback.type, { feedback: fields.json["values"] ?? {} }, busNowNs(this.#bus));
    context.feedback((message as { feedback: unknown }).feedback);
  }

  /** What has come of a goal that the page worked on. */
  result(fields: Fields): void {
    const { action, context, resolve, reject } = this.#goalOf(fields);
    this.#working.delete(fields.text("id"));
    const { values, status, result } = fields.json;
    const isDone = status === GOAL.succeeded || (status === GOAL.canceled && context.signal.aborted);
    if (result === false || !isDone) {
      const why = typeof values === "string" && values !== "" ? values : "the page reports a failure";
      return reject(new DelosError("SERVICE_FAILED", why));
    }
    const message = fromRosbridge(action.getResult.response, { result: values ?? {} }, busNowNs(this.#bus));
    resolve((message as { result: unknown }).result);
  }

  #goalOf(fields: Fields): PageGoal {
    const id = fields.text("id");
    const goal = this.#working.get(id);
    if (goal === undefined || goal.action.name !== fields.name("action"))
      throw new DelosError("ROSBRIDGE_ACTION", `this page works on no goal ${id.slice(0, 100)}`);
    return goal;
  }

  #askPage(
    name: string,
    type: string,
    action: AnyAction,
    goal: unknown,
    context: GoalContext<unknown>,
  ): Promise<unknown> {
    if (this.#working.size >= MAX_GOALS)
      throw new DelosError("ROSBRIDGE_LIMIT", `${MAX_GOALS} goals wait for this page already`);
    const id = `action_goal:${name}:${context.id}`;
    return new Promise((resolve, reject) => {
      this.#working.set(id, { action, context, resolve, reject });
      const onCancel = (): void => {
        if (this.#working.has(id)) this.#send({ op: "cancel_action_goal", id, action: name });
      };
      context.signal.addEventListener("abort", onCancel, { once: true });
      const args = toRosbridge(action.sendGoal.request, goal);
      this.#send({ op: "send_action_goal", id, action: name, action_type: type, args, feedback: true });
    });
  }

  #client(name: string, type: string | undefined): ActionClient {
    const known = this.#clients.get(name);
    const action = known?.action ?? servedAction(this.#bus, name);
    if (action === undefined) {
      const text = `nobody serves the action ${name}${type === undefined ? "" : ` (${type})`}`;
      throw new DelosError("ROSBRIDGE_ACTION", text, { details: { action: name } });
    }
    if (type !== undefined && action.type !== actionType(type)) {
      const text = `${name} is of type ${action.type}, not ${type}`;
      throw new DelosError("ROSBRIDGE_TYPE", text, { details: { action: name, type } });
    }
    if (known !== undefined) return known;
    this.#mustHaveRoom();
    const client = actionClient(this.#bus.node, action);
    this.#clients.set(name, client);
    return client;
  }

  #mustHaveRoom(): void {
    if (this.#clients.size + this.#servers.size >= MAX_ACTIONS)
      throw new DelosError("ROSBRIDGE_LIMIT", `a page uses ${MAX_ACTIONS} actions at most`);
  }
}

async function cancel(goal: SentGoal): Promise<void> {
  goal.isCancelled = true;
  await goal.handle?.cancel().catch(() => false); // its server may be gone: then its result says so
}

/** `example_interfaces/Fibonacci` and `example_interfaces/action/Fibonacci` are one type. */
function actionType(type: string): string {
  const found = ROS_NAME.exec(type);
  return found === null ? type : `${found[1]}/action/${found[2]}`;
}

/** An action as whoever serves it describes it. */
function servedAction(bus: ViewedBus, name: string): AnyAction | undefined {
  const of = (part: string) => {
    const found = bus.runtime.graph.services.find(
      (each) => each.name === `${name}/_action/${part}` && each.servers.length > 0,
    );
    const [request, response] = [found?.request, found?.response].map((schema) => schema && bus.codecs(schema));
    const type = /^(.*)_SendGoal_Request$/.exec(found?.request?.name ?? "")?.[1];
    if (request === undefined || response === undefined) return undefined;
    return { type, service: service(`${name}/_action/${part}`, request, response) };
  };
  const topicOf = (part: string, qos: Parameters<typeof topic>[2]) => {
    const [schema] = schemasOn(bus, `${name}/_action/${part}`);
    const codec = schema && bus.codecs(schema);
    return codec === undefined ? undefined : topic(`${name}/_action/${part}`, codec, qos);
  };
  const [sendGoal, getResult, cancelGoal] = ["send_goal", "get_result", "cancel_goal"].map(of);
  const feedback = topicOf("feedback", { depth: 10 });
  const status = topicOf("status", { durability: "transient_local", depth: 1 });
  if (!sendGoal || !getResult || !cancelGoal || !feedback || !status) return undefined;
  return {
    name,
    type: sendGoal.type ?? "",
    sendGoal: sendGoal.service,
    getResult: getResult.service,
    cancelGoal: cancelGoal.service,
    feedback,
    status,
  } as AnyAction;
}

/** An action that can be served: of a type that others serve under this name, or of a standard type of ROS. */
function knownAction(bus: ViewedBus, name: string, type: string): AnyAction | undefined {
  const served = servedAction(bus, name);
  if (served !== undefined && served.type === actionType(type)) return served;
  const text = wellKnownRosAction(actionType(type));
  return text === undefined ? undefined : actionOf(name, actionType(type), text);
}
