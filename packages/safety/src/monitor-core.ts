import { Alarm } from "./alarm.ts";
import type { FaultLevel, MonitorConfig, ProcessRule } from "./config.ts";
import type { Instant } from "./instant.ts";
import { LogLevel, MessageSource, type MonitorItem } from "./messages.ts";
import { TopicWatch } from "./topic-watch.ts";

/** What the process uses, measured by whoever runs the monitor. */
export interface ProcessSample {
  /** How late the monitor's periodic work ran, ms: the event loop's lag. */
  readonly lagMs: number;
  readonly memoryMib: number;
}

/** What a look has to say. */
export interface MonitorLook {
  /** Faults that were raised, that last and are due again, and that were cleared (INFO). Often empty. */
  readonly news: readonly MonitorItem[];
  /** Everything that is wrong now, when a status is due: empty when all is well. */
  readonly status: readonly MonitorItem[] | undefined;
}

interface Fault {
  readonly alarm: Alarm;
  readonly level: FaultLevel;
  readonly source: MonitorItem["source"];
  /** The text of the last look that found it. */
  text: string;
  /** Undefined: not found. */
  readonly find: (at: Instant) => string | undefined;
}

/**
 * The monitor without a bus: it hears every message's arrival and every module's heartbeat, and looks every
 * `checkPeriodMs`. Nothing is missed during the grace at the start, and nothing that goes away as quickly as it came.
 */
export class MonitorCore {
  readonly #config: MonitorConfig;
  readonly #topics: ReadonlyMap<string, TopicWatch>;
  readonly #modules: Map<string, number>;
  readonly #faults: readonly Fault[];
  #sample: ProcessSample | undefined;
  #startMs: number | undefined;
  #statusMs = Number.NEGATIVE_INFINITY;

  constructor(config: MonitorConfig) {
    this.#config = config;
    this.#topics = new Map(config.topics.map((rule) => [rule.topic, new TopicWatch(rule, config.rateWindowMs)]));
    this.#modules = new Map();
    this.#faults = [...this.#topicFaults(), ...this.#moduleFaults(), ...this.#processFaults(config.process)];
  }

  /** The topics to listen to. */
  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** Messages a second over the last window. */
  rateHz(topic: string): number | undefined {
    return this.#topics.get(topic)?.rateHz;
  }

  onMessage(topic: string, stampS: number | undefined, at: Instant): void {
    this.#topics.get(topic)?.onMessage(stampS, at);
  }

  onHeartbeat(module: string, at: Instant): void {
    this.#modules.set(module, at.monotonicMs);
  }

  onProcess(sample: ProcessSample): void {
    this.#sample = sample;
  }

  look(at: Instant): MonitorLook {
    this.#startMs ??= at.monotonicMs;
    const grace = at.monotonicMs - this.#startMs < this.#config.startupGraceMs;
    const news: MonitorItem[] = [];
    const wrong: MonitorItem[] = [];
    for (const fault of this.#faults) {
      const found = fault.find(at);
      if (found !== undefined) fault.text = found;
      const said = fault.alarm.look(found !== undefined && !grace, at.monotonicMs);
      const item = { source: fault.source!, msg: fault.text, log_level: LogLevel[fault.level] };
      if (said === "cleared") news.push({ ...item, msg: `no longer: ${fault.text}`, log_level: LogLevel.INFO });
      else if (said !== undefined) news.push(item);
      if (fault.alarm.raised) wrong.push(item);
    }
    const due = !(at.monotonicMs - this.#statusMs < this.#config.heartbeatMs);
    if (due) this.#statusMs = at.monotonicMs;
    return { news, status: due ? wrong : undefined };
  }

  #fault(level: FaultLevel, source: MonitorItem["source"], find: Fault["find"]): Fault {
    return { alarm: new Alarm(this.#config), level, source, text: "", find };
  }

  *#topicFaults(): Iterable<Fault> {
    for (const watch of this.#topics.values()) {
      const source = sourceOf(watch.rule.topic);
      let slow: string | undefined;
      yield this.#fault(watch.rule.level, source, (at) => {
        const seen = watch.look(at);
        slow = seen.slow;
        return seen.silent;
      });
      yield this.#fault("WARN", source, () => slow);
    }
  }

  *#moduleFaults(): Iterable<Fault> {
    for (const { module, maxSilenceMs, level } of this.#config.modules) {
      yield this.#fault(level, sourceOf(module), (at) => {
        const beatMs = this.#modules.get(module);
        if (beatMs === undefined) return `module ${module} has never given a sign of life`;
        const quiet = !(at.monotonicMs - beatMs <= maxSilenceMs);
        return quiet ? `module ${module} has given no sign of life for more than ${maxSilenceMs} ms` : undefined;
      });
    }
  }

  *#processFaults({ level, maxLagMs, maxMemoryMib }: ProcessRule): Iterable<Fault> {
    yield this.#fault(level, MessageSource.HWSYS, () => {
      const lagMs = this.#sample?.lagMs ?? 0;
      return lagMs <= maxLagMs ? undefined : `the event loop is ${lagMs.toFixed(0)} ms late, more than ${maxLagMs}`;
    });
    yield this.#fault(level, MessageSource.HWSYS, () => {
      const memoryMib = this.#sample?.memoryMib ?? 0;
      return memoryMib <= maxMemoryMib
        ? undefined
        : `the process has ${memoryMib.toFixed(0)} MiB of memory, more than ${maxMemoryMib}`;
    });
  }
}

/** By the words in a topic's or module's name. */
function sourceOf(name: string): MonitorItem["source"] {
  if (name.includes("chassis") || name.includes("canbus")) return MessageSource.CANBUS;
  if (name.includes("control")) return MessageSource.CONTROL;
  if (name.includes("localization")) return MessageSource.LOCALIZATION;
  if (name.includes("planning")) return MessageSource.PLANNING;
  return name.includes("sensor") ? MessageSource.HWSYS : MessageSource.UNKNOWN;
}
