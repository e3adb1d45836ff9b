import type { Chassis, ControlCommand, LocalizationEstimate } from "./messages.ts";
import type { TrajectoryAnalyzer } from "./trajectory.ts";

/** What one control cycle works on. The trajectory has points and all of them are finite. */
export interface CycleInput {
  readonly nowS: number;
  readonly localization: LocalizationEstimate;
  readonly chassis: Chassis;
  readonly trajectory: TrajectoryAnalyzer;
}

/** One of the controllers that fill a command. */
export interface Controller {
  readonly name: string;
  /**
   * Fills its part of `command`.
   * @returns what was wrong, undefined when nothing was. Then the command is not to be used and the state is as before.
   */
  compute(input: CycleInput, command: ControlCommand): string | undefined;
  /** As it is done in every cycle of manual driving. */
  reset(): void;
}
