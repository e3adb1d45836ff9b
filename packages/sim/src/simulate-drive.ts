import { type ControlConfig, ControlCore, type ControlFlags } from "@delos/control";
import { type LocalizationFlags, RtkLocalization } from "@delos/localization";
import { apollo, type MessageType } from "@delos/msgs";
import { type DrivenPath, RtkPlayer } from "@delos/planning";
import { CanbusCore, MKZ_BICYCLE, type MkzParameters, PedalMap, SimulatedCanBus, SimulatedMkz } from "@delos/vehicle";
import { ErrorStatistic, PathFollower } from "./tracking-error.ts";

/** Times of the run's events, s from its beginning. */
export interface DriveScript {
  /** Pad messages: RESET clears the stop that was latched before all inputs were there, START engages. */
  readonly resetS?: number;
  readonly startS?: number;
  /** The GNSS receiver is silent. */
  readonly gnssGaps?: readonly (readonly [fromS: number, toS: number])[];
  /** A monitor message with FATAL: the operator's emergency stop. */
  readonly estopS?: number;
}

export interface DriveOptions extends DriveScript {
  readonly path: DrivenPath;
  readonly durationS: number;
  readonly control: ControlConfig;
  readonly controlFlags: ControlFlags;
  readonly localizationFlags: LocalizationFlags;
  readonly vehicle: MkzParameters;
  readonly seed?: number;
  /** Unix time of the beginning, ns. */
  readonly startNs?: bigint;
  /** What the errors leave out at the beginning, s. */
  readonly settleS?: number;
}

/** A message that a module published. */
export interface DriveMessage {
  readonly topic: string;
  readonly type: MessageType<never>;
  readonly timeNs: bigint;
  readonly message: object;
}

type Figures = { readonly rms: number; readonly max: number };

export interface DriveResult {
  /** Of the centre of mass, which control steers, from the driven path: the vehicle's true state. */
  readonly lateral_error_m: Figures;
  /** Of the rear axle, whose way the path was recorded. In curves it runs outside the centre's way by lr²κ/2. */
  readonly rear_axle_lateral_error_m: Figures;
  /** Of the reference that runs in time from where the vehicle is. */
  readonly station_error_m: Figures;
  readonly speed_error_mps: Figures;
  readonly heading_error_rad: Figures;
  /** How often the stop was latched after the first RESET. */
  readonly estops: number;
  readonly distance_m: number;
  readonly messages: number;
}

const STEP_NS = 5_000_000n;
const { DrivingMode } = apollo.canbus.Chassis;
const { DrivingAction } = apollo.control;
/** Default beginning: when Apollo's garage drive was recorded. */
const START_NS = 1_496_957_374_000_000_000n;

/**
 * The closed loop, step by step on simulated time: the vehicle moves and reports on CAN, canbus makes Chassis of it, GNSS and
 * IMU feed localization, the player plans along the driven path, control commands, canbus sends the frames. Yields every
 * published message in the order it was published; returns the figures. The same options give the same messages.
 */
