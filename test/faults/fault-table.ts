import { apollo } from "@delos/msgs";
import type { FaultScript, Links } from "./fault-drive.ts";
import type { Disturbance } from "./link.ts";

export interface Fault {
  readonly input: string;
  readonly fault: string;
  readonly rule: string;
  /** `stops`: brake and no throttle on the bus; `lets go`: the pedals are the driver's; `drives on`: nothing may happen. */
  readonly answer: "stops" | "lets go" | "drives on";
  /** From the fault to the answer on the CAN bus, at most. Absent for `drives on`. */
  readonly promisedMs?: number;
  readonly script: FaultScript;
}

/** What the promises are made of, ms. */
const CYCLE = 10; // of control and guardian
const FRAME = 20; // of brake and throttle
const LOOK = 10; // of the watchdog
const PLAN = 100; // of planning
const ACT = CYCLE + FRAME;

type Kind = Exclude<Disturbance<never>["kind"], "change">;

interface Input<L extends keyof Links> {
  readonly name: string;
  readonly link: L;
  /** Longer than what the rule allows. */
  readonly delayMs: number;
  readonly rule: string;
  readonly promisedMs: number;
  readonly answers?: { readonly [K in Kind]?: Pick<Fault, "rule" | "answer" | "promisedMs"> };
  readonly corrupt?: readonly (Pick<Fault, "fault" | "rule" | "answer" | "promisedMs"> & {
    readonly to: (message: Links[L]) => Links[L];
  })[];
}

function faultsOf<L extends keyof Links>(input: Input<L>): Fault[] {
  const standard = (kind: Kind): Pick<Fault, "rule" | "answer" | "promisedMs"> =>
    input.answers?.[kind] ??
    (kind === "reorder" || kind === "duplicate"
      ? { rule: "the order of single messages does not matter", answer: "drives on" }
      : { rule: input.rule, answer: "stops", promisedMs: input.promisedMs });
  const disturbances: readonly (readonly [string, Disturbance<Links[L]> & { readonly kind: Kind }])[] = [
    ["stops coming", { kind: "drop" }],
    [`comes ${input.delayMs} ms late`, { kind: "delay", ms: input.delayMs }],
    ["is frozen: the last one comes again and again", { kind: "freeze" }],
    ["comes in pairs of the wrong order", { kind: "reorder" }],
    ["comes twice", { kind: "duplicate" }],
  ];
  const scripted = (disturbance: Disturbance<Links[L]>): FaultScript => ({
    links: { [input.link]: disturbance },
  });
  return [
    ...disturbances.map(([fault, disturbance]) => ({
      input: input.name,
      fault,
      ...standard(disturbance.kind),
      script: scripted(disturbance),
    })),
    ...(input.corrupt ?? []).map(({ to, ...rest }) => ({
      input: input.name,
      ...rest,
      script: scripted({ kind: "change", to }),
    })),
  ];
}

const NAN = Number.NaN;
const { DrivingAction } = apollo.control;
const { LogLevel } = apollo.common.monitor.MonitorMessageItem;

const withPoints = (
  t: apollo.planning.ADCTrajectory,
  to: (points: apollo.planning.ADCTrajectoryPoint[]) => apollo.planning.ADCTrajectoryPoint[],
): apollo.planning.ADCTrajectory => ({ ...t, adc_trajectory_point: to([...(t.adc_trajectory_point ?? [])]) });

const KNOWS_MODE = {
  rule: "planning learns only the driving mode from it; control watches the chassis",
  answer: "drives on",
} as const;
const LOST = "localization: an input older than 0.3 s is lost and no pose is sent; then control's 0.2 s";
const REJECTED = "localization: a message with a number that is not finite is not taken in; then as above";
const NOT_FINITE = "control: a number that is not finite is a failure of the cycle";
const SILENT_CANBUS = "canbus: no command for 0.1 s";
const DEAF =
  "canbus: without a report of brake, throttle or steering for 0.1 s no chassis is sent; then control's 0.2 s";

