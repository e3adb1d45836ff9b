import { resolve } from "node:path";
import { createFile, McapWriter } from "@delos/bag";
import { DelosError, UsageError } from "@delos/core";
import { type DrivenPath, parseDrivenPath } from "@delos/planning";
import { conditionTrack, DriveRecorder, type DriveResult, findVehicle, loopTrack, simulateDrive } from "@delos/sim";
import type { Command, CommandContext } from "../command.ts";
import { readText } from "../input-file.ts";
import { vehicleFolders, vehiclesHelp, vehiclesOption } from "./vehicle.ts";

const sim: Command = {
  name: "sim",
  usage:
    "sim [--track FILE|loop] [--vehicle VEHICLE] [--duration S] [--out FILE] [--seed N] [--filter] [--gnss-gap FROM:TO] [--estop S] [--json]",
  summary: "Drive the closed loop on simulated time, as fast as the machine can",
  description:
    "The modules of the closed loop's launch file on a simulated clock: a simulated car (Lincoln MKZ, or --vehicle), canbus, guardian, monitor, watchdog, " +
    "RTK localization, the RTK player and control. Engage, follow the track, report the errors. The same options give the same messages, to the byte: the digest is that of `delos bag digest OUT`. " +
    "A recorded track is first made consistent with its own positions (a real recording is not); --raw takes it as it is.",
  examples: [
    "delos sim --track loop --duration 60 --json",
    "delos sim --vehicle delos-shuttle --duration 60",
    "delos sim --track garage.csv --duration 20 --out drive.mcap",
  ],
  options: {
    track: { type: "string", default: "loop" },
    vehicle: { type: "string" },
    ...vehiclesOption,
    duration: { type: "string", default: "20" },
    out: { type: "string", short: "o" },
    seed: { type: "string", default: "1" },
    filter: { type: "boolean" },
    raw: { type: "boolean" },
    "gnss-gap": { type: "string", multiple: true },
    estop: { type: "string" },
  },
  optionHelp: {
    track: "A drive as the recorder writes it (garage.csv), or loop: our own course (default)",
    vehicle: "A name of `delos vehicle list`, or a folder with a vehicle.pb.txt (lincoln-mkz)",
    vehicles: vehiclesHelp,
    duration: "Seconds to simulate (20)",
    out: "Write all messages to this MCAP file",
    seed: "Of the sensors' noise (1)",
    filter: "Localize with the error-state filter, which bridges GNSS gaps",
    raw: "Follow the recorded track unchanged",
    "gnss-gap": "No GNSS between these seconds of the run (repeatable)",
    estop: "Emergency stop at this second of the run",
  },
  async run(context) {
    const durationS = secondsOf("duration", String(context.values["duration"]));
    if (durationS > 24 * 3600) throw new UsageError("--duration: at most a day");
    const seed = Number(context.values["seed"]);
    if (!Number.isInteger(seed))
      throw new UsageError(`--seed ${String(context.values["seed"])}: a whole number was expected`);
    const gaps = (context.values["gnss-gap"] ?? []) as readonly string[];
    const estop = context.values["estop"];
    const vehicle = context.values["vehicle"];
    const options = {
      path: trackOf(context, durationS),
      durationS,
      seed,
      filter: context.values["filter"] === true,
      gnssGaps: gaps.map((gap) => gapOf(gap)),
      ...(typeof vehicle === "string" ? { vehicle: findVehicle(vehicle, vehicleFolders(context), context.cwd) } : {}),
      ...(typeof estop === "string" ? { estopS: secondsOf("estop", estop) } : {}),
      signal: context.signal,
    };
    const file = context.values["out"];
    using recorder = new DriveRecorder(
      typeof file === "string" ? await McapWriter.create(createFile(resolve(context.cwd, file))) : undefined,
    );
    const driven = await simulateDrive(options, (message) => recorder.add(message));
    const result = { ...driven, digest: recorder.finish() };
    context.out.write(context.json ? `${JSON.stringify(result)}\n` : table(result, durationS));
    return undefined;
  },
};

function trackOf(context: CommandContext, durationS: number): DrivenPath {
  const track = String(context.values["track"]);
  if (track === "loop") return loopTrack(durationS + 12);
  const path = parseDrivenPath(readText(context, track), track);
  if (path.length < 50) {
    throw new DelosError("PATH_TOO_SHORT", `${track}: the path has ${path.length} samples, at least 50 are needed`);
  }
  return context.values["raw"] === true ? path : conditionTrack(path);
}

function secondsOf(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`--${option} ${text}: seconds above 0 were expected`);
}

function gapOf(text: string): readonly [number, number] {
  const [from, to] = text.split(":").map((part) => secondsOf("gnss-gap", part));
  if (from === undefined || to === undefined || to <= from) {
    throw new UsageError(`--gnss-gap ${text}: FROM:TO in seconds was expected`);
  }
  return [from, to];
}

function table(result: DriveResult & { readonly digest: string }, durationS: number): string {
  const row = (name: string, { rms, max }: { readonly rms: number; readonly max: number }, unit: string): string =>
    `  ${name.padEnd(16)}${rms.toFixed(3).padStart(8)} rms ${max.toFixed(3).padStart(8)} max  ${unit}\n`;
  return (
    `${durationS} s, ${result.distance_m.toFixed(1)} m, ${result.messages} messages, ${result.estops} emergency stops\n` +
    row("lateral error", result.lateral_error_m, "m") +
    row("station error", result.station_error_m, "m") +
    row("speed error", result.speed_error_mps, "m/s") +
    row("heading error", result.heading_error_rad, "rad") +
    `  digest ${result.digest}\n`
  );
}

export const commands: readonly Command[] = [sim];
