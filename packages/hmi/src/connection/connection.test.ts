import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Command, Frame } from "../protocol/bridge.ts";
import { backoffMs } from "./backoff.ts";
import { Connection, type ConnectionState, type Socket } from "./connection.ts";

class FakeSocket implements Socket {
  binaryType = "";
  readonly bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Uint8Array[] = [];
  closed = false;
  send(data: Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {
    this.closed = true;
  }
  receive(bytes: Uint8Array<ArrayBuffer>): void {
    this.onmessage?.({ data: bytes.buffer } as never);
  }
}

function connect(): {
  connection: Connection;
  sockets: FakeSocket[];
  states: ConnectionState[];
  frames: Frame[];
  errors: Error[];
} {
  const sockets: FakeSocket[] = [];
  const states: ConnectionState[] = [];
  const frames: Frame[] = [];
  const errors: Error[] = [];
  const connection = new Connection({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    now: () => Date.now(),
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onMalformed: (error) => errors.push(error),
  });
  return { connection, sockets, states, frames, errors };
}

describe("the connection", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("hands on what it reads and sends what it is given", () => {
    const { connection, sockets, states, frames } = connect();
    expect(connection.send({ play: true })).toBe(false);
    sockets[0]!.onopen!();
    expect(states.map(({ kind }) => kind)).toEqual(["connecting", "open"]);
    sockets[0]!.receive(
      Frame.encode({ hello: { server: "s", title: "t", can_control: true, role: 0, can_open: false } }),
    );
    expect(frames[0]!.hello!.title).toBe("t");
    expect(connection.send({ play: false })).toBe(true);
    expect(Command.decode(sockets[0]!.sent[0]!).play).toBe(false);
    connection[Symbol.dispose]();
  });

  test("comes back after each loss, waiting longer each time, at most five seconds", () => {
    const { connection, sockets, states } = connect();
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      sockets.at(-1)!.onclose!();
      const lost = states.at(-1)!;
      if (lost.kind !== "lost") throw new Error("not lost");
      waits.push(lost.retryAtMs - Date.now());
      vi.advanceTimersByTime(5001);
      expect(sockets.length).toBe(i + 2);
    }
    expect(waits[0]).toBeLessThanOrEqual(250);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5000);
    expect(waits.at(-1)).toBeGreaterThan(3000);
    connection[Symbol.dispose]();
  });

  test("a server that has spoken is asked again soon", () => {
    const { connection, sockets, states } = connect();
    for (let i = 0; i < 5; i++) {
      sockets.at(-1)!.onclose!();
      vi.advanceTimersByTime(5001);
    }
    sockets.at(-1)!.onopen!();
    sockets.at(-1)!.receive(Frame.encode({}));
    sockets.at(-1)!.onclose!();
    const lost = states.at(-1)!;
    expect(lost.kind === "lost" && lost.retryAtMs - Date.now()).toBeLessThanOrEqual(250);
    connection[Symbol.dispose]();
  });

  test("silence counts as loss, and the dead socket is closed", () => {
    const { connection, sockets, states } = connect();
    sockets[0]!.onopen!();
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(5000);
      sockets[0]!.receive(Frame.encode({}));
    }
    expect(states.at(-1)!.kind).toBe("open");
    vi.advanceTimersByTime(6001);
    expect(states.some(({ kind }) => kind === "lost")).toBe(true);
    expect(sockets[0]!.closed).toBe(true);
    connection[Symbol.dispose]();
  });

  test("is given up when a frame cannot be read", () => {
    const { connection, sockets, states, errors } = connect();
    sockets[0]!.onopen!();
    sockets[0]!.receive(Uint8Array.of(0x0a, 0x7f));
    expect(errors.length).toBe(1);
    expect(states.at(-1)!.kind).toBe("lost");
    expect(sockets[0]!.onmessage).toBeNull();
    connection[Symbol.dispose]();
  });

  test("tries at once when asked, and only once", () => {
    const { connection, sockets } = connect();
    sockets[0]!.onclose!();
    connection.retryNow();
    connection.retryNow();
    expect(sockets.length).toBe(2);
    vi.advanceTimersByTime(5000);
    expect(sockets.length).toBe(2);
    connection[Symbol.dispose]();
  });

  test("ends for good when disposed, however often", () => {
    const { connection, sockets } = connect();
    sockets[0]!.onclose!();
    connection[Symbol.dispose]();
    connection[Symbol.dispose]();
    connection.retryNow();
    vi.advanceTimersByTime(60_000);
    expect(sockets.length).toBe(1);
  });
});

test("waiting times double, and are spread downwards only", () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, () => 1))).toEqual([250, 500, 1000, 2000]);
  expect(backoffMs(50, () => 1)).toBe(5000);
  expect(backoffMs(0, () => 0)).toBe(187.5);
});