export function* simulateDrive(options: DriveOptions): Generator<DriveMessage, DriveResult> {
  const { path, durationS, resetS = 0.25, startS = 0.3, gnssGaps = [], settleS = 3 } = options;
  const startNs = options.startNs ?? START_NS;
  let nowS = Number(startNs) / 1e9;
  const bus = new SimulatedCanBus(() => nowS);
  const canbus = new CanbusCore(options.vehicle, bus.port());
  const car = new SimulatedMkz(bus.port(), {
    xM: path.x[0]!,
    yM: path.y[0]!,
    zM: path.z[0]!,
    headingRad: path.theta[0]!,
    pedals: new PedalMap(options.control.longitudinal!.calibration),
    seed: options.seed ?? 1,
  });
  const localization = new RtkLocalization(options.localizationFlags);
  const player = new RtkPlayer(path);
  const control = new ControlCore(options.control, options.controlFlags);

  const centre = new PathFollower(path);
  const rear = new PathFollower(path);
  const statistics = {
    lateral: new ErrorStatistic(),
    rear: new ErrorStatistic(),
    station: new ErrorStatistic(),
    speed: new ErrorStatistic(),
    heading: new ErrorStatistic(),
  };
  let estops = 0;
  let stopped = false;
  let messages = 0;
  let padSequence = 0;
  let monitorSequence = 0;
  const at = (s: number): number => Math.round(s / 0.005);
  const out = <T>(topic: string, type: MessageType<T>, timeNs: bigint, message: T & object): DriveMessage => {
    messages++;
    return { topic, type: type as MessageType<never>, timeNs, message };
  };

  const steps = at(durationS);
  for (let step = 0; step <= steps; step++) {
    const timeNs = startNs + BigInt(step) * STEP_NS;
    nowS = Number(timeNs / 1000n) / 1e6;
    const runS = step * 0.005;
    car.step(nowS);
    const { chassis } = canbus.step(nowS);
    if (chassis !== undefined) {
      control.onChassis(chassis, nowS);
      player.onChassis(chassis);
      localization.onWheelSpeed(chassis.speed_mps!);
      yield out("/apollo/canbus/chassis", apollo.canbus.Chassis, timeNs, chassis);
    }
    if (step % 2 === 1) continue;

    const imu = car.imu(nowS);
    const gps = car.gps(nowS);
    localization.onImu(imu, nowS);
    yield out("/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu, timeNs, imu);
    if (!gnssGaps.some(([from, to]) => runS >= from && runS < to)) {
      localization.onGps(gps, nowS);
      yield out("/apollo/sensor/gnss/odometry", apollo.localization.Gps, timeNs, gps);
    }
    const { estimate } = localization.tick(nowS);
    if (estimate !== undefined) {
      control.onLocalization(estimate, nowS);
      player.onLocalization(estimate);
      yield out("/apollo/localization/pose", apollo.localization.LocalizationEstimate, timeNs, estimate);
    }
    if (step % 20 === 0) {
      const trajectory = player.cycle(nowS);
      if (trajectory !== undefined) {
        control.onTrajectory(trajectory, nowS);
        yield out("/apollo/planning", apollo.planning.ADCTrajectory, timeNs, trajectory);
      }
    }
    const action = step === at(resetS) ? DrivingAction.RESET : step === at(startS) ? DrivingAction.START : undefined;
    if (action !== undefined) {
      const header = { timestamp_sec: nowS, module_name: "terminal", sequence_num: ++padSequence };
      const pad: apollo.control.PadMessage = { header, driving_mode: DrivingMode.COMPLETE_AUTO_DRIVE, action };
      control.onPad(pad);
      yield out("/apollo/control/pad", apollo.control.PadMessage, timeNs, pad);
    }
    if (options.estopS !== undefined && step === at(options.estopS)) {
      const header = { timestamp_sec: nowS, module_name: "monitor", sequence_num: ++monitorSequence };
      const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;
      const monitor: apollo.common.monitor.MonitorMessage = {
        header,
        item: [{ source: MessageSource.SIMULATOR, msg: "emergency stop", log_level: LogLevel.FATAL }],
      };
      control.onMonitor(monitor);
      yield out("/apollo/monitor", apollo.common.monitor.MonitorMessage, timeNs, monitor);
    }
    const command = control.cycle(nowS);
    canbus.onCommand(command, nowS);
    yield out("/apollo/control", apollo.control.ControlCommand, timeNs, command);

    if (step >= at(resetS)) {
      if (control.estop && !stopped) estops++;
      stopped = control.estop;
    }
    const { bicycle } = car;
    const [cos, sin] = [Math.cos(bicycle.headingRad), Math.sin(bicycle.headingRad)];
    const lr = MKZ_BICYCLE.lrM;
    const offset = centre.offset(bicycle.xM + lr * cos, bicycle.yM + lr * sin, bicycle.headingRad);
    const rearOffset = rear.offset(bicycle.xM, bicycle.yM, bicycle.headingRad);
    const debug = command.debug?.simple_lon_debug;
    if (runS < settleS || debug === undefined) continue;
    statistics.lateral.add(offset.lateralM);
    statistics.rear.add(rearOffset.lateralM);
    statistics.heading.add(offset.headingRad);
    statistics.station.add(debug.station_reference! - rearOffset.stationM);
    statistics.speed.add(debug.speed_reference! - bicycle.speedMps);
  }
  const { bicycle } = car;
  return {
    lateral_error_m: statistics.lateral.result,
    rear_axle_lateral_error_m: statistics.rear.result,
    station_error_m: statistics.station.result,
    speed_error_mps: statistics.speed.result,
    heading_error_rad: statistics.heading.result,
    estops,
    distance_m: rear.offset(bicycle.xM, bicycle.yM, bicycle.headingRad).stationM - path.s[0]!,
    messages,
  };
}
