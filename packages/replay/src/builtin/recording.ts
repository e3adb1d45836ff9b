import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type ByteSink, createFile, McapWriter } from "@delos/bag";
import { apollo, type MessageType } from "@delos/msgs";
import { type DriveState, ENGAGE_S, gaussian, simulateBuiltinDrive, TICK_S } from "./drive.ts";
import * as messages from "./messages.ts";

/** Beside `src` and `dist`, so that both find it. The build writes it and the package ships it. */
const SHIPPED = fileURLToPath(new URL("../../recordings/closed-venue.mcap", import.meta.url));

/**
 * The built-in recording: some 45 s of a closed-loop drive with all topics of Apollo 1.0's demo. The file is made when it is
 * missing, beside the package, or in the temporary folder where that cannot be written.
 */
export function builtinRecordingPath(): string {
  if (existsSync(SHIPPED)) return SHIPPED;
  try {
    return writeInPlace(SHIPPED);
  } catch {
    const fallback = join(tmpdir(), `delos-closed-venue-${process.getuid?.() ?? 0}.mcap`);
    return existsSync(fallback) ? fallback : writeInPlace(fallback);
  }
}

/** Under another name first: who looks meanwhile sees no half-written file. */
function writeInPlace(path: string): string {
  const unfinished = `${path}.${process.pid}`;
  mkdirSync(join(path, ".."), { recursive: true });
  try {
    writeBuiltinRecording(createFile(unfinished));
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return path;
}

/** Writes the recording as MCAP into `sink` and closes it. The same bytes on every machine. */
export function writeBuiltinRecording(sink: ByteSink): void {
  const { plan, states } = simulateBuiltinDrive();
  const noise = gaussian(1_000_1);
  using writer = new McapWriter(sink, { compression: "lz4", chunkBytes: 256 * 1024 });
  const out = new Topics(writer);

  for (const state of states) {
    const { tick } = state;
    const pad = tick === Math.round(ENGAGE_S / TICK_S);
    if (tick % 50 === 0) out.write(GNSS_STATUS, state, 0.2, (n) => messages.gnssStatus(state, n));
    out.write(GPS, state, 0.5, () => messages.gps(state, noise));
    out.write(IMU, state, 0.6, () => messages.imu(state, noise));
    out.write(CHASSIS, state, 1.2, (n) => messages.chassis(state, n));
    out.write(LOCALIZATION, state, 2.3, (n) => messages.localizationEstimate(state, n));
    if (state.time >= ENGAGE_S - 1 && tick % 20 === 0) {
      out.write(PLANNING, state, 3.1, (n) => messages.adcTrajectory(plan, state, n));
    }
    if (pad) out.write(PAD, state, 3.6, () => messages.padMessage(state));
    if (state.time >= ENGAGE_S - 1) out.write(CONTROL, state, 4.4, (n) => messages.controlCommand(state, n, pad));
    const text = remark(states, state);
    if (text !== undefined) out.write(MONITOR, state, 4.9, (n) => messages.monitorMessage(state, n, text));
  }
  writer.addMetadata(
    "drive",
    new Map([
      ["vehicle", "simulated sedan"],
      ["place", "closed venue, UTM zone 10"],
    ]),
  );
}

/** What the modules tell the operator. */
function remark(states: readonly DriveState[], state: DriveState): string | undefined {
  const before = states[state.tick - 1];
  if (before === undefined) return "control: waiting for the operator";
  if (state.engaged && !before.engaged) return "control: autonomous driving engaged";
  if (state.tick === states.length - 1) return "control: end of the trajectory, standing";
  return undefined;
}

interface BuiltinTopic<T> {
  readonly topic: string;
  readonly type: MessageType<T>;
}

const on = <T>(topic: string, type: MessageType<T>): BuiltinTopic<T> => ({ topic, type });
const GNSS_STATUS = on("/apollo/sensor/gnss/gnss_status", apollo.common.gnss_status.GnssStatus);
const GPS = on("/apollo/sensor/gnss/odometry", apollo.localization.Gps);
const IMU = on("/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu);
const CHASSIS = on("/apollo/canbus/chassis", apollo.canbus.Chassis);
const LOCALIZATION = on("/apollo/localization/pose", apollo.localization.LocalizationEstimate);
const PLANNING = on("/apollo/planning", apollo.planning.ADCTrajectory);
const PAD = on("/apollo/control/pad", apollo.control.PadMessage);
const CONTROL = on("/apollo/control", apollo.control.ControlCommand);
const MONITOR = on("/apollo/monitor", apollo.common.monitor.MonitorMessage);

/** Channels by topic, each with its sequence numbers (Apollo counts from 1). */
class Topics {
  readonly #writer: McapWriter;
  readonly #channels = new Map<string, { readonly id: number; sequence: number }>();

  constructor(writer: McapWriter) {
    this.#writer = writer;
  }

  /** Logs the message `delayMs` after the state's time: what a recorder on the bus would have seen. */
  write<T>({ topic, type }: BuiltinTopic<T>, state: DriveState, delayMs: number, make: (sequence: number) => T): void {
    let channel = this.#channels.get(topic);
    if (channel === undefined) {
      const { name, schemaEncoding, messageEncoding, data } = type.schema;
      const schemaId = this.#writer.addSchema({ name, encoding: schemaEncoding, data });
      channel = { id: this.#writer.addChannel({ topic, schemaId, messageEncoding }), sequence: 0 };
      this.#channels.set(topic, channel);
    }
    const sequence = ++channel.sequence;
    const stampUs = Math.round(state.time * 1e6);
    const publishTime = BigInt(messages.START_S) * 1_000_000_000n + BigInt(stampUs) * 1000n;
    const logTime = publishTime + BigInt(Math.round(delayMs * 1e6));
    this.#writer.writeMessage(channel.id, sequence, logTime, publishTime, type.encode(make(sequence)));
  }
}
