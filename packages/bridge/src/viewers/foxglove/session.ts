import { DelosError, describeError, type MessageCodec } from "@delos/core";
import { type Publisher, topic as topicOf } from "@delos/runtime";
import type { WebSocket } from "ws";
import type { Peer } from "../../security/peer.ts";
import { Outbox } from "../outbox.ts";
import { codecOfType, isSameType, schemasOn } from "../type-finder.ts";
import { busNowNs } from "../viewed-bus.ts";
import { EMPTY_GRAPH, graphUpdate } from "./connection-graph.ts";
import {
  type Channel,
  type ClientBinary,
  type ClientChannel,
  type ClientText,
  LIVING,
  messageData,
  type Parameter,
  type PlaybackState,
  playbackState,
  readClientBinary,
  readClientText,
  StatusLevel,
  type StatusName,
  serviceCallResponse,
  time,
} from "./messages.ts";
import type { FoxgloveProtocol } from "./protocol.ts";
import { type AdvertisedService, parse, withOldSchemas } from "./services.ts";

/** Channels that one viewer publishes on. */
const MAX_CLIENT_CHANNELS = 256;
const MAX_MALFORMED = 50;
/** Of a viewer that never cancels what has ended. */
const MAX_ENDED = 10_000;
/** Recordings go from a hundredth to a thousand times their speed. */
const FASTEST = 1000;

interface ClientPublication {
  readonly channel: ClientChannel;
  readonly publisher: Publisher;
  /** Of JSON; undefined: the bytes go as they come. */
  readonly codec: MessageCodec | undefined;
}

interface Subscribed {
  readonly channelId: number;
  readonly feed: Disposable;
}

/** One viewer. */
export class FoxgloveSession implements Disposable {
  readonly #socket: WebSocket;
  readonly #peer: Peer;
  readonly #protocol: FoxgloveProtocol;
  readonly #outbox: Outbox;
  /** Speaks today's protocol: playback control, services with their schemas' encodings. */
  readonly #isLiving: boolean;
  readonly #subscriptions: Map<number, Subscribed> = new Map();
  /** Subscriptions that ended with their channel: viewers cancel them all the same when they hear of it. */
  readonly #ended: Set<number> = new Set();
  readonly #publications: Map<number, ClientPublication> = new Map();
  readonly #watchedParameters: Set<string> = new Set();
  #watchesAllParameters = false;
  #watchesGraph = false;
  #isTooFast = false;
  #malformed = 0;
  #toldDrops = 0;

