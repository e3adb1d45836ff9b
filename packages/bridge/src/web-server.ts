import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Clock, DelosError, Lifetime } from "@delos/core";
import { type WebSocket, WebSocketServer } from "ws";
import { sayNo } from "./http/answers.ts";
import { Login } from "./http/login.ts";
import type { PageFiles } from "./http/page-files.ts";
import { respond } from "./http/respond.ts";
import { AllowanceByAddress } from "./security/allowance.ts";
import { isOfOwnPage, type Refusal } from "./security/gate.ts";
import { networkOf } from "./security/login-attempts.ts";
import { Peer } from "./security/peer.ts";
import type { Security, SecurityOptions } from "./security/security.ts";
import { chooseProtocol, type SocketProtocol } from "./socket-protocol.ts";

/** Of all protocols together. */
const MAX_PEERS = 256;
const MAX_CONNECTIONS = 1024;
/** Half of them: nobody alone keeps the others out. */
const MAX_CONNECTIONS_OF_ADDRESS = 512;
const MAX_HEADER_BYTES = 8192;
const REQUESTS_PER_S = 100;
const REQUESTS_AT_ONCE = 400;
const CLOSE_GRACE_MS = 500;
const SESSION_CHECK_MS = 1000;

/** Whoever sends a request slowly is cut off: nobody holds a connection without asking for something. */
const LIMITS: ServerOptions = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 2000,
};

export type AnyServer = Server | SecureServer;

/** @throws {DelosError} `BRIDGE_PORT_IN_USE`, `BRIDGE_LISTEN`, `BRIDGE_TLS` */
export async function listen(host: string, port: number, tls: SecurityOptions["tls"]): Promise<AnyServer> {
  const server = openServer(tls);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  return server;
}

