import { apollo, type MessageType, messageTypes } from "@delos/msgs";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";
import type { BenchOptions, BenchRow } from "./suite.ts";

/**
 * Protobuf messages to values and back, beside protobufjs on the same descriptors and the same bytes. protobufjs decodes
 * twice: as it comes, dropping unknown fields, and keeping them, which our codecs always do. The rounds of all of them
 * alternate and the median round counts, so that a busy machine slows them alike.
 */
export async function benchProtobuf({ quick }: BenchOptions): Promise<BenchRow[]> {
  return Object.entries(samples()).flatMap(([name, bytes]) => {
    const type = messageTypes.get(name);
    const reference = protobuf.Root.fromDescriptor(type.schema.data, { keepCase: true }).lookupType(name);
    return [...decoding(type, reference, bytes, quick), ...encoding(type, reference, bytes, quick)];
  });
}

function decoding(type: MessageType, reference: protobuf.Type, bytes: Uint8Array, quick: boolean): BenchRow[] {
  const keeping = (): object => {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    return reference.decode(reader);
  };
  return compare("decode", type.name, bytes.length, quick, {
    delos: () => type.decode(bytes),
    protobufjs: () => reference.decode(bytes),
    "protobufjs, keeping unknown fields": keeping,
    // The floor: what making a copy of the bytes costs.
    "copy of the bytes": () => bytes.slice(),
  });
}

function encoding(type: MessageType, reference: protobuf.Type, bytes: Uint8Array, quick: boolean): BenchRow[] {
  const ours = type.decode(bytes);
  const theirs = reference.decode(bytes);
  const buffer = new Uint8Array(bytes.length);
  return compare("encode", type.name, bytes.length, quick, {
    delos: () => type.encode(ours),
    "delos, into a buffer": () => type.encodeInto(ours, buffer),
    protobufjs: () => reference.encode(theirs).finish(),
  });
}

/** Runs each of `subjects` in turn, several rounds. What they return goes into a sum that is looked at. */
function compare(
  test: string,
  name: string,
  payloadBytes: number,
  quick: boolean,
  subjects: Readonly<Record<string, () => unknown>>,
): BenchRow[] {
  const rounds = quick ? 3 : 9;
  const roundMs = quick ? 40 : 250;
  const perSecond = new Map<string, number[]>(Object.keys(subjects).map((subject) => [subject, []]));
  let sink = 0;
  for (let round = -2; round < rounds; round++) {
    for (const [subject, run] of Object.entries(subjects)) {
      let calls = 0;
      const start = performance.now();
      let now = start;
      while (now - start < roundMs) {
        for (let i = 0; i < 200; i++) if (run() !== undefined) sink++;
        calls += 200;
        now = performance.now();
      }
      // The first rounds are the compiler's.
      if (round >= 0) perSecond.get(subject)!.push((calls / (now - start)) * 1000);
    }
  }
  if (sink === 0) throw new Error("nothing was done");
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
  const ours = median(perSecond.get("delos")!);
  return [...perSecond].map(([library, values]) => ({
    bench: "protobuf",
    test,
    name,
    library,
    payload_bytes: payloadBytes,
    msgs_per_s: Math.round(median(values)),
    mb_per_s: (median(values) * payloadBytes) / 1e6,
    ratio: median(values) / ours,
  }));
}

/** Messages as they are on the topics of a driving car. */
function samples(): Record<string, Uint8Array> {
  const header = { timestamp_sec: 1173545122.25, module_name: "localization", sequence_num: 4711 };
  const point = { x: -0.5, y: 1.25, z: 0.03125 };
  const pose = {
    position: { x: 586392.84, y: 4140673.23, z: -28.5 },
    orientation: { qx: 0.01, qy: -0.02, qz: 0.7, qw: 0.71 },
    linear_velocity: point,
    linear_acceleration: point,
    angular_velocity: point,
    heading: 1.57,
    linear_acceleration_vrf: point,
    angular_velocity_vrf: point,
  };
  const { LocalizationEstimate } = apollo.localization;
  const { Chassis } = apollo.canbus;
  const { ADCTrajectory } = apollo.planning;
  const { ControlCommand } = apollo.control;
  return {
    [LocalizationEstimate.name]: LocalizationEstimate.encode({ header, pose, measurement_time: 1173545122.2 }),
    [Chassis.name]: Chassis.encode({
      engine_started: true,
      engine_rpm: 1500,
      speed_mps: 8.5,
      odometer_m: 0,
      fuel_range_m: 0,
      throttle_percentage: 18.5,
      brake_percentage: 12.25,
      steering_percentage: -3.5,
      steering_torque_nm: 0.25,
      parking_brake: false,
      driving_mode: Chassis.DrivingMode.COMPLETE_AUTO_DRIVE,
      error_code: Chassis.ErrorCode.NO_ERROR,
      gear_location: Chassis.GearPosition.GEAR_DRIVE,
      steering_timestamp: 1173545122.22,
      header,
      signal: { turn_signal: Chassis.GearPosition.GEAR_NEUTRAL, horn: false },
    }),
    [ControlCommand.name]: ControlCommand.encode({
      header,
      throttle: 20.5,
      brake: 0,
      steering_rate: 100,
      steering_target: -4.5,
      gear_location: Chassis.GearPosition.GEAR_DRIVE,
      debug: {
        simple_lon_debug: {
          station_reference: 1,
          station_error: 0.5,
          speed_reference: 8,
          speed_error: 0.25,
          speed_lookup: 8,
        },
        simple_lat_debug: {
          lateral_error: 0.01,
          ref_heading: 1.5,
          heading: 1.51,
          heading_error: 0.01,
          curvature: 0.001,
        },
      },
    }),
    [ADCTrajectory.name]: ADCTrajectory.encode({
      header,
      total_path_length: 72.2,
      adc_trajectory_point: Array.from({ length: 600 }, (_, i) => ({
        x: 586392 + i / 10,
        y: 4140673,
        z: -28.5,
        speed: 8,
        acceleration_s: 0.1,
        curvature: 0.001,
        curvature_change_rate: 0,
        relative_time: i / 100,
        theta: 1.5,
        accumulated_s: i / 10,
      })),
    }),
  };
}
