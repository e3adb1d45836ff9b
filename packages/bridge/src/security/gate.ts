import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Access } from "../http/access.ts";
import { isLoopback, isSameUser } from "./local-user.ts";
import type { LoginAttempts } from "./login-attempts.ts";
import type { Permission, Role, Visitor } from "./role.ts";
import type { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";

export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly code: string;
  readonly text: string;
  readonly retryAfterS?: number;
}

export type Judgement = { readonly visitor: Visitor } | { readonly refusal: Refusal };

export interface GateOptions {
  readonly access: Access;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly attempts: LoginAttempts;
  readonly cookie: string;
  /** Everybody needs a token: the server listens beyond loopback, or was told so. */
  readonly tokenNeeded: boolean;
  /** Of tests. */
  readonly isSameUser?: (request: IncomingMessage) => boolean;
}

/**
 * Says who sent a request and what they may do. Two kinds of proof are kept apart. *Ambient* ones the browser adds by itself
 * to whatever page asks: the cookie, and that the connection comes from this machine. They count only when the request is
 * of this server's own page, or of no page at all, and under one of this server's names: else any page of the web could use
 * them (cross-site WebSocket hijacking, DNS rebinding). A token in the request *itself* no other page knows: it counts from
 * any origin, so that viewers that are hosted elsewhere can be let in.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #isSameUser: (request: IncomingMessage) => boolean;
  /** A connection stays whose it is. */
  readonly #users = new WeakMap<Socket, boolean>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#isSameUser = options.isSameUser ?? ((request) => !isForwarded(request) && this.#isOwnUser(request.socket));
  }

  #isOwnUser(socket: Socket): boolean {
    let own = this.#users.get(socket);
    if (own === undefined) this.#users.set(socket, (own = isSameUser(socket)));
    return own;
  }

  /** A login would make more of a visitor without one: there is a token to log in with. */
  get canLogIn(): boolean {
    return this.#options.tokens.any;
  }

  judge(request: IncomingMessage): Judgement {
    const { access, sessions, cookie, tokenNeeded } = this.#options;
    const address = request.socket.remoteAddress ?? "";
    if (!access.isOwnHost(request.headers.host)) {
      const text = "This server does not answer under that name.";
      return { refusal: { status: 403, code: "BRIDGE_FOREIGN_HOST", text } };
    }
    const token = tokenOf(request);
    if (token !== undefined) {
      const tried = this.tryToken(address, token);
      return typeof tried === "string" ? { visitor: { role: tried, means: "token", address } } : { refusal: tried };
    }
    if (!isOfOwnPage(request, access)) {
      const text = "Pages of other origins get nothing here without a token.";
      return { refusal: { status: 403, code: "BRIDGE_FOREIGN_ORIGIN", text } };
    }
    const session = sessions.find(cookieOf(request, cookie) ?? "");
    if (session !== undefined)
      return { visitor: { role: session.role, means: "session", address, session: session.id } };
    if (tokenNeeded || !isLoopback(address))
      return { refusal: { status: 401, code: "BRIDGE_LOGIN_NEEDED", text: "Log in with the token of this server." } };
    if (this.#isSameUser(request)) return { visitor: { role: "operator", means: "same user", address } };
    return { visitor: { role: "viewer", means: "loopback", address } };
  }

  /** The role that a token gives, or why it gives none; slower and slower for who tries many. */
  tryToken(address: string, token: string): Role | Refusal {
    const { tokens, attempts } = this.#options;
    const waitMs = attempts.waitMs(address);
    if (waitMs > 0) {
      const retryAfterS = Math.ceil(waitMs / 1000);
      const text = `Too many wrong tokens: try again in ${retryAfterS} s.`;
      return { status: 429, code: "BRIDGE_TOO_MANY_ATTEMPTS", text, retryAfterS };
    }
    const role = tokens.roleOf(token);
    if (role !== undefined) {
      attempts.succeeded(address);
      return role;
    }
    attempts.failed(address);
    return { status: 401, code: "BRIDGE_TOKEN_WRONG", text: "That token is not known here." };
  }

  /**
   * Viewers lead the playback only where all of them are on this machine: in a network one would take the picture away from
   * everybody else.
   */
  may({ role }: Visitor, permission: Permission): boolean {
    if (role === "operator" || permission === "see") return true;
    return permission === "lead" && !this.#options.tokenNeeded;
  }
}

/** Whether a request comes from this server's page or from no page: `Origin`, and what newer browsers say beside it. */
export function isOfOwnPage({ headers, method }: IncomingMessage, access: Access): boolean {
  if (!access.isOwnOrigin(headers.origin)) return false;
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return true;
  // A link on another page may open this one: that is a navigation, which gives the other page nothing to read.
  return headers["sec-fetch-mode"] === "navigate" && (method === "GET" || method === "HEAD");
}

/** Somebody passed it on from somewhere: that the last step was on this machine says nothing. */
function isForwarded({ headers }: IncomingMessage): boolean {
  return ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some((name) => headers[name] !== undefined);
}

function tokenOf({ headers, url = "" }: IncomingMessage): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "");
  if (bearer !== null) return bearer[1];
  const query = url.indexOf("?");
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get("token") ?? undefined);
}

export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  for (const part of (headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
