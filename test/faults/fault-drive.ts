import { type ControlConfig, ControlCore } from "@delos/control";
import { RtkLocalization } from "@delos/localization";
import { apollo } from "@delos/msgs";
import { RtkPlayer } from "@delos/planning";
import { WatchdogBlock } from "@delos/runtime";
import { DEFAULT_SAFETY, GuardianCore, type Instant, MonitorCore, WatchdogCore } from "@delos/safety";
import { loopTrack, mkzDefaults } from "@delos/sim";
import {
  CanbusCore,
  type CanFrame,
  type CanPort,
  mkzStopOutput,
  PedalMap,
  SimulatedCanBus,
  SimulatedMkz,
} from "@delos/vehicle";
import { type Disturbance, Link } from "./link.ts";

type Estimate = apollo.localization.LocalizationEstimate;
type Command = apollo.control.ControlCommand;

/** The links that can be disturbed, and what they carry. */
export interface Links {
  gps: apollo.localization.Gps;
  imu: apollo.localization.Imu;
  poseToControl: Estimate;
  poseToPlanning: Estimate;
  chassisToControl: apollo.canbus.Chassis;
  chassisToPlanning: apollo.canbus.Chassis;
  trajectory: apollo.planning.ADCTrajectory;
  /** Control to guardian. */
  command: Command;
  /** Guardian to canbus. */
  guarded: Command;
  /** The monitor's status to the guardian. */
  status: apollo.common.monitor.MonitorMessage;
  /** Reports of the car. */
  reports: CanFrame;
}

export type Loop = "localization" | "planning" | "control" | "guardian" | "canbus";

export interface FaultScript {
  readonly links?: { readonly [L in keyof Links]?: Disturbance<Links[L]> };
  /** How long the links are disturbed, ms; to the end unless given. */
  readonly forMs?: number;
  /** Loops that stand still from then on: blocked, or their worker killed. */
  readonly stuck?: readonly Loop[];
  /** How far the time of day jumps, s: everybody's, or that of one module's host. */
  readonly jumpS?: number;
  readonly jumpOf?: "control" | "localization";
  /** Something done once. */
  readonly act?: (drive: FaultActors) => void;
  /** What the operator does afterwards. */
  readonly pads?: readonly { readonly afterMs: number; readonly action: apollo.control.DrivingAction }[];
  /** Without the watchdog: what the rest of the chain does alone. */
  readonly noWatchdog?: boolean;
}

export interface FaultActors {
  readonly car: SimulatedMkz;
  pad(action: apollo.control.DrivingAction): void;
  monitor(level: apollo.common.monitor.MonitorMessageItem.LogLevel): void;
  /** A frame on the bus that nobody here sends. */
  frame(frame: CanFrame): void;
  /** Control begins anew, as after a crash. */
  restartControl(): void;
}

/** When the fault begins: the car drives straight on with about 8 m/s. */
export const FAULT_MS = 9000;
const END_MS = 13_000;
const STEP_MS = 5;
const EPOCH_S = 1_700_000_000;
/** Longest time between two turns of a loop, ms, for the watchdog. */
export const DEADLINES_MS: Readonly<Record<Loop, number>> = {
  localization: 100,
  planning: 500,
  control: 100,
  guardian: 100,
  canbus: 50,
};

export interface FaultResult {
  /** From the fault to the frames on the bus that brake with at least 50 % without throttle, for good; ms. */
  readonly stopMs: number | undefined;
  /** From the fault to the by-wire units' letting go of the pedals, or being let go, for good; ms. */
  readonly releaseMs: number | undefined;
  readonly speedAtFaultMps: number;
  readonly speedAtEndMps: number;
  readonly lateralMaxM: number;
  readonly guardian: GuardianCore;
  readonly control: ControlCore;
  readonly canbus: CanbusCore;
  readonly mode: apollo.canbus.Chassis.DrivingMode;
}

const course = loopTrack(40);
const defaults = mkzDefaults();

