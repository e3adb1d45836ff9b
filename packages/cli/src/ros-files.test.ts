import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { codecFor, ros2Schema, rosActionTypes } from "@delos/wire";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rosFile, rosParts } from "./ros-files.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "delos-ros-files-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function files(root: string, all: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(cwd, root, path)), { recursive: true });
    writeFileSync(join(cwd, root, path), text);
  }
}

/** As a workspace has it below src, and an installed ROS 2 below share. */
const PACKAGES = {
  "robot_msgs/msg/State.msg":
    "uint8 IDLE=0 # a constant\nstd_msgs/Header header\r\nWheel[4] wheels\narm_msgs/msg/Joint[<=6] joints\n",
  "robot_msgs/msg/Wheel.msg": "float64 speed 1.5\nTyre tyre # its own",
  "robot_msgs/msg/Tyre.msg": "string<=8 name",
  "arm_msgs/msg/Joint.msg": "robot_msgs/Wheel drive\nfloat32 angle",
  "robot_msgs/srv/Reset.srv": "# asks\nWheel wheel\n---\nbool done\narm_msgs/Joint joint\n",
  "robot_msgs/srv/Stop.srv": "---\n",
  "robot_msgs/action/Drive.action": "Wheel goal\n---\nint32 ticks\n---\narm_msgs/Joint now\n",
};
const WHEEL = { speed: 2, tyre: { name: "a" } };

test("a .msg file brings the types that lie beside it, in its package and in others", () => {
  files("src", PACKAGES);
  const file = rosFile("robot_msgs/msg/State", "msg", "src/robot_msgs/msg/State.msg", { cwd, env: {} })!;
  const codec = codecFor(ros2Schema("robot_msgs/msg/State", rosParts(file, "robot_msgs/msg/State", {})[0]!));
  const state = codec.decode(codec.encode(codec.fromJSON({ joints: [{ drive: WHEEL, angle: 3 }] })));
  expect(codec.toJSON(state)).toMatchObject({
    wheels: Array.from({ length: 4 }, () => ({ speed: 1.5, tyre: { name: "" } })),
    joints: [{ drive: WHEEL, angle: 3 }],
  });
});

test("an installed ROS 2 is asked where no file is given", () => {
  files("opt/share", PACKAGES);
  const env = { AMENT_PREFIX_PATH: `${join(cwd, "nowhere")}:${join(cwd, "opt")}` };
  const parts = (type: string, kind: "msg" | "srv" | "action"): string[] =>
    rosParts(rosFile(type, kind, undefined, { cwd, env })!, type, env);
  const [request, response] = parts("robot_msgs/srv/Reset", "srv");
  const codec = (text: string | undefined) => codecFor(ros2Schema("robot_msgs/srv/X", text!));
  expect(codec(request).toJSON(codec(request).fromJSON({ wheel: WHEEL }))).toEqual({ wheel: WHEEL });
  expect(codec(response).toJSON(codec(response).fromJSON({ joint: { drive: WHEEL } }))).toMatchObject({
    joint: { drive: WHEEL },
  });
  expect(parts("robot_msgs/srv/Stop", "srv").map((part) => codec(part).toJSON({}))).toEqual([{}, {}]);
  const [goal = "", result = "", feedback = ""] = parts("robot_msgs/action/Drive", "action");
  const drive = rosActionTypes("robot_msgs/action/Drive", { goal, result, feedback });
  expect(drive.feedback.toJSON(drive.feedback.fromJSON({ feedback: { now: { drive: WHEEL } } }))).toMatchObject({
    feedback: { now: { drive: WHEEL } },
  });
  expect(rosFile("robot_msgs/msg/None", "msg", undefined, { cwd, env })).toBeUndefined();
  expect(rosFile("../../robot_msgs/msg/State", "msg", undefined, { cwd, env })).toBeUndefined();
});

test("a text instead of a file", () => {
  const of = (given: string): string[] => rosParts(rosFile("p/srv/T", "srv", given, { cwd, env: {} })!, "p/srv/T", {});
  expect(of("int32 a; int32 b --- int32 sum").map((part) => part.trim())).toEqual(["int32 a\n int32 b", "int32 sum"]);
  expect(() => of("none.srv")).toThrow(expect.objectContaining({ code: "FILE_UNREADABLE" }));
});
