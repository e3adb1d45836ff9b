import { cdrCodec, type DynamicCodec, parseRos2, ros2Schema } from "@delos/wire";
import type { GidBytes } from "./gid-forms.ts";
import { bytesOfHex, hexOf } from "./wire/guid.ts";

/** A node as `ros_discovery_info` tells it: its name and its endpoints' GUIDs in hex. */
export interface GraphNode {
  readonly name: string;
  readonly endpoints: readonly string[];
}

export const GRAPH_TOPIC = "ros_discovery_info";
export const GRAPH_TYPE = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_";

/** Most nodes and endpoints of one participant that are looked at: ros2 #1690 took all memory. */
const MAX_NODES = 1000;

interface Gid {
  readonly data: Uint8Array;
}
interface EntitiesInfo {
  readonly gid: Gid;
  readonly node_entities_info_seq: readonly {
    readonly node_namespace: string;
    readonly node_name: string;
    readonly reader_gid_seq: readonly Gid[];
    readonly writer_gid_seq: readonly Gid[];
  }[];
}

function codecOf(gidBytes: GidBytes): DynamicCodec {
  const line = "=".repeat(80);
  const text = [
    "rmw_dds_common/Gid gid\nrmw_dds_common/NodeEntitiesInfo[] node_entities_info_seq",
    `MSG: rmw_dds_common/Gid\nuint8[${gidBytes}] data`,
    "MSG: rmw_dds_common/NodeEntitiesInfo\nstring node_namespace\nstring node_name\nGid[] reader_gid_seq\nGid[] writer_gid_seq",
  ].join(`\n${line}\n`);
  const name = "rmw_dds_common/msg/ParticipantEntitiesInfo";
  return cdrCodec(ros2Schema(name, text), parseRos2(text, name));
}

const CODECS = { 16: codecOf(16), 24: codecOf(24) } as const;

/** The payload that makes a participant's nodes show up in `ros2 node list`. */
export function writeGraph(participantGuid: string, nodes: readonly GraphNode[], gidBytes: GidBytes): Uint8Array {
  const gid = (hex: string): Gid => {
    const data = new Uint8Array(gidBytes);
    data.set(bytesOfHex(hex));
    return { data };
  };
  const isWriter = (hex: string): boolean => ["02", "03"].includes(hex.slice(-2));
  return CODECS[gidBytes].encode({
    gid: gid(participantGuid),
    node_entities_info_seq: nodes.map(({ name, endpoints }) => {
      const slash = name.lastIndexOf("/");
      return {
        node_namespace: slash <= 0 ? "/" : name.slice(0, slash),
        node_name: name.slice(slash + 1),
        reader_gid_seq: endpoints.filter((hex) => !isWriter(hex)).map(gid),
        writer_gid_seq: endpoints.filter(isWriter).map(gid),
      };
    }),
  });
}

/** @throws {MalformedError} when the payload is of neither form */
export function readGraph(payload: Uint8Array): { readonly nodes: GraphNode[]; readonly gidBytes: GidBytes } {
  let info: EntitiesInfo;
  let gidBytes: GidBytes = 16;
  try {
    info = CODECS[16].decode(payload) as unknown as EntitiesInfo;
  } catch {
    gidBytes = 24;
    info = CODECS[24].decode(payload) as unknown as EntitiesInfo;
  }
  const nodes = info.node_entities_info_seq.slice(0, MAX_NODES).map((node) => ({
    name: `${node.node_namespace === "/" ? "" : node.node_namespace}/${node.node_name}`,
    endpoints: [...node.reader_gid_seq, ...node.writer_gid_seq].map(({ data }) => hexOf(data, 0, 16)),
  }));
  return { nodes, gidBytes };
}