function openServer(tls: SecurityOptions["tls"]): AnyServer {
  if (tls === undefined) return createServer(LIMITS);
  try {
    return createSecureServer({ ...LIMITS, ...tls, minVersion: "TLSv1.2" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DelosError("BRIDGE_TLS", `certificate and key cannot be used: ${reason}`, { cause: error });
  }
}

export function portOf(server: AnyServer): number {
  return (server.address() as AddressInfo).port;
}

interface Connected {
  readonly socket: WebSocket;
  readonly peer: Peer;
  readonly protocol: SocketProtocol;
}

export interface WebServerOptions {
  readonly files: PageFiles;
  readonly security: Security;
  readonly protocols: readonly SocketProtocol[];
  readonly clock: Clock;
}

/** Files, logins and WebSockets on one port, with the same checks before each. Owns the server it is given. */
export class WebServer implements AsyncDisposable {
  readonly #server: AnyServer;
  readonly #options: WebServerOptions;
  readonly #login: Login;
  readonly #requests: AllowanceByAddress;
  readonly #handshakes = new Map<SocketProtocol, WebSocketServer>();
  readonly #connected = new Set<Connected>();
  /** Open connections by network. */
  readonly #connections = new Map<string, number>();
  readonly #lifetime = new Lifetime();
  #numbers = 0;

  constructor(server: AnyServer, options: WebServerOptions) {
    this.#server = server;
    this.#options = options;
    const { security, clock } = options;
    this.#requests = new AllowanceByAddress(clock, REQUESTS_PER_S, REQUESTS_AT_ONCE);
    this.#login = new Login({ ...security, onEnded: (session) => this.#endSession(session) });
    for (const protocol of options.protocols) {
      const handshake = new WebSocketServer({
        noServer: true,
        maxPayload: protocol.maxMessageBytes,
        perMessageDeflate: false,
        clientTracking: false,
        handleProtocols: (offered) => protocol.subprotocols?.find((name) => offered.has(name)) ?? false,
      });
      this.#handshakes.set(protocol, handshake);
    }
    server.maxConnections = MAX_CONNECTIONS;
    server.maxHeadersCount = 100;
    server.on("connection", (socket: Socket) => this.#count(socket));
    server.on("request", (request, response) => this.#answer(request, response));
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    server.on("clientError", (_, socket) => socket.destroy());
    this.#lifetime.defer(() => this.#closeServer());
    const check = setInterval(() => this.#checkSessions(), SESSION_CHECK_MS);
    this.#lifetime.defer(() => clearInterval(check));
  }

  /** Connected peers of a protocol. */
  peersOf(protocol: SocketProtocol): number {
    return [...this.#connected].filter((one) => one.protocol === protocol).length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lifetime[Symbol.asyncDispose]();
  }

  /** Cuts off who holds too many connections already. */
  #count(socket: Socket): void {
    const address = networkOf(socket.remoteAddress ?? "");
    const open = (this.#connections.get(address) ?? 0) + 1;
    this.#connections.set(address, open);
    socket.once("close", () => {
      const left = this.#connections.get(address)! - 1;
      if (left > 0) this.#connections.set(address, left);
      else this.#connections.delete(address);
    });
    if (open > MAX_CONNECTIONS_OF_ADDRESS) socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { access } = this.#options.security;
    if (!this.#requests.take(networkOf(request.socket.remoteAddress ?? "")))
      return sayNo(request, response, 429, "Too many requests.", { "Retry-After": "1", Connection: "close" });
    if (!access.isOwnHost(request.headers.host))
      return sayNo(request, response, 403, "This server does not answer under that name.");
    if (!isOfOwnPage(request, access)) return sayNo(request, response, 403, "Pages of other origins get nothing here.");
    const path = (request.url ?? "/").split(/[?#]/, 1)[0]!;
    if (!this.#login.handle(request, response, path)) respond(request, response, this.#options.files);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { security, clock, protocols } = this.#options;
    const { gate, audit } = security;
    const address = request.socket.remoteAddress ?? "";
    if (!this.#requests.take(networkOf(address))) return refuse(socket, "429 Too Many Requests");
    const judged = gate.judge(request);
    if ("refusal" in judged) {
      const { code, text } = judged.refusal;
      const details = { origin: request.headers.origin, host: request.headers.host };
      audit.write({ action: "connect", outcome: "refused", code, text, address, protocol: "websocket", details });
      return refuse(socket, statusOf(judged.refusal));
    }
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/\s*,\s*/).filter((name) => name !== "");
    const chosen = chooseProtocol(protocols, (request.url ?? "/").split(/[?#]/, 1)[0]!, offered);
    if (chosen === undefined) return refuse(socket, "404 Not Found");
    const { protocol, subprotocol } = chosen;
    if (this.#connected.size >= MAX_PEERS || this.peersOf(protocol) >= protocol.maxPeers)
      return refuse(socket, "503 Service Unavailable");
    this.#handshakes.get(protocol)!.handleUpgrade(request, socket, head, (webSocket) => {
      const peer = new Peer(++this.#numbers, protocol.name, judged.visitor, {
        gate,
        audit,
        clock,
        limits: protocol.limits,
      });
      const connected = { socket: webSocket, peer, protocol };
      this.#connected.add(connected);
      webSocket.on("close", () => this.#connected.delete(connected));
      webSocket.on("error", () => webSocket.terminate()); // too long, torn, no UTF-8: `close` follows
      peer.record({ action: "connect", outcome: "done" });
      protocol.accept(webSocket, peer, subprotocol);
    });
  }

  #endSession(session: string): void {
    for (const { peer, socket } of this.#connected)
      if (peer.visitor.session === session) socket.close(1008, "the login has ended");
  }

  #checkSessions(): void {
    const { sessions } = this.#options.security;
    for (const { peer } of this.#connected) {
      const { session } = peer.visitor;
      if (session !== undefined && !sessions.isOpen(session)) this.#endSession(session);
    }
  }

  async #closeServer(): Promise<void> {
    for (const { socket } of this.#connected) socket.close(1001, "the server ends");
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    const cut = setTimeout(() => {
      for (const { socket } of this.#connected) socket.terminate();
      this.#server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
  }
}

function statusOf({ status, retryAfterS }: Refusal): string {
  if (status === 401) return "401 Unauthorized";
  if (status === 403) return "403 Forbidden";
  return `429 Too Many Requests\r\nRetry-After: ${retryAfterS ?? 1}`;
}

function refuse(socket: Duplex, status: string): void {
  socket.on("error", () => {}); // it may be gone already
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): DelosError {
  const details = { host, port };
  if (error.code === "EADDRINUSE")
    return new DelosError(
      "BRIDGE_PORT_IN_USE",
      `port ${port} of ${host} is in use by another program; choose another one with --port, or --port 0 for any free one`,
      { details, cause: error },
    );
  return new DelosError("BRIDGE_LISTEN", `cannot listen on ${host}:${port}: ${error.message}`, {
    details,
    cause: error,
  });
}
