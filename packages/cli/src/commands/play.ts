import { resolve } from "node:path";
import { messageCodecs } from "@delos/bag";
import { Lifetime, UsageError } from "@delos/core";
import { openReplay } from "@delos/replay";
import { open } from "@delos/runtime";
import type { Command, CommandContext } from "../command.ts";
import { KEYS_HELP } from "./replay-keys.ts";
import { namesOption, numberOption, rateOption } from "./replay-options.ts";
import { runSession, tellOfRecording } from "./replay-session.ts";

/** `--clock` without a number: rosbag play's 100 Hz. */
const DEFAULT_CLOCK_HZ = 100;

const play: Command = {
  name: "bag play",
  usage: "bag play FILE… [OLD:=NEW…] [--rate R] [--start S] [--duration S] [--loop] [--clock] [--topics A,B] …",
  summary: "Play recordings onto the bus",
  description: [
    "Options are those of rosbag play, ros2 bag play and cyber_recorder play, whichever one's fingers know. In a terminal:",
    "",
    `  ${KEYS_HELP}`,
  ].join("\n"),
  examples: [
    "delos bag play drive.bag --rate 0.5 --start 10",
    "delos bag play a.mcap b.mcap /camera:=/camera_old --clock",
    "delos bag play drive.record -c /apollo/canbus/chassis -l",
  ],
  options: {
    rate: { type: "string", short: "r" },
    immediate: { type: "boolean", short: "i" },
    start: { type: "string", short: "s" },
    "start-offset": { type: "string" },
    begin: { type: "string", short: "b" },
    end: { type: "string", short: "e" },
    duration: { type: "string", short: "u" },
    "playback-duration": { type: "string" },
    "playback-until-sec": { type: "string" },
    "playback-until-nsec": { type: "string" },
    delay: { type: "string", short: "d" },
    loop: { type: "boolean", short: "l" },
    pause: { type: "boolean" },
    "start-paused": { type: "boolean" },
    clock: { type: "boolean" },
    hz: { type: "string" },
    "clock-topics": { type: "string", multiple: true },
    "clock-topics-all": { type: "boolean" },
    topics: { type: "string", multiple: true },
    channel: { type: "string", multiple: true, short: "c" },
    all: { type: "boolean", short: "a" },
    regex: { type: "string" },
    "exclude-topics": { type: "string", multiple: true },
    "exclude-channel": { type: "string", multiple: true, short: "k" },
    "exclude-regex": { type: "string", short: "x" },
    remap: { type: "string", multiple: true, short: "m" },
    prefix: { type: "string", short: "p" },
    "skip-empty": { type: "string" },
    "pause-topics": { type: "string", multiple: true },
    queue: { type: "string" },
    "wait-for-subscribers": { type: "boolean" },
    "keep-alive": { type: "boolean" },
    quiet: { type: "boolean", short: "q" },
    "disable-keyboard-controls": { type: "boolean" },
    file: { type: "string", multiple: true, short: "f" },
  },
  optionHelp: {
    rate: "Recorded seconds a second, 0.01 to 1000, or max (default 1)",
    immediate: "As fast as possible: the same as --rate max",
    start: "Begin this many seconds after the first message",
    "start-offset": "The same, as ros2 bag play calls it",
    begin: "Begin at this local time, YYYY-MM-DD-hh:mm:ss, or unix seconds",
    end: "End at this time",
    duration: "Play only this many seconds",
    "playback-duration": "The same, as ros2 bag play calls it",
    "playback-until-sec": "End at this time, unix seconds",
    "playback-until-nsec": "End at this time, ns",
    delay: "Wait this many seconds before beginning (default 0)",
    loop: "Start again at the end",
    pause: "Begin paused",
    "start-paused": "The same, as ros2 bag play calls it",
    clock: "Publish recorded time on /clock",
    hz: `How often a second (default ${DEFAULT_CLOCK_HZ})`,
    "clock-topics": "Publish /clock right before each message of these topics",
    "clock-topics-all": "Publish /clock right before each message",
    topics: "Only these topics, separated by commas (repeatable)",
    channel: "The same, as cyber_recorder calls it",
    all: "All topics: the default",
    regex: "Also topics that match this expression",
    "exclude-topics": "All but these topics",
    "exclude-channel": "The same, as cyber_recorder calls it",
    "exclude-regex": "Without topics that match this expression",
    remap: "OLD:=NEW: publish a topic under another name (repeatable; also without the option)",
    prefix: "Put this before the name of every topic",
    "skip-empty": "Jump over gaps longer than this many seconds",
    "pause-topics": "Pause after each message of these topics",
    queue: "Messages kept for slow subscribers of each topic (default 100)",
    "wait-for-subscribers": "Begin when every topic has a subscriber",
    "keep-alive": "Stay at the end, for late subscribers of latched topics",
    quiet: "No status line",
    "disable-keyboard-controls": "Leave the keys to the terminal",
    file: "A recording, as cyber_recorder names it",
  },
  async run(context) {
    const { positionals, values, cwd, signal } = context;
    const renamings = [...positionals.filter(isRenaming), ...(namesOption(context, "remap") ?? [])];
    const files = [...positionals.filter((text) => !isRenaming(text)), ...(namesOption(context, "file") ?? [])];
    if (files.length === 0) throw new UsageError("which recording? See: delos bag play --help");
    const lifetime = new Lifetime();
    try {
      const runtime = lifetime.own(await open({ name: "delos bag play", codecs: messageCodecs() }));
      const replay = lifetime.own(
        await openReplay(
          files.map((file) => resolve(cwd, file)),
          { runtime, ...playerOptions(context), remap: remapOf(renamings), begin: false },
        ),
      );
      tellOfRecording(context, replay);
      if (values["wait-for-subscribers"] === true) await replay.waitForSubscribers(signal);
      return await runSession(context, replay, {
        endsWithRecording: values["keep-alive"] !== true,
        quiet: values["quiet"] === true,
        keys: values["disable-keyboard-controls"] !== true,
      });
    } finally {
      await lifetime[Symbol.asyncDispose]();
    }
  },
};

