import { codecFor, ros2Schema, wellKnownRosAction, wellKnownRosText } from "@delos/wire";
import { action, service } from "./index.ts";

/** A message type that ROS 2 brings, by its full name. */
export const ros = (name: string) => {
  const [pkg, , type] = name.split("/");
  return codecFor(ros2Schema(name, wellKnownRosText(`${pkg}/${type}`, "ros2")!));
};

export const Add = service(
  "/add",
  ros("example_interfaces/srv/AddTwoInts_Request"),
  ros("example_interfaces/srv/AddTwoInts_Response"),
);
export const Fibonacci = action<{ order: number }, { sequence: Iterable<number> }, { sequence: Iterable<number> }>(
  "/fibonacci",
  "example_interfaces/action/Fibonacci",
  wellKnownRosAction("example_interfaces/action/Fibonacci")!,
);
