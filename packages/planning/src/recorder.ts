import type { apollo } from "@delos/msgs";

/** First line of a recorder's file. */
export const RECORDER_HEADER =
  "x,y,z,speed,acceleration,curvature,curvature_change_rate,time,theta,gear,s,throttle,brake,steering";

const STILL_MPS = 1e-9;
/** Assumed, not measured, as in Apollo. */
const STEP_S = 0.01;

/** What turns the steering that the chassis reports into curvature. */
export interface RecordedSteering {
  /** Full lock of the steering wheel, °, and its degrees to one of the front wheels. */
  readonly steerLockDeg: number;
  readonly steerRatio: number;
  readonly wheelbaseM: number;
}

/** As Apollo's recorder has it for the Lincoln MKZ. */
const MKZ_STEERING: RecordedSteering = { steerLockDeg: 470, steerRatio: 16, wheelbaseM: 2.85 };

/**
 * Records a drive by hand as lines of garage.csv (Apollo's rtk_recorder). Recording begins with the first sample that
 * moves and then never pauses. Numbers are printed as Python 2 prints them: 12 significant digits.
 */
export class RtkRecorder {
  readonly #steering: RecordedSteering;
  #chassis: apollo.canbus.Chassis | undefined;
  #begun = false;
  #previousSpeed = 0;
  #previousCurvature = 0;
  #s = 0;

  constructor(steering: RecordedSteering = MKZ_STEERING) {
    this.#steering = steering;
  }

  onChassis(chassis: apollo.canbus.Chassis): void {
    this.#chassis = chassis;
  }

  /** The line for this pose (without its end), undefined when there is nothing to record. */
  onLocalization(localization: apollo.localization.LocalizationEstimate): string | undefined {
    const chassis = this.#chassis;
    if (chassis === undefined) return undefined;
    const speed = Math.fround(chassis.speed_mps ?? Number.NaN);
    const steering = Math.fround(chassis.steering_percentage ?? Number.NaN);
    if (Number.isNaN(speed) || Number.isNaN(steering)) return undefined;
    const still = Math.abs(speed) < STILL_MPS;
    const { steerLockDeg, steerRatio, wheelbaseM } = this.#steering;
    const wheelRad = (steering / 100) * steerLockDeg * (Math.PI / 180);
    const curvature = Math.tan(wheelRad / steerRatio) / wheelbaseM;
    const [previousSpeed, previousCurvature] = [this.#previousSpeed, this.#previousCurvature];
    this.#previousSpeed = speed;
    this.#previousCurvature = curvature;
    if (!this.#begun && still) return undefined;
    this.#begun = true;

    const pose = localization.pose ?? {};
    // Whole numbers that never were floats print without a point.
    const resting = speed < STILL_MPS && previousSpeed < STILL_MPS;
    const acceleration = resting ? "0" : pythonFloat(pose.linear_acceleration_vrf?.y ?? Number.NaN);
    const changeRate = still ? "0" : pythonFloat((curvature - previousCurvature) / (speed * STEP_S));
    this.#s += speed * STEP_S;
    const timeS = localization.header?.timestamp_sec ?? 0;
    return [
      pythonFloat(pose.position?.x ?? Number.NaN),
      pythonFloat(pose.position?.y ?? Number.NaN),
      pythonFloat(pose.position?.z ?? 0),
      pythonFloat(speed),
      acceleration,
      pythonFloat(curvature),
      changeRate,
      halfToEven(timeS.toFixed(4), timeS.toFixed(MOST_DIGITS)),
      pythonFloat(pose.heading ?? 0),
      String(chassis.gear_location ?? 0),
      pythonFloat(this.#s),
      pythonFloat(Math.fround(chassis.throttle_percentage ?? Number.NaN)),
      pythonFloat(Math.fround(chassis.brake_percentage ?? Number.NaN)),
      pythonFloat(steering),
    ].join(", ");
  }
}

/** `str(value)` of Python 2: 12 significant digits, a point or an exponent always, `nan`, `inf`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits, power] = halfToEven(value.toExponential(11), value.toExponential(MOST_DIGITS)).split("e") as [
    string,
    string,
  ];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 12) {
    const mantissa = digits.replace(/\.?0+$/, "");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const fixed = Number(`${digits}e${power}`)
    .toFixed(Math.max(11 - exponent, 0))
    .replace(/(\.\d*?)0+$/, "$1");
  return fixed.endsWith(".") ? `${fixed}0` : fixed.includes(".") ? fixed : `${fixed}.0`;
}

/** As far as JavaScript prints digits; a number in the middle between two shorter ones has far fewer. */
const MOST_DIGITS = 100;

/**
 * C, and Python with it, rounds a number in the very middle to the even digit, JavaScript away from zero. The middle is not rare
 * here: what comes from 32-bit floats is often exactly 46.95947265625.
 * @param rounded by JavaScript @param exact the same number in the same notation with all its digits
 */
function halfToEven(rounded: string, exact: string): string {
  const [digits, power = ""] = rounded.split("e") as [string, string?];
  const [all] = exact.split("e") as [string];
  // After a carry (9.99…95) the two have different lengths or exponents, and what JavaScript gives ends in an even 0.
  const tail = all.slice(digits.length);
  const isMiddle = /^50*$/.test(tail) && exact.endsWith(power === "" ? "" : `e${power}`);
  if (!isMiddle || Number(digits.at(-1)) % 2 === 0) return rounded;
  return `${all.slice(0, digits.length)}${power === "" ? "" : `e${power}`}`;
}
