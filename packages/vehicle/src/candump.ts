import type { Clock } from "@delos/core";
import { type CanFrame, type CanPort, fromHex, toHex } from "./can-frame.ts";

/** `(1496957374.614000) can0 065#1A00000064000000`: the log format of can-utils (`candump -l`). */
const LINE = /^\((\d+\.\d+)\)\s+(\S+)\s+([0-9A-Fa-f]{3,8})#([0-9A-Fa-f]*)(?:\s+[RT])?\s*$/;

export interface CandumpFrame extends CanFrame {
  readonly timestampS: number;
  readonly interface: string;
}

/** Reads a log. Lines of another form (remote, FD and error frames too) are counted, not read. */
export function parseCandump(text: string): { readonly frames: readonly CandumpFrame[]; readonly skipped: number } {
  const frames: CandumpFrame[] = [];
  let skipped = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const match = LINE.exec(line);
    if (match === null || match[4]!.length % 2 !== 0 || match[4]!.length > 16) {
      skipped++;
      continue;
    }
    frames.push({
      timestampS: Number(match[1]),
      interface: match[2]!,
      id: Number.parseInt(match[3]!, 16),
      data: fromHex(match[4]!),
    });
  }
  return { frames, skipped };
}

/** One line of a log, without its end. */
export function formatCandump(frame: CanFrame, timestampS: number, name = "can0"): string {
  const id = frame.id.toString(16).toUpperCase().padStart(3, "0");
  return `(${timestampS.toFixed(6)}) ${name} ${id}#${toHex(frame.data).toUpperCase()}`;
}

/**
 * Plays a log on `clock`, at the spacing of its stamps. What is sent into it goes nowhere.
 */
export class CandumpPort implements CanPort {
  readonly #listeners = new Set<(frame: CanFrame) => void>();
  #alarm: Disposable | undefined;

  constructor(frames: readonly CandumpFrame[], clock: Clock) {
    const startMs = clock.monotonicMs();
    const firstS = frames[0]?.timestampS ?? 0;
    const next = (i: number): void => {
      const frame = frames[i];
      if (frame === undefined) return;
      this.#alarm = clock.alarm(startMs + (frame.timestampS - firstS) * 1000, () => {
        for (const listener of this.#listeners) listener(frame);
        next(i + 1);
      });
    };
    next(0);
  }

  send(): boolean {
    return false;
  }

  onFrame(listener: (frame: CanFrame) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#alarm?.[Symbol.dispose]();
    this.#listeners.clear();
  }
}
