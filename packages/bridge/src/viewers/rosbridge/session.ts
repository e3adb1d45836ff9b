import { DelosError, describeError, type MessageCodec } from "@delos/core";
import {
  type Publisher,
  type Service,
  type ServiceServer,
  service as serviceOf,
  topic as topicOf,
} from "@delos/runtime";
import type { Sample } from "@delos/transport";
import { encode } from "cbor2";
import type { WebSocket } from "ws";
import type { Peer } from "../../security/peer.ts";
import { Outbox } from "../outbox.ts";
import { codecOfType, isSameType, schemasOn } from "../type-finder.ts";
import { busNowNs } from "../viewed-bus.ts";
import { PageActions } from "./actions.ts";
import {
  Defragmenter,
  type Delivery,
  Fields,
  fragmentsOf,
  type Json,
  LEVELS,
  type Level,
  malformed,
  readMessage,
} from "./messages.ts";
import { pngOf } from "./png.ts";
import type { RosbridgeProtocol } from "./protocol.ts";
import { RosApi } from "./rosapi.ts";
import { TopicRelay } from "./topic-relay.ts";
import { fromRosbridge, toCbor, toRosbridge } from "./values.ts";

const MAX_SUBSCRIPTIONS = 1000;
const MAX_PUBLISHERS = 256;
const MAX_SERVICES = 64;
const MAX_CALLS = 1000;
const CALL_TIMEOUT_MS = 10_000;
const MAX_MALFORMED = 50;
const PLAIN: Delivery = { throttleMs: 0, queueLength: 0, fragmentSize: Infinity, compression: "none" };

interface OwnPublisher {
  readonly codec: MessageCodec;
  readonly publisher: Publisher;
  /** Ids under which the page advertised it; the empty one is that of none. */
  readonly ids: Set<string>;
}

