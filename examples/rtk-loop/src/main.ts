import { controlComponent } from "@delos/control";
import { SimulatedClock, SystemClock } from "@delos/core";
import { localizationComponent } from "@delos/localization";
import { apollo } from "@delos/msgs";
import { parseDrivenPath, planningComponent, RtkPlayer } from "@delos/planning";
import { driveByHand, loopTrack, mkzDefaults } from "@delos/sim";
import { canbusComponent, PedalMap, SimulatedCanBus, SimulatedMkz, simulatedMkzComponent } from "@delos/vehicle";
import { open, topic } from "delos";

const { DrivingAction } = apollo.control;
const { DrivingMode } = apollo.canbus.Chassis;
const defaults = mkzDefaults();

// One: drive a course by hand; the recorder writes garage.csv.
const recording = driveByHand(loopTrack(60), 45, defaults);
const path = parseDrivenPath(recording);
console.log(`recorded ${path.length} samples, ${path.s.at(-1)!.toFixed(0)} m`);

// Two: the modules, each in its node; the car and canbus share a CAN bus.
const simulated = process.argv.includes("--real-time") ? undefined : new SimulatedClock(1_500_000_000_000_000_000n);
const clock = simulated ?? new SystemClock();
await using runtime = await open({ clock });
const can = new SimulatedCanBus(() => clock.nowMs() / 1000);
const car = new SimulatedMkz(can.port(), {
  xM: path.x[0]!,
  yM: path.y[0]!,
  headingRad: path.theta[0]!,
  pedals: new PedalMap(defaults.control.longitudinal!.calibration),
});
simulatedMkzComponent(runtime.node("mkz"), car);
canbusComponent(runtime.node("canbus"), { parameters: defaults.vehicle, port: can.port() });
localizationComponent(runtime.node("localization"), { flags: defaults.localizationFlags });
planningComponent(runtime.node("rtk_player"), new RtkPlayer(path), 100);
controlComponent(runtime.node("control"), { config: defaults.control, flags: defaults.controlFlags });

// Three: the operator, with a pad and an eye on what control says.
const operator = runtime.node("operator");
const pad = operator.publisher(topic("/apollo/control/pad", apollo.control.PadMessage));
const monitor = operator.publisher(topic("/apollo/monitor", apollo.common.monitor.MonitorMessage));
const commands = operator.subscribe(topic("/apollo/control", apollo.control.ControlCommand, { depth: 10 }));
const chassis = operator.subscribe(topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 }));
const errors: number[] = [];
commands.on(({ message }) => {
  const error = message.debug?.simple_lat_debug?.lateral_error;
  if (error !== undefined && mode() === DrivingMode.COMPLETE_AUTO_DRIVE) errors.push(error);
});
const mode = (): number | undefined => chassis.latest()?.message.driving_mode;
const speed = (): number => chassis.latest()?.message.speed_mps ?? 0;

const events: readonly (readonly [atS: number, act: () => void])[] = [
  [0.5, () => pad.publish({ action: DrivingAction.RESET })],
  [0.6, () => pad.publish({ action: DrivingAction.START })],
  [2, () => console.log(mode() === DrivingMode.COMPLETE_AUTO_DRIVE ? "engaged" : "did not engage")],
  ...[5, 10, 15, 20, 25].map((s) => [s, () => console.log(`${s} s: ${speed().toFixed(1)} m/s, ${lateral()}`)] as const),
  [
    30,
    () => {
      console.log(
        `tracked ${errors.length} cycles, lateral error at most ${Math.max(...errors.map(Math.abs)).toFixed(2)} m`,
      );
      const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;
      monitor.publish({ item: [{ source: MessageSource.SIMULATOR, msg: "stop!", log_level: LogLevel.FATAL }] });
    },
  ],
  [30.1, () => console.log(`emergency stop: brake ${commands.latest()?.message.brake} %`)],
  [35, () => console.log(speed() === 0 ? "the car stands" : `the car still rolls at ${speed()} m/s`)],
];
const lateral = (): string => `${Math.abs(errors.at(-1) ?? Number.NaN).toFixed(2)} m beside the path`;

const startMs = clock.monotonicMs();
for (const [atS, act] of events) {
  if (simulated === undefined) {
    await new Promise<void>((resolve) => void clock.alarm(startMs + atS * 1000, resolve));
  } else {
    // In small steps, so that callbacks run at their own times.
    while (simulated.monotonicMs() < startMs + atS * 1000) simulated.advance(5);
  }
  act();
}
