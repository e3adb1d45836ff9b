/** What a benchmark is told. */
export interface BenchOptions {
  /** A smoke run: seconds instead of minutes; its figures are not for quoting. */
  readonly quick: boolean;
  /** Names asked for by `--only`; a suite with several transports or peers runs only those. */
  readonly only?: readonly string[];
  readonly sizes?: readonly number[];
  readonly subscribers?: readonly number[];
  /** Ctrl-C: what has been started is to be ended, and the suite too. */
  readonly signal?: AbortSignal;
}

/**
 * One measured figure. Transports: `{transport, test: "throughput"|"latency", payload_bytes, publishers, subscribers,
 * messages, seconds, msgs_per_s, mb_per_s, p50_us, p99_us, p999_us, max_us, lost, cpu_s}`; other suites say what they
 * measured in `bench` and `name`. Peers that are not installed: `{transport, skipped: "why"}`.
 */
export type BenchRow = Record<string, unknown>;

export interface Suite {
  /** What `--only` may name. The first is the suite's own. */
  readonly names: readonly string[];
  readonly summary: string;
  /** How its rows are printed, unless as they are. */
  readonly table?: (rows: readonly BenchRow[]) => string;
  readonly load: () => Promise<(options: BenchOptions) => Promise<BenchRow[]>>;
}
