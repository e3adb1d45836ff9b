import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { request as secureRequest } from "node:https";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { SystemClock } from "@delos/core";
import { apollo, delos } from "@delos/msgs";
import { open, type Runtime, topic } from "@delos/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Bridge, type BridgeOptions, openBridge } from "../bridge.ts";
import type { ModuleControl } from "../operation/module-control.ts";
import { Command, Frame } from "../protocol.ts";
import { auditTopic } from "./audit.ts";

/** Attempts on a server, from outside. docs/security.md has a row for each of these tests; test/security.test.ts holds them together. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-attacks-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPERATOR = "operator-token-1";
const VIEWER = "viewer-token-12";
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage);

interface Attacked extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly bridge: Bridge;
  readonly started: string[];
  readonly audits: delos.Audit[];
  readonly moved: string[];
}

async function attacked(options: Partial<BridgeOptions> = {}): Promise<Attacked> {
  const runtime = await open({ log: () => {} });
  const started: string[] = [];
  const audits: delos.Audit[] = [];
  const moved: string[] = [];
  const ear = runtime.node("/ear");
  ear.subscribe(auditTopic).on(({ message }) => void audits.push(message));
  ear.subscribe(Pad).on(() => void moved.push("pad"));
  ear.subscribe(Monitor).on(() => void moved.push("monitor"));
  const modules: ModuleControl = {
    modules: [{ name: "control", state: "stopped", placement: "thread", restarts: 0, crash: undefined }],
    start: (name) => Promise.resolve(void started.push(name)),
    stop: (name) => Promise.resolve(void started.push(`-${name}`)),
    restart: (name) => Promise.resolve(void started.push(`+${name}`)),
    events: { on: () => ({ [Symbol.dispose]: () => {} }) },
  };
  const operation = { modules, needed: ["control"], byHands: true };
  const bridge = await openBridge({ runtime, operation, port: 0, page: folder, ...options });
  return {
    runtime,
    bridge,
    started,
    audits,
    moved,
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

const locked = (more: BridgeOptions["security"] = {}): Partial<BridgeOptions> => ({
  security: { token: OPERATOR, viewerToken: VIEWER, tokenNeeded: true, ...more },
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(
  { url, port }: Pick<Bridge, "url" | "port">,
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https") ? secureRequest : request;
    const asked = send({ port, host: "127.0.0.1", path, method, headers, rejectUnauthorized: false }, (response) => {
      let text = "";
      response.on("data", (part: Buffer) => (text += String(part)));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const logIn = (bridge: Bridge, token: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(bridge, "/login", {
    method: "POST",
    headers: { ...form, ...headers },
    body: new URLSearchParams({ token }).toString(),
  });

const cookieOf = ({ headers }: Answer): string => headers["set-cookie"]![0]!.split(";")[0]!;

/** A WebSocket that got in, or the status that kept it out. */
async function connected(
  { url }: Bridge,
  headers: Record<string, string> = {},
  path = "ws",
): Promise<WebSocket | number> {
  const socket = new WebSocket(url.replace("http", "ws") + path, { headers, rejectUnauthorized: false });
  socket.on("error", () => {});
  return Promise.race([
    once(socket, "open").then(() => socket),
    once(socket, "unexpected-response").then(([, response]) => (response as { statusCode: number }).statusCode),
  ]);
}

async function statusOf(bridge: Bridge, headers: Record<string, string> = {}, path = "ws"): Promise<number> {
  const result = await connected(bridge, headers, path);
  if (typeof result === "number") return result;
  result.terminate();
  return 101;
}

/** Asks as a page does, and waits for the answer. */
async function requestOn(socket: WebSocket, wanted: Omit<delos.bridge.Request, "id">): Promise<delos.bridge.Answer> {
  const id = 1 + Math.floor(Math.random() * 1e6);
  const answer = new Promise<delos.bridge.Answer>((resolve) => {
    socket.on("message", (data: Buffer) => {
      const found = Frame.decode(data).answers?.find((one) => one.id === id);
      if (found !== undefined) resolve(found);
    });
  });
  socket.send(Command.encode({ request: { ...wanted, id } }));
  return answer;
}

const START = { module: { name: "control", verb: delos.bridge.ModuleAction.Verb.START } };

