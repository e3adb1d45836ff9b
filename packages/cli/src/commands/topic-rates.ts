import type { JsonValue } from "@delos/core";
import type { Sample } from "@delos/transport";
import type { OpenBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, countOption, positionals } from "../bus-options.ts";
import { fieldOf, line } from "../bus-text.ts";
import type { Command, CommandContext } from "../command.ts";

const PERIOD_MS = 1000;
/** So that a measured publisher is heard whole, whatever it offers. */
const DEPTH = 10_000;

const OPTIONS = {
  ...BUS_OPTIONS,
  window: { type: "string", short: "w" },
  count: { type: "string", short: "n" },
  once: { type: "boolean" },
} as const;
const HELP = {
  ...BUS_HELP,
  window: "Messages to look back at",
  count: "End after this many reports",
  once: "End after one report",
} as const;

/** What a second's report says: as data, and as text. */
interface Report {
  readonly json: object;
  readonly text: string;
}

interface Meter {
  take(sample: Sample, nowMs: number): void;
  /** Undefined as long as there is too little to report. */
  report(nowMs: number): Report | undefined;
}

export const rateCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "topic hz",
    usage: "topic hz TOPIC… [-w N] [--count N | --once] [--json]",
    summary: "Measure how often messages come",
    examples: ["delos topic hz /apollo/canbus/chassis"],
    options: OPTIONS,
    optionHelp: HELP,
    run: (context) => measure(context, open, (window) => new RateMeter(window), 10_000),
  },
  {
    name: "topic bw",
    usage: "topic bw TOPIC… [-w N] [--count N | --once] [--json]",
    summary: "Measure the bandwidth of a topic",
    examples: ["delos topic bw /apollo/sensor/camera"],
    options: OPTIONS,
    optionHelp: HELP,
    run: (context) => measure(context, open, (window) => new BandwidthMeter(window), 100),
  },
  {
    name: "topic delay",
    usage: "topic delay TOPIC… [-w N] [--count N | --once] [--json]",
    summary: "Measure how old messages are when they come",
    description: `
By the stamp of the message's header (ROS: header.stamp, Apollo: header.timestamp_sec), or else by when it was published. The
clocks of both sides have to agree.`,
    examples: ["delos topic delay /apollo/canbus/chassis"],
    options: OPTIONS,
    optionHelp: HELP,
    run: (context) => measure(context, open, (window) => new DelayMeter(window), 10_000),
  },
];

async function measure(
  context: CommandContext,
  open: OpenBus,
  meterOf: (window: number) => Meter,
  defaultWindow: number,
): Promise<void> {
  const [first, ...more] = context.positionals;
  const given = first === undefined ? positionals(context, "topic hz TOPIC…", "TOPIC") : [first, ...more];
  const window = countOption(context.values, "window", 2) ?? defaultWindow;
  const reports = context.values["once"] === true ? 1 : (countOption(context.values, "count") ?? Infinity);
  await using bus = await open(context, context.values["ros2"] === true ? "ros2" : "auto");
  const topics = await Promise.all(given.map((topic) => bus.nameMeant(topic!)));
  const meters = topics.map((topic) => {
    const meter = meterOf(window);
    bus.node.subscribeAny(topic, { depth: DEPTH }).on((sample) => {
      if (sample.extras?.instanceState === undefined) meter.take(sample, bus.nowMs);
    });
    return { topic, meter };
  });
  for (let done = 0; done < reports; ) {
    await bus.sleep(PERIOD_MS);
    let any = false;
    for (const { topic, meter } of meters) {
      const report = meter.report(bus.nowMs);
      if (report === undefined) {
        if (!context.json) context.err.write(`no new messages on ${topic}\n`);
        continue;
      }
      any = true;
      if (context.json) line(context, { topic, ...report.json });
      else context.out.write(`${topics.length > 1 ? `${topic}: ` : ""}${report.text}\n`);
    }
    if (any) done++;
  }
}

/** The newest numbers, so many at most. */
class Window {
  readonly values: number[] = [];
  readonly #limit: number;
  /** Since the last report. */
  fresh = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: number): void {
    this.values.push(value);
    if (this.values.length > this.#limit) this.values.shift();
    this.fresh++;
  }
}

function statisticsOf(values: readonly number[]): { mean: number; min: number; max: number; deviation: number } {
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, min, max, deviation: Math.sqrt(squares / values.length) };
}