interface WaitingCall {
  readonly service: string;
  readonly resolve: (values: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** JSON of a message, made once for all pages. */
const jsonOfSample = new WeakMap<Sample, unknown>();

/** One page. */
export class RosbridgeSession implements Disposable {
  readonly #socket: WebSocket;
  readonly #peer: Peer;
  readonly #protocol: RosbridgeProtocol;
  readonly #outbox: Outbox;
  readonly #api: RosApi;
  readonly #actions: PageActions;
  readonly #fragments: Defragmenter;
  readonly #topics: Map<string, { readonly relay: TopicRelay; feed: Disposable }> = new Map();
  readonly #publishers: Map<string, OwnPublisher> = new Map();
  readonly #servers: Map<string, ServiceServer> = new Map();
  readonly #calls: Map<string, WaitingCall> = new Map();
  #level: Level = "error";
  #numbers = 0;
  #malformed = 0;
  #isTooFast = false;

  constructor(socket: WebSocket, peer: Peer, protocol: RosbridgeProtocol) {
    this.#socket = socket;
    this.#peer = peer;
    this.#protocol = protocol;
    this.#outbox = new Outbox(socket);
    this.#api = new RosApi(protocol.bus, peer);
    const send = (message: Json, delivery = PLAIN): void => this.#answer(message, delivery);
    this.#actions = new PageActions({ bus: protocol.bus, peer, send });
    this.#fragments = new Defragmenter(protocol.maxMessageBytes);
    socket.on("message", (data, isBinary) => {
      if (!peer.spend()) {
        if (!this.#isTooFast) this.#status("warning", "too many messages a second: some were left out");
        this.#isTooFast = true;
      } else if (isBinary) this.#failed(malformed("binary messages mean nothing here"), undefined);
      else void this.#received((data as Buffer).toString("utf8"));
    });
  }

  [Symbol.dispose](): void {
    for (const { relay, feed } of this.#topics.values()) {
      feed[Symbol.dispose]();
      relay[Symbol.dispose]();
    }
    this.#topics.clear();
    for (const { publisher } of this.#publishers.values()) void publisher[Symbol.asyncDispose]();
    this.#publishers.clear();
    for (const server of this.#servers.values()) void server[Symbol.asyncDispose]();
    this.#servers.clear();
    this.#actions[Symbol.dispose]();
    for (const { reject } of this.#calls.values())
      reject(new DelosError("SERVICE_LOST", "the page that served has gone"));
    this.#calls.clear();
  }

  async #received(text: string): Promise<void> {
    let fields: Fields | undefined;
    try {
      fields = readMessage(text);
      await this.#obey(fields);
    } catch (error) {
      this.#failed(error, fields?.json["id"]);
    }
  }

  #failed(error: unknown, id: unknown): void {
    this.#status("error", describeError(error), id);
    const isMalformed = error instanceof DelosError && error.code === "ROSBRIDGE_MALFORMED";
    if (isMalformed && ++this.#malformed >= MAX_MALFORMED)
      this.#socket.close(1008, "too many messages that are none of the protocol");
  }

  async #obey(fields: Fields): Promise<void> {
    switch (fields.op) {
      case "subscribe":
        return this.#subscribe(fields);
      case "unsubscribe":
        return this.#unsubscribe(fields);
      case "advertise":
        await this.#advertise(fields.name("topic"), fields.text("type"), fields);
        return;
      case "unadvertise":
        return this.#unadvertise(fields);
      case "publish":
        return await this.#publish(fields);
      case "call_service":
        return await this.#callService(fields);
      case "advertise_service":
        return await this.#advertiseService(fields);
      case "unadvertise_service":
        return await this.#unadvertiseService(fields);
      case "service_response":
        return this.#serviceResponse(fields);
      case "send_action_goal":
        return await this.#actions.sendGoal(fields);
      case "cancel_action_goal":
        return await this.#actions.cancelGoal(fields);
      case "advertise_action":
        return await this.#actions.advertise(fields);
      case "unadvertise_action":
        return await this.#actions.unadvertise(fields);
      case "action_feedback":
        return this.#actions.feedback(fields);
      case "action_result":
        return this.#actions.result(fields);
      case "fragment": {
        const whole = this.#fragments.add(fields);
        if (whole === undefined) return;
        const inner = readMessage(whole);
        if (inner.op === "fragment") throw malformed("a fragment within fragments");
        return await this.#obey(inner);
      }
      case "set_level": {
        const level = LEVELS.find((each) => each === fields.text("level"));
        if (level === undefined) throw malformed(`set_level: there is ${LEVELS.join(", ")}`);
        this.#level = level;
        return;
      }
      case "status":
        return; // what the page thinks of us
      default:
        throw malformed(`no operation ${fields.op.slice(0, 60)} here`);
    }
  }

  #subscribe(fields: Fields): void {
    const topic = fields.name("topic");
    const type = fields.textOr("type", undefined);
    const { delivery } = fields;
    const { bus, clock, feeds } = this.#protocol;
    const spoken = schemasOn(bus, topic);
    if (type !== undefined && spoken.length > 0 && !spoken.some(({ name }) => isSameType(name, type))) {
      const text = `${topic} is of type ${spoken[0]!.name}, not ${type}`;
      throw new DelosError("ROSBRIDGE_TYPE", text, { details: { topic, type } });
    }
    const known = this.#topics.get(topic);
    const id = fields.textOr("id", "");
    if (known !== undefined) return known.relay.want(id, delivery);
    if (this.#topics.size >= MAX_SUBSCRIPTIONS)
      throw new DelosError("ROSBRIDGE_LIMIT", `a page subscribes to ${MAX_SUBSCRIPTIONS} topics at most`);
    const relay = new TopicRelay(clock, (sample, timeNs, as) => this.#relay(topic, sample, timeNs, as));
    relay.want(id, delivery);
    // First noted, then followed: latched messages come while it is opened.
    const entry = { relay, feed: { [Symbol.dispose]: () => {} } as Disposable };
    this.#topics.set(topic, entry);
    entry.feed = feeds.follow(topic, (sample, timeNs) => relay.take(sample, timeNs));
  }

  #unsubscribe(fields: Fields): void {
    const topic = fields.name("topic");
    const known = this.#topics.get(topic);
    if (known === undefined)
      return this.#status("warning", `this page is not subscribed to ${topic}`, fields.json["id"]);
    known.relay.unwant(fields.textOr("id", undefined));
    if (known.relay.subscriptions > 0) return;
    this.#topics.delete(topic);
    known.feed[Symbol.dispose]();
    known.relay[Symbol.dispose]();
  }

  #relay(topic: string, sample: Sample, timeNs: bigint, delivery: Delivery): void {
    const { codec } = sample.resolve(this.#protocol.bus.codecs);
    if (delivery.compression === "cbor-raw") {
      const secs = Number(timeNs / 1_000_000_000n);
      const msg = { secs, nsecs: Number(timeNs % 1_000_000_000n), bytes: sample.bytes };
      return this.#outbox.data(encode({ op: "publish", topic, msg }));
    }
    if (codec === undefined) {
      this.#status("error", `nothing here knows the type ${sample.schema.name} of ${topic}`);
      return;
    }
    if (delivery.compression === "cbor")
      return this.#outbox.data(encode({ op: "publish", topic, msg: toCbor(codec, sample.message) }));
    let msg = jsonOfSample.get(sample);
    if (msg === undefined) {
      msg = toRosbridge(codec, sample.message);
      jsonOfSample.set(sample, msg);
    }
    for (const text of this.#packed({ op: "publish", topic, msg }, delivery)) this.#outbox.data(text);
  }

  async #advertise(topic: string, type: string, fields: Fields): Promise<OwnPublisher> {
    const id = fields.textOr("id", "");
    const known = this.#publishers.get(topic);
    if (known !== undefined) {
      if (!isSameType(known.codec.schema.name, type) && !isSameType(type, "*"))
        throw new DelosError(
          "ROSBRIDGE_TYPE",
          `this page publishes ${known.codec.schema.name} on ${topic}, not ${type}`,
        );
      known.ids.add(id);
      return known;
    }
    return await this.#peer.perform("operate", "publish", { topic, type }, () => {
      if (this.#publishers.size >= MAX_PUBLISHERS)
        throw new DelosError("ROSBRIDGE_LIMIT", `a page publishes on ${MAX_PUBLISHERS} topics at most`);
      const { bus } = this.#protocol;
      const codec = codecOfType(bus, topic, type);
      if (codec === undefined) {
        const details = { topic, type };
        throw new DelosError("ROSBRIDGE_TYPE", `nothing here knows the type ${type}, so nobody could read it`, {
          details,
        });
      }
      const isLatched = fields.json["latch"] === true;
      const depth = Math.min(1000, Math.max(1, fields.count("queue_size", 100)));
      const qos = isLatched ? ({ durability: "transient_local", depth: 1 } as const) : { depth };
      const publisher = bus.node.publisher(topicOf(topic, codec), qos) as Publisher;
      const own: OwnPublisher = { codec, publisher, ids: new Set([id]) };
      this.#publishers.set(topic, own);
      return own;
    });
  }

  async #unadvertise(fields: Fields): Promise<void> {
    const topic = fields.name("topic");
    const own = this.#publishers.get(topic);
    if (own === undefined) return this.#status("warning", `this page does not publish on ${topic}`, fields.json["id"]);
    const id = fields.textOr("id", undefined);
    if (id === undefined) own.ids.clear();
    else own.ids.delete(id);
    if (own.ids.size > 0) return;
    this.#publishers.delete(topic);
    await own.publisher[Symbol.asyncDispose]();
  }

  async #publish(fields: Fields): Promise<void> {
    const topic = fields.name("topic");
    const { bus } = this.#protocol;
    let own = this.#publishers.get(topic);
    if (own === undefined) {
      const type = fields.textOr("type", schemasOn(bus, topic)[0]?.name);
      if (type === undefined)
        throw new DelosError("ROSBRIDGE_TYPE", `${topic} is not advertised, and nobody else says what its type is`);
      own = await this.#advertise(topic, type, fields);
    }
    // An operator when it was advertised; the login may have ended since.
    if (!this.#peer.may("operate"))
      throw new DelosError("BRIDGE_NOT_ALLOWED", "publishing needs the role of an operator: log in");
    // As bytes: who decodes them gets the defaults of what the page left out.
    own.publisher.publishBytes(own.codec.encode(fromRosbridge(own.codec, fields.json["msg"], busNowNs(bus))));
  }

  async #callService(fields: Fields): Promise<void> {
    const service = fields.text("service");
    const id = fields.json["id"];
    const { delivery } = fields;
    const timeoutMs = Math.min(600_000, fields.count("timeout", CALL_TIMEOUT_MS / 1000) * 1000 || CALL_TIMEOUT_MS);
    try {
      const args = fields.json["args"] ?? {};
      const named = Array.isArray(args) ? undefined : (args as Json);
      const values =
        this.#api.answer(service, named ?? {}) ??
        this.#peer.perform("operate", "call service", { service }, () =>
          this.#call(fields.name("service"), fields, timeoutMs),
        );
      this.#answer({ op: "service_response", id, service, values: await values, result: true }, delivery);
    } catch (error) {
      this.#answer({ op: "service_response", id, service, values: describeError(error), result: false }, delivery);
    }
  }

