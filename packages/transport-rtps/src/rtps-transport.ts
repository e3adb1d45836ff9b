import { ClosedError, type Logger, MalformedError, SystemClock } from "@delos/core";
import {
  completeQos,
  DiscoveryTable,
  type EndpointInfo,
  endpointMismatches,
  Incompatibility,
  isReportable,
  type Mismatch,
  type NodeInfo,
  type ParticipantId,
  type ParticipantInfo,
  type Reader,
  type ReaderOptions,
  type Transport,
  type TransportAddress,
  type TransportContext,
  type TransportFactory,
  type Writer,
  type WriterOptions,
} from "@delos/transport";
import { xcdrVersionOfSchema } from "@delos/wire";
import { CycloneServices, pairUserData } from "./cyclone-services.ts";
import type { EndpointData } from "./endpoint-data.ts";
import { type GidBytes, GidForms } from "./gid-forms.ts";
import type { LocalWriter } from "./local-endpoint.ts";
import { type Naming, topicOfWire, topicOnWire, typeOnWire } from "./names.ts";
import { Participant, type ParticipantOptions } from "./participant.ts";
import { tellsNodes } from "./participant-data.ts";
import { type RemoteParticipant, type RemoteReader, RemoteWriter } from "./remote.ts";
import { endpointInfo, participantInfo, propertiesOf } from "./remote-info.ts";
import { GRAPH_TOPIC, GRAPH_TYPE, type GraphNode, readGraph, writeGraph } from "./ros-graph.ts";
import { RtpsReader, type SampleQueue } from "./rtps-reader.ts";
import { RtpsWriter } from "./rtps-writer.ts";
import { StatefulReader } from "./stateful-reader.ts";
import { StatefulWriter } from "./stateful-writer.ts";
import { ThreadedTransport } from "./thread/threaded-transport.ts";
import { typeHashOf, writeTypeHash } from "./type-hash.ts";
import { entityIdHex, isKeyedEntity, KEYLESS_READER, KEYLESS_WRITER, PARTICIPANT } from "./wire/entity-id.ts";
import { guidHex } from "./wire/guid.ts";
import { VENDOR_CYCLONE, VENDOR_DELOS } from "./wire/message.ts";

export interface RtpsOptions extends ParticipantOptions {
  /** How topics and types are named on the wire. Default `auto`. */
  readonly naming?: Naming;
  /**
   * Bytes of a GID in the `ros_discovery_info` that we write: 16 since ROS 2 Iron, 24 up to Humble. Default: as the nodes of ROS 2
   * have it that are found, 16 where there are none. Both are read.
   */
  readonly rosGidBytes?: GidBytes;
  /**
   * Sockets and protocol in a thread of their own, so that no code of the program can hold up heartbeats and leases. Default
   * false: on the program's event loop, which is the shorter way.
   */
  readonly thread?: boolean;
}

/** The network, by DDSI-RTPS: other Delos programs, and everything that speaks DDS, ROS 2 first of all. */
export function rtps(options: RtpsOptions = {}): TransportFactory {
  return {
    address: addressOf(options),
    open: (context) =>
      options.thread === true && context.clock instanceof SystemClock
        ? ThreadedTransport.open(context, options)
        : RtpsTransport.open(context, options),
  };
}

const addressOf = ({ domain = 0 }: RtpsOptions): TransportAddress => ({
  name: "rtps",
  reach: "network",
  domain: String(domain),
});

/** Values of DATA_REPRESENTATION. DDS-XTypes 1.3 §7.6.3.1.1. */
const XCDR1 = 0;
const XCDR2 = 2;

/** Entity keys of endpoints that this transport makes for itself; those of users count from 1. */
const OWN_KEYS = 0xff_0000;