  constructor(socket: WebSocket, peer: Peer, protocol: FoxgloveProtocol, subprotocol: string) {
    this.#socket = socket;
    this.#peer = peer;
    this.#protocol = protocol;
    this.#isLiving = subprotocol === LIVING;
    this.#outbox = new Outbox(socket);
    socket.on("error", () => socket.terminate()); // too long, torn, no UTF-8: `close` follows
    socket.on("message", (data, isBinary) => void this.#received(data as Buffer, isBinary));
  }

  /**
   * What the protocol wants first: who we are, what time it is (a viewer takes the time of messages that come before it for 0),
   * and every channel. Again when another recording plays: a new session begins, in which the subscriptions of channels that
   * have stayed go on.
   */
  greet(): void {
    const { bus, channels, services, sessionId } = this.#protocol;
    const { replay } = bus;
    const isLed = replay !== undefined && this.#isLiving;
    this.#send({
      op: "serverInfo",
      name: bus.server,
      capabilities: [
        "clientPublish",
        "parameters",
        "parametersSubscribe",
        "services",
        "connectionGraph",
        ...(replay === undefined ? [] : ["time"]),
        ...(isLed ? ["playbackControl"] : []),
      ],
      supportedEncodings: ["json", "protobuf", "cdr", "ros1"],
      metadata: { role: this.#peer.role },
      sessionId,
      ...(isLed
        ? { dataStartTime: timeOf(replay.recording.startNs), dataEndTime: timeOf(replay.recording.endNs) }
        : {}),
    });
    if (replay !== undefined) this.#outbox.control(time(busNowNs(bus)));
    this.advertise(channels.channels);
    if (services.services.length > 0) this.advertiseServices(services.services);
    if (replay !== undefined) this.tellPlayback(this.#protocol.playback());
  }

  advertise(channels: readonly Channel[]): void {
    this.#send({ op: "advertise", channels });
  }

  unadvertise(channelIds: readonly number[]): void {
    for (const [id, { channelId, feed }] of this.#subscriptions) {
      if (!channelIds.includes(channelId)) continue;
      feed[Symbol.dispose]();
      this.#subscriptions.delete(id);
      this.#end(id);
    }
    this.#send({ op: "unadvertise", channelIds });
  }

  advertiseServices(services: readonly AdvertisedService[]): void {
    this.#send({ op: "advertiseServices", services: this.#isLiving ? services : services.map(withOldSchemas) });
  }

  unadvertiseServices(serviceIds: readonly number[]): void {
    this.#send({ op: "unadvertiseServices", serviceIds });
  }

  tellTime(frame: Uint8Array): void {
    this.#outbox.data(frame);
  }

  /** Viewers before playback control take an opcode that they do not know for an error. */
  tellPlayback(state: PlaybackState): void {
    if (this.#isLiving) this.#outbox.control(playbackState(state));
  }

  tellGraph(update: object): void {
    if (this.#watchesGraph) this.#send(update);
  }

  parametersChanged(changed: readonly Parameter[]): void {
    const watched = changed.filter(({ name }) => this.#watchesAllParameters || this.#watchedParameters.has(name));
    if (watched.length > 0) this.#send({ op: "parameterValues", parameters: watched });
  }

  /** No loss is silent. */
  tellDrops(): void {
    const { dropped } = this.#outbox;
    if (dropped === this.#toldDrops) return;
    this.#toldDrops = dropped;
    this.#status("warning", `this viewer is too slow: ${dropped} messages were left out so far`, "drops");
  }

  [Symbol.dispose](): void {
    for (const { feed } of this.#subscriptions.values()) feed[Symbol.dispose]();
    this.#subscriptions.clear();
    for (const { publisher } of this.#publications.values()) void publisher[Symbol.asyncDispose]();
    this.#publications.clear();
  }

  async #received(data: Buffer, isBinary: boolean): Promise<void> {
    if (!this.#peer.spend()) {
      if (!this.#isTooFast) this.#status("warning", "too many messages a second: some were left out", "too-fast");
      this.#isTooFast = true;
      return;
    }
    try {
      if (isBinary) await this.#binary(readClientBinary(data));
      else await this.#text(readClientText(data.toString("utf8")));
    } catch (error) {
      this.#status("error", describeError(error));
      const isMalformed = error instanceof DelosError && error.code === "FOXGLOVE_MALFORMED";
      if (isMalformed && ++this.#malformed >= MAX_MALFORMED)
        this.#socket.close(1008, "too many messages that are none of the protocol");
    }
  }

  async #text(message: ClientText): Promise<void> {
    switch (message.op) {
      case "subscribe":
        for (const { id, channelId } of message.subscriptions) this.#subscribe(id, channelId);
        return;
      case "unsubscribe":
        for (const id of message.subscriptionIds) {
          this.#subscriptions.get(id)?.feed[Symbol.dispose]();
          if (!this.#subscriptions.delete(id) && !this.#ended.delete(id))
            this.#status("warning", `there is no subscription ${id}`);
        }
        return;
      case "advertise":
        for (const channel of message.channels) await this.#clientAdvertises(channel);
        return;
      case "unadvertise":
        for (const id of message.channelIds) {
          const publication = this.#publications.get(id);
          this.#publications.delete(id);
          if (publication === undefined) this.#status("warning", `there is no channel ${id} of this viewer`);
          else await publication.publisher[Symbol.asyncDispose]();
        }
        return;
      case "getParameters":
        return await this.#sendParameters(message.parameterNames, message.id);
      case "setParameters":
        return await this.#setParameters(message.parameters, message.id);
      case "subscribeParameterUpdates":
        if (message.parameterNames.length === 0) this.#watchesAllParameters = true;
        for (const name of message.parameterNames) this.#watchedParameters.add(name);
        return;
      case "unsubscribeParameterUpdates":
        if (message.parameterNames.length === 0) this.#watchesAllParameters = false;
        for (const name of message.parameterNames) this.#watchedParameters.delete(name);
        return;
      case "subscribeConnectionGraph": {
        this.#watchesGraph = true;
        const whole = graphUpdate(EMPTY_GRAPH, this.#protocol.graph);
        if (whole !== undefined) this.#send(whole);
        return;
      }
      case "unsubscribeConnectionGraph":
        this.#watchesGraph = false;
    }
  }

  async #binary(message: ClientBinary): Promise<void> {
    switch (message.op) {
      case "messageData":
        return this.#publish(message.channelId, message.data);
      case "serviceCallRequest":
        return await this.#call(message);
      case "playbackControlRequest":
        return await this.#leadPlayback(message);
    }
  }

  #subscribe(id: number, channelId: number): void {
    const channel = this.#protocol.channels.find(channelId);
    if (channel === undefined) {
      if (this.#protocol.channels.hadOnce(channelId)) return this.#end(id);
      return this.#status("error", `there is no channel ${channelId}`);
    }
    if (this.#subscriptions.has(id)) return this.#status("error", `subscription ${id} is there already`);
    if ([...this.#subscriptions.values()].some((each) => each.channelId === channelId))
      return this.#status("error", `this viewer is subscribed to channel ${channelId} (${channel.topic}) already`);
    // First noted, then opened: latched messages come while it is opened.
    const subscribed = { channelId, feed: { [Symbol.dispose]: () => {} } as Disposable };
    this.#subscriptions.set(id, subscribed);
    subscribed.feed = this.#protocol.follow(channel, (payload, timeNs) =>
      this.#outbox.data(messageData(id, timeNs, payload)),
    );
  }

  #end(subscriptionId: number): void {
    if (this.#ended.size < MAX_ENDED) this.#ended.add(subscriptionId);
  }

  async #clientAdvertises(channel: ClientChannel): Promise<void> {
    const { id, topic, encoding, schemaName } = channel;
    const details = { topic, type: schemaName, encoding };
    await this.#peer.perform("operate", "publish", details, () => {
      if (this.#publications.has(id)) throw new DelosError("FOXGLOVE_CHANNEL", `channel ${id} is there already`);
      if (this.#publications.size >= MAX_CLIENT_CHANNELS)
        throw new DelosError("FOXGLOVE_CHANNEL", `a viewer publishes on ${MAX_CLIENT_CHANNELS} channels at most`);
      this.#publications.set(id, this.#publication(channel));
    });
  }

  #publication(channel: ClientChannel): ClientPublication {
    const { topic, encoding, schemaName } = channel;
    const { bus } = this.#protocol;
    if (encoding === "json") {
      const codec = codecOfType(bus, topic, schemaName);
      if (codec !== undefined) {
        const publisher = bus.node.publisher(topicOf(topic, codec)) as Publisher;
        return { channel, codec, publisher };
      }
    } else {
      const schema =
        schemasOn(bus, topic).find((each) => each.messageEncoding === encoding && isSameType(each.name, schemaName)) ??
        codecOfType(bus, topic, schemaName)?.schema;
      if (schema?.messageEncoding === encoding)
        return { channel, codec: undefined, publisher: bus.node.publisherOfBytes(topic, schema) };
    }
    const text = `nothing here knows the type ${schemaName || "(none)"} in ${encoding}, so nobody could read it`;
    throw new DelosError("FOXGLOVE_TYPE", text, { details: { topic, type: schemaName, encoding } });
  }

  #publish(channelId: number, data: Uint8Array): void {
    const publication = this.#publications.get(channelId);
    if (publication === undefined)
      throw new DelosError("FOXGLOVE_CHANNEL", `this viewer has not advertised a channel ${channelId}`);
    // An operator when the channel was opened; the login may have ended since.
    if (!this.#peer.may("operate"))
      throw new DelosError("BRIDGE_NOT_ALLOWED", "publishing needs the role of an operator: log in");
    const { codec, publisher } = publication;
    if (codec === undefined) publisher.publishBytes(Uint8Array.from(data));
    // As bytes: who decodes them gets the defaults of what the viewer left out.
    else publisher.publishBytes(codec.encode(codec.fromJSON(parse(data))));
  }

  async #sendParameters(names: readonly string[], id: string | undefined): Promise<void> {
    const parameters = await this.#protocol.parameters.read(names, (text) => this.#status("warning", text));
    this.#send({ op: "parameterValues", parameters, ...(id === undefined ? {} : { id }) });
  }

  async #setParameters(parameters: readonly Parameter[], id: string | undefined): Promise<void> {
    const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
    try {
      await this.#peer.perform("operate", "set parameters", values, () => this.#protocol.parameters.write(parameters));
    } finally {
      // Whatever came of it: these are the values now.
      if (id !== undefined) await this.#sendParameters(Object.keys(values), id);
    }
  }

  async #call(request: { serviceId: number; callId: number; encoding: string; data: Uint8Array }): Promise<void> {
    const { serviceId, callId, encoding, data } = request;
    const { services } = this.#protocol;
    try {
      const service = services.find(serviceId);
      if (service === undefined) throw new DelosError("FOXGLOVE_SERVICE", `there is no service ${serviceId}`);
      const copy = Uint8Array.from(data);
      const answer = await this.#peer.perform("operate", "call service", { service: service.name }, () =>
        services.call(service, encoding, copy),
      );
      this.#outbox.control(serviceCallResponse({ serviceId, callId, encoding: "json", data: answer }));
    } catch (error) {
      this.#send({ op: "serviceCallFailure", serviceId, callId, message: describeError(error) });
    }
  }

  async #leadPlayback(request: Extract<ClientBinary, { op: "playbackControlRequest" }>): Promise<void> {
    const { replay } = this.#protocol.bus;
    const { play, speed, seekNs, requestId } = request;
    if (replay === undefined)
      throw new DelosError("FOXGLOVE_PLAYBACK", "this is the live bus: there is nothing to play");
    await this.#peer.perform(
      "lead",
      "playback",
      { play, speed, ...(seekNs === undefined ? {} : { seekNs: String(seekNs) }) },
      () => {
        if (speed > 0 && Number.isFinite(speed)) replay.setRate(Math.min(FASTEST, speed));
        if (seekNs !== undefined) replay.seek(seekNs);
        if (play) replay.play();
        else replay.pause();
      },
    );
    const { startNs, endNs } = replay.recording;
    const sought = seekNs === undefined ? undefined : seekNs < startNs ? startNs : seekNs > endNs ? endNs : seekNs;
    const state = this.#protocol.playback(sought !== undefined, requestId);
    // The player's thread takes the command within microseconds; this is what it will have done.
    const status = play ? 0 : 1;
    const asked = speed > 0 && Number.isFinite(speed) ? Math.min(FASTEST, speed) : state.speed;
    this.tellPlayback({ ...state, status, speed: asked, timeNs: sought ?? state.timeNs });
  }

  #status(level: StatusName, message: string, id?: string): void {
    this.#send({ op: "status", level: StatusLevel[level], message, ...(id === undefined ? {} : { id }) });
  }

  #send(message: object): void {
    this.#outbox.control(JSON.stringify(message));
  }
}

function timeOf(timeNs: bigint): { readonly sec: number; readonly nsec: number } {
  const sec = timeNs / 1_000_000_000n;
  return { sec: Number(sec), nsec: Number(timeNs - sec * 1_000_000_000n) };
}
