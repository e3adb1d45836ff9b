import type { PlayerState } from "@delos/bag";

/**
 * What the player's thread says of itself, in shared memory: written by the thread after each turn, readable at any time
 * without asking it. Fields are whole by themselves; two of them may be of different turns.
 *
 *   0 i64 position, ns      8 f64 rate         16 f64 published    24 f64 late
 *  32 f64 max lateness, ms  40 i32 state       44 i32 loop         48 i32 pass   52 i32 loops over a part
 *  56 i64 the part's start, ns                 64 i64 its end, ns
 */
export const STATUS_BYTES = 72;

const STATES: readonly PlayerState[] = ["playing", "paused", "ended"];

export interface PlayerStatus {
  readonly state: PlayerState;
  readonly positionNs: bigint;
  readonly rate: number;
  readonly loop: boolean;
  readonly loopRange: { readonly fromNs: bigint; readonly toNs: bigint } | undefined;
  readonly published: number;
  readonly late: number;
  readonly maxLatenessMs: number;
  readonly pass: number;
}

export class SharedStatus implements PlayerStatus {
  readonly #i64: BigInt64Array;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#i64 = new BigInt64Array(memory);
    this.#f64 = new Float64Array(memory);
    this.#i32 = new Int32Array(memory);
  }

  get positionNs(): bigint {
    return Atomics.load(this.#i64, 0);
  }
  get rate(): number {
    return this.#f64[1]!;
  }
  get published(): number {
    return this.#f64[2]!;
  }
  get late(): number {
    return this.#f64[3]!;
  }
  get maxLatenessMs(): number {
    return this.#f64[4]!;
  }
  get state(): PlayerState {
    return STATES[this.#i32[10]!]!;
  }
  get loop(): boolean {
    return this.#i32[11] === 1;
  }
  get loopRange(): PlayerStatus["loopRange"] {
    if (this.#i32[13] !== 1) return undefined;
    return { fromNs: Atomics.load(this.#i64, 7), toNs: Atomics.load(this.#i64, 8) };
  }
  get pass(): number {
    return this.#i32[12]!;
  }

  write(status: PlayerStatus): void {
    Atomics.store(this.#i64, 0, status.positionNs);
    this.#f64[1] = status.rate;
    this.#f64[2] = status.published;
    this.#f64[3] = status.late;
    this.#f64[4] = status.maxLatenessMs;
    this.#i32[10] = STATES.indexOf(status.state);
    this.#i32[11] = status.loop ? 1 : 0;
    this.#i32[12] = status.pass;
    const range = status.loopRange;
    if (range !== undefined) {
      Atomics.store(this.#i64, 7, range.fromNs);
      Atomics.store(this.#i64, 8, range.toNs);
    }
    this.#i32[13] = range === undefined ? 0 : 1;
  }
}
