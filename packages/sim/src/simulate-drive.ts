import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { control } from "@delos/control/components";
import { AbortedError, SimulatedClock } from "@delos/core";
import { rtkLocalization } from "@delos/localization/components";
import { apollo, type MessageType } from "@delos/msgs";
import type { DrivenPath } from "@delos/planning";
import {
  type Component,
  type Launch,
  type LaunchSpec,
  launch,
  open,
  parseLaunch,
  type Runtime,
  topic,
} from "@delos/runtime";
import { statusTopic } from "@delos/safety";
import { guardian, monitor, watchdog } from "@delos/safety/components";
import { canbus } from "@delos/vehicle/components";
import { carOn } from "./live/car.ts";
import { operator } from "./live/operator.ts";
import { truthTopic } from "./live/topics.ts";
import { playerOn } from "./live/track-player.ts";
import { ErrorStatistic, PathFollower } from "./tracking-error.ts";
import { DEFAULT_VEHICLE, findVehicle } from "./vehicles/catalogue.ts";
import { physicsOf } from "./vehicles/vehicle-field.ts";
import type { Vehicle } from "./vehicles/vehicle-file.ts";
import { withVehicle } from "./vehicles/with-vehicle.ts";

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
  /** The Lincoln MKZ unless given. */
  readonly vehicle?: Vehicle;
  /** Localization with the error-state filter, which bridges GNSS gaps. */
  readonly filter?: boolean;
  readonly seed?: number;
  /** Unix time of the beginning, ns. */
  readonly startNs?: bigint;
  /** What the errors leave out at the beginning, s. */
  readonly settleS?: number;
  /** Called after every step of 5 ms, with what the modules live in: for faults. */
  readonly onStep?: (
    runS: number,
    loop: { readonly runtime: Runtime; readonly launched: Launch },
  ) => void | Promise<void>;
  readonly signal?: AbortSignal;
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
  /** How often control or the guardian stopped the car after the first RESET. */
  readonly estops: number;
  readonly distance_m: number;
  readonly messages: number;
}

const STEP_NS = 5_000_000n;
/** Default beginning: when Apollo's garage drive was recorded. */
const START_NS = 1_496_957_374_000_000_000n;
/** Turns of the event loop are given to others so often. */
const YIELD_STEPS = 2000;

/** The closed loop's launch file: the same for threads in real time and for one thread on a simulated clock. */
export const CLOSED_LOOP: string = fileURLToPath(new URL("../launch/closed-loop.launch.yaml", import.meta.url));

const GNSS = topic("/apollo/sensor/gnss/odometry", apollo.localization.Gps);
const Imu = topic("/apollo/sensor/gnss/corrected_imu", apollo.localization.Imu);
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis);
const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);
const Planning = topic("/apollo/planning", apollo.planning.ADCTrajectory);
const Control = topic("/apollo/control", apollo.control.ControlCommand);
const Guardian = topic("/apollo/guardian", apollo.control.ControlCommand);
const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage);

/**
 * Drives the closed loop's launch file on a simulated clock in this thread, monitor, guardian and watchdog included, as fast
 * as the machine can. `see` gets every message of Apollo's topics in the order of publication. The same options give the same messages.
 *
 * @throws {AbortedError} when the signal fires
 */
export async function simulateDrive(
  options: DriveOptions,
  see: (message: DriveMessage) => void = () => {},
): Promise<DriveResult> {
  const { path, durationS, settleS = 3, resetS = 0.7, startNs = START_NS } = options;
  const vehicle = options.vehicle ?? findVehicle(DEFAULT_VEHICLE);
  const clock = new SimulatedClock(startNs);
  await using runtime = await open({ clock, log: () => {} });
  const observer = runtime.node("observer");
  let messages = 0;
  for (const { name, type } of [GNSS, Imu, Chassis, Pose, Planning, Control, Guardian, Pad, Monitor, statusTopic]) {
    // By reference and in order: a depth that no burst reaches.
    observer.subscribe(topic<object>(name, type as never, { depth: 1000 })).on(({ message }) => {
      messages++;
      see({ topic: name, type: type as unknown as MessageType<never>, timeNs: clock.nowNs(), message });
    });
  }
  const figures = new DriveFigures(path, settleS, resetS, physicsOf(vehicle).bicycle.lrM);
  const runS = (): number => Number(clock.nowNs() - startNs) / 1e9;
  observer.subscribe(Control).on(({ message }) => figures.onControl(message, runS()));
  observer.subscribe(Guardian).on(({ message }) => figures.onGuardian(message, runS()));
  observer.subscribe(truthTopic).on(({ message }) => figures.onTruth(message, runS()));

  await using launched = await launch(withVehicle(specOf(options, resetS), vehicle), {
    runtime,
    placement: "inline",
    components: componentsOn(path),
  });
  const steps = Math.round(durationS / 0.005);
  for (let step = 1; step <= steps; step++) {
    clock.advanceTo(startNs + BigInt(step) * STEP_NS);
    if (options.onStep !== undefined) await options.onStep(step * 0.005, { runtime, launched });
    if (step % YIELD_STEPS !== 0) continue;
    await new Promise<void>((resume) => void setImmediate(resume));
    if (options.signal?.aborted === true) throw new AbortedError("The drive", options.signal.reason);
  }
  return { ...figures.result, messages };
}

