import { LOCALIZATION_FLAGS, RtkLocalization } from "@delos/localization";
import { type DrivenPath, RECORDER_HEADER, RtkRecorder } from "@delos/planning";
import { CanbusCore, PedalMap, SimulatedCanBus, SimulatedMkz } from "@delos/vehicle";
import type { mkzDefaults } from "./defaults.ts";
import { HandDriver } from "./hand-driver.ts";

const START_S = 1_496_900_000;

/**
 * A human's part of the story: somebody drives the simulated car along `road` by hand while the recorder runs. Steering by
 * pure pursuit, pedals by feeling (proportional to the speed that is missing, never both). Returns the recorder's file.
 */
export function driveByHand(road: DrivenPath, durationS: number, defaults: ReturnType<typeof mkzDefaults>): string {
  let nowS = START_S;
  const bus = new SimulatedCanBus(() => nowS);
  using canbus = new CanbusCore(defaults.vehicle, bus.port());
  using car = new SimulatedMkz(bus.port(), {
    xM: road.x[0]!,
    yM: road.y[0]!,
    headingRad: road.theta[0]!,
    pedals: new PedalMap(defaults.control.longitudinal!.calibration),
    seed: 7,
  });
  const localization = new RtkLocalization({ ...LOCALIZATION_FLAGS, enable_gps_imu_interprolate: false });
  const recorder = new RtkRecorder();
  const lines = [RECORDER_HEADER];
  const driver = new HandDriver(road);
  for (let step = 0; step <= durationS * 200; step++) {
    nowS = START_S + step * 0.005;
    const { throttle, brake, steeringDeg } = driver.act(car.bicycle);
    const waiting = step < 100;
    Object.assign(car.driver, { steeringDeg, throttle: waiting ? 0 : throttle, brake: waiting ? 40 : brake });
    car.step(nowS);
    const { chassis } = canbus.step(nowS);
    if (chassis === undefined) continue;
    recorder.onChassis(chassis);
    localization.onImu(car.imu(nowS), nowS);
    localization.onGps(car.gps(nowS), nowS);
    const { estimate } = localization.tick(nowS);
    const line = estimate === undefined ? undefined : recorder.onLocalization(estimate);
    if (line !== undefined) lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}
