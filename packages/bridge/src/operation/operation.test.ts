import { SimulatedClock } from "@delos/core";
import { apollo, delos } from "@delos/msgs";
import { open, topic } from "@delos/runtime";
import { describe, expect, test } from "vitest";
import { Driving } from "./driving.ts";
import { canCheck, gpsCheck, Hardware, HardwareStatus } from "./hardware.ts";
import { Playing, QuickStart, Recording } from "./quick-start.ts";

const Pad = topic("/apollo/control/pad", apollo.control.PadMessage);
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis);
const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage);
const Guardian = topic("/apollo/guardian", apollo.control.ControlCommand);
const { DrivingMode } = apollo.canbus.Chassis;
const { DrivingAction: PadAction } = apollo.control;
const { DrivingAction } = delos.bridge;

describe("quick record and quick play", () => {
  const nothing = { ready: false, planningReady: false, recordedS: 0 };
  const state = ({ recording, playing }: QuickStart): [Recording, Playing] => [recording, playing];

  test("go Apollo's way from the first setup to the drive", () => {
    const quick = new QuickStart(0);
    expect(state(quick)).toEqual([Recording.RECORDING_READY_TO_CHECK, Playing.PLAYING_NOT_READY]);
    expect(quick.message).toBe("Before recording, you need to setup the system.");
    quick.check("setupRecording");
    quick.setupRecording();
    quick.look(nothing);
    expect(quick.message).toBe("Waiting for modules and hardware.");
    quick.look({ ...nothing, ready: true });
    expect(quick.message).toBe("Now you are ready to record.");
    quick.look(nothing); // a module has stopped
    expect(quick.recording).toBe(Recording.RECORDING_CHECKING);
    quick.look({ ...nothing, ready: true });
    quick.check("startRecording");
    quick.startRecording(1234.5);
    expect(quick.message).toBe("1234500");
    quick.check("stopRecording");
    quick.stopRecording(12);
    quick.look({ ready: true, planningReady: false, recordedS: 12 });
    expect(state(quick)).toEqual([Recording.RECORDING_FINISHED, Playing.PLAYING_READY_TO_CHECK]);
    expect(quick.message).toBe("12s of driving was recorded. Before playing, please setup the system.");
    quick.check("setupPlaying");
    quick.setupPlaying();
    expect(quick.message).toBe("Waiting for planning ready.");
    quick.look({ ready: true, planningReady: true, recordedS: 12 });
    expect(quick.message).toBe("Make sure the OPERATOR is ready! Now you are good to go.");
    quick.check("startPlaying");
    quick.startPlaying(2000);
    expect(quick.message).toBe("2000000");
    quick.toManual(); // the driver has taken over
    expect(state(quick)).toEqual([Recording.RECORDING_FINISHED, Playing.PLAYING_READY_TO_CHECK]);
    quick.newRecording();
    expect(state(quick)).toEqual([Recording.RECORDING_READY_TO_CHECK, Playing.PLAYING_NOT_READY]);
  });

  test("begin where the last drive was recorded, if it has a second", () => {
    expect(state(new QuickStart(1))).toEqual([Recording.RECORDING_FINISHED, Playing.PLAYING_READY_TO_CHECK]);
    expect(state(new QuickStart(0.9))).toEqual([Recording.RECORDING_READY_TO_CHECK, Playing.PLAYING_NOT_READY]);
  });

  test("an empty recording is invalid, and only New leads on", () => {
    const quick = new QuickStart(0);
    quick.startRecording(1);
    quick.stopRecording(0);
    quick.look({ ...nothing, ready: true });
    expect(quick.message).toMatch(/invalid/);
    expect(quick.may("newRecording")).toBe(true);
    expect(() => quick.check("setupPlaying")).toThrow("setupPlaying is not possible now");
  });

  test("a step that is not legal is refused with its reason", () => {
    const quick = new QuickStart(0);
    for (const step of ["startRecording", "stopRecording", "startPlaying", "stopPlaying", "setupPlaying"] as const)
      expect(() => quick.check(step)).toThrow(expect.objectContaining({ code: "BRIDGE_NOT_NOW" }) as Error);
  });
});

