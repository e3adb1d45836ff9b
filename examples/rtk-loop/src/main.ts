import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SimulatedClock, SystemClock } from "@delos/core";
import { apollo } from "@delos/msgs";
import { parseDrivenPath } from "@delos/planning";
import { launch } from "@delos/runtime";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import { open, topic } from "delos";

const { DrivingAction } = apollo.control;
const { DrivingMode } = apollo.canbus.Chassis;
const { LogLevel, MessageSource } = apollo.common.monitor.MonitorMessageItem;

// On a simulated clock all modules share this thread; in real time each has one of its own.
const simulated = process.argv.includes("--real-time") ? undefined : new SimulatedClock(1_500_000_000_000_000_000n);
const clock = simulated ?? new SystemClock();
await using runtime = await open({ clock, transports: [inProcess(), sharedMemory()] });
const folder = mkdtempSync(join(tmpdir(), "rtk-loop-"));
const garage = join(folder, "garage.csv");
await using launched = await launch(fileURLToPath(new URL("../rtk-loop.launch.yaml", import.meta.url)), {
  args: { file: garage },
  ...(simulated === undefined ? {} : { runtime, placement: "inline" as const }),
});

// The operator: a pad, an emergency stop, and an eye on what goes to the car.
const operator = runtime.node("operator");
const pad = operator.publisher(topic("/apollo/control/pad", apollo.control.PadMessage));
const monitor = operator.publisher(topic("/apollo/monitor", apollo.common.monitor.MonitorMessage));
const toCar = operator.subscribe(topic("/apollo/guardian", apollo.control.ControlCommand, { depth: 10 }));
const chassis = operator.subscribe(topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 }));
const mode = (): number | undefined => chassis.latest()?.message.driving_mode;
const speed = (): number => chassis.latest()?.message.speed_mps ?? 0;
const errors: number[] = [];
toCar.on(({ message }) => {
  const error = message.debug?.simple_lat_debug?.lateral_error;
  if (error !== undefined && mode() === DrivingMode.COMPLETE_AUTO_DRIVE) errors.push(error);
});

/** Lets so many seconds pass. */
async function pass(seconds: number): Promise<void> {
  const untilMs = clock.monotonicMs() + seconds * 1000;
  if (simulated === undefined) await operator.sleep(seconds * 1000);
  else while (simulated.monotonicMs() < untilMs) simulated.advance(5);
}

// One: somebody drives by hand while the recorder runs. It writes garage.csv.
await launched.start("recorder");
await launched.start("driver");
await pass(45);
await launched.stop("driver");
await pass(5);
await launched.stop("recorder");
const drive = parseDrivenPath(readFileSync(garage, "utf8"));
console.log(`recorded ${drive.length} samples, ${drive.s.at(-1)!.toFixed(0)} m`);

// Two: back to where it began; the player plays the recording.
await launched.restart("car");
await launched.start("player");
await pass(1);

// Three: engage, and watch it track.
pad.publish({ action: DrivingAction.RESET });
await pass(0.1);
pad.publish({ action: DrivingAction.START });
await pass(1.4);
console.log(mode() === DrivingMode.COMPLETE_AUTO_DRIVE ? "engaged" : "did not engage");
await pass(3.5);
for (const s of [5, 10, 15, 20, 25]) {
  const beside = Math.abs(errors.at(-1) ?? Number.NaN).toFixed(2);
  console.log(`${s} s: ${speed().toFixed(1)} m/s, ${beside} m beside the path`);
  await pass(5);
}
const worst = Math.max(...errors.map(Math.abs));
console.log(`tracked ${errors.length} cycles, lateral error at most ${worst.toFixed(2)} m`);

// Four: stop. It is latched: START alone does not move the car.
monitor.publish({ item: [{ source: MessageSource.SIMULATOR, msg: "stop!", log_level: LogLevel.FATAL }] });
await pass(0.1);
console.log(`emergency stop: brake ${toCar.latest()?.message.brake} %`);
await pass(5);
console.log(speed() === 0 ? "the car stands" : `the car still rolls at ${speed()} m/s`);
pad.publish({ action: DrivingAction.START });
await pass(2);
console.log(speed() === 0 ? "and stays, for nobody has pressed RESET" : "it drives again without RESET");
rmSync(folder, { recursive: true });
