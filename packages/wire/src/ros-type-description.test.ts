import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { rosActionTypes } from "./ros-action.ts";
import { rosTypeDescription } from "./ros-type-description.ts";
import { wellKnownRosText } from "./well-known.ts";

const hashOf = (name: string): string => {
  const [pkg, kind, type] = name.split("/");
  const text = wellKnownRosText(`${pkg}/${type}`, "ros2")!;
  expect(kind).toMatch(/msg|srv/);
  return createHash("sha256").update(rosTypeDescription(text, name)).digest("hex");
};

// As `ros2 topic info -v` shows them on Iron and later.
test.for([
  ["std_msgs/msg/String", "df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18"],
  ["std_msgs/msg/Header", "f49fb3ae2cf070f793645ff749683ac6b06203e41c891e17701b1cb597ce6a01"],
  ["builtin_interfaces/msg/Time", "b106235e25a4c5ed35098aa0a61a3ee9c9b18d197f398b0e4206cea9acf9c197"],
  ["rosgraph_msgs/msg/Clock", "692f7a66e93a3c83e71765d033b60349ba68023a8c689a79e48078bcb5c58564"],
  ["sensor_msgs/msg/Range", "b42b62562e93cbfe9d42b82fe5994dfa3d63d7d5c90a317981703f7388adff3a"],
] as const)("%s has ROS 2's hash", ([name, hash]) => {
  expect(hashOf(name)).toBe(hash);
});

// As rosidl generates them for an action of this text in a package of this name (Jazzy).
describe("the parts of an action have ROS 2's hashes", () => {
  const { sendGoal, getResult, feedback } = rosActionTypes("rob599_msgs/action/Fibonacci", {
    goal: "int64 number",
    result: "int64[] sequence",
    feedback: "int64 progress",
  });
  test.for([
    [sendGoal.request, "f2b9a1cdae16d572911129a7206462218eb7ef274473133a5d92a8c10633ba62"],
    [sendGoal.response, "d8af5e3d666fb61ed4635ec25692dd96e9343b1b51c4ed9843011b03adf8fccf"],
    [getResult.request, "c52bf1a28eeaf18da1fb98ee28d46abd2a42feeb28879fe66433734b73d91662"],
    [getResult.response, "256035c9d33604dd898e5a50a931ecfdda4f073be7710d881beabd8bfa104e78"],
    [feedback, "a941cc541674f910f08c54c0d6a8a5a63be0ee7697a74928f342b2583dcfa88a"],
  ] as const)("%#", ([{ schema }, hash]) => {
    const text = new TextDecoder().decode(schema.data);
    expect(createHash("sha256").update(rosTypeDescription(text, schema.name)).digest("hex")).toBe(hash);
  });
});

test("arrays, bounds and types without fields have their own numbers", () => {
  const text = "byte[3] a\nstring<=5[<=2] b\nstd_msgs/Empty[] c\nchar d";
  expect(rosTypeDescription(text, "p/msg/T")).toBe(
    '{"type_description": {"type_name": "p/msg/T", "fields": [' +
      '{"name": "a", "type": {"type_id": 64, "capacity": 3, "string_capacity": 0, "nested_type_name": ""}}, ' +
      '{"name": "b", "type": {"type_id": 117, "capacity": 2, "string_capacity": 5, "nested_type_name": ""}}, ' +
      '{"name": "c", "type": {"type_id": 145, "capacity": 0, "string_capacity": 0, "nested_type_name": "std_msgs/msg/Empty"}}, ' +
      '{"name": "d", "type": {"type_id": 3, "capacity": 0, "string_capacity": 0, "nested_type_name": ""}}]}, ' +
      '"referenced_type_descriptions": [{"type_name": "std_msgs/msg/Empty", "fields": [' +
      '{"name": "structure_needs_at_least_one_member", "type": {"type_id": 3, "capacity": 0, "string_capacity": 0, "nested_type_name": ""}}]}]}',
  );
});
