import { describeError, type JsonValue, type MessageCodec, TimeoutError, UsageError } from "@delos/core";
import { topic as topicOf } from "@delos/runtime";
import type { Incompatibility, QosOptions, Sample } from "@delos/transport";
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
  text,
} from "../bus-options.ts";
import { fieldOf, shorten, toCsv, toYaml, withIntegers } from "../bus-text.ts";
import { codecOf, findCodec, type Named, namesOf, rosType, TYPE_HELP, TYPE_OPTIONS } from "../bus-types.ts";
import type { Command, CommandContext } from "../command.ts";
import { Lines } from "./bag-output.ts";

/** Samples that may wait for a slow terminal. */
const QUEUE = 10_000;
/** So that a burst finds room: what a subscriber keeps is no matter between it and publishers. */
const DEPTH = 1000;
const TRUNCATE = 128;

export const echoCommand = (open: OpenBus): Command => ({
  name: "topic echo",
  usage:
    "topic echo TOPIC [TYPE] [--ros2] [--count N | --once] [--timeout S] [--field PATH] [--csv | --raw] [QoS] [--json]",
  summary: "Print the messages of a topic",
  description: `
Without TYPE the type is what is published: Delos' peers tell it with its definition, of ROS 2's standard types the names are
enough. With TYPE the topic and type name go on the wire as given, or with --ros2 as ROS 2 has them; the fields of a type of
your own are given by --cdr or --msg. Without options of quality of service, it is reliable and transient_local where all
publishers found are, or else best_effort and volatile, which hears everybody.

--json prints a line each: topic, type, log_time_ns (when it arrived), publish_time_ns, publisher, sequence and message; with
--raw, or where nobody knows the type, data as hex instead of message; instance_state where an instance has ended.`,
  examples: [
    "delos topic echo /chatter",
    "delos topic echo /chatter std_msgs/msg/String --ros2 --reliability reliable --durability transient_local --count 10 --json",
    "delos topic echo Square ShapeType --cdr 'string color; long x; long y; long shapesize;'",
  ],
  options: {
    ...BUS_OPTIONS,
    ...QOS_OPTIONS,
    ...TYPE_OPTIONS,
    count: { type: "string", short: "n" },
    times: { type: "string" },
    once: { type: "boolean" },
    timeout: { type: "string" },
    field: { type: "string" },
    csv: { type: "boolean" },
    raw: { type: "boolean" },
    "flow-style": { type: "boolean" },
    "full-length": { type: "boolean", short: "f" },
    "truncate-length": { type: "string", short: "l" },
    "no-arr": { type: "boolean" },
    "no-str": { type: "boolean" },
    "no-lost-messages": { type: "boolean" },
    "include-message-info": { type: "boolean", short: "i" },
  },
  optionHelp: {
    ...BUS_HELP,
    ...QOS_HELP,
    ...TYPE_HELP,
    count: "End after this many messages",
    times: "Same as --count",
    once: "End after one message",
    timeout: "Give up after this many seconds",
    field: "Only this part of each message: a.b.0",
    csv: "One line of comma-separated values each",
    raw: "The bytes as hex, not decoded",
    "flow-style": "YAML on one line",
    "full-length": "Do not cut long lists and texts",
    "truncate-length": "Cut lists and texts at this length (default 128)",
    "no-arr": "Only the lengths of lists",
    "no-str": "Only the lengths of texts",
    "no-lost-messages": "Do not tell of lost messages",
    "include-message-info": "Also when it was sent and arrived, by whom, and its number",
  },
  async run(context) {
    const [topic, type] = positionals(context, this.usage, "TOPIC", "TYPE?");
    const { values } = context;
    const given = namesOf(context, topic!, type);
    const count =
      values["once"] === true ? 1 : (countOption(values, "count") ?? countOption(values, "times") ?? Infinity);
    const timeoutS = numberOption(values, "timeout");
    const raw = values["raw"] === true;
    if (values["csv"] === true && (raw || context.json)) throw new UsageError("--csv excludes --raw and --json");
    const codec = given.type === undefined || raw ? undefined : codecOf(context, given.type, given.topic);
    const print = raw ? rawPrinter(context) : printer(context);

    await using bus = await open(context, given.naming);
    const named = { ...given, ...(given.naming === "auto" && { topic: await bus.nameMeant(given.topic) }) };
    const qos = { depth: DEPTH, ...(qosOptions(values) ?? (await adapted(bus, named.topic))) };
    const deadline = new AbortController();
    using _alarm = bus.node.after(timeoutS === undefined ? 2 ** 31 - 1 : timeoutS * 1000, () => deadline.abort());
    const signal = AbortSignal.any([context.signal, deadline.signal]);
    const { subscription, stream } = subscribed(bus, context, named, qos, codec, signal);
    if (values["no-lost-messages"] !== true) {
      subscription.on("lost", (lost) => void context.err.write(`${lost.count} messages lost (${lost.total} in all)\n`));
    }
    using _hint = hintOf(context, bus, named);

    using lines = new Lines(context.out);
    let printed = 0;
    try {
      for await (const sample of stream) {
        // A reader of any type hears the topic's other types as well.
        if (named.type !== undefined && !isOf(sample, named.type)) continue;
        const shown = print(codec === undefined || sample.extras?.instanceState ? sample : sample.as(codec));
        if (shown === undefined) continue;
        await (lines.write(shown) ?? lines.flush());
        if (++printed >= count || lines.gone) break;
      }
    } catch (error) {
      if (!deadline.signal.aborted) throw error;
      if (printed === 0 || count !== Infinity) {
        const wanted = count === Infinity ? "" : ` of ${count}`;
        const why = printed > 0 ? "" : reasonOf(bus, named, subscription);
        throw new TimeoutError(
          `Waiting for messages on ${named.topic} (${printed}${wanted} came${why})`,
          timeoutS! * 1000,
        );
      }
    }
    const { dropped } = subscription.stats;
    if (dropped > 0)
      context.err.write(`${dropped} messages were dropped: they came faster than they could be printed\n`);
  },
});

