import { DelosError } from "@delos/core";
import type { CanFrame, CanPort } from "./can-frame.ts";

/** What is used of the npm package `socketcan`, which the user installs where there is a CAN card. */
interface SocketCan {
  createRawChannel(
    name: string,
    timestamps?: boolean,
  ): {
    start(): void;
    stop(): void;
    send(message: { id: number; data: Buffer; ext?: boolean; rtr?: boolean }): number;
    addListener(
      event: "onMessage",
      listener: (message: { id: number; data: Buffer; ts_sec?: number; ts_usec?: number; rtr?: boolean }) => void,
    ): void;
  };
}

/**
 * A Linux SocketCAN interface (`can0`). It needs the native package `socketcan`, which Delos does not bring along: nothing
 * else needs a compiler.
 *
 * @throws {DelosError} SOCKETCAN_UNAVAILABLE saying what is missing here
 */
export async function openSocketCan(name: string): Promise<CanPort> {
  if (process.platform !== "linux") {
    throw new DelosError(
      "SOCKETCAN_UNAVAILABLE",
      `SocketCAN is not available here: this is ${process.platform}, not Linux`,
    );
  }
  const specifier = "socketcan";
  let library: SocketCan;
  try {
    const loaded = (await import(specifier)) as { default?: SocketCan } & SocketCan;
    library = loaded.default ?? loaded;
  } catch (error) {
    throw new DelosError(
      "SOCKETCAN_UNAVAILABLE",
      "SocketCAN is not available here: the package socketcan is not installed (npm install socketcan; it is compiled)",
      { cause: error },
    );
  }
  const channel = library.createRawChannel(name, true);
  const listeners = new Set<(frame: CanFrame) => void>();
  channel.addListener("onMessage", ({ id, data, ts_sec: s, ts_usec: us, rtr }) => {
    if (rtr === true) return;
    const frame = { id, data: Uint8Array.from(data), ...(s === undefined ? {} : { timestampS: s + (us ?? 0) / 1e6 }) };
    for (const listener of listeners) listener(frame);
  });
  channel.start();
  let open = true;
  return {
    send: (frame) => open && channel.send({ id: frame.id, data: Buffer.from(frame.data) }) >= 0,
    onFrame(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]() {
      if (open) channel.stop();
      open = false;
      listeners.clear();
    },
  };
}
