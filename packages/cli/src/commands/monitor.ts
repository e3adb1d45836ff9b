import type { Subscription } from "@delos/runtime";
import { type Bus, isHidden, type OpenBus, openBus } from "../bus.ts";
import { BUS_HELP, BUS_OPTIONS, numberOption, positionals } from "../bus-options.ts";
import { columns, line } from "../bus-text.ts";
import type { Command } from "../command.ts";
import type { Output } from "./status-line.ts";
import { size } from "./topic-rates.ts";

export const monitorCommands = (open: OpenBus): readonly Command[] => [
  {
    name: "monitor",
    usage: "monitor [--period S] [--once] [--include-hidden-topics] [--json]",
    summary: "Watch all topics: rates, bandwidth, publishers, subscribers, losses",
    description:
      "Subscribes to everything, best effort: on a busy network that is traffic. --json prints an object each period.",
    examples: ["delos monitor", "delos monitor --once --json"],
    options: {
      ...BUS_OPTIONS,
      period: { type: "string" },
      once: { type: "boolean" },
      "include-hidden-topics": { type: "boolean" },
    },
    optionHelp: {
      ...BUS_HELP,
      period: "Seconds between two looks (default 1)",
      once: "One look",
      "include-hidden-topics": "Also topics of which a part begins with an underscore",
    },
    async run(context) {
      positionals(context, this.usage);
      const periodMs = (numberOption(context.values, "period", 0.05) ?? 1) * 1000;
      const once = context.values["once"] === true;
      await using bus = await open(context, "auto");
      await bus.discovered();
      const watch = new Watch(bus, context.values["include-hidden-topics"] === true);
      watch.rows(); // subscribes
      for (;;) {
        const before = bus.nowMs;
        await bus.sleep(periodMs);
        const seconds = (bus.nowMs - before) / 1000;
        const rows = watch.rows().map((row) => ({
          topic: row.topic,
          type: row.type,
          hz: Number((row.messages / seconds).toFixed(2)),
          bytes_per_s: Math.round(row.bytes / seconds),
          publishers: row.publishers,
          subscribers: row.subscribers,
          messages: row.total,
          lost: row.lost,
        }));
        const { nodes, participants } = bus.graph;
        if (context.json) line(context, { nodes: nodes.length, participants: participants.length, topics: rows });
        else {
          const table = columns([
            ["TOPIC", "TYPE", "HZ", "BANDWIDTH", "PUB", "SUB", "LOST"],
            ...rows.map((row) => [
              row.topic,
              row.type,
              row.hz.toFixed(1),
              `${size(row.bytes_per_s)}/s`,
              String(row.publishers),
              String(row.subscribers),
              String(row.lost),
            ]),
          ]);
          // On a terminal the table stays in its place.
          const clear = !once && (context.out as Output).isTTY === true ? "\u001b[H\u001b[J" : "";
          context.out.write(`${clear}${participants.length} participants, ${nodes.length} nodes\n${table}`);
        }
        if (once) return;
      }
    },
  },
];

export const commands: readonly Command[] = monitorCommands(openBus);

interface Row {
  readonly topic: string;
  readonly type: string;
  /** Since the last look. */
  readonly messages: number;
  readonly bytes: number;
  readonly total: number;
  readonly lost: number;
  readonly publishers: number;
  readonly subscribers: number;
}

/** A subscription of every topic that is published, with what came since the last look. */
class Watch {
  readonly #bus: Bus;
  readonly #hidden: boolean;
  readonly #topics = new Map<string, { subscription: Subscription; messages: number; bytes: number; total: number }>();

  constructor(bus: Bus, hidden: boolean) {
    this.#bus = bus;
    this.#hidden = hidden;
  }

  rows(): Row[] {
    const topics = this.#bus.graph.topics.filter(({ name }) => this.#hidden || !isHidden(name));
    return topics.map((topic) => {
      const counter = this.#counterOf(topic.name);
      const { messages, bytes, total, subscription } = counter;
      counter.messages = counter.bytes = 0;
      return {
        topic: topic.name,
        type: topic.schemas[0]?.name ?? "",
        messages,
        bytes,
        total,
        lost: subscription.stats.lost,
        publishers: topic.publications.length,
        subscribers: topic.subscriptions.length,
      };
    });
  }

  #counterOf(topic: string) {
    let counter = this.#topics.get(topic);
    if (counter === undefined) {
      const made = { subscription: this.#bus.node.subscribeAny(topic), messages: 0, bytes: 0, total: 0 };
      made.subscription.on((sample) => {
        made.messages++;
        made.total++;
        made.bytes += sample.bytes.length;
      });
      this.#topics.set(topic, (counter = made));
    }
    return counter;
  }
}
