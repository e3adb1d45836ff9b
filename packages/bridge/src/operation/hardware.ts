import { type Clock, describeError } from "@delos/core";
import { apollo } from "@delos/msgs";
import { type Node, type Topic, topic } from "@delos/runtime";

/** Codes of Apollo's hardware checks (modules/monitor/hwmonitor/hw_check). */
export const HardwareStatus = { checking: -2, unknown: -1, ok: 0, notReady: 1, notPresent: 2, error: 3 } as const;

export interface HardwareResult {
  readonly status: number;
  readonly message: string;
}

/** One thing outside of the computer that can be asked whether it is well. */
export interface HardwareCheck {
  readonly name: string;
  readonly displayName: string;
  run(signal: AbortSignal): Promise<HardwareResult>;
}

const WAIT_MS = 5000;
const { InsStatus, GnssStatus } = apollo.common.gnss_status;
const latched = { durability: "transient_local", depth: 1 } as const;
const insTopic = topic("/apollo/sensor/gnss/ins_status", InsStatus, latched);
const gnssTopic = topic("/apollo/sensor/gnss/gnss_status", GnssStatus, latched);
const chassisTopic = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 1 });

/** Apollo's gps_check: one status of the receiver and one of the inertial system within 5 s, and both good. */
export function gpsCheck(node: Node, clock: Clock): HardwareCheck {
  return {
    name: "GPS",
    displayName: "GPS",
    async run(signal) {
      const wait = { node, clock, signal };
      const [ins, gnss] = await Promise.all([first(insTopic, wait), first(gnssTopic, wait)]);
      if (ins === undefined || gnss === undefined)
        return { status: HardwareStatus.error, message: "GPS CHECK TIMEOUT" };
      if (gnss.solution_completed !== true) return { status: HardwareStatus.error, message: "GPS SOLUTION UNCOMPUTED" };
      if (ins.type === InsStatus.Type.GOOD) return { status: HardwareStatus.ok, message: "OK" };
      if (ins.type === InsStatus.Type.CONVERGING) return { status: HardwareStatus.notReady, message: "INS ALIGNING" };
      return { status: HardwareStatus.error, message: "INS INACTIVE" };
    },
  };
}

/** The CAN bus as canbus sees it: frames come, so there is a chassis, and it reports no fault. */
export function canCheck(node: Node, clock: Clock): HardwareCheck {
  return {
    name: "CAN",
    displayName: "CAN",
    async run(signal) {
      const chassis = await first(chassisTopic, { node, clock, signal });
      if (chassis === undefined) return { status: HardwareStatus.notPresent, message: "NO CHASSIS MESSAGE" };
      const code = chassis.error_code ?? 0;
      if (code === apollo.canbus.Chassis.ErrorCode.NO_ERROR) return { status: HardwareStatus.ok, message: "OK" };
      const name = Object.entries(apollo.canbus.Chassis.ErrorCode).find(([, value]) => value === code)?.[0];
      return { status: HardwareStatus.error, message: name ?? `ERROR ${code}` };
    },
  };
}

/** The next message of a topic, or the latched one; undefined when none comes. */
function first<T>(
  wanted: Topic<T>,
  { node, clock, signal }: { readonly node: Node; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const subscription = node.subscribe(wanted);
    const done = (message: T | undefined): void => {
      alarm[Symbol.dispose]();
      signal.removeEventListener("abort", stop);
      void subscription[Symbol.asyncDispose]();
      resolve(message);
    };
    const stop = (): void => done(undefined);
    const alarm = clock.alarm(clock.monotonicMs() + WAIT_MS, stop);
    signal.addEventListener("abort", stop);
    subscription.on(({ message }) => done(message));
  });
}

/** The checks and what they last said. */
export class Hardware implements Disposable {
  readonly checks: readonly HardwareCheck[];
  readonly #results = new Map<string, HardwareResult>();
  readonly #changed: () => void;
  readonly #stop = new AbortController();

  constructor(checks: readonly HardwareCheck[], changed: () => void) {
    this.checks = checks;
    this.#changed = changed;
  }

  get allOk(): boolean {
    return this.checks.every(({ name }) => this.result(name).status === HardwareStatus.ok);
  }

  result(name: string): HardwareResult {
    return this.#results.get(name) ?? { status: HardwareStatus.unknown, message: "" };
  }

  /** Runs a check; while it runs another one of the same name is not begun. */
  async run(check: HardwareCheck): Promise<HardwareResult> {
    const { name } = check;
    if (this.result(name).status === HardwareStatus.checking) return this.result(name);
    this.#set(name, { status: HardwareStatus.checking, message: "" });
    let result: HardwareResult;
    try {
      result = await check.run(this.#stop.signal);
    } catch (error) {
      result = { status: HardwareStatus.error, message: describeError(error) };
    }
    this.#set(name, result);
    return result;
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#results.clear();
    this.#changed();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  #set(name: string, result: HardwareResult): void {
    this.#results.set(name, result);
    this.#changed();
  }
}
