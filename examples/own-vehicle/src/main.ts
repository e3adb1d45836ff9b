import { readFileSync } from "node:fs";
import { CONTROL_FLAGS, ControlCore, readControlConfig } from "@delos/control";
import { readFlags } from "@delos/core";
import { quaternionOfEulerZxy } from "@delos/math";
import { apollo } from "@delos/msgs";
import { RtkPlayer } from "@delos/planning";
import { loopTrack, PathFollower } from "@delos/sim";
import { PedalMap, SimulatedCanBus } from "@delos/vehicle";
import { Kart } from "./kart.ts";
import { decodeReport, encodeCommand, type KartReport } from "./kart-can.ts";

const { DrivingMode } = apollo.canbus.Chassis;
/** Of the front wheels: `steer_single_direction_max_degree` of kart.pb.txt. */
const FULL_LOCK_DEG = 30;
const START_S = 1_500_000_000;

// One: parameters and calibration table, in Apollo's own text format. What is wrong in it names file and field.
const file = "kart.pb.txt";
const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const config = readControlConfig(apollo.control.ControlConf.fromText(text), file);
const flags = readFlags(CONTROL_FLAGS, "use_state_exact_match,noenable_speed_station_preview");
const control = new ControlCore(config, flags);

// Two: the vehicle and the program, each at its end of a CAN bus.
let nowS = START_S;
const bus = new SimulatedCanBus(() => nowS);
const road = loopTrack(60);
const pedals = new PedalMap(config.longitudinal!.calibration);
const kart = new Kart(bus.port(), pedals, road.x[0]!, road.y[0]!, road.theta[0]!);
const can = bus.port();
let report: KartReport | undefined;
can.onFrame((frame) => {
  report = decodeReport(frame) ?? report;
});

// Three: drive. Control does not know what it drives.
const player = new RtkPlayer(road);
const follower = new PathFollower(road);
let worst = 0;
for (let step = 0; step <= 40 * 200; step++) {
  nowS = START_S + step * 0.005;
  kart.step(nowS);
  if (step % 2 === 1 || report === undefined) continue;
  const header = { timestamp_sec: nowS, sequence_num: step };
  const { bicycle: b } = kart;
  const [vx, vy] = b.velocityMps;
  const q = quaternionOfEulerZxy({ yaw: b.headingRad - Math.PI / 2, pitch: 0, roll: 0 });
  const pose: apollo.localization.LocalizationEstimate = {
    header,
    pose: {
      position: { x: b.xM, y: b.yM, z: 0 },
      orientation: { qx: q.x, qy: q.y, qz: q.z, qw: q.w },
      heading: b.headingRad,
      linear_velocity: { x: vx, y: vy, z: 0 },
      linear_acceleration_vrf: { x: -b.leftMps2, y: b.forwardMps2, z: 0 },
      angular_velocity_vrf: { x: 0, y: 0, z: b.yawRateRadps },
    },
  };
  const chassis: apollo.canbus.Chassis = {
    header,
    speed_mps: report.speedMps,
    steering_percentage: (report.wheelDeg / FULL_LOCK_DEG) * 100,
    driving_mode: report.enabled ? DrivingMode.COMPLETE_AUTO_DRIVE : DrivingMode.COMPLETE_MANUAL,
  };
  for (const listener of [control, player]) listener.onChassis(chassis, nowS);
  control.onLocalization(pose, nowS);
  player.onLocalization(pose);
  if (step % 20 === 0) control.onTrajectory(player.cycle(nowS)!, nowS);
  const command = control.cycle(nowS);
  can.send(
    encodeCommand({
      enable: true,
      throttlePercent: command.throttle ?? 0,
      brakePercent: command.brake ?? 0,
      wheelDeg: ((command.steering_target ?? 0) * FULL_LOCK_DEG) / 100,
    }),
  );
  const beside = Math.abs(follower.offset(b.xM, b.yM, b.headingRad).lateralM);
  if (step > 600) worst = Math.max(worst, beside);
  if (step % 2000 === 0 && step > 0) {
    console.log(`${step / 200} s: ${report.speedMps.toFixed(1)} m/s, ${beside.toFixed(2)} m beside the path`);
  }
}
console.log(`at most ${worst.toFixed(2)} m beside the path, ${control.estop ? "stopped" : "never stopped"}`);
