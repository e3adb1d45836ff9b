import { DelosError, describeError, type JsonValue, TimeoutError, UsageError } from "@delos/core";
import { type Publisher, topic as topicOf } from "@delos/runtime";
import type { Bus, OpenBus } from "../bus.ts";
import {
  BUS_HELP,
  BUS_OPTIONS,
  countOption,
  numberOption,
  positionals,
  QOS_HELP,
  QOS_OPTIONS,
  qosOptions,
} from "../bus-options.ts";
import { fromYaml, line } from "../bus-text.ts";
import { codecOf, namesOf, opaqueSchema, TYPE_HELP, TYPE_OPTIONS } from "../bus-types.ts";
import type { Command, CommandContext } from "../command.ts";
import { jsonLines } from "../json-lines.ts";

/** How long a finite publication waits for its first subscriber when nobody says. */
const DEFAULT_WAIT_S = 5;
const ACKNOWLEDGE_MS = 5000;
/** A best-effort reader does not say when it has matched its side. */
const BEST_EFFORT_MATCH_MS = 250;

export const pubCommand = (open: OpenBus): Command => ({
  name: "topic pub",
  usage: "topic pub TOPIC TYPE [VALUE] [--ros2] [--rate HZ] [--times N | --once] [--stdin] [QoS] [--json]",
  summary: "Publish messages",
  description: `
VALUE is JSON or YAML, the fields' defaults unless given; with --raw the bytes in hex, with their encapsulation header. The topic
and type name go on the wire as given, or with --ros2 as ROS 2 has them. With --times and --once it waits for a subscriber first,
for 5 s at most, and at the end until reliable subscribers have acknowledged. --stdin reads a message a line instead, as fast as
they come. --json prints a line for each message published.`,
  examples: [
    `delos topic pub /chatter std_msgs/msg/String '{"data":"hi"}' --ros2 --rate 10 --times 20`,
    `delos topic pub Square ShapeType '{color: RED, x: 10}' --cdr '@key string color; long x; long y; long shapesize;'`,
  ],
  options: {
    ...BUS_OPTIONS,
    "node-name": { type: "string", short: "n" },
    ...QOS_OPTIONS,
    ...TYPE_OPTIONS,
    rate: { type: "string", short: "r" },
    times: { type: "string", short: "t" },
    count: { type: "string" },
    once: { type: "boolean", short: "1" },
    print: { type: "string", short: "p" },
    raw: { type: "boolean" },
    stdin: { type: "boolean" },
    "wait-matching-subscriptions": { type: "string", short: "w" },
    "max-wait-time-secs": { type: "string" },
    "keep-alive": { type: "string" },
  },
  optionHelp: {
    ...BUS_HELP,
    ...QOS_HELP,
    ...TYPE_HELP,
    rate: "Messages a second (default 1)",
    times: "How many to publish (default: until Ctrl-C)",
    count: "Same as --times",
    once: "Publish one",
    print: "Print every N-th message (default 1; 0: none)",
    raw: "VALUE is bytes in hex",
    stdin: "Read messages from standard input, one JSON object a line",
    "wait-matching-subscriptions": "Wait for this many subscribers first",
    "max-wait-time-secs": "Fail when they are not there after this many seconds",
    "keep-alive": "Stay this many seconds after the last message (default 0.1)",
  },
  async run(context) {
    const [topic, type, value] = positionals(context, this.usage, "TOPIC", "TYPE", "VALUE?");
    const { values } = context;
    const named = namesOf(context, topic!, type);
    const rate = numberOption(values, "rate") ?? 1;
    if (rate === 0) throw new UsageError("--rate is greater than 0");
    const stdin = values["stdin"] === true;
    if (stdin && value !== undefined) throw new UsageError("--stdin brings the messages, so there is no VALUE");
    const times =
      values["once"] === true ? 1 : (countOption(values, "times") ?? countOption(values, "count") ?? Infinity);
    const raw = values["raw"] === true;
    const codec = raw ? undefined : codecOf(context, named.type!, named.topic);
    const fixed = raw ? hexBytes(value ?? "") : stdin ? undefined : fromYaml(value ?? "{}", "VALUE");

    await using bus = await open(context, named.naming);
    const qos = qosOptions(values) ?? {};
    const publisher = (
      codec === undefined
        ? bus.node.publisherOfBytes(named.topic, opaqueSchema(named.type!), qos)
        : bus.node.publisher(topicOf(named.topic, codec), qos)
    ) as Publisher;
    const show = printed(context);
    const publish = (json: JsonValue | Uint8Array): void => {
      if (json instanceof Uint8Array) publisher.publishBytes(json);
      else publisher.publish(messageOf(codec!, json));
      show(json, publisher);
    };
    if (fixed !== undefined && !(fixed instanceof Uint8Array)) messageOf(codec!, fixed); // wrong before anybody waits

    await matched(context, bus, publisher, times < Infinity || stdin);
    if (stdin) {
      for await (const { value: message } of jsonLines(context)) publish(message);
    } else {
      const start = bus.nowMs;
      for (let n = 0; n < times; n++) {
        const waitMs = start + (n * 1000) / rate - bus.nowMs;
        if (waitMs > 0) await bus.sleep(waitMs);
        context.signal.throwIfAborted();
        publish(fixed!);
      }
    }
    if (publisher.qos.reliability === "reliable" && publisher.matched.length > 0) {
      try {
        await publisher.waitForAcknowledgments({ timeoutMs: ACKNOWLEDGE_MS, signal: context.signal });
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        context.err.write("not every reliable subscriber has acknowledged everything\n");
      }
    }
    await bus.sleep((numberOption(values, "keep-alive") ?? 0.1) * 1000);
  },
});

