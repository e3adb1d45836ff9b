import { apollo } from "@delos/msgs";

interface Point {
  readonly x: number;
  readonly y: number;
  readonly theta: number;
  readonly kappa: number;
  readonly relativeTime: number;
  readonly v: number;
  readonly a: number;
  readonly s: number;
}

export interface ReplayPlannerOptions {
  /** Points of the last trajectory kept before the new one. */
  readonly backward?: number;
  readonly forward?: number;
  readonly replanningThresholdM?: number;
  readonly resolutionS?: number;
}

/** Trajectories start this far ahead of their computation, s. */
const EXECUTION_DELAY_S = 0.2;

/**
 * Reads a recorder's file as Apollo's planner does: the header line is skipped, an empty line ends it, tokens stand between
 * blanks, lines of fewer than 11 tokens (and, here, of anything but finite numbers) are skipped.
 */
export function parseReplayTrajectory(text: string): { readonly points: readonly Point[]; readonly skipped: number } {
  const points: Point[] = [];
  let skipped = 0;
  for (const line of text.split("\n").slice(1)) {
    if (line.replace(/\r$/, "") === "") break;
    const tokens = line.split(/[\t ]+/).filter((token) => token !== "");
    const n = tokens.map(Number.parseFloat);
    const used = [0, 1, 3, 4, 5, 7, 8, 10].map((i) => n[i]!);
    if (tokens.length < 11 || !used.every(Number.isFinite)) {
      skipped++;
      continue;
    }
    const [x, y, v, a, kappa, relativeTime, theta, s] = used as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    points.push({ x, y, theta, kappa, relativeTime, v, a, s });
  }
  return { points, skipped };
}

/**
 * The planning module of Apollo 1.0: replays a driven path from the nearest point on, 5 Hz, always 800 points long, and
 * joins it to its last trajectory while the car follows.
 */
export class RtkReplayPlanner {
  readonly #recorded: readonly Point[];
  readonly #backward: number;
  readonly #forward: number;
  readonly #thresholdM: number;
  readonly #resolutionS: number;
  #localization: apollo.localization.LocalizationEstimate | undefined;
  #chassis: apollo.canbus.Chassis | undefined;
  #last: { readonly points: readonly Point[]; readonly headerTimeS: number } | undefined;
  #sequence = 0;

  constructor(recorded: readonly Point[], options: ReplayPlannerOptions = {}) {
    this.#recorded = recorded;
    this.#backward = options.backward ?? 10;
    this.#forward = options.forward ?? 800;
    this.#thresholdM = options.replanningThresholdM ?? 2;
    this.#resolutionS = options.resolutionS ?? 0.01;
  }

  onLocalization(localization: apollo.localization.LocalizationEstimate): void {
    this.#localization = localization;
  }

  onChassis(chassis: apollo.canbus.Chassis): void {
    this.#chassis = chassis;
  }

  /** One cycle; undefined while an input is missing or not finite, or when there is no path. */
  cycle(nowS: number): apollo.planning.ADCTrajectory | undefined {
    if (this.#localization === undefined || this.#chassis === undefined) return undefined;
    const position = this.#localization.pose?.position;
    const [x, y] = [position?.x ?? 0, position?.y ?? 0];
    if (!Number.isFinite(x + y)) return undefined;
    const automatic = this.#chassis.driving_mode === apollo.canbus.Chassis.DrivingMode.COMPLETE_AUTO_DRIVE;
    const executionS = nowS + EXECUTION_DELAY_S;

    let planned: readonly Point[] | undefined;
    let joined = false;
    if (automatic && this.#last !== undefined) {
      const { points, headerTimeS } = this.#last;
      const found = points.findIndex((p) => p.relativeTime >= executionS - headerTimeS);
      const at = found < 0 ? points.length - 1 : found;
      const p = points[at]!;
      const [dx, dy] = [p.x - x, p.y - y];
      if (Math.sqrt(dx * dx + dy * dy) < this.#thresholdM) {
        joined = true;
        planned = this.#plan(p.x, p.y);
        if (planned !== undefined) {
          const before = points.slice(Math.max(at - this.#backward, 0), at);
          planned = [...before.map((q) => ({ ...q, relativeTime: q.relativeTime - p.relativeTime })), ...planned];
        }
      }
    }
    if (!joined) planned = this.#plan(x, y);
    if (planned === undefined) {
      this.#last = undefined;
      return undefined;
    }
    this.#last = { points: planned, headerTimeS: executionS };
    return {
      header: { timestamp_sec: executionS, module_name: "planning", sequence_num: ++this.#sequence },
      adc_trajectory_point: planned.map((p) => ({
        x: p.x,
        y: p.y,
        theta: p.theta,
        curvature: p.kappa,
        relative_time: p.relativeTime,
        speed: p.v,
        acceleration_s: p.a,
        accumulated_s: p.s,
      })),
    };
  }

  /** `forward` points from the nearest to (x, y) on; copies of the last one fill up. */
  #plan(x: number, y: number): readonly Point[] | undefined {
    const recorded = this.#recorded;
    if (recorded.length < 2) return undefined;
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    recorded.forEach((p, i) => {
      const [dx, dy] = [p.x - x, p.y - y];
      const distance = dx * dx + dy * dy;
      if (distance < least) {
        least = distance;
        nearest = i;
      }
    });
    const n = recorded.length;
    const end = nearest + this.#forward >= n ? n - 1 : nearest + this.#forward - 1;
    const zero = recorded[nearest]!.relativeTime;
    const points = recorded.slice(nearest, end + 1).map((p) => ({ ...p, relativeTime: p.relativeTime - zero }));
    while (points.length < this.#forward) {
      const last = points.at(-1)!;
      points.push({ ...last, relativeTime: last.relativeTime + this.#resolutionS });
    }
    return points;
  }
}