function playerOptions(context: CommandContext) {
  const { values } = context;
  const seconds = (...names: readonly string[]): number | undefined =>
    names.map((name) => numberOption(context, name, { min: 0 })).find((value) => value !== undefined);
  const hz = numberOption(context, "hz", { min: 0.001, max: 10_000 });
  const ends = [timeOption(context, "end"), untilOption(context)].filter((time) => time !== undefined);
  const queue = numberOption(context, "queue", { min: 1, max: 1_000_000 });
  return {
    rate: values["immediate"] === true ? Number.POSITIVE_INFINITY : rateOption(context),
    startS: seconds("start", "start-offset"),
    startNs: timeOption(context, "begin"),
    endNs: ends.sort((a, b) => (a < b ? -1 : 1))[0],
    durationS: seconds("duration", "playback-duration"),
    delayMs: (seconds("delay") ?? 0) * 1000,
    loop: values["loop"] === true,
    paused: values["pause"] === true || values["start-paused"] === true,
    clockHz: values["clock"] === true || hz !== undefined ? (hz ?? DEFAULT_CLOCK_HZ) : undefined,
    clockTopics: values["clock-topics-all"] === true ? ("all" as const) : namesOption(context, "clock-topics"),
    topics: values["all"] === true ? undefined : namesOption(context, "topics", "channel"),
    regex: regexOption(context, "regex"),
    exclude: namesOption(context, "exclude-topics", "exclude-channel"),
    excludeRegex: regexOption(context, "exclude-regex"),
    prefix: typeof values["prefix"] === "string" ? values["prefix"] : undefined,
    skipEmptyS: seconds("skip-empty"),
    pauseTopics: namesOption(context, "pause-topics"),
    ...(queue === undefined ? {} : { queue }),
  };
}

const isRenaming = (text: string): boolean => text.includes(":=");

function remapOf(renamings: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    renamings.map((text): [string, string] => {
      const [, from, to] = /^(\S+?):=(\S+)$/.exec(text) ?? [];
      if (from === undefined || to === undefined) throw new UsageError(`${text}: OLD:=NEW was expected`);
      return [from, to];
    }),
  );
}

function regexOption({ values }: CommandContext, name: string): RegExp | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new UsageError(`--${name} ${text}: no regular expression`, { cause });
  }
}

/** Local time as cyber_recorder takes it, or unix seconds. In ns. */
function timeOption({ values }: CommandContext, name: string): bigint | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  const local = /^(\d{4})-(\d\d)-(\d\d)[-T ](\d\d):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
  if (local !== null) {
    const [year, month, day, hours, minutes] = local.slice(1, 6).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const ms = new Date(year, month - 1, day, hours, minutes).getTime();
    return BigInt(ms) * 1_000_000n + secondsToNs(local[6]!);
  }
  if (/^\d+(\.\d+)?$/.test(text)) return secondsToNs(text);
  throw new UsageError(`--${name} ${text}: YYYY-MM-DD-hh:mm:ss or unix seconds were expected`);
}

/** The earlier of the two of `ros2 bag play`; negative: off. */
function untilOption(context: CommandContext): bigint | undefined {
  const [sec, nsec] = ["playback-until-sec", "playback-until-nsec"].map((name) => context.values[name]);
  const times = [
    typeof sec === "string" && !sec.startsWith("-") ? timeOption(context, "playback-until-sec") : undefined,
    typeof nsec === "string" && /^\d+$/.test(nsec) ? BigInt(nsec) : undefined,
  ].filter((time) => time !== undefined);
  return times.sort((a, b) => (a < b ? -1 : 1))[0];
}

/** Decimal text to ns without the rounding of a double. */
function secondsToNs(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9));
}

export const commands: readonly Command[] = [play];