async function matched(context: CommandContext, bus: Bus, publisher: Publisher, finite: boolean): Promise<void> {
  const asked = countOption(context.values, "wait-matching-subscriptions", 0);
  const maxWaitS = numberOption(context.values, "max-wait-time-secs");
  const wanted = asked ?? (finite ? 1 : 0);
  if (wanted === 0) return;
  if (publisher.matched.length < wanted) context.err.write(`waiting for ${wanted} matching subscription(s)...\n`);
  const timeoutS = maxWaitS ?? (asked === undefined ? DEFAULT_WAIT_S : Infinity);
  // Matching follows discovery by some steps of the protocol, each an event of its own.
  const start = bus.nowMs;
  while (publisher.matched.length < wanted && bus.nowMs - start < timeoutS * 1000) await bus.sleep(10);
  if (publisher.matched.length < wanted) {
    if (asked !== undefined || maxWaitS !== undefined) {
      throw new TimeoutError(`Waiting for ${wanted} subscriptions of ${publisher.topic}`, timeoutS * 1000);
    }
    context.err.write(`nobody subscribes to ${publisher.topic}: publishing all the same\n`);
  } else if (publisher.matched.some(({ qos }) => qos.reliability === "best_effort")) {
    await bus.sleep(BEST_EFFORT_MATCH_MS);
  }
}

function printed(context: CommandContext): (json: JsonValue | Uint8Array, publisher: Publisher) => void {
  const every = countOption(context.values, "print", 0) ?? 1;
  return (json, publisher) => {
    const n = publisher.sequence;
    if (every === 0 || (n - 1) % every !== 0) return;
    const message = json instanceof Uint8Array ? { data: Buffer.from(json).toString("hex") } : { message: json };
    if (context.json) {
      line(context, { topic: publisher.topic, type: publisher.schema.name, sequence: n, ...message });
    } else context.out.write(`publishing #${n}: ${JSON.stringify(Object.values(message)[0])}\n`);
  };
}

/** @throws {DelosError} BUS_VALUE naming what does not fit the type */
export function messageOf(
  codec: { fromJSON(json: JsonValue): unknown; schema: { name: string } },
  json: JsonValue,
): unknown {
  try {
    return codec.fromJSON(json ?? {});
  } catch (cause) {
    // A value that does not fit as a whole has no field to name.
    const why = describeError(cause).replace(/^WIRE_VALUE: (?:: )?/, "");
    throw new DelosError("BUS_VALUE", `the value is no ${codec.schema.name}: ${why}`, { cause });
  }
}

function hexBytes(hex: string): Uint8Array {
  if (!/^([\da-f]{2})+$/i.test(hex)) throw new UsageError("with --raw VALUE is bytes in hex: 00010000…");
  return new Uint8Array(Buffer.from(hex, "hex"));
}