/**
 * A subscription of the type where its codec is known, which DDS peers then see as one of that type. IDL of the command line
 * may leave out which fields are keys: a reader of any type takes the peers' word for that.
 */
function subscribed(
  bus: Bus,
  context: CommandContext,
  named: Named,
  qos: QosOptions,
  codec: MessageCodec | undefined,
  signal: AbortSignal,
) {
  const subscription =
    codec === undefined || text(context.values, "cdr") !== undefined
      ? bus.node.subscribeAny(named.topic, qos)
      : bus.node.subscribe(topicOf(named.topic, codec), qos);
  return { subscription, stream: subscription.stream({ queue: QUEUE, signal }) };
}

const isOf = (sample: Sample, type: string): boolean =>
  sample.schema.name === type ||
  sample.schema.name === rosType(type.replaceAll("::", "/")) ||
  type.startsWith("pb_msgs/");

/** As `ros2 topic echo`: what all publishers offer, so that nothing of it is missed. */
async function adapted(bus: Bus, topic: string): Promise<QosOptions> {
  const found = await bus.waitFor(() => {
    const publications = bus.topic(topic)?.publications ?? [];
    return publications.length > 0 ? publications : undefined;
  }, 1000);
  if (found === undefined) return { reliability: "best_effort", durability: "volatile" };
  const all = bus.topic(topic)?.publications ?? found;
  return {
    reliability: all.every(({ qos }) => qos.reliability === "reliable") ? "reliable" : "best_effort",
    durability: all.every(({ qos }) => qos.durability !== "volatile") ? "transient_local" : "volatile",
  };
}

