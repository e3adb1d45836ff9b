import { eulerZxyOf, quaternionOfEulerZxy } from "@delos/math";
import type { apollo } from "@delos/msgs";
import { composePose, quaternionOf } from "./compose.ts";
import { ErrorStateFilter } from "./error-state-filter.ts";
import type { LocalizationFlags } from "./flags.ts";
import { matchImu } from "./imu-matching.ts";

type Gps = apollo.localization.Gps;
type Imu = apollo.localization.Imu;
type LocalizationEstimate = apollo.localization.LocalizationEstimate;

/** Messages kept of each input, as in Apollo's rtk_adapter.conf. */
const HISTORY = 50;
const LOCALIZATION_ERROR = 3000;

/** What a tick has to say. */
export interface LocalizationTick {
  /** To be published; undefined before the first GPS and IMU message and while they are lost. */
  readonly estimate: LocalizationEstimate | undefined;
  /** Texts for the monitor, level ERROR. */
  readonly errors: readonly string[];
}

/**
 * RTK localization without a bus: messages go in, `tick` is called at 100 Hz. Apollo 1.0's behaviour; staleness detection
 * and the filter are options. A message with a number that is not finite is not taken in and counted in `rejected`.
 */
export class RtkLocalization {
  readonly #flags: LocalizationFlags;
  readonly #gps: Gps[] = [];
  readonly #imu: Imu[] = [];
  #gpsAtS = Number.NEGATIVE_INFINITY;
  #imuAtS = Number.NEGATIVE_INFINITY;
  #started = false;
  #lastTickS = 0;
  #sequence = 0;
  #filter: ErrorStateFilter | undefined;
  #filteredTo = Number.NEGATIVE_INFINITY;
  #wheelSpeedMps: number | undefined;
  rejected = 0;

  constructor(flags: LocalizationFlags) {
    this.#flags = flags;
  }