  async #call(name: string, fields: Fields, timeoutMs: number): Promise<unknown> {
    const { bus } = this.#protocol;
    const service = this.#serviceNamed(name, fields.textOr("type", undefined));
    const args = fields.json["args"] ?? {};
    const request = Array.isArray(args) ? positional(service.request, args) : args;
    const message = fromRosbridge(service.request, request, busNowNs(bus));
    const answer = await bus.node.call(service, message, { timeoutMs });
    return toRosbridge(service.response, answer);
  }

  #serviceNamed(name: string, type: string | undefined): Service {
    const { bus } = this.#protocol;
    const found = bus.runtime.graph.services.find((each) => each.name === name && each.servers.length > 0);
    const [request, response] = [found?.request, found?.response].map((schema) => schema && bus.codecs(schema));
    if (request !== undefined && response !== undefined) return serviceOf(name, request, response);
    if (type !== undefined) return this.#serviceOfType(name, type);
    const text = found === undefined ? `nobody serves ${name}` : `nothing here knows the types of ${name}`;
    throw new DelosError("ROSBRIDGE_SERVICE", text, { details: { service: name } });
  }

  #serviceOfType(name: string, type: string): Service {
    const { bus } = this.#protocol;
    const [request, response] = ["Request", "Response"].map(
      (part) => codecOfType(bus, "", `${type.replace("/srv/", "/")}_${part}`) ?? codecOfType(bus, "", `${type}${part}`),
    );
    if (request !== undefined && response !== undefined) return serviceOf(name, request, response);
    const details = { service: name, type };
    throw new DelosError("ROSBRIDGE_TYPE", `nothing here knows the service type ${type}`, { details });
  }

  async #advertiseService(fields: Fields): Promise<void> {
    const [name, type] = [fields.name("service"), fields.text("type")];
    await this.#peer.perform("operate", "serve", { service: name, type }, () => {
      if (this.#servers.has(name)) throw new DelosError("ROSBRIDGE_SERVICE", `this page serves ${name} already`);
      if (this.#servers.size >= MAX_SERVICES)
        throw new DelosError("ROSBRIDGE_LIMIT", `a page serves ${MAX_SERVICES} services at most`);
      const service = this.#serviceOfType(name, type);
      const server = this.#protocol.bus.node.serve(service, async (request) => {
        const values = await this.#askPage(fields.text("service"), toRosbridge(service.request, request));
        return fromRosbridge(service.response, values, busNowNs(this.#protocol.bus));
      });
      this.#servers.set(name, server as unknown as ServiceServer);
    });
  }

  async #unadvertiseService(fields: Fields): Promise<void> {
    const name = fields.name("service");
    const server = this.#servers.get(name);
    this.#servers.delete(name);
    if (server === undefined) this.#status("warning", `this page does not serve ${name}`, fields.json["id"]);
    else await server[Symbol.asyncDispose]();
  }

  #askPage(service: string, args: unknown): Promise<unknown> {
    if (this.#calls.size >= MAX_CALLS)
      throw new DelosError("ROSBRIDGE_LIMIT", `${MAX_CALLS} calls wait for this page already`);
    const id = `service_request:${service}:${++this.#numbers}`;
    return new Promise((resolve, reject) => {
      const late = this.#protocol.clock.alarm(
        this.#protocol.clock.monotonicMs() + CALL_TIMEOUT_MS,
        () => {
          this.#calls.delete(id);
          reject(new DelosError("SERVICE_FAILED", `the page that serves ${service} does not answer`));
        },
        { background: true },
      );
      const done = <T>(how: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          late[Symbol.dispose]();
          how(value);
        };
      };
      this.#calls.set(id, { service, resolve: done(resolve), reject: done(reject) });
      this.#send({ op: "call_service", id, service, args });
    });
  }

  #serviceResponse(fields: Fields): void {
    const id = fields.text("id");
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (call === undefined)
      throw new DelosError("ROSBRIDGE_SERVICE", `no call ${id.slice(0, 100)} waits for an answer`);
    const { values, result } = fields.json;
    const why = typeof values === "string" && values !== "" ? values : "the page reports a failure";
    if (result === false) call.reject(new DelosError("SERVICE_FAILED", why));
    else call.resolve(values ?? {});
  }

  #answer(message: Json, delivery: Delivery): void {
    if (delivery.compression === "cbor" || delivery.compression === "cbor-raw")
      return this.#outbox.control(encode(message));
    for (const text of this.#packed(message, delivery)) this.#outbox.control(text);
  }

  #packed(message: Json, { compression, fragmentSize }: Delivery): string[] {
    const json = JSON.stringify(message);
    const text = compression === "png" ? JSON.stringify({ op: "png", data: pngOf(json) }) : json;
    return text.length > fragmentSize ? fragmentsOf(text, fragmentSize, `delos-${++this.#numbers}`) : [text];
  }

  #status(level: Exclude<Level, "none">, msg: string, id?: unknown): void {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.#level)) return;
    this.#send({ op: "status", level, msg, ...(typeof id === "string" ? { id } : {}) });
  }

  #send(message: Json): void {
    for (const text of this.#packed(message, PLAIN)) this.#outbox.control(text);
  }
}

/** Arguments in the order of the request's fields. */
function positional(request: MessageCodec, args: readonly unknown[]): Json {
  const { type } = request as { readonly type?: { readonly fields?: readonly { readonly name: string }[] } };
  const names = type?.fields?.map(({ name }) => name) ?? [];
  if (args.length > names.length) throw malformed(`${args.length} arguments, ${names.length} are wanted`);
  return Object.fromEntries(args.map((each, i) => [names[i]!, each]));
}
