import { describe, expect, test } from "vitest";
import { SimulatedClock } from "./clock.ts";
import {
  AbortedError,
  ClosedError,
  DelosError,
  describeError,
  MalformedError,
  TimeoutError,
  UsageError,
} from "./errors.ts";
import { Events } from "./events.ts";
import { Lifetime, onAbort, throwIfAborted } from "./lifetime.ts";
import { formatLogRecord, Logger, type LogRecord } from "./log.ts";

describe("errors", () => {
  test("each has its class, its code and its details, in JSON too", () => {
    const cause = new Error("below");
    expect(new DelosError("X_Y", "text", { cause, details: { at: 3 } })).toMatchObject({ code: "X_Y", cause });
    expect(new DelosError("X_Y", "text", { details: { at: 3 } }).toJSON()).toEqual({
      error: { code: "X_Y", message: "text", at: 3 },
    });
    expect([
      new UsageError("u"),
      new ClosedError("It"),
      new AbortedError("It"),
      new TimeoutError("It", 5),
    ]).toMatchObject([
      { code: "USAGE", name: "UsageError" },
      { code: "CLOSED", message: "It is closed" },
      { code: "ABORTED", message: "It was aborted" },
      { code: "TIMEOUT", details: { timeoutMs: 5 } },
    ]);
    expect(new MalformedError("BAD", "no", 17)).toMatchObject({ message: "no (at byte 17)", details: { offset: 17 } });
  });

  test("anything thrown has one line", () => {
    expect([new DelosError("C", "m"), new TypeError("t"), 7, undefined].map(describeError)).toEqual([
      "C: m",
      "TypeError: t",
      "7",
      "undefined",
    ]);
  });
});

describe("lifetime", () => {
  test("closes in reverse order, once, though some fail, and tells the first failure", async () => {
    const order: string[] = [];
    const lifetime = new Lifetime();
    lifetime.own({ [Symbol.dispose]: () => void order.push("sync") });
    lifetime.own({ [Symbol.asyncDispose]: async () => void order.push("async") });
    lifetime.defer(() => Promise.reject(new Error("second to fail")));
    lifetime.defer(() => {
      throw new Error("first to fail");
    });
    await expect(lifetime[Symbol.asyncDispose]()).rejects.toThrow("first to fail");
    await expect(lifetime[Symbol.asyncDispose]()).rejects.toThrow("first to fail");
    expect(order).toEqual(["async", "sync"]);
    expect(lifetime.closed).toBe(true);
  });

  test("what comes after the end is closed at once", async () => {
    const lifetime = new Lifetime();
    await lifetime[Symbol.asyncDispose]();
    let closed = false;
    lifetime.own({ [Symbol.dispose]: () => void (closed = true) });
    await Promise.resolve();
    expect(closed).toBe(true);
  });

  test("abort listeners fire once, at once when late, and leave when disposed", () => {
    const controller = new AbortController();
    let count = 0;
    onAbort(controller.signal, () => count++);
    onAbort(controller.signal, () => count++)[Symbol.dispose]();
    onAbort(undefined, () => count++)[Symbol.dispose]();
    expect(() => throwIfAborted(controller.signal, "It")).not.toThrow();
    controller.abort("why");
    expect(count).toBe(1);
    onAbort(controller.signal, () => count++)[Symbol.dispose]();
    expect(count).toBe(2);
    expect(() => throwIfAborted(controller.signal, "It")).toThrow(AbortedError);
  });
});

test("events reach listeners in order until they are disposed", () => {
  const events = new Events<{ a: number }>();
  const seen: string[] = [];
  const first = events.on("a", (n) => seen.push(`first ${n}`));
  events.once("a", (n) => seen.push(`once ${n}`));
  events.emit("a", 1);
  events.emit("a", 2);
  first[Symbol.dispose]();
  expect(events.has("a")).toBe(false);
  events.on("a", () => seen.push("never"));
  events.clear();
  events.emit("a", 3);
  expect(seen).toEqual(["first 1", "once 1", "first 2"]);
});

test("log records carry level, source, time and fields; children add their name; lower levels are left out", () => {
  const records: LogRecord[] = [];
  const logger = new Logger("delos", new SimulatedClock(9n), (record) => records.push(record), "warn");
  logger.info("quiet");
  logger.child("rtps").error("lost", { count: 3 });
  for (const level of ["debug", "warn", "fatal"] as const) logger[level](level);
  expect(records.map(formatLogRecord)).toEqual([
    "[ERROR] delos.rtps: lost count=3",
    "[WARN] delos: warn",
    "[FATAL] delos: fatal",
  ]);
  expect(records[0]).toMatchObject({ timeNs: 9n, fields: { count: 3 } });
});