/**
 * The closed loop with monitor, guardian and watchdog in it, on simulated time in steps of 5 ms, and one fault. The figures
 * are read off the CAN bus, where the car would read them.
 */
export function faultDrive(script: FaultScript): FaultResult {
  let ms = 0;
  const jumped = (): number => (ms >= FAULT_MS ? (script.jumpS ?? 0) : 0);
  const trueS = (): number => EPOCH_S + ms / 1000;
  const wallS = (of?: FaultScript["jumpOf"]): number =>
    trueS() + (script.jumpOf === undefined || script.jumpOf === of ? jumped() : 0);
  const at = (): Instant => ({ monotonicMs: ms, unixS: wallS() });
  const turns = (loop: Loop): boolean => ms < FAULT_MS || script.stuck?.includes(loop) !== true;
  const link = <L extends keyof Links>(name: L): Link<Links[L]> =>
    new Link(
      FAULT_MS,
      FAULT_MS + (script.forMs ?? Number.POSITIVE_INFINITY),
      script.links?.[name] as Disturbance<Links[L]> | undefined,
    );
  const links = {
    gps: link("gps"),
    imu: link("imu"),
    poseToControl: link("poseToControl"),
    poseToPlanning: link("poseToPlanning"),
    chassisToControl: link("chassisToControl"),
    chassisToPlanning: link("chassisToPlanning"),
    trajectory: link("trajectory"),
    command: link("command"),
    guarded: link("guarded"),
    status: link("status"),
    reports: link("reports"),
  };

  const bus = new SimulatedCanBus(trueS);
  const block = WatchdogBlock.create(Object.values(DEADLINES_MS));
  const watchdog = new WatchdogCore(block, 5000);
  const beat = (loop: Loop): void => block.beat(Object.keys(DEADLINES_MS).indexOf(loop));
  const stopOutput = mkzStopOutput(bus.port(), 50);
  const canbus = new CanbusCore(
    defaults.vehicle,
    disturbed(bus.port(), links.reports, () => ms),
    {
      commandTimeoutS: 0.1,
      maxCommandAgeS: 0.1,
      reportTimeoutS: 0.1,
      stopRequested: () => block.trip !== undefined,
    },
  );
  const car = new SimulatedMkz(bus.port(), {
    xM: course.x[0]!,
    yM: course.y[0]!,
    headingRad: course.theta[0]!,
    pedals: new PedalMap((defaults.control satisfies ControlConfig).longitudinal!.calibration),
  });
  const localization = new RtkLocalization(defaults.localizationFlags);
  const player = new RtkPlayer(course, { maxPoseAgeS: 0.5 });
  let control = new ControlCore(defaults.control, defaults.controlFlags);
  const guardian = new GuardianCore(DEFAULT_SAFETY.guardian);
  const monitor = new MonitorCore(DEFAULT_SAFETY.monitor);
  const seen = new BusWatch(bus.port(), () => ms);

  const toMonitor = (topic: string, message: { readonly header?: apollo.common.Header | undefined }): void =>
    monitor.onMessage(topic, message.header?.timestamp_sec, at());
  const toControl = (estimate: Estimate): void => control.onLocalization(estimate, wallS("control"));
  const chassisToControl = (chassis: apollo.canbus.Chassis): void => control.onChassis(chassis, wallS("control"));
  const toCanbus = (command: Command | undefined): void => {
    if (command === undefined) return;
    for (const one of links.guarded.send(command, ms)) onGuarded(one);
  };
  const onGuarded = (command: Command): void => canbus.onCommand(command, wallS());
  const onCommand = (command: Command): void => {
    toMonitor("/apollo/control", command);
    if (turns("guardian")) toCanbus(guardian.onCommand(command, at()));
  };
  const onTrajectory = (trajectory: apollo.planning.ADCTrajectory): void => {
    toMonitor("/apollo/planning", trajectory);
    control.onTrajectory(trajectory, wallS("control"));
    if (turns("guardian")) guardian.onTrajectory(trajectory, at());
  };
  const onGps = (gps: apollo.localization.Gps): void => {
    toMonitor("/apollo/sensor/gnss/odometry", gps);
    localization.onGps(gps, wallS("localization"));
  };
  const onImu = (imu: apollo.localization.Imu): void => {
    toMonitor("/apollo/sensor/gnss/corrected_imu", imu);
    localization.onImu(imu, wallS("localization"));
  };
  const actors: FaultActors = {
    car,
    pad: (action) => {
      control.onPad({ action });
      guardian.onPad({ action });
      if (action === apollo.control.DrivingAction.RESET) block.reset();
    },
    monitor: (log_level) => {
      const message = { item: [{ msg: "operator", log_level }] };
      control.onMonitor(message);
      guardian.onMonitor(message, at());
    },
    frame: (frame) => void bus.port().send(frame),
    restartControl: () => {
      control = new ControlCore(defaults.control, defaults.controlFlags);
    },
  };

  let speedAtFaultMps = Number.NaN;
  let lateralMaxM = 0;
  for (; ms <= END_MS; ms += STEP_MS) {
    if (ms === FAULT_MS) {
      speedAtFaultMps = car.bicycle.speedMps;
      script.act?.(actors);
    }
    car.step(trueS());
    for (const gps of links.gps.due(ms)) onGps(gps);
    for (const imu of links.imu.due(ms)) onImu(imu);
    for (const estimate of links.poseToControl.due(ms)) toControl(estimate);
    for (const estimate of links.poseToPlanning.due(ms)) player.onLocalization(estimate);
    for (const chassis of links.chassisToControl.due(ms)) chassisToControl(chassis);
    for (const chassis of links.chassisToPlanning.due(ms)) player.onChassis(chassis);
    for (const trajectory of links.trajectory.due(ms)) onTrajectory(trajectory);
    for (const command of links.command.due(ms)) onCommand(command);
    for (const command of links.guarded.due(ms)) onGuarded(command);
    for (const status of links.status.due(ms)) guardian.onStatus(status, at());
    if (turns("canbus")) {
      beat("canbus");
      const { chassis } = canbus.step(wallS());
      if (chassis !== undefined) {
        toMonitor("/apollo/canbus/chassis", chassis);
        block.arm(chassis.driving_mode !== apollo.canbus.Chassis.DrivingMode.COMPLETE_MANUAL);
        for (const one of links.chassisToControl.send(chassis, ms)) chassisToControl(one);
        for (const one of links.chassisToPlanning.send(chassis, ms)) player.onChassis(one);
      }
    }
    if (ms % 10 !== 0) continue;

    for (const gps of links.gps.send(car.gps(wallS()), ms)) onGps(gps);
    for (const imu of links.imu.send(car.imu(wallS()), ms)) onImu(imu);
    if (turns("localization")) {
      beat("localization");
      const { estimate } = localization.tick(wallS("localization"));
      if (estimate !== undefined) {
        toMonitor("/apollo/localization/pose", estimate);
        for (const one of links.poseToControl.send(estimate, ms)) toControl(one);
        for (const one of links.poseToPlanning.send(estimate, ms)) player.onLocalization(one);
      }
    }
    if (ms % 100 === 50 && turns("planning")) {
      beat("planning");
      const trajectory = player.cycle(wallS());
      if (trajectory !== undefined) for (const one of links.trajectory.send(trajectory, ms)) onTrajectory(one);
    }
    if (ms % 50 === 0) {
      const { news, status } = monitor.look(at());
      if (news.length > 0) {
        control.onMonitor({ item: [...news] });
        guardian.onMonitor({ item: [...news] }, at());
      }
      if (status !== undefined) {
        for (const one of links.status.send({ header: { timestamp_sec: wallS() }, item: [...status] }, ms)) {
          guardian.onStatus(one, at());
        }
      }
    }
    if (ms === 250) actors.pad(apollo.control.DrivingAction.RESET);
    if (ms === 300) actors.pad(apollo.control.DrivingAction.START);
    for (const { afterMs, action } of script.pads ?? []) if (ms === FAULT_MS + afterMs) actors.pad(action);
    if (turns("control")) {
      beat("control");
      for (const command of links.command.send(control.cycle(wallS("control")), ms)) onCommand(command);
    }
    if (turns("guardian")) {
      beat("guardian");
      if (script.noWatchdog !== true && block.trip !== undefined) guardian.trip("watchdog", "soft", at());
      toCanbus(guardian.cycle(at()));
    }
    if (script.noWatchdog !== true) {
      const tripped = watchdog.look(ms);
      if (tripped !== undefined && block.armed) stopOutput.stop();
    }
    if (ms >= 3000 && ms <= FAULT_MS + 200) lateralMaxM = Math.max(lateralMaxM, distanceToCourse(car));
  }
  return {
    ...seen.since(FAULT_MS),
    speedAtFaultMps,
    speedAtEndMps: car.bicycle.speedMps,
    lateralMaxM,
    guardian,
    control,
    canbus,
    mode: canbus.controller.mode,
  };
}

