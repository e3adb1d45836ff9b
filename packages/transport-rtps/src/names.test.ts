import { expect, test } from "vitest";
import { schemaOfWire, topicOfWire, topicOnWire, typeOnWire } from "./names.ts";

const schema = (name: string, messageEncoding = "cdr") => ({
  name,
  messageEncoding,
  schemaEncoding: "",
  data: new Uint8Array(),
});
const string = schema("std_msgs/msg/String");
const pose = schema("apollo.localization.LocalizationEstimate", "protobuf");

test("ROS 2's types take its names by themselves, others stay as they are", () => {
  expect([topicOnWire("/ns/chatter", string, "auto"), typeOnWire(string, "auto")]).toEqual([
    "rt/ns/chatter",
    "std_msgs::msg::dds_::String_",
  ]);
  expect([topicOnWire("/apollo/pose", pose, "auto"), typeOnWire(pose, "auto")]).toEqual(["/apollo/pose", pose.name]);
  expect(topicOnWire("/apollo/pose", pose, "ros2")).toBe("rt/apollo/pose");
  expect([topicOnWire("Square", string, "plain"), typeOnWire(string, "plain")]).toEqual([
    "Square",
    "std_msgs/msg/String",
  ]);
});

test("topics of services already have their prefix", () => {
  expect(topicOnWire("rq/addRequest", schema("pkg/srv/Add_Request"), "auto")).toBe("rq/addRequest");
  expect(typeOnWire(schema("pkg/srv/Add_Request"), "auto")).toBe("pkg::srv::dds_::Add_Request_");
});

test("names come back", () => {
  expect(topicOfWire("rt/ns/chatter", "auto")).toBe("/ns/chatter");
  expect(topicOfWire("rt/ns/chatter", "plain")).toBe("rt/ns/chatter");
  expect(topicOfWire("Square", "auto")).toBe("Square");
  expect(schemaOfWire("std_msgs::msg::dds_::String_")).toMatchObject({
    name: "std_msgs/msg/String",
    schemaEncoding: "ros2msg",
  });
  expect(schemaOfWire("ShapeType")).toMatchObject({ name: "ShapeType", messageEncoding: "cdr", schemaEncoding: "" });
  expect(schemaOfWire("*")).toBeUndefined();
});
