import type { BenchRow } from "../suite.ts";
import type { Driver } from "./driver.ts";

/** The clock is looked at after so many bytes. */
const BYTES_AT_A_TIME = 1 << 22;

/**
 * The bound of whatever copies into shared memory: one thread that copies the message to the same place again and again, for
 * nobody. `shared` as V8 copies into a SharedArrayBuffer, word by word; otherwise by the C library, as into mapped memory.
 */
export function bareCopy(name: string, shared: boolean, quick: boolean): Driver {
  return {
    name,
    fits: (test) => test === "throughput",
    // oxlint-disable-next-line typescript/require-await -- other drivers wait
    measure: async (test, bytes, subscribers): Promise<BenchRow> => {
      const place = new Uint8Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
      const message = new Uint8Array(bytes).fill(5);
      const turn = Math.max(1, Math.floor(BYTES_AT_A_TIME / bytes));
      const startedMs = performance.now();
      const untilMs = startedMs + (quick ? 60 : 200);
      let [messages, nowMs] = [0, startedMs];
      while (nowMs < untilMs) {
        for (let i = 0; i < turn; i++) place.set(message);
        messages += turn;
        nowMs = performance.now();
      }
      const seconds = (nowMs - startedMs) / 1000;
      return {
        transport: name,
        test,
        payload_bytes: bytes,
        publishers: 1,
        subscribers,
        messages,
        seconds: Number(seconds.toFixed(3)),
        msgs_per_s: Math.round(messages / seconds),
        mb_per_s: Number(((messages * bytes) / seconds / 1e6).toFixed(1)),
        lost: 0,
      };
    },
  };
}