/** A port whose incoming frames pass a link. Delayed frames arrive with the next one. */
function disturbed(port: CanPort, link: Link<CanFrame>, nowMs: () => number): CanPort {
  return {
    send: (frame) => port.send(frame),
    onFrame: (listener) =>
      port.onFrame((frame) => {
        for (const one of [...link.due(nowMs()), ...(isReport(frame) ? link.send(frame, nowMs()) : [frame])])
          listener(one);
      }),
    [Symbol.dispose]: () => port[Symbol.dispose](),
  };
}

const isReport = ({ id }: CanFrame): boolean => ![0x60, 0x62, 0x64, 0x66, 0x68].includes(id);

function distanceToCourse(car: SimulatedMkz): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < course.length; i++) {
    least = Math.min(least, Math.hypot(course.x[i]! - car.bicycle.xM, course.y[i]! - car.bicycle.yM));
  }
  return least;
}

/** Reads the bus as the by-wire units do, and theirs as a driver would: who has the pedals, and what they are told. */
export class BusWatch {
  readonly #nowMs: () => number;
  #brake = 0;
  #throttle = 0;
  #commanded = false;
  #units = true;
  /** Since when it has been so without interruption; undefined while it is not so. */
  #stopSinceMs: number | undefined;
  #releaseSinceMs: number | undefined;

