import type { Problem } from "./recording.ts";

/** What a reader found wrong with its file. Bounded: a mutilated file must not fill the memory with complaints. */
export class ProblemList {
  readonly #file: string;
  readonly #size: number;
  readonly #list: Problem[] = [];
  readonly #once = new Set<string>();
  readonly #limit = 1000;

  constructor(source: { readonly name: string; readonly size: number }) {
    this.#file = source.name;
    this.#size = source.size;
  }

  /** `offset` may come from the file itself and point anywhere: it is told as a place within the file. */
  add(code: string, at: number, message: string): void {
    const offset = Math.min(at, this.#size);
    if (this.#list.length >= this.#limit) return;
    this.#list.push({ code, offset, message, file: this.#file });
    if (this.#list.length === this.#limit - 1) {
      this.#list.push({ code: "BAG_MANY_PROBLEMS", offset, message: "there are more problems", file: this.#file });
    }
  }

  /** The same, but only the first time for this `key`. */
  addOnce(key: string, code: string, offset: number, message: string): void {
    if (this.#once.has(key) || this.#once.size >= this.#limit) return;
    this.#once.add(key);
    this.add(code, offset, message);
  }

  get all(): readonly Problem[] {
    return this.#list;
  }
}
