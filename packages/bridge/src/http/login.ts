import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditLog } from "../security/audit.ts";
import { cookieOf, type Gate, isOfOwnPage } from "../security/gate.ts";
import { SESSION_S, type Sessions } from "../security/sessions.ts";
import type { Access } from "./access.ts";
import { ALWAYS, sayJson, sayNo } from "./answers.ts";
import { LOGIN_POLICY, LOGIN_STYLE, loginPage } from "./login-page.ts";

const MAX_BODY_BYTES = 4096;

export interface LoginOptions {
  readonly gate: Gate;
  readonly access: Access;
  readonly sessions: Sessions;
  readonly audit: AuditLog;
  readonly cookie: string;
  readonly secure: boolean;
  /** A login has ended: what it has open is closed. */
  readonly onEnded: (session: string) => void;
}

/** Logging in and out: a token becomes a cookie that scripts cannot read and other sites cannot send. */
export class Login {
  readonly #options: LoginOptions;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** False: the path is none of these. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const get = request.method === "GET" || request.method === "HEAD";
    if (path === "/login.css" && get) this.#send(response, 200, "text/css; charset=utf-8", LOGIN_STYLE);
    else if (path === "/login" && get) this.#showForm(request, response, 200);
    else if (path === "/session" && get) this.#tellWho(request, response);
    else if (path === "/login" && request.method === "POST") void this.#logIn(request, response);
    else if (path === "/logout" && request.method === "POST") this.#logOut(request, response);
    else return false;
    return true;
  }

  #tellWho(request: IncomingMessage, response: ServerResponse): void {
    const judged = this.#options.gate.judge(request);
    const login = this.#options.gate.canLogIn;
    if ("refusal" in judged)
      return sayJson(response, judged.refusal.status, { code: judged.refusal.code, text: judged.refusal.text, login });
    const { role, means } = judged.visitor;
    sayJson(response, 200, { role, means, login });
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { gate, access, sessions, audit, cookie, secure } = this.#options;
    const address = request.socket.remoteAddress ?? "";
    if (!isOfOwnPage(request, access))
      return sayNo(request, response, 403, "Pages of other origins cannot log in here.");
    const announced = Number(request.headers["content-length"] ?? 0);
    const body = announced > MAX_BODY_BYTES ? undefined : await readBody(request);
    if (body === undefined) return sayNo(request, response, 413, "Too long.", { Connection: "close" });
    const token = new URLSearchParams(body).get("token") ?? "";
    const tried = gate.tryToken(address, token);
    const protocol = "http";
    if (typeof tried !== "string") {
      const { code, text } = tried;
      audit.write({ action: "login", outcome: "refused", code, text, address, protocol });
      return this.#showForm(request, response, tried.status, tried);
    }
    audit.write({ action: "login", outcome: "done", role: tried, means: "session", address, protocol });
    this.#end(cookieOf(request, cookie)); // the session before it, of another role
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_S}${secure ? "; Secure" : ""}`;
    response.writeHead(303, {
      ...ALWAYS,
      Location: "./",
      "Set-Cookie": `${cookie}=${sessions.begin(tried)}; ${attributes}`,
      "Cache-Control": "no-store",
    });
    response.end();
  }

  #logOut(request: IncomingMessage, response: ServerResponse): void {
    const { access, audit, cookie } = this.#options;
    request.resume();
    if (!isOfOwnPage(request, access))
      return sayNo(request, response, 403, "Pages of other origins cannot log out here.");
    const ended = this.#end(cookieOf(request, cookie));
    const address = request.socket.remoteAddress;
    if (ended) audit.write({ action: "logout", outcome: "done", means: "session", address, protocol: "http" });
    response.writeHead(303, {
      ...ALWAYS,
      Location: "./",
      "Set-Cookie": `${cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
      "Cache-Control": "no-store",
    });
    response.end();
  }

  #end(secret: string | undefined): boolean {
    const { sessions, onEnded } = this.#options;
    const session = secret === undefined ? undefined : sessions.find(secret);
    if (session === undefined) return false;
    sessions.end(session.id);
    onEnded(session.id);
    return true;
  }

  #showForm(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    refusal?: { readonly code: string; readonly retryAfterS?: number },
  ): void {
    const html = loginPage(request.headers["accept-language"], refusal?.code);
    // Under "no-referrer" browsers send forms with `Origin: null`, which is anybody's.
    const headers: Record<string, string> = {
      "Content-Security-Policy": LOGIN_POLICY,
      "Referrer-Policy": "same-origin",
    };
    if (refusal?.retryAfterS !== undefined) headers["Retry-After"] = String(refusal.retryAfterS);
    this.#send(response, status, "text/html; charset=utf-8", html, headers);
  }

  #send(
    response: ServerResponse,
    status: number,
    type: string,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    response.writeHead(status, { ...ALWAYS, "Content-Type": type, "Cache-Control": "no-store", ...headers });
    response.end(body);
  }
}

/** Undefined when it is longer than a form with a token can be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > MAX_BODY_BYTES) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined; // torn on the way: there is nobody left to answer
  }
  return Buffer.concat(parts).toString("utf8");
}
