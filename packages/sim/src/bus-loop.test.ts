import { createHash } from "node:crypto";
import { controlComponent } from "@delos/control";
import { SimulatedClock } from "@delos/core";
import { localizationComponent } from "@delos/localization";
import { apollo } from "@delos/msgs";
import { planningComponent, RtkPlayer } from "@delos/planning";
import { open, topic } from "@delos/runtime";
import { canbusComponent, PedalMap, SimulatedCanBus, SimulatedMkz, simulatedMkzComponent } from "@delos/vehicle";
import { expect, test } from "vitest";
import { loopTrack, mkzDefaults } from "./index.ts";

/** The modules as components on the bus, on simulated time: engage, drive, and what every input that falls silent does. */
async function drive(seconds: number, silence?: { readonly node: string; readonly atS: number }) {
  const defaults = mkzDefaults();
  const clock = new SimulatedClock(1_500_000_000_000_000_000n);
  await using runtime = await open({ clock, log: () => {} });
  const nowS = (): number => clock.nowMs() / 1000;
  const path = loopTrack(seconds + 12);
  const bus = new SimulatedCanBus(nowS);
  const car = new SimulatedMkz(bus.port(), {
    xM: path.x[0]!,
    yM: path.y[0]!,
    headingRad: path.theta[0]!,
    pedals: new PedalMap(defaults.control.longitudinal!.calibration),
  });
  const nodes = new Map(
    ["mkz", "canbus", "localization", "planning", "control"].map((name) => [name, runtime.node(name)]),
  );
  simulatedMkzComponent(nodes.get("mkz")!, car);
  canbusComponent(nodes.get("canbus")!, { parameters: defaults.vehicle, port: bus.port() });
  localizationComponent(nodes.get("localization")!, { flags: defaults.localizationFlags });
  planningComponent(nodes.get("planning")!, new RtkPlayer(path), 100);
  const control = controlComponent(nodes.get("control")!, { config: defaults.control, flags: defaults.controlFlags });
  const operator = runtime.node("operator");
  const pad = operator.publisher(topic("/apollo/control/pad", apollo.control.PadMessage));
  const hash = createHash("sha256");
  const commands: { readonly atS: number; readonly command: apollo.control.ControlCommand }[] = [];
  operator.subscribe(topic("/apollo/control", apollo.control.ControlCommand, { depth: 10 })).on(({ message }) => {
    commands.push({ atS: runS, command: message });
    hash.update(apollo.control.ControlCommand.encode({ ...message, latency_stats: undefined }));
  });
  let runS = 0;
  for (let step = 1; step <= seconds * 200; step++) {
    runS = step * 0.005;
    clock.advance(5);
    if (step === 60) pad.publish({ action: apollo.control.DrivingAction.RESET });
    if (step === 80) pad.publish({ action: apollo.control.DrivingAction.START });
    if (silence !== undefined && Math.round(silence.atS * 200) === step) {
      await nodes.get(silence.node)![Symbol.asyncDispose]();
    }
  }
  await runtime.executor.settled();
  return { commands, control, speedMps: car.bicycle.speedMps, digest: hash.digest("hex") };
}

test("the loop drives on the bus, the same on every run", async () => {
  const first = await drive(12);
  expect(first.control.estop).toBe(false);
  expect(first.speedMps).toBeGreaterThan(5);
  expect(Math.abs(first.commands.at(-1)!.command.debug!.simple_lat_debug!.lateral_error!)).toBeLessThan(0.1);
  const second = await drive(12);
  expect(second.digest).toBe(first.digest);
});

test.for([
  ["localization", 0.22, "Localization msg timeout"],
  ["canbus", 0.22, "Chassis msg timeout"],
  ["planning", 2.12, "Trajectory msg timeout"],
] as const)("when %s dies, control stops within %f s", async ([node, withinS, message]) => {
  const { commands, speedMps } = await drive(9, { node, atS: 6 });
  const stop = commands.find(({ atS, command }) => atS > 6 && command.brake === 50 && command.speed === 0)!;
  expect(stop.atS - 6).toBeLessThanOrEqual(withinS + 1e-9);
  expect(stop.command).toMatchObject({ throttle: 0, header: { status: { error_code: 1002, msg: message } } });
  if (node !== "canbus") expect(speedMps).toBeLessThan(4);
});