class RateMeter implements Meter {
  readonly #periods: Window;
  #last: number | undefined;

  constructor(window: number) {
    this.#periods = new Window(window - 1);
  }

  take(_sample: Sample, nowMs: number): void {
    if (this.#last !== undefined) this.#periods.add(nowMs - this.#last);
    this.#last = nowMs;
  }

  report(): Report | undefined {
    if (this.#periods.fresh === 0) return undefined;
    this.#periods.fresh = 0;
    const { mean, min, max, deviation } = statisticsOf(this.#periods.values);
    const window = this.#periods.values.length + 1;
    const s = (ms: number): number => round(ms / 1000, 6);
    const rate = mean === 0 ? 0 : round(1000 / mean, 3);
    return {
      json: { rate_hz: rate, min_s: s(min), max_s: s(max), std_dev_s: s(deviation), window },
      text: `average rate: ${rate.toFixed(3)}\n\tmin: ${s(min).toFixed(3)}s max: ${s(max).toFixed(3)}s std dev: ${s(deviation).toFixed(5)}s window: ${window}`,
    };
  }
}

class BandwidthMeter implements Meter {
  readonly #sizes: Window;
  readonly #times: Window;

  constructor(window: number) {
    this.#sizes = new Window(window);
    this.#times = new Window(window);
  }

  take(sample: Sample, nowMs: number): void {
    this.#sizes.add(sample.bytes.length);
    this.#times.add(nowMs);
  }

  report(nowMs: number): Report | undefined {
    if (this.#sizes.fresh === 0) return undefined;
    this.#sizes.fresh = 0;
    const sizes = this.#sizes.values;
    const { mean, min, max } = statisticsOf(sizes);
    const seconds = Math.max((nowMs - this.#times.values[0]!) / 1000, 1e-3);
    const rate = Math.round((mean * sizes.length) / seconds);
    return {
      json: { bytes_per_s: rate, mean_bytes: round(mean, 1), min_bytes: min, max_bytes: max, window: sizes.length },
      text: `${size(rate)}/s from ${sizes.length} messages\n\tMessage size mean: ${size(mean)} min: ${size(min)} max: ${size(max)}`,
    };
  }
}

class DelayMeter implements Meter {
  readonly #delays: Window;
  #by: "header" | "publication" = "header";

  constructor(window: number) {
    this.#delays = new Window(window);
  }

  take(sample: Sample): void {
    const stampNs = headerStampNs(sample);
    this.#by = stampNs === undefined ? "publication" : "header";
    this.#delays.add(Number(sample.receptionTimeNs - (stampNs ?? sample.sourceTimeNs)) / 1e9);
  }

  report(): Report | undefined {
    if (this.#delays.fresh === 0) return undefined;
    this.#delays.fresh = 0;
    const { mean, min, max, deviation } = statisticsOf(this.#delays.values);
    const [m, lo, hi, d] = [mean, min, max, deviation].map((value) => round(value, 6)) as [
      number,
      number,
      number,
      number,
    ];
    const window = this.#delays.values.length;
    return {
      json: { delay_s: m, min_s: lo, max_s: hi, std_dev_s: d, window, by: this.#by },
      text: `average delay: ${m.toFixed(6)}${this.#by === "header" ? "" : " (by the time of publication: no header)"}\n\tmin: ${lo.toFixed(6)}s max: ${hi.toFixed(6)}s std dev: ${d.toFixed(6)}s window: ${window}`,
    };
  }
}

/** When a message says it was made: ROS' `header.stamp`, Apollo's `header.timestamp_sec`. */
function headerStampNs(sample: Sample): bigint | undefined {
  let header: JsonValue | undefined;
  try {
    header = sample.codec === undefined ? undefined : fieldOf(sample.json, "header");
  } catch {
    return undefined; // damaged: its publication has a time all the same
  }
  if (header === undefined) return undefined;
  const [sec, nsec] = [fieldOf(header, "stamp.sec"), fieldOf(header, "stamp.nanosec") ?? fieldOf(header, "stamp.nsec")];
  if (typeof sec === "number" && typeof nsec === "number") return BigInt(sec) * 1_000_000_000n + BigInt(nsec);
  const seconds = fieldOf(header, "timestamp_sec");
  return typeof seconds === "number" ? BigInt(Math.round(seconds * 1e6)) * 1000n : undefined;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

export function size(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(2)} KB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
