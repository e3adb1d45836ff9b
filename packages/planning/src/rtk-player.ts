import { DelosError } from "@delos/core";
import { butterworthLowPass, filtfilt } from "@delos/math";
import { apollo } from "@delos/msgs";
import type { DrivenPath } from "./recording.ts";

export interface PlayerOptions {
  /** Of the recorded speed, percent. Default 100. */
  readonly speedPercent?: number;
  /** Publish the whole path every time. */
  readonly complete?: boolean;
  /** Begin anew at the nearest point in every cycle. */
  readonly replan?: boolean;
  /**
   * From a pose whose stamp is older than this, s, no trajectory is planned: what is published has its e-stop set. Never unless
   * given, as in Apollo, whose player goes on from wherever the car was last.
   */
  readonly maxPoseAgeS?: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const SEARCH = 500;
const BEHIND = 100;
const AHEAD = 1000;
/** Squared distance from the car at which the player begins anew, m². */
const ASTRAY_M2 = 4;

/**
 * Publishes a driven path as the planned trajectory, 10 Hz (Apollo's rtk_player). While driven by hand it is anchored at
 * the nearest point in every cycle; in automatic mode the anchor stays and the reference runs in time.
 */
export class RtkPlayer {
  readonly #path: DrivenPath;
  readonly #acceleration: Float64Array;
  readonly #options: PlayerOptions;
  readonly #speedFactor: number;
  #start = 0;
  #closest = 0;
  #startTimeS = 0;
  #sequence = 0;
  #position: { readonly xM: number; readonly yM: number; readonly stampS: number } | undefined;
  #automatic = false;

  /** @throws {DelosError} PATH_TOO_SHORT when there are too few samples to smooth, PLAYER_SPEED for a factor not above 0 */
  constructor(path: DrivenPath, options: PlayerOptions = {}) {
    this.#path = path;
    this.#options = options;
    this.#speedFactor = (options.speedPercent ?? 100) / 100;
    if (!(this.#speedFactor > 0 && Number.isFinite(this.#speedFactor))) {
      throw new DelosError("PLAYER_SPEED", `speed of ${options.speedPercent} %: a number above 0 was expected`);
    }
    if (path.length < 22) {
      throw new DelosError("PATH_TOO_SHORT", `the path has ${path.length} samples, at least 22 are needed`);
    }
    this.#acceleration = filtfilt(butterworthLowPass(6, 0.05), path.acceleration);
  }

  /** Index in the path of the anchor and of the current sample. */
  get progress(): { readonly closest: number; readonly start: number } {
    return { closest: this.#closest, start: this.#start };
  }

  /** A position that is not finite is not taken over. */
  onLocalization(localization: apollo.localization.LocalizationEstimate): void {
    const { x, y } = localization.pose?.position ?? {};
    if (x !== undefined && y !== undefined && Number.isFinite(x + y)) {
      this.#position = { xM: x, yM: y, stampS: localization.header?.timestamp_sec ?? Number.NaN };
    }
  }

  onChassis(chassis: apollo.canbus.Chassis): void {
    this.#automatic = chassis.driving_mode === apollo.canbus.Chassis.DrivingMode.COMPLETE_AUTO_DRIVE;
  }

  /** One cycle; undefined until a localization message has come. */
  cycle(nowS: number): apollo.planning.ADCTrajectory | undefined {
    const position = this.#position;
    if (position === undefined) return undefined;
    const path = this.#path;
    const last = path.length - 1;
    const header = { timestamp_sec: nowS, module_name: "planning", sequence_num: this.#sequence++ };

    const { maxPoseAgeS } = this.#options;
    if (maxPoseAgeS !== undefined && !(nowS - position.stampS <= maxPoseAgeS))
      return { header, estop: { is_estop: true } };

    if (this.#options.replan === true || header.sequence_num === 0 || !this.#automatic) this.#restart(nowS);
    else {
      const elapsed = nowS - this.#startTimeS;
      while (path.time[this.#start]! - path.time[this.#closest]! < elapsed && this.#start < last) this.#start++;
    }
    // Also right after a restart: the nearest point may lie beyond the samples that one restart searches.
    if (this.#squaredDistance(this.#start) > ASTRAY_M2) this.#restart(nowS);

    let end = last;
    if (this.#options.complete === true) this.#start = 0;
    else {
      this.#start = Math.max(this.#start - BEHIND, 0);
      end = Math.min(this.#start + AHEAD, last);
    }
    const start = this.#start;
    const factor = this.#speedFactor;
    const elapsed = nowS - this.#startTimeS;
    const points: Mutable<apollo.planning.ADCTrajectoryPoint>[] = [];
    for (let i = start; i < end; i++) {
      points.push({
        x: path.x[i]!,
        y: path.y[i]!,
        z: path.z[i]!,
        speed: path.speed[i]! * factor,
        acceleration_s: this.#acceleration[i]! * factor,
        curvature: path.curvature[i]!,
        curvature_change_rate: path.curvatureChangeRate[i]!,
        relative_time: (path.time[i]! - path.time[this.#closest]!) / factor - elapsed,
        theta: path.theta[i]!,
        accumulated_s: path.s[i]!,
      });
    }
    return {
      header,
      adc_trajectory_point: points,
      estop: { is_estop: false },
      total_path_length: path.s[end]! - path.s[start]!,
      total_path_time: path.time[end]! - path.time[start]!,
      gear: gearOf(path.gear[start]!),
    };
  }

  /** Anchors at the nearest point within ±500 samples of where it was, the last of equals. */
  #restart(nowS: number): void {
    const to = Math.min(this.#start + SEARCH, this.#path.length);
    let best = this.#start;
    let least = Number.POSITIVE_INFINITY;
    for (let i = Math.max(this.#start - SEARCH, 0); i < to; i++) {
      const distance = this.#squaredDistance(i);
      if (distance <= least) {
        least = distance;
        best = i;
      }
    }
    this.#start = best;
    this.#closest = best;
    this.#startTimeS = nowS;
  }

  #squaredDistance(i: number): number {
    const dx = this.#position!.xM - this.#path.x[i]!;
    const dy = this.#position!.yM - this.#path.y[i]!;
    return dx * dx + dy * dy;
  }
}

function gearOf(value: number): apollo.canbus.Chassis.GearPosition {
  const gear = Math.trunc(value);
  return gear >= 0 && gear <= 6 ? (gear as apollo.canbus.Chassis.GearPosition) : 5;
}