  onGps(message: Gps, nowS: number): void {
    const { position, orientation, linear_velocity: velocity } = message.localization ?? {};
    const numbers = [
      ...(position === undefined ? [] : [position.x ?? Number.NaN, position.y ?? Number.NaN, position.z ?? 0]),
      ...(orientation === undefined ? [] : Object.values(quaternionOf(orientation))),
      ...finiteParts(velocity),
    ];
    if (!numbers.every(Number.isFinite)) {
      this.rejected++;
      return;
    }
    remember(this.#gps, message);
    this.#gpsAtS = nowS;
    if (this.#flags.enable_filter) this.#correctFilter(message);
  }

  onImu(message: Imu, nowS: number): void {
    // NaN is a component that is missing: interpolation knows it. Infinity is nothing.
    const numbers = [...finiteParts(message.imu?.linear_acceleration), ...finiteParts(message.imu?.angular_velocity)];
    if (numbers.some((n) => Math.abs(n) === Number.POSITIVE_INFINITY)) {
      this.rejected++;
      return;
    }
    remember(this.#imu, message);
    this.#imuAtS = nowS;
    if (this.#flags.enable_filter) this.#predictFilter(message);
  }

  /** For the filter: speed from the wheels, m/s. */
  onWheelSpeed(speedMps: number): void {
    if (Number.isFinite(speedMps)) this.#wheelSpeedMps = speedMps;
  }

  tick(nowS: number): LocalizationTick {
    const flags = this.#flags;
    const errors: string[] = [];
    const delayS = nowS - this.#lastTickS;
    if (flags.enable_gps_timestamp && delayS > flags.gps_time_delay_tolerance) {
      errors.push(`GPS message time delay: ${format(delayS)}`);
    }
    const gps = this.#gps[0];
    if (gps === undefined || this.#imu.length === 0) {
      if (this.#started) errors.push(`${gps === undefined ? "GPS" : "IMU"} message buffer is empty.`);
      return { estimate: undefined, errors };
    }
    const stale = flags.enable_staleness_check ? this.#staleness(nowS, errors) : undefined;
    const lost = stale === "lost";
    const estimate = lost ? undefined : this.#estimate(gps, nowS, stale);
    if (!lost) {
      this.#started = true;
      if (flags.enable_watchdog && flags.enable_gps_timestamp) this.#watch(nowS, errors);
      this.#lastTickS = nowS;
    }
    return { estimate, errors };
  }

  #estimate(gps: Gps, nowS: number, stale: string | undefined): LocalizationEstimate {
    const flags = this.#flags;
    const imu = flags.enable_gps_imu_interprolate
      ? matchImu(this.#imu, gps.header?.timestamp_sec ?? 0, flags.timestamp_sec_tolerance, flags.match_imu_ascending)
      : this.#imu[0]!;
    let pose = composePose(gps, imu, flags);
    let uncertainty: apollo.localization.Uncertainty | undefined;
    if (this.#filter !== undefined) {
      // The filter's state is as new as the newest IMU message.
      pose = { ...composePose(gps, this.#imu[0]!, flags), ...this.#filteredPose(this.#filter, gps) };
      const [x, y, vx, vy] = this.#filter.standardDeviations();
      uncertainty = { position_std_dev: { x, y }, linear_velocity_std_dev: { x: vx, y: vy } };
    }
    return {
      header: {
        timestamp_sec: flags.enable_gps_timestamp ? (gps.header?.timestamp_sec ?? 0) : nowS,
        module_name: flags.localization_module_name,
        sequence_num: ++this.#sequence,
        ...(stale === undefined ? {} : { status: { error_code: LOCALIZATION_ERROR, msg: stale } }),
      },
      pose,
      ...(uncertainty === undefined ? {} : { uncertainty }),
    };
  }

  /** What is stale, "lost" when nothing should be said any more. Ages are the larger of stamp's and reception's. */
  #staleness(nowS: number, errors: string[]): string | undefined {
    const flags = this.#flags;
    const age = (message: Gps | Imu, atS: number): number =>
      Math.max(nowS - (message.header?.timestamp_sec ?? 0), nowS - atS);
    const gpsAge = age(this.#gps[0]!, this.#gpsAtS);
    const imuAge = age(this.#imu[0]!, this.#imuAtS);
    const gpsLimit = this.#filter === undefined ? flags.lost_tolerance : flags.filter_gap_tolerance;
    const limit = flags.stale_tolerance;
    const [name, oldest] = imuAge > gpsAge || gpsAge <= limit ? ["IMU", imuAge] : ["GPS", gpsAge];
    if (!(gpsAge <= gpsLimit) || !(imuAge <= flags.lost_tolerance)) {
      errors.push(`${name} message lost for ${format(oldest)} s: localization is silent`);
      return "lost";
    }
    return oldest > limit ? `${name} message is ${format(oldest)} s old` : undefined;
  }

  #watch(nowS: number, errors: string[]): void {
    for (const [name, message] of [
      ["GPS", this.#gps[0]!],
      ["IMU", this.#imu[0]!],
    ] as const) {
      const delayS = nowS - (message.header?.timestamp_sec ?? 0);
      const cycles = Math.trunc(delayS * this.#flags.localization_publish_freq);
      if (cycles > this.#flags.report_threshold_err_num) {
        errors.push(
          `Raw GPS Message Lost. ${name} message is ${cycles} cycle ${format(delayS)} sec behind current time.`,
        );
      }
    }
  }

  #predictFilter(message: Imu): void {
    const stampS = message.header?.timestamp_sec;
    const { linear_acceleration: a, angular_velocity: w } = message.imu ?? {};
    if (this.#filter === undefined || stampS === undefined || a === undefined || w === undefined) return;
    const dt = stampS - this.#filteredTo;
    if (!(dt > 0)) return; // repeated or out of order
    const step = [a.x ?? 0, a.y ?? 0, w.z ?? 0];
    this.#filteredTo = stampS;
    if (!step.every(Number.isFinite)) return;
    // Over a long hole in the IMU there is nothing to integrate.
    this.#filter.predict(step[0]!, step[1]!, step[2]!, Math.min(dt, 0.1));
    if (this.#wheelSpeedMps !== undefined) this.#filter.correctWheelSpeed(this.#wheelSpeedMps);
  }

  #correctFilter(message: Gps): void {
    const { position, orientation, linear_velocity: v } = message.localization ?? {};
    const stampS = message.header?.timestamp_sec;
    if (position === undefined || orientation === undefined || v === undefined || stampS === undefined) return;
    const euler = eulerZxyOf(quaternionOf(orientation));
    const heading = euler.yaw + Math.PI / 2;
    const [x, y, vx, vy] = [position.x!, position.y!, v.x ?? 0, v.y ?? 0];
    if (this.#filter === undefined || stampS - this.#filteredTo > this.#flags.filter_gap_tolerance) {
      this.#filter = new ErrorStateFilter(x, y, vx, vy, heading);
      this.#filteredTo = stampS;
    } else if (stampS > this.#filteredTo - 0.05) this.#filter.correctGnss(x, y, vx, vy, heading);
  }

  #filteredPose(filter: ErrorStateFilter, gps: Gps): apollo.localization.Pose {
    const flags = this.#flags;
    const { pitch, roll } = eulerZxyOf(quaternionOf(gps.localization?.orientation));
    const q = quaternionOfEulerZxy({ yaw: filter.headingRad - Math.PI / 2, pitch, roll });
    return {
      position: {
        x: filter.xM - flags.map_offset_x,
        y: filter.yM - flags.map_offset_y,
        z: (gps.localization?.position?.z ?? 0) - flags.map_offset_z,
      },
      orientation: { qx: q.x, qy: q.y, qz: q.z, qw: q.w },
      heading: filter.headingRad,
      linear_velocity: { x: filter.vxMps, y: filter.vyMps, z: gps.localization?.linear_velocity?.z ?? 0 },
    };
  }
}

function remember<T>(history: T[], message: T): void {
  history.unshift(message);
  if (history.length > HISTORY) history.pop();
}

function finiteParts(point: apollo.common.Point3D | undefined): number[] {
  return point === undefined ? [] : [point.x, point.y, point.z].filter((n) => n !== undefined);
}

/** Six significant digits, as a C++ stream prints. */
function format(value: number): string {
  return String(Number(value.toPrecision(6)));
}
