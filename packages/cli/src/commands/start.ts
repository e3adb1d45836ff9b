import { resolve } from "node:path";
import { messageCodecs } from "@delos/bag";
import { type BridgeOptions, DEFAULT_PORT, type MediaOptions, openBridge } from "@delos/bridge";
import { Lifetime, UsageError } from "@delos/core";
import { builtinRecordingPath, openReplayDeck } from "@delos/replay";
import { open } from "@delos/runtime";
import type { Command, CommandContext } from "../command.ts";
import { version } from "../program.ts";
import { runDrive } from "./drive-session.ts";
import { announcePage } from "./page-announcement.ts";
import { securityHelp, securityOf, securityOptions, tellOfPage } from "./page-security.ts";
import { KEYS_HELP } from "./replay-keys.ts";
import { namesOption, numberOption, rateOption } from "./replay-options.ts";
import { runSession, tellOfRecording } from "./replay-session.ts";
import { vehicleFolders, vehiclesHelp, vehiclesOption } from "./vehicle.ts";

/** After a seek the page shows the state of that time: the last messages of up to two seconds before. */
const BACKFILL = { maxAgeNs: 2_000_000_000n, maxMessages: 20_000 };

const start: Command = {
  name: "start",
  usage:
    "start [FILE…] [--rate R] [--loop] [--start S] [--duration S] [--paused] [--topics A,B] [--port P] [--recordings DIR] [--headless] [--once] | --drive [--vehicle V] [--vehicles DIR]",
  summary: "Replay recordings on the page; without a file the built-in one, looping; or drive a simulated car from it",
  description: [
    "Opens ROS bags, MCAP files and Cyber records, several as one, and plays them onto the bus. The page shows the world, the",
    "instruments, plots, topics and messages, and leads the replay. In a terminal:",
    "",
    `  ${KEYS_HELP}`,
    "",
    "With --drive there is no recording: a simulated car and Apollo's modules wait to be started from the page, to record a drive",
    "by hand and to drive it again. Vehicle and road are chosen there. See docs/guides/page.md and docs/security.md.",
  ].join("\n"),
  examples: [
    "delos start",
    "delos start drive.bag --rate 2 --loop",
    "delos start --once --rate 10 --headless",
    "delos start --drive",
    "delos start --drive --vehicle delos-shuttle",
  ],
  options: {
    rate: { type: "string", short: "r" },
    loop: { type: "boolean", short: "l" },
    start: { type: "string", short: "s" },
    duration: { type: "string", short: "u" },
    paused: { type: "boolean" },
    topics: { type: "string", multiple: true },
    "exclude-topics": { type: "string", multiple: true },
    "skip-empty": { type: "string" },
    clock: { type: "boolean" },
    port: { type: "string", short: "p" },
    map: { type: "string" },
    "utm-zone": { type: "string" },
    recordings: { type: "string", multiple: true },
    "upload-limit": { type: "string" },
    drive: { type: "boolean" },
    data: { type: "string" },
    vehicle: { type: "string" },
    ...vehiclesOption,
    ...securityOptions,
    headless: { type: "boolean" },
    once: { type: "boolean" },
    quiet: { type: "boolean", short: "q" },
  },
  optionHelp: {
    rate: "Recorded seconds a second, 0.01 to 1000, or max (default 1)",
    loop: "Start again at the end",
    start: "Begin this many seconds after the first message",
    duration: "Play only this many seconds",
    paused: "Begin paused",
    topics: "Only these topics, separated by commas (repeatable)",
    "exclude-topics": "All but these topics",
    "skip-empty": "Jump over gaps longer than this many seconds",
    clock: "Publish recorded time on /clock",
    port: `Port of the page (default ${DEFAULT_PORT}; 0: any free one)`,
    map: "HD map to show: Apollo's, as text (base_map.txt) or binary protobuf",
    "utm-zone":
      "Zone of the recording's coordinates, for viewers that show the globe: 32, 56S (default 10, Apollo's own)",
    recordings: "Folder whose recordings the page may open, beside those of the files given (repeatable)",
    "upload-limit": "GiB of recordings that the page may send, 0 for none (default 4)",
    drive: "A live drive with a simulated car instead of a recording",
    data: "Folder for what a live drive records and logs (default data/log)",
    vehicle: "Vehicle of a live drive to begin with, a name of `delos vehicle list` (default: the one chosen last)",
    vehicles: vehiclesHelp,
    ...securityHelp,
    headless: "No page",
    once: "End after one pass",
    quiet: "No status line",
  },
  async run(context) {
    const { positionals, values, cwd, signal } = context;
    const port = numberOption(context, "port", { min: 0, max: 65_535 }) ?? DEFAULT_PORT;
    const host = typeof values["host"] === "string" ? values["host"] : undefined;
    if (values["drive"] === true) {
      if (positionals.length > 0) throw new UsageError("--drive is live: there is no recording to play");
      const dataFolder = resolve(cwd, typeof values["data"] === "string" ? values["data"] : "data/log");
      const security = securityOf(context, `${dataFolder}/audit.jsonl`);
      const vehicle = typeof values["vehicle"] === "string" ? values["vehicle"] : undefined;
      return runDrive(context, { port, host, security, dataFolder, vehicle, vehicleFolders: vehicleFolders(context) });
    }
    const [headless, once] = [values["headless"] === true, values["once"] === true];
    const isBuiltin = positionals.length === 0;
    const options = {
      rate: rateOption(context),
      // The built-in recording is a show: it goes on until somebody ends it.
      loop: !once && (values["loop"] === true || isBuiltin),
      paused: values["paused"] === true,
      startS: numberOption(context, "start", { min: 0 }),
      durationS: numberOption(context, "duration", { min: 0 }),
      topics: namesOption(context, "topics"),
      exclude: namesOption(context, "exclude-topics"),
      skipEmptyS: numberOption(context, "skip-empty", { min: 0 }),
      clockHz: values["clock"] === true ? 100 : undefined,
      backfill: headless ? undefined : BACKFILL,
    };
    const files = isBuiltin ? [builtinRecordingPath()] : positionals.map((file) => resolve(cwd, file));

    const lifetime = new Lifetime();
    try {
      const runtime = lifetime.own(await open({ name: "delos start", codecs: messageCodecs() }));
      const deck = lifetime.own(await openReplayDeck(files, { runtime, ...options, begin: false }));
      tellOfRecording(context, deck.replay);
      if (!headless) {
        const title = isBuiltin
          ? "built-in recording"
          : positionals.map((file) => file.replace(/^.*[\\/]/, "")).join(", ");
        const server = `Delos ${version()}`;
        const bridge = lifetime.own(
          await openBridge({
            runtime,
            deck,
            media: mediaOf(context),
            port,
            title,
            server,
            security: securityOf(context),
            utmZone: utmZoneOf(context),
            map: typeof values["map"] === "string" ? resolve(cwd, values["map"]) : undefined,
            ...(host === undefined ? {} : { host }),
          }),
        );
        tellOfPage(context, bridge, host);
        lifetime.own(announcePage(context, bridge, host));
      }
      return await runSession({ ...context, signal }, deck, {
        endsWithRecording: once || headless,
        quiet: values["quiet"] === true,
      });
    } finally {
      await lifetime[Symbol.asyncDispose]();
    }
  },
};

function utmZoneOf({ values }: CommandContext): BridgeOptions["utmZone"] {
  const text = values["utm-zone"];
  if (typeof text !== "string") return undefined;
  const [, zone, side] = /^(\d{1,2})([ns]?)$/i.exec(text) ?? [];
  if (zone === undefined || Number(zone) < 1 || Number(zone) > 60)
    throw new UsageError(`--utm-zone ${text}: a zone is a number of 1 to 60, in the south with an S behind it`);
  return { zone: Number(zone), hemisphere: side?.toUpperCase() === "S" ? "south" : "north" };
}

/** Which recordings the page may open, and how much it may send. */
function mediaOf(context: CommandContext): MediaOptions {
  const { values, cwd } = context;
  const folders = Array.isArray(values["recordings"]) ? values["recordings"] : [];
  const limitGib = numberOption(context, "upload-limit", { min: 0, max: 1024 });
  return {
    folders: folders.map((folder) => resolve(cwd, String(folder))),
    ...(limitGib === undefined ? {} : { uploadBytes: Math.round(limitGib * 1024 ** 3) }),
  };
}

export const commands: readonly Command[] = [start];
