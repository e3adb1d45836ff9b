import type { WebSocket } from "ws";
import type { Peer, PeerLimits } from "./security/peer.ts";

/**
 * The seam between the server and what is spoken over its WebSockets: the page's own protocol, and those of viewers
 * (`viewers/`). One port serves them all, and none of them does its own security.
 *
 * How a connection finds its protocol. A client that offers subprotocols gets the first protocol that knows one of them
 * (`subprotocols`, in the protocol's order of preference; the name is echoed, as RFC 6455 wants). One that offers none is
 * sorted by the path it asks for (`paths`). Neither: 404.
 *
 * What has happened before `accept` is called, in this order: the `Host` names this server; the token, the cookie or the
 * connection itself says who it is (`security/gate.ts`), foreign pages get in with a token only; there is room for one more
 * (of this protocol, and in all); the handshake is done; `connect` stands in the audit log. Refusals are HTTP answers.
 *
 * What `accept` must do: listen to `message` and count each with `peer.spend()` (false: leave the message out; a protocol may
 * say so once); bound what it sends by `socket.bufferedAmount` (a slow reader loses data and is told so, never slows the bus);
 * do everything that changes anything by `peer.perform(permission, action, details, work)`, which refuses viewers, throws a
 * `DelosError` with a code and writes the audit log. `see` is free; `lead` is playback; `operate` is the rest: publishing,
 * services, parameters, modules. Messages longer than `maxMessageBytes` close the connection before anything is read of them.
 *
 * How it ends. The server closes the socket (1001 when it ends, 1008 when a login ends); `close` is emitted as always. What the
 * protocol holds for all peers together (subscriptions of the bus, timers) it closes in its own `[Symbol.asyncDispose]`.
 */
export interface SocketProtocol extends Partial<AsyncDisposable> {
  /** For logs and the audit log: `page`, `foxglove`, `rosbridge`. */
  readonly name: string;
  /** Names of `Sec-WebSocket-Protocol`, best first. */
  readonly subprotocols?: readonly string[];
  /** Exact paths for clients without a subprotocol: `/ws`, `/`. */
  readonly paths?: readonly string[];
  readonly maxMessageBytes: number;
  readonly maxPeers: number;
  readonly limits: PeerLimits;
  accept(socket: WebSocket, peer: Peer, subprotocol: string): void;
}

/** The protocol for a request, with the subprotocol to be echoed (empty: none was offered). */
export function chooseProtocol(
  protocols: readonly SocketProtocol[],
  path: string,
  offered: readonly string[],
): { readonly protocol: SocketProtocol; readonly subprotocol: string } | undefined {
  for (const protocol of protocols) {
    const subprotocol = protocol.subprotocols?.find((name) => offered.includes(name));
    if (subprotocol !== undefined) return { protocol, subprotocol };
  }
  if (offered.length > 0) return undefined;
  const protocol = protocols.find(({ paths = [] }) => paths.includes(path));
  return protocol === undefined ? undefined : { protocol, subprotocol: "" };
}
