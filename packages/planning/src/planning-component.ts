import { apollo } from "@delos/msgs";
import { type ComponentPorts, type Node, topic } from "@delos/runtime";

const Localization = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate, { depth: 10 });
const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const Planning = topic("/apollo/planning", apollo.planning.ADCTrajectory, { depth: 1 });

/** What makes trajectories: the player (10 Hz) or the replay planner (5 Hz). */
export interface TrajectorySource {
  onLocalization(message: apollo.localization.LocalizationEstimate): void;
  onChassis(message: apollo.canbus.Chassis): void;
  cycle(nowS: number): apollo.planning.ADCTrajectory | undefined;
}

export const planningPorts: ComponentPorts = { inputs: [Localization, Chassis], outputs: [Planning] };

/** A source of trajectories on the bus. `onCycle` is called after every cycle: a sign of life. It ends with its node. */
export function planningComponent(
  node: Node,
  source: TrajectorySource,
  periodMs: number,
  onCycle: () => void = () => {},
): void {
  node.subscribe(Localization).on(({ message }) => source.onLocalization(message));
  node.subscribe(Chassis).on(({ message }) => source.onChassis(message));
  const trajectories = node.publisher(Planning);
  node.every({ periodMs, overrun: "skip" }, () => {
    const trajectory = source.cycle(node.clock.nowMs() / 1000);
    if (trajectory !== undefined) trajectories.publish(trajectory);
    onCycle();
  });
}
