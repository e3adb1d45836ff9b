/**
 * One fault with hysteresis: raised after so many looks in a row that find it, cleared after so many that do not, said
 * again every `repeatMs` while it lasts.
 */
export class Alarm {
  readonly #raiseAfter: number;
  readonly #clearAfter: number;
  readonly #repeatMs: number;
  #run = 0;
  #raised = false;
  #saidMs = 0;

  constructor(options: { readonly raiseAfter: number; readonly clearAfter: number; readonly repeatMs: number }) {
    this.#raiseAfter = options.raiseAfter;
    this.#clearAfter = options.clearAfter;
    this.#repeatMs = options.repeatMs;
  }

  get raised(): boolean {
    return this.#raised;
  }

  /** What there is to say after this look. */
  look(found: boolean, nowMs: number): "raised" | "lasts" | "cleared" | undefined {
    this.#run = found === this.#raised ? 0 : this.#run + 1;
    if (this.#run >= (this.#raised ? this.#clearAfter : this.#raiseAfter)) {
      this.#raised = found;
      this.#run = 0;
      this.#saidMs = nowMs;
      return found ? "raised" : "cleared";
    }
    if (!this.#raised || nowMs - this.#saidMs < this.#repeatMs) return undefined;
    this.#saidMs = nowMs;
    return "lasts";
  }
}