/** The launch file with what this drive wants otherwise. */
function specOf(options: DriveOptions, resetS: number): LaunchSpec {
  const { startS = resetS + 0.05, seed = 1, filter = false, gnssGaps = [], estopS, durationS } = options;
  const spec = parseLaunch(readFileSync(CLOSED_LOOP, "utf8"), CLOSED_LOOP, {
    seed,
    road_s: durationS,
    localization_flags: `enable_filter=${filter}`,
  });
  const script = [
    { at_s: resetS, action: "RESET" },
    { at_s: startS, action: "START" },
    ...(estopS === undefined ? [] : [{ at_s: estopS, action: "ESTOP" }]),
  ];
  const changes: Readonly<Record<string, object>> = {
    car: { gnss_gaps: gnssGaps.map(([from_s, to_s]) => ({ from_s, to_s })) },
    operator: { script },
  };
  return {
    ...spec,
    modules: spec.modules.map((module) => ({ ...module, config: { ...module.config, ...changes[module.name] } })),
  };
}

const componentsOn = (path: DrivenPath): Readonly<Record<string, Component>> => ({
  "@delos/sim/live/car#car": carOn(() => path) as Component,
  "@delos/sim/live/track-player#trackPlayer": playerOn(() => path) as Component,
  "@delos/sim/live/operator#operator": operator as Component,
  "@delos/vehicle/components#canbus": canbus as Component,
  "@delos/safety/components#watchdog": watchdog as Component,
  "@delos/safety/components#guardian": guardian as Component,
  "@delos/safety/components#monitor": monitor as Component,
  "@delos/localization/components#rtkLocalization": rtkLocalization as Component,
  "@delos/control/components#control": control as Component,
});

/** What a drive was like, from the commands and the car's true state. */
class DriveFigures {
  readonly #settleS: number;
  readonly #resetS: number;
  readonly #path: DrivenPath;
  /** Centre of mass ahead of the rear axle. */
  readonly #lrM: number;
  readonly #centre: PathFollower;
  readonly #rear: PathFollower;
  readonly #lateral = new ErrorStatistic();
  readonly #rearLateral = new ErrorStatistic();
  readonly #station = new ErrorStatistic();
  readonly #speed = new ErrorStatistic();
  readonly #heading = new ErrorStatistic();
  #reference: { readonly stationM: number; readonly speedMps: number } | undefined;
  #controlStopped = false;
  #guardianStopped = false;
  #estops = 0;
  #stationM: number;

  constructor(path: DrivenPath, settleS: number, resetS: number, lrM: number) {
    this.#path = path;
    this.#lrM = lrM;
    this.#settleS = settleS;
    this.#resetS = resetS;
    this.#centre = new PathFollower(path);
    this.#rear = new PathFollower(path);
    this.#stationM = path.s[0]!;
  }

  get result(): Omit<DriveResult, "messages"> {
    return {
      lateral_error_m: this.#lateral.result,
      rear_axle_lateral_error_m: this.#rearLateral.result,
      station_error_m: this.#station.result,
      speed_error_mps: this.#speed.result,
      heading_error_rad: this.#heading.result,
      estops: this.#estops,
      distance_m: this.#stationM - this.#path.s[0]!,
    };
  }

  onControl({ debug }: apollo.control.ControlCommand, runS: number): void {
    const lon = debug?.simple_lon_debug;
    this.#reference =
      lon === undefined ? undefined : { stationM: lon.station_reference!, speedMps: lon.speed_reference! };
    // A stop is a command of no controller: the core does not run then.
    const stopped = debug === undefined;
    if (stopped && !this.#controlStopped && runS > this.#resetS + 0.02) this.#estops++;
    this.#controlStopped = stopped;
  }

  onGuardian({ header }: apollo.control.ControlCommand, runS: number): void {
    const stopped = header?.module_name === "guardian";
    // What control stopped is counted there.
    if (stopped && !this.#guardianStopped && !this.#controlStopped && runS > this.#resetS + 0.02) this.#estops++;
    this.#guardianStopped = stopped;
  }

  onTruth({ pose }: apollo.localization.LocalizationEstimate, runS: number): void {
    const [x, y, heading] = [pose!.position!.x!, pose!.position!.y!, pose!.heading!];
    const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
    const speed = pose!.linear_velocity!.x! * cos + pose!.linear_velocity!.y! * sin;
    const lrM = this.#lrM;
    const offset = this.#centre.offset(x + lrM * cos, y + lrM * sin, heading);
    const rear = this.#rear.offset(x, y, heading);
    this.#stationM = rear.stationM;
    if (runS < this.#settleS || this.#reference === undefined) return;
    this.#lateral.add(offset.lateralM);
    this.#rearLateral.add(rear.lateralM);
    this.#heading.add(offset.headingRad);
    this.#station.add(this.#reference.stationM - rear.stationM);
    this.#speed.add(this.#reference.speedMps - speed);
  }
}