/** A car that obeys, or not: it answers each pad message with chassis messages of the mode it has then. */
async function car(obeys: (action: number, count: number) => boolean = () => true) {
  const clock = new SimulatedClock(1_000_000_000_000n);
  const runtime = await open({ clock, log: () => {} });
  const node = runtime.node("/car");
  const chassis = node.publisher(Chassis);
  const commands = node.publisher(Guardian);
  let mode: apollo.canbus.Chassis.DrivingMode = DrivingMode.COMPLETE_MANUAL;
  const pads: number[] = [];
  const fatal: string[] = [];
  node.subscribe(Pad).on(({ message }) => {
    pads.push(message.action!);
    if (obeys(message.action!, pads.length))
      mode = message.action === PadAction.START ? DrivingMode.COMPLETE_AUTO_DRIVE : DrivingMode.COMPLETE_MANUAL;
  });
  node.subscribe(Monitor).on(({ message }) => void fatal.push(message.item![0]!.msg!));
  const driving = new Driving(runtime.node("/hmi"), clock);
  /** Time passes, and the chassis speaks every 10 ms. */
  const pass = async (ms: number, braking = false): Promise<void> => {
    for (let i = 0; i < ms; i += 10) {
      clock.advance(10);
      chassis.publish({ driving_mode: mode });
      commands.publish(braking ? { speed: 0, throttle: 0, brake: 80 } : { speed: 5, throttle: 20, brake: 0 });
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
  };
  return {
    clock,
    driving,
    pads,
    fatal,
    pass,
    setMode: (wanted: apollo.canbus.Chassis.DrivingMode) => (mode = wanted),
    [Symbol.asyncDispose]: async () => {
      await driving[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

const outcome = (work: Promise<void>): Promise<string> =>
  work.then(
    () => "done",
    (error: { readonly code: string }) => error.code,
  );

describe("the driving mode", () => {
  test("is changed by RESET and START, and believed when the chassis says so", async () => {
    await using one = await car();
    await one.pass(20);
    const engaged = outcome(one.driving.engage());
    await one.pass(100);
    expect(await engaged).toBe("done");
    expect(one.pads).toEqual([PadAction.RESET, PadAction.START]);
    expect(one.driving.mode).toBe("COMPLETE_AUTO_DRIVE");
    expect(one.driving.changing).toBe(DrivingAction.DRIVING_NONE);
  });

  test("is asked for five times, half a second apart, and then given up", async () => {
    await using one = await car((action) => action !== PadAction.START);
    await one.pass(20);
    const engaged = outcome(one.driving.engage());
    await one.pass(1010);
    expect([one.driving.changing, one.driving.tries]).toEqual([DrivingAction.ENGAGE, 3]);
    await one.pass(2000);
    expect(await engaged).toBe("BRIDGE_NOT_CONFIRMED");
    expect(one.pads).toEqual([PadAction.RESET, ...Array.from({ length: 5 }, () => PadAction.START)]);
  });

  test("a later try is enough", async () => {
    await using one = await car((action, count) => action !== PadAction.START || count > 3);
    await one.pass(20);
    const engaged = outcome(one.driving.engage());
    await one.pass(1600);
    expect(await engaged).toBe("done");
  });

  test("without a chassis there is no car", async () => {
    await using one = await car();
    const engaged = outcome(one.driving.engage());
    for (let i = 0; i < 60; i++) {
      one.clock.advance(50);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
    expect(await engaged).toBe("BRIDGE_NO_CAR");
  });

  test("one change at a time", async () => {
    await using one = await car(() => false);
    await one.pass(20);
    one.setMode(DrivingMode.COMPLETE_AUTO_DRIVE);
    void outcome(one.driving.disengage());
    expect(await outcome(one.driving.engage())).toBe("BRIDGE_BUSY");
  });

  test("that the driver changes is told", async () => {
    await using one = await car();
    const told: string[] = [];
    one.driving.events.on("handedOver", ({ mode }) => void told.push(mode));
    await one.pass(20);
    const engaged = outcome(one.driving.engage());
    await one.pass(100);
    await engaged;
    one.setMode(DrivingMode.EMERGENCY_MODE);
    await one.pass(20);
    expect(told).toEqual(["EMERGENCY_MODE"]);
  });
});

describe("the emergency stop", () => {
  test("goes out at once, again and again until a command brakes, and stays until it is reset", async () => {
    await using one = await car();
    await one.pass(20);
    const stopped = outcome(one.driving.emergencyStop("stop"));
    expect(one.driving.estop).toBe(true);
    await one.pass(120);
    expect(one.fatal.length).toBe(3);
    await one.pass(20, true);
    expect(await stopped).toBe("done");
    expect(await outcome(one.driving.engage())).toBe("BRIDGE_ESTOP");
    const reset = outcome(one.driving.reset());
    await one.pass(50);
    expect(await reset).toBe("done");
    expect(one.driving.estop).toBe(false);
  });

  test("that no command shows is said to be unconfirmed, and stays latched", async () => {
    await using one = await car();
    const stopped = outcome(one.driving.emergencyStop("stop"));
    await one.pass(1200);
    expect(await stopped).toBe("BRIDGE_ESTOP_UNCONFIRMED");
    expect(one.driving.estop).toBe(true);
  });

  test("ends a change that is under way", async () => {
    await using one = await car((action) => action !== PadAction.START);
    await one.pass(20);
    const engaged = outcome(one.driving.engage());
    await one.pass(100);
    const stopped = outcome(one.driving.emergencyStop("stop"));
    await one.pass(50, true);
    expect([await engaged, await stopped]).toEqual(["BRIDGE_ESTOP", "done"]);
  });
});

describe("hardware checks", () => {
  const { InsStatus, GnssStatus } = apollo.common.gnss_status;
  const latched = { durability: "transient_local", depth: 1 } as const;

  async function checked(
    ins: apollo.common.gnss_status.InsStatus.Type | undefined,
    completed: boolean | undefined,
    errorCode?: apollo.canbus.Chassis.ErrorCode,
  ) {
    const clock = new SimulatedClock(1_000_000_000_000n);
    await using runtime = await open({ clock, log: () => {} });
    const car = runtime.node("/car");
    const node = runtime.node("/bridge");
    if (ins !== undefined)
      car.publisher(topic("/apollo/sensor/gnss/ins_status", InsStatus, latched)).publish({ type: ins });
    if (completed !== undefined)
      car
        .publisher(topic("/apollo/sensor/gnss/gnss_status", GnssStatus, latched))
        .publish({ solution_completed: completed });
    const chassis = car.publisher(Chassis);
    using hardware = new Hardware([gpsCheck(node, clock), canCheck(node, clock)], () => {});
    const results = Promise.all(hardware.checks.map((check) => hardware.run(check)));
    expect(hardware.result("GPS").status).toBe(HardwareStatus.checking);
    if (errorCode !== undefined) chassis.publish({ error_code: errorCode });
    for (let i = 0; i < 6; i++) {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      clock.advance(1000);
    }
    return (await results).map(({ status, message }) => `${status} ${message}`);
  }

  test.for([
    [InsStatus.Type.GOOD, true, 0, ["0 OK", "0 OK"]],
    [InsStatus.Type.CONVERGING, true, 0, ["1 INS ALIGNING", "0 OK"]],
    [InsStatus.Type.INVALID, true, 0, ["3 INS INACTIVE", "0 OK"]],
    [InsStatus.Type.GOOD, false, 0, ["3 GPS SOLUTION UNCOMPUTED", "0 OK"]],
    [InsStatus.Type.GOOD, undefined, undefined, ["3 GPS CHECK TIMEOUT", "2 NO CHASSIS MESSAGE"]],
    [InsStatus.Type.GOOD, true, 1, ["0 OK", "3 CMD_NOT_IN_PERIOD"]],
  ] as const)("INS %s, solution %s, chassis error %s", async ([ins, completed, error, wanted]) => {
    expect(await checked(ins, completed, error)).toEqual(wanted);
  });
});
