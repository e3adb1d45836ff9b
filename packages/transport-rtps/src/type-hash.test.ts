import { ros2Schema, rosActionTypes, wellKnownRosAction } from "@delos/wire";
import { expect, test } from "vitest";
import { readTypeHash, typeHashOf, writeTypeHash } from "./type-hash.ts";

test("messages, services' messages and actions' have one, and USER_DATA carries it", () => {
  const { sendGoal, feedback, status } = rosActionTypes(
    "example_interfaces/action/Fibonacci",
    wellKnownRosAction("example_interfaces/action/Fibonacci")!,
  );
  const schemas = [
    ros2Schema("std_msgs/msg/String", "string data"),
    ros2Schema("example_interfaces/srv/AddTwoInts_Request", "int64 a\nint64 b"),
    sendGoal.request.schema,
    sendGoal.response.schema,
    feedback.schema,
    status.schema,
  ];
  const hashes = schemas.map(typeHashOf);
  expect(hashes[0]).toBe("RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18");
  expect(new Set(hashes).size).toBe(schemas.length);
  for (const hash of hashes) {
    expect(hash).toMatch(/^RIHS01_[0-9a-f]{64}$/);
    expect(readTypeHash(writeTypeHash(hash))).toBe(hash);
  }
});

test("what is no type of ROS 2, or has parts that nobody knows, has none", () => {
  expect(typeHashOf(undefined)).toBeUndefined();
  expect(typeHashOf(ros2Schema("a/b/C/D", "int32 n"))).toBeUndefined();
  expect(typeHashOf(ros2Schema("mine/msg/Outer", "mine/Inner inner"))).toBeUndefined();
  expect(typeHashOf({ ...ros2Schema("mine/msg/N", "int32 n"), schemaEncoding: "omgidl" })).toBeUndefined();
  expect(writeTypeHash(undefined)).toHaveLength(0);
});
