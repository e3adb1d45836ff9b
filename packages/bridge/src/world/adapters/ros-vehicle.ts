import type { Adapter, Observation } from "../observation.ts";
import { field, list, num, rosStampS, vector } from "../read-value.ts";

const DEG = 180 / Math.PI;
/** Steering wheel to road wheel of the car that the page draws (Lincoln MKZ). */
const STEERING_RATIO = 16;

/** Commands look like measurements; the page shows what the car did. */
const isCommand = (topic: string): boolean => /cmd|command|control|target|setpoint|goal/i.test(topic);

export const twistStamped: Adapter = {
  types: ["geometry_msgs/TwistStamped", "geometry_msgs/TwistWithCovarianceStamped"],
  read: (message, topic) => {
    if (isCommand(topic)) return [];
    const twist = field(message, "twist", "twist") ?? field(message, "twist");
    const linear = vector(field(twist, "linear"));
    if (linear === undefined) return [];
    // Along the body where it is the body's twist; a velocity in the map's axes still has its length.
    const speedMps = linear[1] === 0 && linear[2] === 0 ? linear[0] : Math.hypot(...linear);
    const angular = vector(field(twist, "angular"));
    const yawRateRadps = angular?.every((rate) => rate === 0) ? undefined : angular?.[2];
    return [{ kind: "motion", speedMps, yawRateRadps, timeS: rosStampS(message) }];
  },
};

/** Numbers without meaning but their topic's name: steering angles and speeds. */
export const scalar: Adapter = {
  types: ["std_msgs/Float64", "std_msgs/Float32", "vehicle.can.Scalar"],
  read: (message, topic) => {
    const value = num(field(message, "data")) ?? num(field(message, "value"));
    if (value === undefined || isCommand(topic)) return [];
    return scalarOf(value, topic.toLowerCase());
  },
};

function scalarOf(value: number, topic: string): readonly Observation[] {
  if (/steer/.test(topic) && !/torque|rate|ratio/.test(topic)) {
    const wheelDeg = /rad/.test(topic) && !/radar/.test(topic) ? value * DEG : value;
    return [{ kind: "steering", wheelDeg }];
  }
  if (/speed|velocity/.test(topic) && !/wheel|motor|engine|fan/.test(topic)) {
    const factor = /kph|kmh|km_h/.test(topic) ? 1 / 3.6 : /mph/.test(topic) ? 0.447_04 : 1;
    return [{ kind: "motion", speedMps: value * factor }];
  }
  if (/throttle|gas_?pedal|accelerator/.test(topic)) return [{ kind: "chassis", throttlePercent: percent(value) }];
  if (/brake/.test(topic) && !/temp/.test(topic)) return [{ kind: "chassis", brakePercent: percent(value) }];
  return [];
}

/** Pedals come as 0 … 1 or as per cent. */
const percent = (value: number): number => (Math.abs(value) <= 1 ? value * 100 : value);

/** Speeds at the four wheels, m/s: the car's is their mean. */
export const wheelSpeeds: Adapter = {
  types: ["vehicle.can.WheelSpeeds", "std_msgs/Float32MultiArray", "std_msgs/Float64MultiArray"],
  read: (message, topic) => {
    const isArray = field(message, "data") !== undefined;
    if (isArray && !/wheel/i.test(topic)) return [];
    const values = isArray
      ? list(field(message, "data"))
      : ["front_left", "front_right", "rear_left", "rear_right"].map((name) => field(message, name));
    const speeds = values.map(num).filter((speed) => speed !== undefined);
    if (speeds.length < 2 || speeds.length > 8) return [];
    return [{ kind: "motion", speedMps: speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length }];
  },
};

/** ackermann_msgs: speed, and the angle of the road wheels in rad. */
export const ackermann: Adapter = {
  types: ["ackermann_msgs/AckermannDriveStamped", "ackermann_msgs/AckermannDrive"],
  read: (message) => {
    const drive = field(message, "drive") ?? message;
    const observations: Observation[] = [];
    const timeS = rosStampS(message);
    const [speedMps, angle] = [num(field(drive, "speed")), num(field(drive, "steering_angle"))];
    if (speedMps !== undefined) observations.push({ kind: "motion", speedMps, timeS });
    if (angle !== undefined) observations.push({ kind: "steering", wheelDeg: angle * DEG * STEERING_RATIO, timeS });
    return observations;
  },
};
