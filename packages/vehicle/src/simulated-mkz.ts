import { clamp, quaternionOfEulerZxy, type Random, seededRandom } from "@delos/math";
import type { apollo } from "@delos/msgs";
import { Bicycle, type BicycleParameters, MKZ_BICYCLE } from "./bicycle.ts";
import { ByWireUnit } from "./by-wire-unit.ts";
import type { CanFrame, CanPort } from "./can-frame.ts";
import { PEDAL_RESOLUTION } from "./mkz-commands.ts";
import type { Pedals } from "./pedal-map.ts";

/** One standard deviation. */
export interface SensorNoise {
  readonly positionM: number;
  readonly velocityMps: number;
  readonly headingRad: number;
  readonly accelerationMps2: number;
  readonly yawRateRadps: number;
  readonly yawRateBiasRadps: number;
}

/** An RTK receiver with a tactical-grade IMU, as on Apollo's car. */
export const RTK_NOISE: SensorNoise = {
  positionM: 0.01,
  velocityMps: 0.01,
  headingRad: 0.0015,
  accelerationMps2: 0.03,
  yawRateRadps: 0.001,
  yawRateBiasRadps: 0.0005,
};

export interface SimulatedMkzOptions {
  readonly xM: number;
  readonly yM: number;
  readonly zM?: number;
  readonly headingRad: number;
  readonly pedals: Pedals;
  readonly seed?: number;
  readonly noise?: SensorNoise;
  readonly bicycle?: BicycleParameters;
  /** What is beside the bicycle. Absent: a Lincoln MKZ's. */
  readonly body?: SimulatedBody;
  /** Silence of the frames after which the by-wire units let go, s: 0.1 as on the car, more on a computer that is busy. */
  readonly byWireSilenceS?: number;
}

/** Steering, actuators and wheels of a simulated car with Lincoln's by-wire units. */
export interface SimulatedBody {
  /** Degrees of the steering wheel to one of the front wheels, and its full lock, °. */
  readonly steerRatio: number;
  readonly steerLockDeg: number;
  /** Lags of the actuators, s. */
  readonly steerLagS: number;
  readonly pedalLagS: number;
  readonly wheelRadiusM: number;
  readonly trackM: number;
}

/** The Lincoln MKZ's: ratio, lock and wheels of Apollo's vehicle file. */
export const MKZ_BODY: SimulatedBody = {
  steerRatio: 16,
  steerLockDeg: 470,
  steerLagS: 0.03,
  pedalLagS: 0.06,
  wheelRadiusM: 0.335,
  trackM: 1.58,
};

/** What a driver does; an input that is given overrides the by-wire unit. Pedals in %, steering wheel in degrees. */
export interface DriverInput {
  throttle?: number;
  brake?: number;
  steeringDeg?: number;
}

/** The pedals' rate, %/s. */
const PEDAL_RATE = 400;
/** Dead time from command to actuator, steps of 5 ms. */
const DEAD_STEPS = 4;
const STEP_S = 0.005;
const SUBSTEPS = 2;

/** How often the car reports, steps of 5 ms. */
const REPORT_STEPS: readonly (readonly [id: number, steps: number])[] = [
  [0x61, 2],
  [0x63, 2],
  [0x65, 2],
  [0x67, 4],
  [0x69, 10],
  [0x6a, 2],
  [0x6b, 2],
  [0x6c, 2],
  [0x71, 100],
  [0x72, 100],
  [0x74, 4],
  [0x75, 4],
];

/**
 * A car with a Lincoln MKZ's by-wire units on a CAN bus, by default that car: units that take over and let go, actuators with
 * dead time, rate and lag, pedals that do what they are given to do, a bicycle with tyre slip, GNSS and IMU. Call `step` every 5 ms.
 */
export class SimulatedMkz {
  readonly bicycle: Bicycle;
  readonly driver: DriverInput = {};
  readonly #port: CanPort;
  readonly #listening: Disposable;
  readonly #pedals: Pedals;
  readonly #body: SimulatedBody;
  readonly #random: Random;
  readonly #noise: SensorNoise;
  readonly #zM: number;
  readonly #brakeUnit: ByWireUnit;
  readonly #throttleUnit: ByWireUnit;
  readonly #steeringUnit: ByWireUnit;
  readonly #command = { brake: 0, throttle: 0, steeringDeg: 0, steeringSpeedDegps: 0, gear: 0, turn: 0 };
  readonly #delayed: { brake: number; throttle: number; steeringDeg: number }[] = [];
  readonly #yawRateBias: number;
  #brake = 0;
  #throttle = 0;
  #steeringDeg = 0;
  #gear = 4;
  #steps = 0;
  /** Fault bits that reports carry: for tests. Bit 3 watchdog, 4 and 5 channels, 7 connector. */
  readonly faults = { brake: 0, throttle: 0, steering: 0 };

