import type { Replay } from "@delos/replay";

const REDRAW_MS = 100;
const LINE_MS = 1000;
const LABELS = { playing: "RUNNING", paused: "PAUSED ", ended: "ENDED  " } as const;

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** `[RUNNING]  Bag Time: 1496957374.616100   Duration: 0.000000 / 3.991500`, as `rosbag play` has it. */
export function statusText(replay: Pick<Replay, "state" | "positionNs" | "recording">): string {
  const { startNs, endNs } = replay.recording;
  const positionNs = replay.positionNs < startNs ? startNs : replay.positionNs;
  const duration = `${seconds(positionNs - startNs)} / ${seconds(endNs - startNs)}`;
  return `[${LABELS[replay.state]}]  Bag Time: ${seconds(positionNs).padStart(13)}   Duration: ${duration}`;
}

/** Whole microseconds of a time in ns: a double cannot hold those of today. */
function seconds(timeNs: bigint): string {
  const us = timeNs / 1000n;
  return `${us / 1_000_000n}.${String(us % 1_000_000n).padStart(6, "0")}`;
}

/** The status of a replay: on a terminal one line rewritten in place, elsewhere a line a second at most. */
export class StatusLine implements Disposable {
  readonly #out: Output;
  readonly #replay: Replay;
  readonly #json: boolean;
  readonly #timer: ReturnType<typeof setInterval>;
  #shown = "";

  constructor(out: Output, replay: Replay, json: boolean) {
    this.#out = out;
    this.#replay = replay;
    this.#json = json;
    this.#timer = setInterval(() => this.#show(), this.#inPlace ? REDRAW_MS : LINE_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#show();
    if (this.#inPlace) this.#out.write("\n");
  }

  get #inPlace(): boolean {
    return this.#out.isTTY === true && !this.#json;
  }

  #show(): void {
    const text = this.#json ? this.#jsonText() : statusText(this.#replay);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#out.write(this.#inPlace ? `\r${text}\u001b[K` : `${text}\n`);
  }

  #jsonText(): string {
    const { state, positionNs, rate, loop, stats } = this.#replay;
    return JSON.stringify({
      state,
      position_ns: String(positionNs),
      rate: Number.isFinite(rate) ? rate : "max",
      loop,
      published: stats.published,
      late: stats.late,
      max_lateness_ms: stats.maxLatenessMs,
      pass: stats.pass,
    });
  }
}
