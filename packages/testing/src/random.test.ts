import { describe, expect, test } from "vitest";
import { Random } from "./random.ts";

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

test("the same seed gives the same sequence, other seeds others, near ones and large ones too", () => {
  const of = (seed: number): number[] => {
    const random = new Random(seed);
    return draws(5, () => random.bits());
  };
  expect(of(1)).toEqual(of(1));
  const seeds = [0, 1, 2, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 52];
  expect(new Set(seeds.map((seed) => of(seed).join())).size).toBe(seeds.length);
});

test("bits are those of xoshiro128** as published, from the state the seed gives", () => {
  // Reference: the authors' C source, transcribed with 64-bit integers.
  const state: bigint[] = [];
  let a = 42n;
  const mask = 0xffffffffn;
  for (let i = 0; i < 4; i++) {
    a = (a + 0x9e3779b9n) & mask;
    let z = ((a ^ (a >> 16n)) * 0x21f0aaadn) & mask;
    z = ((z ^ (z >> 15n)) * 0x735a2d97n) & mask;
    state.push(z ^ (z >> 15n));
  }
  const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask;
  const next = (): number => {
    const result = (rotl((state[1]! * 5n) & mask, 7n) * 9n) & mask;
    const t = (state[1]! << 9n) & mask;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= t;
    state[3] = rotl(state[3]!, 11n);
    return Number(result);
  };
  const random = new Random(42);
  for (let i = 0; i < 1000; i++) expect(random.bits()).toBe(next());
});

describe("distributions", () => {
  const count = 200_000;
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const deviation = (values: readonly number[], m: number): number => Math.sqrt(mean(values.map((v) => (v - m) ** 2)));

  test("uniform: in [0, 1), even in ten classes", () => {
    const random = new Random(3);
    const classes = Array.from({ length: 10 }, () => 0);
    for (const value of draws(count, () => random.uniform())) classes[Math.floor(value * 10)]!++;
    expect(classes).toHaveLength(10);
    for (const share of classes) expect(Math.abs(share / count - 0.1)).toBeLessThan(0.004);
  });

  test("gaussian: mean, deviation and tails", () => {
    const random = new Random(4);
    const values = draws(count, () => random.gaussian(5, 2));
    const m = mean(values);
    expect(m).toBeCloseTo(5, 1);
    expect(deviation(values, m)).toBeCloseTo(2, 1);
    const beyond = values.filter((v) => Math.abs(v - 5) > 4).length / count;
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.003);
  });

  test("integer: every value, both ends included; chance: as often as it says; shuffle: every order", () => {
    const random = new Random(5);
    expect([...new Set(draws(1000, () => random.integer(-2, 2)))].sort((x, y) => x - y)).toEqual([-2, -1, 0, 1, 2]);
    expect(draws(count, () => random.chance(0.2)).filter(Boolean).length / count).toBeCloseTo(0.2, 2);
    expect(draws(100, () => random.chance(0))).not.toContain(true);
    expect(draws(100, () => random.chance(1))).not.toContain(false);
    expect(new Set(draws(500, () => random.shuffle([1, 2, 3]).join(""))).size).toBe(6);
    expect(random.bytes(16)).toHaveLength(16);
  });
});