  constructor(port: CanPort, nowMs: () => number) {
    this.#nowMs = nowMs;
    port.onFrame((frame) => this.#onFrame(frame));
  }

  since(fromMs: number): { readonly stopMs: number | undefined; readonly releaseMs: number | undefined } {
    const after = (ms: number | undefined): number | undefined =>
      ms === undefined ? undefined : Math.max(ms - fromMs, 0);
    return { stopMs: after(this.#stopSinceMs), releaseMs: after(this.#releaseSinceMs) };
  }

  #onFrame({ id, data }: CanFrame): void {
    if (data.length !== 8) return;
    const percent = ((data[0]! | (data[1]! << 8)) / 0xffff) * 100;
    if (id === 0x60) {
      this.#brake = percent;
      this.#commanded = (data[3]! & 1) === 1;
    } else if (id === 0x62) this.#throttle = percent;
    else if (id === 0x61) this.#units = (data[7]! & 1) === 1;
    else return;
    const now = this.#nowMs();
    const released = !this.#commanded || !this.#units;
    // 50 % is 32767 of 65535.
    const stops = !released && this.#brake > 49.99 && this.#throttle === 0;
    this.#stopSinceMs = stops ? (this.#stopSinceMs ?? now) : undefined;
    this.#releaseSinceMs = released ? (this.#releaseSinceMs ?? now) : undefined;
  }
}
