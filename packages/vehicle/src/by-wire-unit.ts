/** A by-wire unit takes over this long after its enable bit rises, s; the real car needs about 0.3. */
const TAKEOVER_S = 0.26;
/** Silence after which a unit that is enabled lets go, s. */
const SILENCE_S = 0.1;

/** What the three by-wire units (brake, throttle, steering) have in common: enabling, override by the driver, a watchdog. */
export class ByWireUnit {
  readonly #silenceS: number;
  #enableBit = false;
  #risenS = Number.POSITIVE_INFINITY;
  #lastS = Number.NEGATIVE_INFINITY;
  #driverActs = false;
  #override = true;
  #enabled = false;
  /** Commands stopped while it was enabled. Cleared by the next enabling. */
  watchdogTripped = false;

  constructor(silenceS: number = SILENCE_S) {
    this.#silenceS = silenceS;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** The driver's, until the unit has taken over. */
  get override(): boolean {
    return this.#override;
  }

  get driverActs(): boolean {
    return this.#driverActs;
  }

  set driverActs(acts: boolean) {
    this.#driverActs = acts;
    if (acts) this.#letGo();
  }

  /** A command frame with its enable bit. */
  onCommand(enable: boolean, nowS: number): void {
    if (enable && !this.#enableBit) {
      this.#risenS = nowS;
      this.watchdogTripped = false;
    }
    if (!enable) this.#letGo();
    this.#enableBit = enable;
    this.#lastS = nowS;
  }

  step(nowS: number): void {
    if (this.#enableBit && nowS - this.#lastS > this.#silenceS) {
      this.watchdogTripped = this.#enabled;
      this.#enableBit = false;
      this.#letGo();
    }
    if (this.#enableBit && !this.#driverActs && !this.#enabled && nowS - this.#risenS >= TAKEOVER_S) {
      this.#enabled = true;
      this.#override = false;
    }
  }

  #letGo(): void {
    this.#enabled = false;
    this.#override = true;
    this.#risenS = Number.POSITIVE_INFINITY;
  }
}
