import type { PlottedField, Samples } from "./bus-link.ts";

const WINDOW_S = 30;
/** 30 s of a 200 Hz topic. */
const MOST = 6000;

/** Samples of plotted fields over the last half minute. */
export class FieldStore {
  readonly #fields: Map<string, { readonly field: PlottedField; t: number[]; v: number[] }> = new Map();
  /** Grows with each sample. */
  revision = 0;

  get fields(): readonly PlottedField[] {
    return [...this.#fields.values()].map(({ field }) => field);
  }

  has(key: string): boolean {
    return this.#fields.has(key);
  }

  toggle(field: PlottedField): void {
    if (!this.#fields.delete(field.key)) this.#fields.set(field.key, { field, t: [], v: [] });
    this.revision++;
  }

  add(samples: readonly Samples[]): void {
    for (const { key, t, v } of samples) {
      const held = this.#fields.get(key);
      if (held === undefined) continue;
      // Time went back: a seek, a loop. What was is not the past of what comes.
      if (t.length > 0 && t[0]! < (held.t.at(-1) ?? Number.NEGATIVE_INFINITY)) held.t.length = held.v.length = 0;
      held.t.push(...t);
      held.v.push(...v);
      const from = (held.t.at(-1) ?? 0) - WINDOW_S;
      let cut = held.t.findIndex((time) => time >= from);
      cut = Math.max(cut, held.t.length - MOST);
      if (cut > 0) {
        held.t.splice(0, cut);
        held.v.splice(0, cut);
      }
    }
    this.revision++;
  }

  read(key: string): { readonly t: readonly number[]; readonly v: readonly number[] } {
    return this.#fields.get(key) ?? { t: [], v: [] };
  }
}
