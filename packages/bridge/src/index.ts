export { Bridge, type BridgeOptions, DEFAULT_PORT, openBridge } from "./bridge.ts";
export type { BridgeContext } from "./bridge-context.ts";
export { auditTopic } from "./security/audit.ts";
export type { Peer, PeerLimits } from "./security/peer.ts";
export type { Means, Permission, Role, Visitor } from "./security/role.ts";
export type { SecurityOptions, ToldToken } from "./security/security.ts";
export type { SocketProtocol } from "./socket-protocol.ts";
