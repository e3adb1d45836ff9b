import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimulatedClock } from "@delos/core";
import { delos } from "@delos/msgs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Allowance, AllowanceByAddress } from "./allowance.ts";
import { AuditLog } from "./audit.ts";
import { isLoopback, isSameUser } from "./local-user.ts";
import { LoginAttempts, networkOf } from "./login-attempts.ts";
import { Sessions } from "./sessions.ts";
import { newToken, Tokens } from "./tokens.ts";

describe("tokens", () => {
  const tokens = new Tokens({ operator: "the operator's one", viewer: "the viewer's one" });

  test("give their role, whole and exact", () => {
    expect(tokens.roleOf("the operator's one")).toBe("operator");
    expect(tokens.roleOf("the viewer's one")).toBe("viewer");
    for (const wrong of ["", "the operator's", "the operator's one ", "The operator's one", "x".repeat(1e6)])
      expect(tokens.roleOf(wrong)).toBeUndefined();
  });

  test("any other text gives none", () => {
    fc.assert(fc.property(fc.string(), (text) => tokens.roleOf(text) === undefined));
  });

  test("that can be guessed are refused at the start", () => {
    expect(() => new Tokens({ operator: "secret" })).toThrow("6 characters: 12 to 256");
    expect(() => new Tokens({ operator: "x".repeat(20), viewer: "x".repeat(20) })).toThrow("every viewer would be one");
    expect(new Tokens({}).any).toBe(false);
  });

  test("that are made have 128 bits and differ", () => {
    const made = new Set(Array.from({ length: 100 }, newToken));
    expect(made.size).toBe(100);
    for (const token of made) expect(token).toMatch(/^[\w-]{22}$/);
  });
});

test("a session ends after twelve hours, when it is ended, and when there are too many", () => {
  const clock = new SimulatedClock();
  const sessions = new Sessions(clock);
  const [first, second] = [sessions.begin("operator"), sessions.begin("viewer")];
  expect(sessions.find(first)).toMatchObject({ role: "operator" });
  expect(sessions.find(`${first}x`)).toBeUndefined();
  sessions.end(sessions.find(second)!.id);
  expect(sessions.find(second)).toBeUndefined();
  clock.advance(12 * 3_600_000 - 1);
  expect(sessions.find(first)).toBeDefined();
  clock.advance(1);
  expect(sessions.find(first)).toBeUndefined();
  const oldest = sessions.begin("viewer");
  for (let i = 0; i < 256; i++) sessions.begin("viewer");
  expect(sessions.find(oldest)).toBeUndefined();
});

