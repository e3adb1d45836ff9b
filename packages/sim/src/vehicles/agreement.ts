import { DelosError } from "@delos/core";
import type { Table2d } from "@delos/math";

/** A value with where it stands. */
type Placed = readonly [file: string, field: string, value: number];

/** How far two files may differ where both say the same: Apollo's own say 2.85 and 2.8448 m of one wheelbase. */
const TOLERANCE = 0.02;
/** No car does more, m/s². */
const MOST_MPS2 = 15;

/** @throws {DelosError} VEHICLE_CONFIG when two places contradict each other */
export function checkSame([file, field, value]: Placed, [otherFile, otherField, other]: Placed): void {
  if (Math.abs(value - other) <= TOLERANCE * Math.max(Math.abs(value), Math.abs(other))) return;
  const second = otherFile === file ? otherField : `${otherFile}: ${otherField}`;
  throw new DelosError("VEHICLE_CONFIG", `${file}: ${field} is ${short(value)}, but ${second} is ${short(other)}`, {
    details: { file, field },
  });
}

/**
 * Whether a calibration table can be driven with: throttle and brake at two speeds at least, pedals within their travel, and
 * braking that slows down more than throttle does.
 * @throws {DelosError} VEHICLE_CONFIG with the speed that is wrong
 */
export function checkCalibration(table: Table2d, file: string): void {
  const refuse = (text: string): never => {
    throw new DelosError("VEHICLE_CONFIG", `${file}: lon_controller_conf.calibration_table ${text}`, {
      details: { file, field: "lon_controller_conf.calibration_table" },
    });
  };
  const speeds = table.xs;
  if (speeds.length < 2) refuse(`knows ${speeds.length} speed, at least two were expected`);
  for (const [i, speed] of speeds.entries()) {
    const at = `at ${short(speed)} m/s`;
    const { y: accelerations, z: commands } = table.curve(i);
    if (speed < 0 || speed > 100) refuse(`has a speed of ${short(speed)} m/s, 0 to 100 was expected`);
    const far = commands.find((command) => Math.abs(command) > 100);
    if (far !== undefined) refuse(`has a pedal of ${short(far)} % ${at}, −100 to 100 was expected`);
    const wild = accelerations.find((acceleration) => Math.abs(acceleration) > MOST_MPS2);
    if (wild !== undefined) refuse(`has ${short(wild)} m/s² ${at}, at most ${MOST_MPS2} either way was expected`);
    const mean = (brake: boolean): number => {
      const chosen = accelerations.filter((_, k) => (brake ? commands[k]! < 0 : commands[k]! > 0));
      if (chosen.length === 0)
        refuse(`has no ${brake ? "brake (command below 0)" : "throttle (command above 0)"} ${at}`);
      return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
    };
    if (!(mean(true) < mean(false))) refuse(`says ${at} that braking is faster than throttle: its signs are wrong`);
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
