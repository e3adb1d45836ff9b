import type { BenchRow } from "../suite.ts";

export type Test = "throughput" | "latency";

/** A means of transport under measurement, one cell at a time. */
export interface Driver {
  /** The row's `transport`. */
  readonly name: string;
  /** Whether it takes messages of so many bytes in this test. */
  fits(test: Test, bytes: number): boolean;
  measure(test: Test, bytes: number, subscribers: number): Promise<BenchRow>;
}