test("wrong tokens cost time: four are free, then 1, 2, 4 … 60 s; a right one or a quarter of an hour forgives", () => {
  const clock = new SimulatedClock();
  const attempts = new LoginAttempts(clock);
  const waits: number[] = [];
  for (let i = 0; i < 13; i++) {
    attempts.failed("10.0.0.7");
    waits.push(attempts.waitMs("10.0.0.7"));
    clock.advance(waits.at(-1)!);
  }
  expect(waits).toEqual([0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(attempts.waitMs("10.0.0.8")).toBe(0);
  attempts.failed("10.0.0.7");
  attempts.succeeded("10.0.0.7");
  expect(attempts.waitMs("10.0.0.7")).toBe(0);
});

test("an IPv6 network is one address, and IPv4 in IPv6 is IPv4", () => {
  expect(networkOf("::ffff:10.0.0.7")).toBe("10.0.0.7");
  expect(networkOf("2001:db8:0:1::7")).toBe(networkOf("2001:0db8:0000:0001:ffff:1:2:3"));
  expect(networkOf("2001:db8:0:1::7")).not.toBe(networkOf("2001:db8:0:2::7"));
  expect(networkOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
});

test("an allowance fills by itself, for each address its own, and forgets the oldest", () => {
  const clock = new SimulatedClock();
  const allowance = new Allowance(clock, 10, 3);
  expect([1, 2, 3, 4].map(() => allowance.take())).toEqual([true, true, true, false]);
  clock.advance(100);
  expect([allowance.take(), allowance.take()]).toEqual([true, false]);
  const byAddress = new AllowanceByAddress(clock, 1, 1);
  expect([byAddress.take("a"), byAddress.take("a"), byAddress.take("b")]).toEqual([true, false, true]);
});

describe("whose a loopback connection is", () => {
  const ends = { localAddress: "127.0.0.1", localPort: 8888, remoteAddress: "127.0.0.1", remotePort: 40_000 };
  const own = process.getuid!();
  const list = (uid: number, state = "01", end = "0100007F:9C40 0100007F:22B8"): string =>
    `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   1: ${end} ${state} 00000000:00000000 00:00000000 00000000 ${uid} 0 7 1 0 20 4 30 10 -1\n`;
  const ask = (text: string, of = ends): boolean => isSameUser(of, (path) => (path.endsWith("tcp") ? text : ""));

  test("is read from the system's list of sockets: ours and root's, nobody else's", () => {
    expect(ask(list(own))).toBe(true);
    expect(ask(list(0))).toBe(true);
    expect(ask(list(own + 4321))).toBe(false);
  });
  test("an entry that is not this connection says nothing", () => {
    expect(ask(list(own, "06"))).toBe(false); // no longer open
    expect(ask(list(own, "01", "0100007F:9C41 0100007F:22B8"))).toBe(false);
    expect(ask(list(own, "01", "0100007F:22B8 0100007F:9C40"))).toBe(false); // the server's own end
    expect(ask("")).toBe(false);
  });
  test("IPv6, and IPv4 written as IPv6, are understood", () => {
    const v6 = list(own, "01", "00000000000000000000000001000000:9C40 00000000000000000000000001000000:22B8");
    const mapped = list(own, "01", "0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000100007F:22B8");
    expect(ask(v6, { ...ends, localAddress: "::1", remoteAddress: "::1" })).toBe(true);
    expect(ask(mapped, { ...ends, localAddress: "::ffff:127.0.0.1", remoteAddress: "::ffff:127.0.0.1" })).toBe(true);
  });
  test("others than loopback are never", () => {
    expect(ask(list(own), { ...ends, remoteAddress: "10.0.0.7" })).toBe(false);
    expect(["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"].every(isLoopback)).toBe(true);
    expect([undefined, "", "128.0.0.1", "::ffff:10.0.0.1", "127.0.0.1.evil.example"].some(isLoopback)).toBe(false);
  });
});

describe("the audit log", () => {
  test("writes what was done as JSON lines that only the owner reads, and says it on the bus", () => {
    const folder = mkdtempSync(join(tmpdir(), "delos-audit-"));
    const file = join(folder, "logs", "audit.jsonl");
    const said: delos.Audit[] = [];
    const clock = new SimulatedClock(1_700_000_000_000_000_000n);
    const log = new AuditLog(clock, (entry) => said.push(entry), file);
    log.write({ action: "driving.engage", outcome: "done", role: "operator", address: "127.0.0.1", connection: 3 });
    log.write({ action: "module.start", outcome: "failed", code: "LAUNCH_FILE", details: { name: "control\n" } });
    log[Symbol.dispose]();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        time: "2023-11-14T22:13:20.000Z",
        number: 1,
        action: "driving.engage",
        outcome: "done",
        role: "operator",
        address: "127.0.0.1",
        connection: 3,
      },
      {
        time: "2023-11-14T22:13:20.000Z",
        number: 2,
        action: "module.start",
        outcome: "failed",
        code: "LAUNCH_FILE",
        details: { name: "control\n" },
      },
    ]);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(said[1]).toMatchObject({
      number: 2n,
      outcome: delos.Audit.Outcome.FAILED,
      details: '{"name":"control\\n"}',
    });
    rmSync(folder, { recursive: true });
  });

  test("counts refusals that come too fast, and never leaves out what was done", () => {
    const said: delos.Audit[] = [];
    const clock = new SimulatedClock();
    const log = new AuditLog(clock, (entry) => said.push(entry));
    for (let i = 0; i < 1000; i++) log.write({ action: "connect", outcome: "refused" });
    expect(said).toHaveLength(50);
    log.write({ action: "driving.estop", outcome: "done" });
    expect(said.at(-1)).toMatchObject({ action: "driving.estop", left_out: 950n });
  });

  test("that cannot be written keeps the server from starting", () => {
    expect(() => new AuditLog(new SimulatedClock(), () => {}, "/dev/null/audit.jsonl")).toThrow("cannot be written");
  });
});