export const FAULTS: readonly Fault[] = [
  ...faultsOf({
    name: "GNSS → localization",
    link: "gps",
    delayMs: 500,
    rule: LOST,
    promisedMs: 500 + CYCLE + ACT,
    corrupt: [
      {
        fault: "position is NaN",
        rule: REJECTED,
        answer: "stops",
        promisedMs: 500 + CYCLE + ACT,
        to: (gps) => ({ ...gps, localization: { ...gps.localization, position: { x: NAN, y: NAN, z: 0 } } }),
      },
    ],
  }),
  ...faultsOf({
    name: "IMU → localization",
    link: "imu",
    delayMs: 500,
    rule: LOST,
    promisedMs: 500 + CYCLE + ACT,
    corrupt: [
      {
        fault: "acceleration is infinite",
        rule: REJECTED,
        answer: "stops",
        promisedMs: 500 + CYCLE + ACT,
        to: (imu) => ({ ...imu, imu: { ...imu.imu, linear_acceleration: { x: Infinity, y: 0, z: 0 } } }),
      },
    ],
  }),
  ...faultsOf({
    name: "pose → control",
    link: "poseToControl",
    delayMs: 500,
    rule: "control: localization older than 0.2 s",
    promisedMs: 200 + ACT,
    corrupt: [
      {
        fault: "position is NaN",
        rule: NOT_FINITE,
        answer: "stops",
        promisedMs: ACT,
        to: (estimate) => ({ ...estimate, pose: { ...estimate.pose, position: { x: NAN, y: 0, z: 0 } } }),
      },
      {
        fault: "has no pose",
        rule: "control: localization has no position",
        answer: "stops",
        promisedMs: ACT,
        to: ({ header }) => ({ header: header! }),
      },
    ],
  }),
  ...faultsOf({
    name: "chassis → control",
    link: "chassisToControl",
    delayMs: 500,
    rule: "control: chassis older than 0.2 s",
    promisedMs: 200 + ACT,
    corrupt: [
      {
        fault: "speed is NaN",
        rule: NOT_FINITE,
        answer: "stops",
        promisedMs: ACT,
        to: (chassis) => ({ ...chassis, speed_mps: NAN }),
      },
    ],
  }),
  ...faultsOf({
    name: "trajectory → control",
    link: "trajectory",
    delayMs: 3000,
    rule: "control: trajectory older than 2 s",
    promisedMs: 2000 + ACT,
    corrupt: [
      {
        fault: "a point is NaN",
        rule: NOT_FINITE,
        answer: "stops",
        promisedMs: PLAN + ACT,
        to: (t) => withPoints(t, (all) => all.map((point, i) => (i === 5 ? { ...point, x: NAN } : point))),
      },
      {
        fault: "is empty",
        rule: "control: planning has no trajectory point",
        answer: "stops",
        promisedMs: PLAN + ACT,
        to: (t) => withPoints(t, () => []),
      },
      {
        fault: "lies 5 km away",
        rule: "control: the nearest point is farther away than 1 km",
        answer: "stops",
        promisedMs: PLAN + ACT,
        to: (t) => withPoints(t, (all) => all.map((point) => ({ ...point, x: point.x! + 5000 }))),
      },
      {
        fault: "has one point",
        rule: "guardian: a trajectory of fewer than two points",
        answer: "stops",
        promisedMs: PLAN + ACT,
        to: (t) => withPoints(t, (all) => all.slice(0, 1)),
      },
      {
        fault: "runs backward",
        rule: "guardian: a trajectory whose time runs backward",
        answer: "stops",
        promisedMs: PLAN + ACT,
        to: (t) => withPoints(t, (all) => all.toReversed()),
      },
      {
        fault: "ends 1 s from now",
        rule: "the next one comes before it ends",
        answer: "drives on",
        to: (t) => withPoints(t, (all) => all.filter((point) => point.relative_time! < 1)),
      },
      {
        fault: "has its e-stop set",
        rule: "control: trajectory.estop.is_estop",
        answer: "stops",
        promisedMs: PLAN + ACT,
        to: (t) => ({ ...t, estop: { is_estop: true } }),
      },
    ],
  }),
  ...faultsOf({
    name: "pose → planning",
    link: "poseToPlanning",
    delayMs: 3000,
    rule: "planning: from a pose older than 0.5 s its trajectory is an e-stop",
    promisedMs: 500 + PLAN + ACT,
    corrupt: [
      {
        fault: "position is NaN",
        rule: "planning: a position that is not finite is none; then as above",
        answer: "stops",
        promisedMs: 500 + PLAN + ACT,
        to: (estimate) => ({ ...estimate, pose: { ...estimate.pose, position: { x: NAN, y: 0, z: 0 } } }),
      },
    ],
  }),
  ...faultsOf({
    name: "chassis → planning",
    link: "chassisToPlanning",
    delayMs: 3000,
    rule: "",
    promisedMs: 0,
    answers: {
      drop: KNOWS_MODE,
      delay: KNOWS_MODE,
      freeze: KNOWS_MODE,
    },
  }),
  ...faultsOf({
    name: "command → guardian",
    link: "command",
    delayMs: 500,
    rule: "guardian: no new command for 0.1 s (a stale one is none)",
    promisedMs: 100 + ACT,
    corrupt: [
      {
        fault: "throttle is NaN",
        rule: "guardian: a value that is not finite",
        answer: "stops",
        promisedMs: ACT,
        to: (command) => ({ ...command, throttle: NAN }),
      },
      {
        fault: "throttle is 130 %",
        rule: "guardian: a value out of range",
        answer: "stops",
        promisedMs: ACT,
        to: (command) => ({ ...command, throttle: 130 }),
      },
      {
        fault: "steering is −1e9 %",
        rule: "guardian: a value out of range",
        answer: "stops",
        promisedMs: ACT,
        to: (command) => ({ ...command, steering_target: -1e9 }),
      },
      {
        fault: "has no stamp",
        rule: "guardian: a command without a stamp",
        answer: "stops",
        promisedMs: ACT,
        to: (command) => ({ ...command, header: {} }),
      },
    ],
  }),
  ...faultsOf({
    name: "command → canbus",
    link: "guarded",
    delayMs: 500,
    rule: SILENT_CANBUS,
    promisedMs: 100 + 5 + FRAME,
    answers: {
      freeze: {
        rule: "canbus: a command older than 0.1 s is none; then 0.1 s without one",
        answer: "stops",
        promisedMs: 200 + 5 + FRAME,
      },
    },
    corrupt: [
      {
        fault: "brake is NaN",
        rule: "canbus: a command that is not finite is none; then 0.1 s without one",
        answer: "stops",
        promisedMs: 100 + 5 + FRAME,
        to: (command) => ({ ...command, brake: NAN }),
      },
    ],
  }),
  ...faultsOf({
    name: "status → guardian",
    link: "status",
    delayMs: 3000,
    rule: "guardian: no status of the monitor for 2.5 s",
    promisedMs: 2500 + ACT,
    corrupt: [
      {
        fault: "carries FATAL",
        rule: "guardian: FATAL, brake 80 %",
        answer: "stops",
        promisedMs: 500 + ACT,
        to: (status) => ({ ...status, item: [{ log_level: LogLevel.FATAL, msg: "test" }] }),
      },
    ],
  }),
  ...faultsOf({
    name: "CAN reports → canbus",
    link: "reports",
    delayMs: 500,
    rule: DEAF,
    promisedMs: 300 + CYCLE + ACT,
    corrupt: [
      {
        fault: "have the wrong length",
        rule: `canbus: a frame of a wrong length is counted and dropped; then ${DEAF.slice("canbus: ".length)}`,
        answer: "stops",
        promisedMs: 300 + CYCLE + ACT,
        to: (frame) => ({ ...frame, data: frame.data.subarray(0, 5) }),
      },
      {
        fault: "have unknown ids",
        rule: `canbus: a frame of an unknown id is counted and dropped; then ${DEAF.slice("canbus: ".length)}`,
        answer: "stops",
        promisedMs: 300 + CYCLE + ACT,
        to: (frame) => ({ ...frame, id: frame.id + 0x300 }),
      },
      {
        fault: "have all bits set: impossible values, every fault",
        rule: "canbus: a fault bit, looked at every 50 ms: EMERGENCY_MODE",
        answer: "lets go",
        promisedMs: 50 + FRAME,
        to: (frame) => ({ ...frame, data: new Uint8Array(8).fill(0xff) }),
      },
      {
        fault: "say that the steering unit is off",
        rule: "canbus: no answer in 10 looks of 50 ms: EMERGENCY_MODE",
        answer: "lets go",
        promisedMs: 550 + FRAME,
        to: (frame) => (frame.id === 0x65 ? { ...frame, data: switchedOff(frame.data) } : frame),
      },
      {
        fault: "say that the brake unit is off",
        rule: "canbus: no answer in 10 looks of 50 ms: EMERGENCY_MODE",
        answer: "lets go",
        promisedMs: 550 + FRAME,
        to: (frame) => (frame.id === 0x61 ? { ...frame, data: switchedOff(frame.data) } : frame),
      },
    ],
  }),
  {
    input: "CAN bus",
    fault: "one frame of an unknown id",
    rule: "canbus: counted and dropped",
    answer: "drives on",
    script: { act: (drive) => drive.frame({ id: 0x7ff, data: new Uint8Array(8) }) },
  },
  {
    input: "CAN bus",
    fault: "one brake report of 3 bytes",
    rule: "canbus: counted and dropped",
    answer: "drives on",
    script: { act: (drive) => drive.frame({ id: 0x61, data: new Uint8Array(3) }) },
  },
  {
    input: "vehicle",
    fault: "brake unit reports a fault",
    rule: "canbus: a fault bit, looked at every 50 ms: EMERGENCY_MODE, CHASSIS_ERROR",
    answer: "lets go",
    promisedMs: 50 + FRAME,
    script: { act: ({ car }) => void (car.faults.brake = 0x10) },
  },
  {
    input: "driver",
    fault: "steps on the brake",
    rule: "by-wire unit: the driver has the pedal at once",
    answer: "lets go",
    promisedMs: 10,
    script: { act: ({ car }) => void (car.driver.brake = 30) },
  },
  {
    input: "driver",
    fault: "takes the wheel",
    rule: "canbus: no answer of the steering unit in 10 looks of 50 ms: EMERGENCY_MODE",
    answer: "lets go",
    promisedMs: 550 + FRAME,
    script: { act: ({ car }) => void (car.driver.steeringDeg = -20) },
  },
  {
    input: "pad",
    fault: "STOP",
    rule: "canbus: COMPLETE_MANUAL",
    answer: "lets go",
    promisedMs: ACT,
    script: { act: (drive) => drive.pad(DrivingAction.STOP) },
  },
  {
    input: "monitor",
    fault: "FATAL of any module",
    rule: "control and guardian: FATAL, brake 80 %",
    answer: "stops",
    promisedMs: ACT,
    script: { act: (drive) => drive.monitor(LogLevel.FATAL) },
  },
  {
    input: "monitor",
    fault: "ERROR of any module",
    rule: "only FATAL stops",
    answer: "drives on",
    script: { act: (drive) => drive.monitor(LogLevel.ERROR) },
  },
  {
    input: "control",
    fault: "is started anew under way",
    rule: "guardian: sequence numbers begin anew",
    answer: "stops",
    promisedMs: ACT,
    script: { act: (drive) => drive.restartControl() },
  },
  ...(
    [
      [3600, undefined, "everybody's clock is set 1 h ahead", "control: trajectory older than 2 s by its stamp", ACT],
      [
        -3600,
        undefined,
        "everybody's clock is set 1 h back",
        "guardian: commands older than the last are none, 0.1 s",
        100 + ACT,
      ],
      [
        3600,
        "control",
        "the clock of control's host is set 1 h ahead",
        "guardian: commands with a stamp 1 h away are none, 0.1 s",
        100 + ACT,
      ],
      [
        -3600,
        "control",
        "the clock of control's host is set 1 h back",
        "guardian: commands with a stamp 1 h away are none, 0.1 s",
        100 + ACT,
      ],
      [
        3600,
        "localization",
        "the clock of localization's host is set 1 h ahead",
        "localization: inputs older than 0.3 s; then control's 0.2 s",
        200 + ACT,
      ],
      [
        -3600,
        "localization",
        "the clock of localization's host is set 1 h back",
        "control: localization older than 0.2 s by its stamp",
        ACT,
      ],
    ] as const
  ).map(([jumpS, jumpOf, fault, rule, promisedMs]) => ({
    input: "clock",
    fault,
    rule,
    answer: "stops" as const,
    promisedMs,
    script: { jumpS, ...(jumpOf === undefined ? {} : { jumpOf }) },
  })),
  ...(
    [
      ["localization", "watchdog: no turn for 0.1 s", 100 + 2 * LOOK + FRAME],
      ["planning", "watchdog: no turn for 0.5 s", 500 + 2 * LOOK + FRAME],
      ["control", "guardian: no new command for 0.1 s", 100 + ACT],
      ["guardian", SILENT_CANBUS, 100 + 5 + FRAME],
      ["canbus", "watchdog: no turn for 0.05 s, frames of its own", 50 + 2 * LOOK],
    ] as const
  ).map(([loop, rule, promisedMs]) => ({
    input: `${loop}'s loop`,
    fault: "is blocked, or its worker killed",
    rule,
    answer: "stops" as const,
    promisedMs,
    script: { stuck: [loop] },
  })),
  {
    input: "all loops",
    fault: "are blocked: one event loop for all",
    rule: "watchdog: no turn of canbus for 0.05 s, frames of its own",
    answer: "stops",
    promisedMs: 50 + 2 * LOOK,
    script: { stuck: ["localization", "planning", "control", "guardian", "canbus"] },
  },
  {
    input: "control's loop",
    fault: "is blocked and there is no watchdog",
    rule: "guardian: no new command for 0.1 s",
    answer: "stops",
    promisedMs: 100 + ACT,
    script: { stuck: ["control"], noWatchdog: true },
  },
  {
    input: "all loops",
    fault: "are blocked and there is no watchdog",
    rule: "by-wire units: no frame for 0.1 s; they let go, nobody brakes",
    answer: "lets go",
    promisedMs: 100 + FRAME + 10,
    script: { stuck: ["localization", "planning", "control", "guardian", "canbus"], noWatchdog: true },
  },
];

/** A unit's report that says: not enabled, overridden. */
function switchedOff(data: Uint8Array): Uint8Array {
  const changed = data.slice();
  changed[7] = 2;
  return changed;
}