export class RtpsTransport implements Transport {
  readonly name = "rtps";
  readonly discovery = new DiscoveryTable();
  readonly context: TransportContext;
  readonly naming: Naming;
  readonly cycloneServices = new CycloneServices();
  #participant!: Participant;
  readonly #options: RtpsOptions;
  readonly #infos = new Map<RemoteParticipant, ParticipantInfo>();
  readonly #endpoints = new Map<RemoteReader | RemoteWriter, EndpointInfo>();
  readonly #writers = new Set<RtpsWriter>();
  readonly #readers = new Set<RtpsReader>();
  /** Own nodes and what each has announced. */
  readonly #nodes = new Set<string>();
  readonly #foreignNodes = new Map<RemoteParticipant, GraphNode[]>();
  #gidForms!: GidForms;
  #graph!: StatefulWriter;
  #graphScheduled = false;
  #ownKeys = OWN_KEYS;
  #closed = false;

  private constructor(context: TransportContext, options: RtpsOptions) {
    this.context = context;
    this.#options = options;
    this.naming = options.naming ?? "auto";
  }

  static async open(context: TransportContext, options: RtpsOptions): Promise<RtpsTransport> {
    const transport = new RtpsTransport(context, options);
    const { id, name } = context.participant;
    const identity = {
      prefix: id,
      name,
      properties: propertiesOf(context.participant),
      // ROS 2 lists enclaves by it. wire name mapping: "Node to Participant mapping".
      userData: new TextEncoder().encode("enclave=/;"),
    };
    transport.discovery.addParticipant(context.participant);
    transport.#participant = await Participant.open(context.clock, identity, options, {
      participantFound: (remote) => transport.discovery.addParticipant(transport.infoOf(remote)),
      participantChanged: (remote) => transport.#participantChanged(remote),
      participantLost: (remote) => transport.#participantLost(remote),
      // Among Delos participants the graph goes with the built-in protocols: a fourth of all messages are spared where many meet.
      ignores: ({ topic }, { data }) => topic === GRAPH_TOPIC && tellsNodes(data),
      nodesTold: (remote, payload) => transport.#onGraph(remote, payload),
      endpointFound: (remote) => transport.#endpointFound(remote),
      endpointChanged: (remote) => transport.#endpointChanged(remote),
      endpointLost: (remote) => transport.#endpointLost(remote),
    });
    transport.#warnOfSmallBuffers(context.log);
    transport.#joinGraph();
    return transport;
  }

  get engine(): Participant["engine"] {
    return this.#participant.engine;
  }

  get counters(): Readonly<Record<string, number>> {
    const failures = Object.entries(this.#participant.udp.failures).map(([code, count]) => [`send ${code}`, count]);
    const { fromOtherCards } = this.#participant.udp;
    const others = fromOtherCards > 0 ? { "through a card that is not used": fromOtherCards } : {};
    return { ...this.engine.counters.values, ...others, ...(Object.fromEntries(failures) as Record<string, number>) };
  }

  announceNode(name: string): Disposable {
    const node: NodeInfo = { participant: this.context.participant, name };
    this.discovery.addNode(node);
    this.#nodes.add(name);
    this.#scheduleGraph();
    return {
      [Symbol.dispose]: () => {
        if (!this.#nodes.delete(name)) return;
        this.discovery.removeNode(node);
        this.#scheduleGraph();
      },
    };
  }

  createWriter(options: WriterOptions): Writer {
    if (this.#closed) throw new ClosedError("The RTPS transport");
    const writer = new RtpsWriter(this, options, () => {
      this.#writers.delete(writer);
      this.discovery.removeEndpoint(options.id);
      this.#scheduleGraph();
    });
    this.#writers.add(writer);
    this.discovery.addEndpoint(writer.info);
    writer.announce();
    this.#scheduleGraph();
    return writer;
  }

  createReader(options: ReaderOptions): Reader {
    return this.createReaderWith(options);
  }

  /** `queue`: where its samples go instead of a queue of its own. */
  createReaderWith(options: ReaderOptions, queue?: SampleQueue): RtpsReader {
    if (this.#closed) throw new ClosedError("The RTPS transport");
    const reader = new RtpsReader(
      this,
      options,
      () => {
        this.#readers.delete(reader);
        this.discovery.removeEndpoint(options.id);
        this.#scheduleGraph();
      },
      queue,
    );
    this.#readers.add(reader);
    this.discovery.addEndpoint(reader.info);
    reader.announce();
    for (const remote of this.#endpoints.keys()) if (remote instanceof RemoteWriter) this.#offer(reader, remote);
    this.#scheduleGraph();
    return reader;
  }

  renew(): void {
    this.#participant.describe(propertiesOf(this.context.participant));
  }

  reconsider(participant: ParticipantId): void {
    const { engine } = this;
    const remote = participant === this.context.participant.id ? engine.self : engine.participants.get(participant);
    if (remote !== undefined && !this.#closed) engine.reconsider(remote);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#writers, ...this.#readers].map((endpoint) => endpoint[Symbol.asyncDispose]()));
    this.#gidForms[Symbol.dispose]();
    await this.#participant[Symbol.asyncDispose]();
  }

  // ------------------------------------------------------------------------------------------- for its endpoints

  renewByParticipant(): void {
    for (const writer of this.#writers) if (writer.info.qos.liveliness === "manual_by_participant") writer.renew();
  }

  infoOf(remote: RemoteParticipant): ParticipantInfo {
    if (remote === this.engine.self) return this.context.participant;
    let info = this.#infos.get(remote);
    if (info === undefined) this.#infos.set(remote, (info = participantInfo(remote.data, addressOf(this.#options))));
    return info;
  }

  endpointOf(remote: RemoteReader | RemoteWriter): EndpointInfo {
    let info = this.#endpoints.get(remote);
    if (info === undefined) {
      const { participant, data } = remote;
      const node = this.#foreignNodes
        .get(participant)
        ?.find(({ endpoints }) => endpoints.includes(guidHex(data!.guid)));
      const vendor = participant.data.vendor;
      info = endpointInfo(data!, this.infoOf(participant), vendor, this.naming, data!.node || (node?.name ?? ""));
      this.#endpoints.set(remote, info);
    }
    return info;
  }

  /** The announcement of an endpoint of ours. */
  dataOf(
    options: WriterOptions | ReaderOptions,
    kind: EndpointData["kind"],
    keyed: boolean,
    named?: { readonly topic: string; readonly type: string },
  ): EndpointData {
    const key = named === undefined ? Number.parseInt(options.id.slice(24, 30), 16) : ++this.#ownKeys;
    const entityKind = kind === "publication" ? (keyed ? 0x02 : 0x03) : keyed ? 0x07 : 0x04;
    return {
      guid: { prefix: this.context.participant.id, entityId: ((key << 8) | entityKind) >>> 0 },
      kind,
      topic: named?.topic ?? topicOnWire(options.topic, options.schema, this.naming),
      type: named?.type ?? typeOnWire(options.schema, this.naming),
      qos: options.qos,
      unicast: [],
      multicast: [],
      representations:
        kind === "subscription" ? [XCDR1, XCDR2] : [xcdrVersionOfSchema(options.schema!) === 2 ? XCDR2 : XCDR1],
      expectsInlineQos: false,
      userData: this.#userDataOf(options, kind),
      schema: options.schema,
      node: options.node,
    };
  }

  /** What ROS 2 reads in the USER_DATA of endpoints. */
  #userDataOf({ node, topic, schema }: WriterOptions | ReaderOptions, kind: EndpointData["kind"]): Uint8Array {
    const hash = writeTypeHash(typeHashOf(schema));
    const pair = pairUserData({ kind, node, topic }, this.context.participant.id);
    return pair === undefined ? hash : Buffer.concat([new TextEncoder().encode(pair), hash]);
  }

  /** Why two endpoints do not talk; undefined: they are not to be asked (another transport serves them). */
  mismatches(local: EndpointInfo, own: EndpointData, remote: RemoteReader | RemoteWriter): Mismatch[] | undefined {
    const other = this.endpointOf(remote);
    if (!this.context.carries(local, other)) return undefined;
    const [publication, subscription] = local.kind === "publication" ? [local, other] : [other, local];
    const found = endpointMismatches(publication, subscription);
    const theirs = remote.data!;
    const add = (policy: string, offered: string, requested: string, explanation: string): void =>
      void found.push({ policy, offered, requested, explanation });
    // A reader of any type of Delos takes both forms.
    const anyType = local.schema === undefined || other.schema === undefined;
    if (!anyType && isKeyedEntity(own.guid.entityId) !== isKeyedEntity(theirs.guid.entityId) && found.length === 0) {
      const form = (data: EndpointData): string => (isKeyedEntity(data.guid.entityId) ? "keyed" : "keyless");
      const [offer, request] = local.kind === "publication" ? [own, theirs] : [theirs, own];
      add(
        "type",
        `${form(offer)} ${offer.type}`,
        `${form(request)} ${request.type}`,
        "One side's type has a key, the other's has none.",
      );
    }
    const [offer, request] = local.kind === "publication" ? [own, theirs] : [theirs, own];
    const first = offer.representations[0] ?? 0;
    const accepted = request.representations.length === 0 ? [0] : request.representations;
    if (!accepted.includes(first)) {
      add(
        "data representation",
        String(first),
        accepted.join(", "),
        "The publisher's first representation is not among those that the subscriber reads.",
      );
    }
    return found;
  }

  /** Decides on a pair and tells `report` when it should talk but cannot. */
  decide(
    local: EndpointInfo,
    own: EndpointData,
    remote: RemoteReader | RemoteWriter,
    report: (event: Incompatibility) => void,
  ): boolean {
    const found = this.mismatches(local, own, remote);
    if (found === undefined) return false;
    if (found.length === 0) return true;
    // Cyclone DDS also tells of partitions that do not meet, by its status: then both sides do.
    if (isReportable(found) || remote.participant.data.vendor === VENDOR_CYCLONE)
      report(new Incompatibility(local, this.endpointOf(remote), found));
    return false;
  }

  // --------------------------------------------------------------------------------------------------- discovery

  #participantChanged(remote: RemoteParticipant): void {
    this.#infos.delete(remote);
    this.discovery.renewParticipant(this.infoOf(remote));
  }

  #participantLost(remote: RemoteParticipant): void {
    this.discovery.removeParticipant(this.infoOf(remote).id);
    this.#infos.delete(remote);
    this.#foreignNodes.delete(remote);
    this.#gidForms.leave(remote);
  }

  #endpointFound(remote: RemoteReader | RemoteWriter): void {
    if (remote.data!.topic === GRAPH_TOPIC) return;
    this.discovery.addEndpoint(this.endpointOf(remote));
    if (remote instanceof RemoteWriter) for (const reader of this.#readers) this.#offer(reader, remote);
  }

  #endpointChanged(remote: RemoteReader | RemoteWriter): void {
    if (remote.data!.topic === GRAPH_TOPIC) return;
    this.#endpoints.delete(remote);
    const info = this.endpointOf(remote);
    this.discovery.endpoints.set(info.id, info);
  }

  #endpointLost(remote: RemoteReader | RemoteWriter): void {
    const info = this.#endpoints.get(remote);
    this.#endpoints.delete(remote);
    if (info !== undefined) this.discovery.removeEndpoint(info.id);
  }

  /**
   * DDS matches by type name, so a reader of any type cannot be announced to strangers: it gets one more endpoint for each
   * topic and type that it finds.
   */
  #offer(reader: RtpsReader, remote: RemoteWriter): void {
    const { topic, type } = remote.data!;
    if (reader.info.schema !== undefined || topicOfWire(topic, this.naming) !== reader.info.topic) return;
    if (remote.participant.data.vendor === VENDOR_DELOS && topic === reader.info.topic) return;
    reader.announceAs(topic, type, isKeyedEntity(remote.entityId));
  }

  // ----------------------------------------------------------------------------------------------- ROS 2's graph

  /** design.ros2.org, "Node to Participant mapping": one sample a participant, replaced at each change. */
  #joinGraph(): void {
    const qos = completeQos({ durability: "transient_local", depth: 1 });
    const { engine } = this;
    const make = (kind: EndpointData["kind"]): EndpointData => {
      const entityKind = kind === "publication" ? KEYLESS_WRITER : KEYLESS_READER;
      return {
        guid: { prefix: engine.prefix, entityId: ((++this.#ownKeys << 8) | entityKind) >>> 0 },
        kind,
        topic: GRAPH_TOPIC,
        type: GRAPH_TYPE,
        qos,
        unicast: [],
        multicast: [],
        representations: [XCDR1],
        expectsInlineQos: false,
        userData: new Uint8Array(0),
        schema: undefined,
        node: "",
      };
    };
    const fits = (remote: RemoteReader | RemoteWriter): boolean =>
      remote.data!.type === GRAPH_TYPE && remote.participant !== engine.self;
    const written = make("publication");
    this.#graph = new StatefulWriter(written.guid.entityId, { ...qos, maxSamples: 1 }, engine);
    const local: LocalWriter = {
      data: written,
      writer: this.#graph,
      accepts: (remote) => fits(remote) && this.#gidForms.fits(remote),
      matched: () => {},
      unmatched: () => {},
    };
    this.#gidForms = new GidForms(this.context.clock, this.#options.rosGidBytes, () => {
      if (this.#closed) return;
      this.#writeGraph();
      engine.offerAgain(local);
    });
    engine.addWriter(local);
    const read = make("subscription");
    const sink = {
      deliver: (writer: RemoteWriter, sample: { payload: Uint8Array | undefined; isKey: boolean }): boolean => {
        if (sample.payload !== undefined && !sample.isKey) this.#onGraph(writer.participant, sample.payload);
        return true;
      },
      lost: (): void => {},
    };
    const reader = new StatefulReader(read.guid.entityId, { reliable: true, transientLocal: true }, sink, engine);
    const silent = { carries: () => true, matched: () => {}, unmatched: () => {}, liveliness: () => {} };
    engine.addReader({ data: read, reader, accepts: fits, ...silent });
    this.#scheduleGraph();
  }

  #scheduleGraph(): void {
    if (this.#graphScheduled || this.#closed) return;
    this.#graphScheduled = true;
    queueMicrotask(() => {
      this.#graphScheduled = false;
      if (!this.#closed) this.#writeGraph();
    });
  }

  #writeGraph(): void {
    const endpoints = [...this.#writers, ...this.#readers];
    const nodes = [...this.#nodes].map((name) => ({
      name,
      endpoints: endpoints.filter(({ info }) => info.node === name).flatMap((endpoint) => endpoint.guids),
    }));
    const gid = this.engine.prefix + entityIdHex(PARTICIPANT);
    const payload = writeGraph(gid, nodes, this.#gidForms.current);
    this.#graph.write({ payload, isKey: false, time: undefined, inlineQos: undefined });
    this.engine.tellNodes(payload);
  }

  #onGraph(participant: RemoteParticipant, payload: Uint8Array): void {
    let nodes: GraphNode[];
    try {
      const graph = readGraph(payload);
      nodes = graph.nodes;
      this.#gidForms.hear(participant, graph.gidBytes);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.engine.count("malformed");
      return;
    }
    const info = this.infoOf(participant);
    const before = this.#foreignNodes.get(participant) ?? [];
    this.#foreignNodes.set(participant, nodes);
    for (const { name } of before) {
      if (!nodes.some((node) => node.name === name)) this.discovery.removeNode({ participant: info, name });
    }
    for (const { name } of nodes) this.discovery.addNode({ participant: info, name });
    if (nodes.length === 0) return;
    // Endpoints that came before their node's name was known.
    for (const remote of [...participant.writers.values(), ...participant.readers.values()]) {
      const known = this.#endpoints.get(remote);
      if (known === undefined || known.node !== "" || remote.data === undefined) continue;
      const node = nodes.find(({ endpoints }) => endpoints.includes(guidHex(remote.data!.guid)));
      if (node === undefined) continue;
      const named = { ...known, node: node.name };
      this.#endpoints.set(remote, named);
      this.discovery.endpoints.set(named.id, named);
    }
  }

  #warnOfSmallBuffers(log: Logger): void {
    const { receiveBufferBytes } = this.#participant.udp;
    if (receiveBufferBytes >= 4 << 20) return;
    log.warn("The system grants a small UDP receive buffer: large messages may be lost", {
      receiveBufferBytes,
      advice: "sysctl -w net.core.rmem_max=4194304",
    });
  }
}
