/**
 * First in, first out, in constant time and without allocation once it has grown to its size. Not bounded by itself: whoever
 * pushes says where the bound is (law 1).
 */
export class Fifo<T> {
  #items: (T | undefined)[] = emptySlots<T>(8);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length++) & (this.#items.length - 1)] = item;
  }

  /** Takes the oldest. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const items = this.#items;
    const item = items[this.#head];
    items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (items.length - 1);
    this.#length--;
    return item;
  }

  /** The i-th oldest, from 0; undefined beyond the end. */
  at(i: number): T | undefined {
    return i < 0 || i >= this.#length ? undefined : this.#items[(this.#head + i) & (this.#items.length - 1)];
  }

  /** Puts `item` before the i-th oldest. */
  insert(i: number, item: T): void {
    this.push(item);
    const mask = this.#items.length - 1;
    for (let k = this.#length - 1; k > i; k--) {
      this.#items[(this.#head + k) & mask] = this.#items[(this.#head + k - 1) & mask];
    }
    this.#items[(this.#head + i) & mask] = item;
  }

  /** Takes out the i-th oldest. */
  removeAt(i: number): T | undefined {
    if (i < 0 || i >= this.#length) return undefined;
    const mask = this.#items.length - 1;
    const item = this.at(i);
    for (let k = i; k > 0; k--) this.#items[(this.#head + k) & mask] = this.#items[(this.#head + k - 1) & mask];
    this.shift();
    return item;
  }

  clear(): void {
    this.#items = emptySlots<T>(8);
    this.#head = 0;
    this.#length = 0;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.at(i) as T;
  }

  #grow(): void {
    const items = this.#items;
    const grown = emptySlots<T>(items.length * 2);
    for (let i = 0; i < items.length; i++) grown[i] = items[(this.#head + i) & (items.length - 1)];
    this.#items = grown;
    this.#head = 0;
  }
}

const emptySlots = <T>(count: number): (T | undefined)[] => Array.from({ length: count });
