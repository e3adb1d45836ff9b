import { clamp } from "@delos/math";

/** Gains as in Apollo's PidConf. `ki` acts while integrating, so that a change of it makes no step. */
export interface PidGains {
  readonly kp: number;
  readonly ki: number;
  readonly kd: number;
}

export interface PidConfig extends PidGains {
  readonly integratorEnable: boolean;
  /** Bound of the integral's magnitude. */
  readonly integratorSaturationLevel: number;
  /** Anti-windup variants only: gain of the back calculation. */
  readonly kaw?: number;
  /** Anti-windup variants only: bound of the output's magnitude. */
  readonly outputSaturationLevel?: number;
}

/** −1 at the lower bound, +1 at the upper, 0 between. */
export type Saturation = -1 | 0 | 1;

/** Proportional, integral and derivative action with a clamped integral (Apollo's PIDController). */
export class Pid {
  protected kp: number;
  protected ki: number;
  protected kd: number;
  protected integral = 0;
  protected previousError = 0;
  protected previousOutput = 0;
  protected first = true;
  protected readonly enabled: boolean;
  readonly #limit: number;
  #status: Saturation = 0;
  /** Keeps the integral as it is. */
  integratorHold = false;

  constructor(config: PidConfig) {
    this.kp = config.kp;
    this.ki = config.ki;
    this.kd = config.kd;
    this.enabled = config.integratorEnable;
    this.#limit = Math.abs(config.integratorSaturationLevel);
  }

  /** Of the integral; survives `reset`, as in Apollo 1.0. */
  get saturationStatus(): Saturation {
    return this.#status;
  }

  /** New gains; integral and integrator settings stay. */
  setGains({ kp, ki, kd }: PidGains): void {
    this.kp = kp;
    this.ki = ki;
    this.kd = kd;
  }

  /** Output for `error` after `dt` s; the last output again when dt ≤ 0. */
  control(error: number, dt: number): number {
    if (dt <= 0) return this.previousOutput;
    const rate = this.derivative(error, dt);
    if (!this.enabled) this.integral = 0;
    else if (!this.integratorHold) {
      this.integral += error * dt * this.ki;
      if (this.integral > this.#limit) {
        this.integral = this.#limit;
        this.#status = 1;
      } else if (this.integral < -this.#limit) {
        this.integral = -this.#limit;
        this.#status = -1;
      } else this.#status = 0;
    }
    this.previousError = error;
    this.previousOutput = error * this.kp + this.integral + rate * this.kd;
    return this.previousOutput;
  }

  reset(): void {
    this.previousError = 0;
    this.previousOutput = 0;
    this.integral = 0;
    this.first = true;
  }

  protected derivative(error: number, dt: number): number {
    if (!this.first) return (error - this.previousError) / dt;
    this.first = false;
    return 0;
  }
}

/** Bounds the output; says whether it is at a bound. Base of the two anti-windup variants. */
abstract class BoundedPid extends Pid {
  protected readonly outputLimit: number;
  protected status: Saturation = 0;

  constructor(config: PidConfig) {
    super(config);
    this.outputLimit = Math.abs(config.outputSaturationLevel ?? Number.POSITIVE_INFINITY);
  }

  get outputSaturationStatus(): Saturation {
    return this.status;
  }

  override control(error: number, dt: number): number {
    if (dt <= 0) return this.previousOutput;
    const rate = this.derivative(error, dt);
    if (!this.enabled) this.integral = 0;
    else this.integrate(error, dt, error * this.kp + this.integral + error * dt * this.ki + rate * this.kd);
    this.previousError = error;
    const output = error * this.kp + this.integral + rate * this.kd;
    this.settle(output);
    this.previousOutput = clamp(output, -this.outputLimit, this.outputLimit);
    return this.previousOutput;
  }

  override reset(): void {
    super.reset();
    this.status = 0;
  }

  /** Moves the integral on; `demand` is the output that full integration would give. */
  protected abstract integrate(error: number, dt: number, demand: number): void;

  /** Sees the output before it is bounded. */
  protected settle(_output: number): void {}
}

/** Anti-windup by integral clamping (Apollo 1.5's PIDICController): no integration further into a saturated output. */
export class ClampingPid extends BoundedPid {
  protected override integrate(error: number, dt: number, demand: number): void {
    if (error * demand > 0 && Math.abs(demand) > this.outputLimit) return;
    this.integral += error * dt * this.ki;
  }

  protected override settle(output: number): void {
    this.status = output >= this.outputLimit ? 1 : output <= -this.outputLimit ? -1 : 0;
  }
}

/**
 * Anti-windup by back calculation (Apollo 1.5's PIDBCController): what the bound cuts off is fed back into the integral.
 * `ki` is missing from the integral's step, as in the original.
 */
export class BackCalculationPid extends BoundedPid {
  readonly #kaw: number;

  constructor(config: PidConfig) {
    super(config);
    this.#kaw = config.kaw ?? 0;
  }

  protected override integrate(error: number, dt: number, demand: number): void {
    const excess = clamp(demand, -this.outputLimit, this.outputLimit) - demand;
    this.status = excess > 1e-6 ? -1 : excess < -1e-6 ? 1 : 0;
    this.integral += this.#kaw * excess + error * dt;
  }
}
