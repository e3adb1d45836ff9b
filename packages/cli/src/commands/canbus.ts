import { readFileSync } from "node:fs";
import { DelosError, UsageError } from "@delos/core";
import { apollo } from "@delos/msgs";
import {
  type CanFrame,
  type ChassisDetailState,
  chassisOf,
  faultMask,
  formatCandump,
  fromHex,
  MkzController,
  parseCandump,
  readMkzParameters,
  readReport,
  toHex,
} from "@delos/vehicle";
import type { Command, CommandContext } from "../command.ts";
import { readTextMessage } from "../input-file.ts";
import { type JsonLine, jsonLines, writeLine } from "../json-lines.ts";

const { DrivingMode } = apollo.canbus.Chassis;
/** Driving modes by the names that `--mode` takes. */
const MODES = {
  auto: DrivingMode.COMPLETE_AUTO_DRIVE,
  manual: DrivingMode.COMPLETE_MANUAL,
  steer: DrivingMode.AUTO_STEER_ONLY,
  speed: DrivingMode.AUTO_SPEED_ONLY,
} as const;

const OPTIONS = { vehicle: { type: "string", default: "lincoln" }, conf: { type: "string" } } as const;
const OPTION_HELP = {
  vehicle: "lincoln: the Lincoln MKZ, the only layout there is",
  conf: "CanbusConf in text format: steering limits and the mode of START (default: Apollo's)",
};

const encode: Command = {
  name: "canbus encode",
  usage: "canbus encode [--vehicle lincoln] [--mode auto|manual|steer|speed] [--candump] < in.jsonl > out.jsonl",
  summary: "ControlCommands to the CAN frames that carry them out",
  description:
    'Each input line is a ControlCommand, alone or as {"command":{…}}; it gives the five frames {"id","data":"hex"} of its ' +
    "cycle, a line each, by ascending id. The by-wire units are taken as enabled (--mode auto) until a pad_msg with STOP or " +
    "RESET asks for manual driving; START enables them again.",
  examples: ['echo \'{"brake":50,"steering_target":10,"steering_rate":100}\' | delos canbus encode --vehicle lincoln'],
  options: { ...OPTIONS, mode: { type: "string", default: "auto" }, candump: { type: "boolean" } },
  optionHelp: {
    ...OPTION_HELP,
    mode: "Driving mode at the start (auto)",
    candump: "Print the log format of can-utils, lines 20 ms apart",
  },
  async run(context) {
    const parameters = parametersOf(context);
    const modeName = String(context.values["mode"]);
    if (!Object.hasOwn(MODES, modeName)) {
      throw new UsageError(`--mode ${modeName}: ${Object.keys(MODES).join(", ")} were expected`);
    }
    const controller = new MkzController(parameters);
    controller.assume(MODES[modeName as keyof typeof MODES]);
    // Units that always answer: START succeeds at once.
    controller.detail.check_response = { is_eps_online: true, is_esp_online: true, is_vcu_online: true };
    let count = 0;
    for await (const line of jsonLines(context)) {
      const json = line.value["command"] ?? line.value["control"] ?? line.value;
      controller.update(
        fromLine(line, () => apollo.control.ControlCommand.fromJSON(json)),
        0,
      );
      for (const frame of controller.commands.frames()) {
        if (context.values["candump"] === true) context.out.write(`${formatCandump(frame, count * 0.02)}\n`);
        else await writeLine(context, { id: frame.id, data: toHex(frame.data) });
      }
      count++;
    }
  },
};

const decode: Command = {
  name: "canbus decode",
  usage: "canbus decode [--vehicle lincoln] [--candump FILE] < in.jsonl > out.jsonl",
  summary: "CAN frames to what they say: ChassisDetail and Chassis",
  description:
    'Each input line is a frame {"id","data":"hex","timestamp"?}; id is a number or hex text. Each gives a line ' +
    '{"chassis_detail":{…},"chassis":{…}} with everything the frames so far have said. Frames of unknown id or of another ' +
    "length than 8 bytes change nothing and are named on standard error.",
  examples: ["delos canbus decode --vehicle lincoln < frames.jsonl"],
  options: { ...OPTIONS, candump: { type: "string" } },
  optionHelp: { ...OPTION_HELP, candump: "Read the frames from a candump log instead of standard input" },
  async run(context) {
    const { maxSteerDeg } = parametersOf(context);
    const detail: ChassisDetailState = {};
    let refused = 0;
    for await (const { frame, where } of framesOf(context)) {
      const outcome = readReport(frame, detail);
      if (outcome === "wrong length") refused++;
      if (outcome !== "read") {
        context.err.write(`${where}: frame 0x${frame.id.toString(16)} of ${frame.data.length} bytes: ${outcome}\n`);
      }
      const chassis = chassisOf(detail, {
        drivingMode: DrivingMode.COMPLETE_MANUAL,
        errorCode: apollo.canbus.Chassis.ErrorCode.NO_ERROR,
        errorMask: faultMask(detail).mask,
        maxSteerDeg,
      });
      await writeLine(context, {
        chassis_detail: apollo.canbus.ChassisDetail.toJSON(detail),
        chassis: apollo.canbus.Chassis.toJSON(chassis),
      });
    }
    return refused === 0 ? 0 : 3;
  },
};

function parametersOf(context: CommandContext): ReturnType<typeof readMkzParameters> {
  const vehicle = context.values["vehicle"];
  if (vehicle !== "lincoln") throw new UsageError(`--vehicle ${String(vehicle)}: lincoln was expected`);
  const file = context.values["conf"];
  if (typeof file === "string")
    return readMkzParameters(readTextMessage(context, file, apollo.canbus.CanbusConf), file);
  const own = new URL("../conf/canbus_conf.pb.txt", import.meta.resolve("@delos/vehicle"));
  return readMkzParameters(apollo.canbus.CanbusConf.fromText(readFileSync(own, "utf8")));
}

async function* framesOf(
  context: CommandContext,
): AsyncGenerator<{ readonly frame: CanFrame; readonly where: string }> {
  const log = context.values["candump"];
  if (typeof log === "string") {
    const { frames, skipped } = parseCandump(readFileSync(log, "utf8"));
    if (skipped > 0) context.err.write(`${log}: ${skipped} lines of another form were skipped\n`);
    for (const [i, frame] of frames.entries()) yield { frame, where: `${log}: frame ${i + 1}` };
    return;
  }
  for await (const line of jsonLines(context)) yield { frame: frameOf(line), where: `line ${line.number}` };
}

function frameOf(line: JsonLine): CanFrame {
  const { id, data, timestamp } = line.value;
  const number = typeof id === "string" ? Number.parseInt(id.replace(/^0x/i, ""), 16) : id;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 0x1fffffff) {
    throw new DelosError(
      "INPUT_LINE",
      `line ${line.number}: id is ${JSON.stringify(id)}, a CAN identifier was expected`,
    );
  }
  if (typeof data !== "string") {
    throw new DelosError("INPUT_LINE", `line ${line.number}: data is ${JSON.stringify(data)}, hex was expected`);
  }
  return {
    id: number,
    data: fromLine(line, () => fromHex(data.replaceAll(/\s/g, ""))),
    ...(typeof timestamp === "number" ? { timestampS: timestamp } : {}),
  };
}

function fromLine<T>(line: JsonLine, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new DelosError("INPUT_LINE", `line ${line.number}: ${(error as Error).message}`, { cause: error });
  }
}

export const commands: readonly Command[] = [encode, decode];