describe("who is let in", () => {
  test("a page of another origin opens a WebSocket (cross-site WebSocket hijacking)", async () => {
    await using server = await attacked();
    const { bridge } = server;
    for (const origin of ["http://evil.example", "null", "https://127.0.0.1:1", `http://127.0.0.1:${bridge.port + 1}`])
      expect(await statusOf(bridge, { origin })).toBe(403);
    expect(await statusOf(bridge, { origin: `http://127.0.0.1:${bridge.port}` })).toBe(101);
    await expect.poll(() => server.audits.some(({ code }) => code === "BRIDGE_FOREIGN_ORIGIN")).toBe(true);
  });

  test("a page of another origin uses the cookie of somebody who is logged in", async () => {
    await using server = await attacked(locked());
    const cookie = cookieOf(await logIn(server.bridge, OPERATOR));
    expect(await statusOf(server.bridge, { cookie })).toBe(101);
    expect(await statusOf(server.bridge, { cookie, origin: "http://evil.example" })).toBe(403);
  });

  test("a name of elsewhere is bound to this address (DNS rebinding)", async () => {
    await using server = await attacked();
    const { bridge } = server;
    for (const host of [`evil.example:${bridge.port}`, "evil.example", `127.0.0.1.evil.example:${bridge.port}`]) {
      expect((await ask(bridge, "/", { headers: { host } })).status, host).toBeGreaterThanOrEqual(400);
      expect(await statusOf(bridge, { host, origin: `http://${host}` }), host).toBeGreaterThanOrEqual(400);
    }
  });

  test("somebody in the network connects without a token", async () => {
    await using server = await attacked({ ...locked({ tokenNeeded: false }), host: "0.0.0.0" });
    const { bridge } = server;
    expect(await statusOf(bridge)).toBe(401);
    expect((await ask(bridge, "/session")).status).toBe(401);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.internal === false && address.family === "IPv4")?.address;
    if (outside !== undefined) {
      const socket = new WebSocket(`ws://${outside}:${bridge.port}/ws`);
      socket.on("error", () => {});
      const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
      expect(response.statusCode).toBe(401);
      socket.terminate();
    }
  });

  test("a server that listens beyond loopback was given no token", async () => {
    await using server = await attacked({ host: "0.0.0.0" });
    expect(server.bridge.tokens.map(({ role, made, token }) => [role, made, token.length])).toEqual([
      ["operator", true, 22],
      ["viewer", true, 22],
    ]);
    expect(await statusOf(server.bridge)).toBe(401);
    expect(await statusOf(server.bridge, { authorization: `Bearer ${server.bridge.tokens[0]!.token}` })).toBe(101);
  });

  test("another user of this machine connects over loopback", async () => {
    await using server = await attacked({ security: { isSameUser: () => false } });
    const socket = (await connected(server.bridge)) as WebSocket;
    expect(await requestOn(socket, START)).toMatchObject({ code: "BRIDGE_NOT_ALLOWED" });
    expect(server.started).toEqual([]);
    socket.terminate();
  });

  test("a request that a proxy passes on pretends to come from this machine", async () => {
    await using server = await attacked();
    for (const header of ["forwarded", "x-forwarded-for", "via"]) {
      const { body } = await ask(server.bridge, "/session", { headers: { [header]: "10.0.0.7" } });
      expect(JSON.parse(body)).toMatchObject({ role: "viewer" });
    }
    const { body } = await ask(server.bridge, "/session");
    expect(JSON.parse(body)).toMatchObject({ role: "operator", means: "same user" });
  });

  test("a wrong token, part of a token, an empty one", async () => {
    await using server = await attacked(locked());
    for (const token of ["wrong", OPERATOR.slice(0, -1), `${OPERATOR} `]) {
      const answer = await logIn(server.bridge, token);
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([401, undefined]);
    }
    expect(await statusOf(server.bridge, { authorization: "Bearer " })).toBe(401);
  });

  test("tokens are tried one after the other", async () => {
    await using server = await attacked(locked());
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) statuses.push((await logIn(server.bridge, `wrong-token-${i}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    // The right one has to wait as well, wherever it is presented.
    const right = await logIn(server.bridge, OPERATOR);
    expect([right.status, right.headers["retry-after"]]).toEqual([429, "1"]);
    expect(await statusOf(server.bridge, { authorization: `Bearer ${OPERATOR}` })).toBe(429);
    expect(server.audits.filter(({ action }) => action === "login").length).toBeGreaterThan(7);
  });

  test("a cookie that was made up, or one of a login that has ended", async () => {
    await using server = await attacked(locked());
    const { bridge } = server;
    const name = `delos-${bridge.port}`;
    for (const value of ["", "x", "a".repeat(43), "../../etc/passwd", "__proto__"])
      expect(await statusOf(bridge, { cookie: `${name}=${value}` })).toBe(401);
    const cookie = cookieOf(await logIn(bridge, OPERATOR));
    const socket = (await connected(bridge, { cookie })) as WebSocket;
    const closed = once(socket, "close");
    expect((await ask(bridge, "/logout", { method: "POST", headers: { cookie } })).status).toBe(303);
    expect(((await closed) as [number])[0]).toBe(1008);
    expect(await statusOf(bridge, { cookie })).toBe(401);
  });

  test("another page logs a person in or out (login CSRF)", async () => {
    await using server = await attacked(locked());
    const cookie = cookieOf(await logIn(server.bridge, OPERATOR));
    const foreign = { origin: "http://evil.example" };
    expect((await logIn(server.bridge, VIEWER, foreign)).status).toBe(403);
    expect((await ask(server.bridge, "/logout", { method: "POST", headers: { ...foreign, cookie } })).status).toBe(403);
    const crossSite = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
    expect((await ask(server.bridge, "/logout", { method: "POST", headers: { ...crossSite, cookie } })).status).toBe(
      403,
    );
    expect(await statusOf(server.bridge, { cookie })).toBe(101);
  });

  test("a script on the page or another site reads the cookie", async () => {
    await using server = await attacked(locked());
    const [cookie] = (await logIn(server.bridge, OPERATOR)).headers["set-cookie"]!;
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(cookie).not.toContain(OPERATOR);
  });

  test("somebody listens on the network", async () => {
    const [cert, key] = [readFileSync(tls("cert.pem")), readFileSync(tls("key.pem"))];
    await using server = await attacked(locked({ tls: { cert, key } }));
    expect(server.bridge.url).toMatch(/^https:/);
    const answer = await logIn(server.bridge, OPERATOR);
    expect(answer.headers["set-cookie"]![0]).toMatch(/^__Host-delos-\d+=.*; Secure$/);
    expect(await statusOf(server.bridge, { cookie: cookieOf(answer) })).toBe(101);
    const plain = { url: "http://", port: server.bridge.port };
    await expect(ask(plain, "/")).rejects.toThrow(/reset|hang up|Parse Error/);
  });

  test("a viewer hosted elsewhere comes with a token in the address", async () => {
    await using server = await attacked(locked());
    const origin = "https://viewer.example";
    expect(await statusOf(server.bridge, { origin }, `ws?token=${VIEWER}`)).toBe(101);
    expect(await statusOf(server.bridge, { origin }, "ws?token=wrong-token-12")).toBe(401);
  });
});

describe("what a viewer cannot do", () => {
  const requests: readonly (readonly [string, Omit<delos.bridge.Request, "id">])[] = [
    ["engage", { driving: delos.bridge.DrivingAction.ENGAGE }],
    ["stop the car", { driving: delos.bridge.DrivingAction.ESTOP }],
    ["reset a stop", { driving: delos.bridge.DrivingAction.RESET }],
    ["start a module", START],
    ["use the pedals of a simulated car", { hands: { throttle_percent: 50 } }],
    ["run a tool", { tool: { name: "control", run: true } }],
    ["set up a recording", { quick: delos.bridge.QuickAction.SETUP_RECORDING }],
  ];

  test("a viewer sends every command of an operator", async () => {
    await using server = await attacked(locked());
    const socket = (await connected(server.bridge, { authorization: `Bearer ${VIEWER}` })) as WebSocket;
    for (const [name, wanted] of requests)
      expect(await requestOn(socket, wanted), name).toMatchObject({ code: "BRIDGE_NOT_ALLOWED" });
    expect([server.started, server.moved]).toEqual([[], []]);
    await expect
      .poll(() => server.audits.filter(({ code }) => code === "BRIDGE_NOT_ALLOWED").length)
      .toBe(requests.length);
    socket.terminate();
  });

  test("an operator does the same and it stands in the audit log", async () => {
    const auditFile = join(folder, "audit.jsonl");
    await using server = await attacked(locked({ auditFile }));
    const socket = (await connected(server.bridge, { authorization: `Bearer ${OPERATOR}` })) as WebSocket;
    expect((await requestOn(socket, START)).code).toBeUndefined();
    expect(server.started).toEqual(["control"]);
    // There is no car that could confirm it: the stop is sent, and that it is not confirmed is said.
    const stop = await requestOn(socket, { driving: delos.bridge.DrivingAction.ESTOP });
    expect(stop.code).toBe("BRIDGE_ESTOP_UNCONFIRMED");
    expect(server.moved).toContain("monitor");
    const lines = readFileSync(auditFile, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { action: "connect", outcome: "done", role: "operator", means: "token" },
      { action: "module.start", outcome: "done", role: "operator", means: "token", details: { name: "control" } },
      { action: "driving.estop", outcome: "failed", code: "BRIDGE_ESTOP_UNCONFIRMED" },
    ]);
    expect(readFileSync(auditFile, "utf8")).not.toContain(OPERATOR);
    socket.terminate();
  });

  test("a module is named that does not exist, or a shell command", async () => {
    await using server = await attacked();
    const socket = (await connected(server.bridge)) as WebSocket;
    for (const name of [
      "; rm -rf /",
      "../../bin/sh",
      "__proto__",
      "constructor",
      "control && reboot",
      "x".repeat(5000),
    ])
      expect(await requestOn(socket, { module: { ...START.module, name } })).toMatchObject({ code: "BRIDGE_NO_SUCH" });
    expect(server.started).toEqual([]);
    socket.terminate();
  });
});

describe("what wears a server out", () => {
  test("a page floods the server with commands", async () => {
    await using server = await attacked();
    const socket = (await connected(server.bridge)) as WebSocket;
    for (let i = 0; i < 5000; i++) socket.send(Command.encode({ request: { id: i + 1, ...START } }));
    await requestLater(socket);
    expect(server.started.length).toBeLessThan(1000);
    socket.terminate();
  });

  test("requests for files and logins come by the thousand", async () => {
    await using server = await attacked();
    const socket = connect(server.bridge.port, "127.0.0.1");
    let text = "";
    socket.on("data", (data) => (text += String(data)));
    socket.on("error", () => {});
    const one = `GET /login.css HTTP/1.1\r\nHost: 127.0.0.1:${server.bridge.port}\r\n\r\n`;
    socket.write(one.repeat(3000));
    await once(socket, "close");
    // Cut off in the middle; what was answered until then is what the allowance gives.
    const answered = text.split("HTTP/1.1 200 OK").length - 1;
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(2000);
  });

  test("headers, bodies and messages are too long", async () => {
    await using server = await attacked(locked());
    const { bridge } = server;
    const long = "x".repeat(20_000);
    expect((await logIn(bridge, long)).status).toBe(413);
    await expect(ask(bridge, "/", { headers: { "x-long": long } })).rejects.toThrow(/reset|hang up|EPIPE|Parse Error/);
    const socket = (await connected(bridge, { authorization: `Bearer ${VIEWER}` })) as WebSocket;
    const closed = once(socket, "close");
    socket.send(Buffer.alloc(200_000));
    expect(((await closed) as [number])[0]).toBe(1009);
    expect((await ask(bridge, "/")).status).toBe(200);
  });

  test("a connection asks for nothing, or very slowly", async () => {
    await using server = await attacked();
    const clock = new SystemClock();
    const beganMs = clock.monotonicMs();
    const slow = connect(server.bridge.port, "127.0.0.1");
    slow.on("error", () => {});
    slow.write("GET / HTTP/1.1\r\nHost: 127.0.0.1");
    const silent = connect(server.bridge.port, "127.0.0.1");
    silent.on("error", () => {});
    // A login that comes byte by byte (slowloris): each of them in time, the whole never.
    const drip = connect(server.bridge.port, "127.0.0.1");
    drip.on("error", () => {});
    drip.write(
      `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${server.bridge.port}\r\nContent-Type: ${form["content-type"]}\r\nContent-Length: 4000\r\n\r\n`,
    );
    const dripping = setInterval(() => drip.write("t"), 100);
    drip.resume(); // reads whatever it is told
    await Promise.all([slow, silent, drip].map((socket) => once(socket, "close")));
    clearInterval(dripping);
    expect(clock.monotonicMs() - beganMs).toBeLessThan(60_000);
  });

  test("somebody opens connections without end", async () => {
    await using server = await attacked();
    const { port } = server.bridge;
    const held = await Promise.all(
      Array.from({ length: 600 }, async () => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        await once(socket, "connect");
        return socket;
      }),
    );
    await expect.poll(() => held.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(600 - 512);
    // Somebody else is served meanwhile: another address of this machine.
    const other = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    other.write(`GET /login.css HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    expect(String(((await once(other, "data")) as [Buffer])[0])).toMatch(/^HTTP\/1.1 200/);
    for (const socket of [...held, other]) socket.destroy();
  });

  test("messages are nested without end", async () => {
    await using server = await attacked();
    const { bridge } = server;
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const pit = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const texts = [
      deep,
      pit,
      `{"op":"publish","topic":"/x","type":"std_msgs/String","msg":${pit}}`,
      `{"op":"publish","topic":"/apollo/control/pad","type":"apollo.control.PadMessage","msg":{"header":${pit}}}`,
      `{"op":"call_service","service":"/x","type":"std_srvs/SetBool","args":${deep}}`,
      `{"id":1,"ask":{"publish":{"topic":"/x","type":"std_msgs/String","message":${pit}}}}`,
    ];
    for (const [path, protocols] of [
      ["", []],
      ["bus", []],
      ["media", []],
      ["", ["foxglove.websocket.v1"]],
    ] as const) {
      const socket = new WebSocket(`${bridge.url.replace("http", "ws")}${path}`, [...protocols]);
      socket.on("error", () => {});
      await once(socket, "open");
      let isClosed = false;
      socket.on("close", () => (isClosed = true));
      for (const text of texts) if (!isClosed) socket.send(text);
      if (!isClosed) await Promise.race([requestLater(socket), once(socket, "close")]);
      socket.terminate();
    }
    expect(server.moved).toEqual([]);
    expect(server.runtime.errors).toBe(0);
    expect((await ask(bridge, "/")).status).toBe(200);
  });

  test("a message is packed so that it unpacks to a thousand times its length", async () => {
    await using server = await attacked();
    const { bridge } = server;
    for (const path of ["ws", "bus", "media", ""]) {
      const socket = new WebSocket(`${bridge.url.replace("http", "ws")}${path}`, { perMessageDeflate: true });
      await once(socket, "open");
      expect(socket.extensions, path).toBe(""); // offered, and not taken
      socket.terminate();
    }
    // And sent all the same: a frame that says it is compressed (RFC 7692, the first reserved bit).
    const raw = connect(bridge.port, "127.0.0.1");
    raw.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${bridge.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
    );
    expect(String(((await once(raw, "data")) as [Buffer])[0])).toMatch(/^HTTP\/1.1 101/);
    const bomb = deflateRawSync(Buffer.alloc(60_000));
    raw.write(Buffer.concat([Buffer.of(0xc2, 0x80 | bomb.length, 0, 0, 0, 0), bomb]));
    raw.resume();
    await once(raw, "close");
    expect((await ask(bridge, "/")).status).toBe(200);
  });

  test("more pages than there is room for", async () => {
    await using server = await attacked();
    const sockets: WebSocket[] = [];
    for (let i = 0; i < 128; i++) sockets.push((await connected(server.bridge)) as WebSocket);
    expect(await statusOf(server.bridge)).toBe(503);
    sockets.pop()!.terminate();
    await expect.poll(() => statusOf(server.bridge)).toBe(101);
    for (const socket of sockets) socket.terminate();
  });

  test("the page is framed, or made to load something foreign", async () => {
    await using server = await attacked();
    for (const path of ["/", "/login", "/nothing.js", "/session"]) {
      const { headers } = await ask(server.bridge, path);
      const policy = headers["content-security-policy"] as string;
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|\*|http:/);
      expect(headers).toMatchObject({
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": path === "/login" ? "same-origin" : "no-referrer",
      });
    }
  });
});

/** The server has worked through everything before: the next ping is answered. */
async function requestLater(socket: WebSocket): Promise<void> {
  const pong = once(socket, "pong");
  socket.ping();
  await pong;
}

function tls(name: string): string {
  return new URL(`../../test/tls/${name}`, import.meta.url).pathname;
}
