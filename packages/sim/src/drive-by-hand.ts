import { LOCALIZATION_FLAGS, RtkLocalization } from "@delos/localization";
import { clamp } from "@delos/math";
import { type DrivenPath, RECORDER_HEADER, RtkRecorder } from "@delos/planning";
import { CanbusCore, PedalMap, SimulatedCanBus, SimulatedMkz } from "@delos/vehicle";
import type { mkzDefaults } from "./defaults.ts";

/** How far ahead the driver looks: at least this, m, and this long, s. */
const LOOK_AHEAD_M = 2.5;
const LOOK_AHEAD_S = 0.5;
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
  let at = 0;
  for (let step = 0; step <= durationS * 200; step++) {
    nowS = START_S + step * 0.005;
    const { bicycle } = car;
    while (at + 1 < road.length && ahead(road, at, bicycle) < LOOK_AHEAD_M + LOOK_AHEAD_S * bicycle.speedMps) at++;
    const angle = Math.atan2(road.y[at]! - bicycle.yM, road.x[at]! - bicycle.xM) - bicycle.headingRad;
    const distance = Math.max(Math.hypot(road.y[at]! - bicycle.yM, road.x[at]! - bicycle.xM), 1);
    const wheelRad = Math.atan((2 * 2.8448 * Math.sin(angle)) / distance);
    car.driver.steeringDeg = clamp(((wheelRad * 180) / Math.PI) * 16, -470, 470);
    const missing = step < 100 ? 0 : road.speed[at]! - bicycle.speedMps;
    car.driver.throttle = missing > 0 ? clamp(20 + 6 * missing, 0, 45) : 0;
    car.driver.brake = step < 100 ? 40 : missing < -0.2 ? clamp(18 - 8 * missing, 0, 40) : 0;
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

function ahead(road: DrivenPath, i: number, at: { readonly xM: number; readonly yM: number }): number {
  return Math.hypot(road.x[i]! - at.xM, road.y[i]! - at.yM);
}