  constructor(port: CanPort, options: SimulatedMkzOptions) {
    this.#port = port;
    this.#brakeUnit = new ByWireUnit(options.byWireSilenceS);
    this.#throttleUnit = new ByWireUnit(options.byWireSilenceS);
    this.#steeringUnit = new ByWireUnit(options.byWireSilenceS);
    this.#listening = port.onFrame((frame) => this.#onFrame(frame));
    this.bicycle = new Bicycle(options.xM, options.yM, options.headingRad, options.bicycle ?? MKZ_BICYCLE);
    this.#pedals = options.pedals;
    this.#body = options.body ?? MKZ_BODY;
    this.#zM = options.zM ?? 0;
    this.#random = seededRandom(options.seed ?? 1);
    this.#noise = options.noise ?? RTK_NOISE;
    this.#yawRateBias = this.#noise.yawRateBiasRadps * this.#random.normal();
    this.#brake = 30;
  }

  /** Actuators as they stand: %, %, degrees of the steering wheel. */
  get actuators(): { readonly throttle: number; readonly brake: number; readonly steeringDeg: number } {
    return { throttle: this.#throttle, brake: this.#brake, steeringDeg: this.#steeringDeg };
  }

  #nowS = 0;

  /** Moves on by 5 ms to `nowS` and sends the reports that are due. */
  step(nowS: number): void {
    this.#nowS = nowS;
    const { driver } = this;
    this.#brakeUnit.driverActs = driver.brake !== undefined;
    this.#throttleUnit.driverActs = driver.throttle !== undefined;
    this.#steeringUnit.driverActs = driver.steeringDeg !== undefined;
    for (const unit of [this.#brakeUnit, this.#throttleUnit, this.#steeringUnit]) unit.step(nowS);

    const { brake, throttle, steeringDeg } = this.#command;
    this.#delayed.push({ brake, throttle, steeringDeg });
    const due = this.#delayed.length > DEAD_STEPS ? this.#delayed.shift()! : { brake: 0, throttle: 0, steeringDeg: 0 };
    // Without driver and by-wire unit the brake that held the car stays as it is.
    const wanted = {
      brake: driver.brake ?? (this.#brakeUnit.enabled ? due.brake : this.#brake),
      throttle: driver.throttle ?? (this.#throttleUnit.enabled ? due.throttle : 0),
      steeringDeg: driver.steeringDeg ?? (this.#steeringUnit.enabled ? due.steeringDeg : this.#steeringDeg),
    };
    const { steerRatio, steerLockDeg, steerLagS, pedalLagS } = this.#body;
    this.#brake = pedal(this.#brake, wanted.brake, pedalLagS);
    this.#throttle = pedal(this.#throttle, wanted.throttle, pedalLagS);
    const rate = this.#steeringUnit.enabled ? this.#command.steeringSpeedDegps : 500;
    const steer = ((clamp(wanted.steeringDeg, -steerLockDeg, steerLockDeg) - this.#steeringDeg) * STEP_S) / steerLagS;
    this.#steeringDeg += clamp(steer, -rate * STEP_S, rate * STEP_S);

    const wheelRad = ((this.#steeringDeg / steerRatio) * Math.PI) / 180;
    for (let i = 0; i < SUBSTEPS; i++) {
      const pedalCommand = this.#throttle > this.#brake ? this.#throttle : -this.#brake;
      const acceleration = this.#gear === 4 ? this.#pedals.accelerationAt(this.bicycle.speedMps, pedalCommand) : -1;
      this.bicycle.step(STEP_S / SUBSTEPS, wheelRad, acceleration);
    }
    for (const [id, steps] of REPORT_STEPS) if (this.#steps % steps === 0) this.#port.send(this.#report(id));
    this.#steps++;
  }

  /** What the GNSS receiver says now. */
  gps(nowS: number): apollo.localization.Gps {
    const n = this.#noise;
    const r = this.#random;
    const b = this.bicycle;
    const [vx, vy] = b.velocityMps;
    const yaw = b.headingRad - Math.PI / 2 + n.headingRad * r.normal();
    const q = quaternionOfEulerZxy({ yaw, pitch: 0, roll: 0 });
    return {
      header: { timestamp_sec: nowS },
      localization: {
        position: { x: b.xM + n.positionM * r.normal(), y: b.yM + n.positionM * r.normal(), z: this.#zM },
        orientation: { qx: q.x, qy: q.y, qz: q.z, qw: q.w },
        linear_velocity: { x: vx + n.velocityMps * r.normal(), y: vy + n.velocityMps * r.normal(), z: 0 },
      },
    };
  }

  /** What the IMU says now, corrected for gravity: right, forward, up. */
  imu(nowS: number): apollo.localization.Imu {
    const n = this.#noise;
    const r = this.#random;
    const b = this.bicycle;
    return {
      header: { timestamp_sec: nowS },
      imu: {
        linear_acceleration: {
          x: -b.leftMps2 + n.accelerationMps2 * r.normal(),
          y: b.forwardMps2 + n.accelerationMps2 * r.normal(),
          z: n.accelerationMps2 * r.normal(),
        },
        angular_velocity: {
          x: n.yawRateRadps * r.normal(),
          y: n.yawRateRadps * r.normal(),
          z: b.yawRateRadps + this.#yawRateBias + n.yawRateRadps * r.normal(),
        },
      },
    };
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }

  #onFrame({ id, data }: CanFrame): void {
    if (data.length !== 8) return;
    const word = data[0]! | (data[1]! << 8);
    switch (id) {
      case 0x60:
        this.#command.brake = 100 * word * PEDAL_RESOLUTION;
        this.#brakeUnit.onCommand((data[3]! & 1) === 1, this.#nowS);
        break;
      case 0x62:
        this.#command.throttle = 100 * word * PEDAL_RESOLUTION;
        this.#throttleUnit.onCommand((data[3]! & 1) === 1, this.#nowS);
        break;
      case 0x64:
        this.#command.steeringDeg = ((word << 16) >> 16) * 0.1;
        this.#command.steeringSpeedDegps = data[3]! * 2;
        this.#steeringUnit.onCommand((data[2]! & 1) === 1, this.#nowS);
        break;
      case 0x66:
        this.#command.gear = data[0]! & 7;
        // The shifter follows at standstill; DRIVE stays when nothing is asked.
        if (this.#command.gear !== 0 && this.bicycle.speedMps < 0.1) this.#gear = this.#command.gear;
        break;
      case 0x68:
        this.#command.turn = data[0]! & 3;
        break;
    }
  }

  #report(id: number): CanFrame {
    const data = new Uint8Array(8);
    const u16 = (at: number, value: number): void => {
      const word = clamp(Math.round(value), 0, 0xffff);
      data[at] = word & 0xff;
      data[at + 1] = word >> 8;
    };
    const i16 = (at: number, value: number): void => {
      const word = clamp(Math.round(value), -0x7fff, 0x7fff) & 0xffff;
      data[at] = word & 0xff;
      data[at + 1] = word >> 8;
    };
    const flags = (unit: ByWireUnit, faults: number): number =>
      (unit.enabled ? 1 : 0) | (unit.override ? 2 : 0) | (unit.driverActs ? 4 : 0) | faults;
    const b = this.bicycle;
    switch (id) {
      case 0x61:
      case 0x63: {
        const [unit, input, command, output, faults] =
          id === 0x61
            ? [this.#brakeUnit, this.driver.brake ?? 0, this.#command.brake, this.#brake, this.faults.brake]
            : [
                this.#throttleUnit,
                this.driver.throttle ?? 0,
                this.#command.throttle,
                this.#throttle,
                this.faults.throttle,
              ];
        [input, command, output].forEach((percent, i) => {
          u16(2 * i, percent / 100 / PEDAL_RESOLUTION);
        });
        if (id === 0x61) data[6] = this.#brake > 0.1 ? 4 : 0;
        data[7] = flags(unit, faults);
        break;
      }
      case 0x65:
        i16(0, this.#steeringDeg / 0.1);
        i16(2, this.#command.steeringDeg / 0.1);
        u16(4, (b.speedMps * 3.6) / 0.01);
        data[7] = flags(this.#steeringUnit, this.faults.steering);
        break;
      case 0x67:
        data[0] = this.#gear | (this.#command.gear << 4);
        break;
      case 0x69:
        data[0] = this.#command.turn;
        data[1] = 1;
        data[3] = 0xc0;
        data[4] = 0x03;
        break;
      case 0x6a: {
        const half = (this.#body.trackM / 2) * b.yawRateRadps;
        [b.speedMps - half, b.speedMps + half, b.speedMps - half, b.speedMps + half].forEach((v, i) => {
          u16(2 * i, Math.max(v, 0) / this.#body.wheelRadiusM / 0.01);
        });
        break;
      }
      case 0x6b:
        i16(0, b.leftMps2 / 0.01);
        i16(2, b.forwardMps2 / 0.01);
        i16(4, 9.81 / 0.01);
        break;
      case 0x6c:
        i16(2, b.yawRateRadps / 0.0002);
        break;
      case 0x71:
        for (let i = 0; i < 4; i++) u16(2 * i, 240);
        break;
      case 0x72:
        i16(0, 60 / 0.108696);
        break;
      case 0x74:
        data[1] = b.speedMps < 0.05 ? 0x80 : 0;
        data[7] = 0xa8;
        break;
      case 0x75:
        u16(0, (700 + 220 * b.speedMps) / 0.25);
        u16(2, this.#throttle / 0.1);
        break;
    }
    return { id, data };
  }
}

/** One step of a pedal toward `wanted`, with lag and rate. */
function pedal(now: number, wanted: number, lagS: number): number {
  const step = ((clamp(wanted, 0, 100) - now) * STEP_S) / lagS;
  return now + clamp(step, -PEDAL_RATE * STEP_S, PEDAL_RATE * STEP_S);
}
