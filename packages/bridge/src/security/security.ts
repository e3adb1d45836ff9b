import { hostname } from "node:os";
import type { Clock } from "@delos/core";
import { type Access, access, isLoopbackHost } from "../http/access.ts";
import type { AuditLog } from "./audit.ts";
import { Gate, type GateOptions } from "./gate.ts";
import { canTellUsers } from "./local-user.ts";
import { LoginAttempts } from "./login-attempts.ts";
import { Sessions } from "./sessions.ts";
import { newToken, Tokens } from "./tokens.ts";

export interface SecurityOptions {
  /** What an operator logs in with. Where one is needed and none is given, one is made. */
  readonly token?: string | undefined;
  /** What a viewer logs in with, where a token is needed. Made when none is given. */
  readonly viewerToken?: string | undefined;
  /** Everybody needs a token, on this machine too: for a car that others have accounts on. Always so beyond loopback. */
  readonly tokenNeeded?: boolean | undefined;
  /** More names this server is called by, without port: of a reverse proxy, of a name server. */
  readonly names?: readonly string[] | undefined;
  /** Pages of these origins are taken for the server's own. */
  readonly origins?: readonly string[] | undefined;
  /** Certificate chain and private key, PEM: the page is served by https and wss alone. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  /** File of the audit log; without one it is on the bus alone. */
  readonly auditFile?: string | undefined;
  /** Of tests. */
  readonly isSameUser?: GateOptions["isSameUser"];
}

/** Tokens as they are to be told to whoever started the server, once. `made`: nobody knows them yet. */
export interface ToldToken {
  readonly role: "operator" | "viewer";
  readonly token: string;
  readonly made: boolean;
}

export interface Security {
  readonly access: Access;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly cookie: string;
  readonly secure: boolean;
  /** Everybody needs a token. */
  readonly tokenNeeded: boolean;
  readonly told: readonly ToldToken[];
}

/** Puts the parts together for a server that listens on `host` and `port`. @throws {DelosError} `BRIDGE_TOKEN_WEAK` */
export function security(
  options: SecurityOptions,
  { host, port, clock, audit }: { host: string; port: number; clock: Clock; audit: AuditLog },
): Security {
  const secure = options.tls !== undefined;
  const tokenNeeded = options.tokenNeeded === true || !isLoopbackHost(host);
  const told: ToldToken[] = [];
  const tell = (role: ToldToken["role"], given: string | undefined, needed: boolean): string | undefined => {
    const token = given ?? (needed ? newToken() : undefined);
    if (token !== undefined) told.push({ role, token, made: given === undefined });
    return token;
  };
  // On a system that does not say whose a connection is, the person at the machine needs a token to become operator.
  const operator = tell("operator", options.token, tokenNeeded || !canTellUsers());
  const viewer = tell("viewer", options.viewerToken, tokenNeeded);
  const machine = hostname().toLowerCase().replace(/\..*$/, "");
  const own = access(host, port, {
    secure,
    names: options.names ?? [],
    origins: options.origins ?? [],
    ...(isLoopbackHost(host) || machine === "" ? {} : { machine }),
  });
  const tokens = new Tokens({ operator, viewer });
  const sessions = new Sessions(clock);
  // Browsers do not keep the cookies of two ports apart; `__Host-` forbids that another host of the domain sets it.
  const cookie = `${secure ? "__Host-" : ""}delos-${port}`;
  const gate = new Gate({
    access: own,
    tokens,
    sessions,
    attempts: new LoginAttempts(clock),
    cookie,
    tokenNeeded,
    ...(options.isSameUser === undefined ? {} : { isSameUser: options.isSameUser }),
  });
  return { access: own, gate, sessions, audit, cookie, secure, tokenNeeded, told };
}