/** Who waits in vain is told why, as far as that is to be seen. */
function hintOf(context: CommandContext, bus: Bus, named: Named): Disposable {
  return bus.node.after(2000, () => {
    if (bus.topic(named.topic)?.publications.length) return;
    const ros = bus.topic(named.topic.replace(/^\/?/, "rt/"));
    if (named.naming === "plain" && ros !== undefined) {
      const { name } = ros;
      context.err.write(
        `nobody publishes ${named.topic}, but there is ${name}: a topic of ROS 2, to be had with --ros2\n`,
      );
    } else context.err.write(`nobody publishes ${named.topic} so far; who is there: delos topic list, delos doctor\n`);
  });
}

/** Why nothing has come. */
function reasonOf(
  bus: Bus,
  { topic }: Named,
  subscription: { readonly incompatible: readonly Incompatibility[] },
): string {
  const publishers = bus.topic(topic)?.publications.length ?? 0;
  if (publishers === 0) return "; nobody publishes it";
  const mismatches = subscription.incompatible.map((each) => each.explain());
  return mismatches.length > 0
    ? `; ${[...new Set(mismatches)].join("; ")}`
    : `; its publishers, ${publishers}, are silent`;
}

function headOf(sample: Sample): Record<string, JsonValue> {
  return {
    log_time_ns: String(sample.receptionTimeNs),
    publish_time_ns: String(sample.sourceTimeNs),
    publisher: sample.publisher,
    sequence: sample.sequence,
    ...(sample.extras?.instanceState === undefined ? {} : { instance_state: sample.extras.instanceState }),
  };
}

type Printer = (sample: Sample) => string | undefined;

function rawPrinter(context: CommandContext): Printer {
  return (sample) => {
    const data = sample.extras?.instanceState === undefined ? hex(sample.bytes) : "";
    if (!context.json) return data === "" ? `# instance ${sample.extras!.instanceState}` : data;
    return JSON.stringify({ type: sample.schema.name, ...headOf(sample), data });
  };
}

/** As JSON, CSV or YAML. A message that cannot be decoded is told and printed as bytes. */
function printer(context: CommandContext): Printer {
  const { values, err, json } = context;
  const field = text(values, "field");
  const how = {
    length: values["full-length"] === true || json ? Infinity : (countOption(values, "truncate-length", 0) ?? TRUNCATE),
    noArrays: values["no-arr"] === true,
    noStrings: values["no-str"] === true,
  };
  const told = new Set<string>();
  return (sample) => {
    const head = { topic: context.positionals[0]!, type: sample.schema.name, ...headOf(sample) };
    if (sample.extras?.instanceState !== undefined) {
      return json ? JSON.stringify(head) : `# instance ${sample.extras.instanceState}\n---`;
    }
    let message: JsonValue | undefined;
    try {
      if (sample.codec === undefined) {
        const known = findCodec(context, sample.schema.name, sample.schema.name);
        if (known !== undefined) sample = sample.as(known) as Sample;
      }
      message = json ? sample.json : withIntegers(sample.json, sample.message);
    } catch (error) {
      const reason = describeError(error);
      if (!told.has(reason) && told.size < 100) {
        told.add(reason);
        err.write(`${context.positionals[0]}: ${reason}\n`);
      }
      return json ? JSON.stringify({ ...head, data: hex(sample.bytes), error: reason }) : `${hex(sample.bytes)}\n---`;
    }
    if (field !== undefined) {
      message = fieldOf(message, field);
      if (message === undefined) {
        if (!told.has(field)) err.write(`${sample.schema.name} has no field ${field} here\n`);
        told.add(field);
        return undefined;
      }
    }
    const shown = shorten(message, how);
    if (json) return JSON.stringify({ ...head, message: shown });
    if (values["csv"] === true) return toCsv(shown);
    const info = values["include-message-info"] === true ? toYaml(head, true) : "";
    return `${info}${toYaml(shown, values["flow-style"] === true)}---`;
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
