import { normalizeAngle } from "@delos/math";
import type { delos } from "@delos/msgs";
import {
  type Chassis,
  type Control,
  type Draft,
  type Fix,
  Notice,
  type Obstacle,
  type PointCloud,
  type Pose,
  type Prediction,
  type Series,
  type Trajectory,
  type World,
} from "../protocol.ts";
import { cloudOnMap } from "./cloud.ts";
import { MapProjection } from "./frames.ts";
import {
  type ChassisObservation,
  type CloudObservation,
  type ControlObservation,
  type FixObservation,
  type NoticeObservation,
  type Observation,
  type ObservedObstacle,
  type ObstaclesObservation,
  type PoseObservation,
  PoseRank,
  type PredictionsObservation,
  type Spread,
  type TrajectoryObservation,
} from "./observation.ts";
import { type MapPose, PoseSource } from "./pose-source.ts";
import { SeriesBuffer } from "./series-buffer.ts";
import { TransformTree } from "./transform-tree.ts";

/** A source silent for this long, in bus time, loses its place to another. */
const SILENT_S = 2;
const SPEED_SILENT_S = 1;
const OBSTACLES_SILENT_S = 2;
/** Steering wheel at full lock, as of the car the page draws (Lincoln MKZ). */
const FULL_LOCK_DEG = 470;
/** Time constants of derivatives. */
const ACCELERATION_TAU_S = 0.25;
const YAW_RATE_TAU_S = 0.15;
const MAX_OBSTACLES = 2000;
const MAX_NOTICES = 200;
/** Slower, a curvature is a small number divided by a smaller one. */
const CURVES_FROM_MPS = 0.5;
const LEVELS = { info: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" } as const;
const DEGREES = 180 / Math.PI;

/**
 * One world out of everything the bus says.
 *
 * Where the car is, when several topics say it: the one of the highest rank (`PoseRank`: localization, odometry, pose,
 * transforms, receiver, toys, plain fixes) that has spoken within the last two seconds of bus time; among equals the first.
 * How fast it is: the chassis, or else a speed topic, or else what the pose says or its movement shows.
 */
export class WorldModel {
  #projection = new MapProjection();
  readonly #sources = new Map<string, PoseSource>();
  readonly #series = new SeriesBuffer();
  readonly #obstacles = new Map<string, Obstacle>();
  #transforms = new TransformTree();
  #notices: Notice[] = [];
  #timeS: number | undefined;
  #source: PoseSource | undefined;
  #pose: Pose | undefined;
  #chassis: Chassis | undefined;
  #control: Control | undefined;
  #trajectory: Trajectory | undefined;
  #trajectoryIsNew = false;
  #fix: Fix | undefined;
  #fixIsOwn = false;
  #speedFrom = "";
  #speedRank = 0;
  #speedSeenS = Number.NEGATIVE_INFINITY;
  #obstaclesSeenS = Number.NEGATIVE_INFINITY;
  #obstaclesExpire = false;
  #acceleration = new Derivative(ACCELERATION_TAU_S);
  #yawRate = new Derivative(YAW_RATE_TAU_S);
  #poseHasAcceleration = false;
  #measuredYawRate: { readonly valueRadps: number; readonly seenS: number } | undefined;
  #predictions: readonly Prediction[] = [];
  #predictionsSeenS = Number.NEGATIVE_INFINITY;
  #perceivedS = Number.NEGATIVE_INFINITY;
  #cloud: PointCloud | undefined;
  /** Grows with every observation: nothing new, no frame. */
  revision = 0;

  get timeS(): number | undefined {
    return this.#timeS;
  }

  /** The newest pose. */
  get pose(): Pose | undefined {
    return this.#pose;
  }

  /** The bus time has come to here, whatever the message. */
  advance(busTimeS: number): void {
    if (this.#timeS === undefined || busTimeS > this.#timeS) this.#timeS = busTimeS;
  }

  /** `busTimeS`: when the message was published, unix seconds; a recorded one when it was recorded. */
  observe(topic: string, busTimeS: number, observation: Observation): void {
    this.advance(busTimeS);
    this.revision++;
    switch (observation.kind) {
      case "pose":
        return this.#observePose(topic, busTimeS, observation);
      case "fix":
        return this.#observeFix(topic, busTimeS, observation);
      case "motion":
        if (observation.yawRateRadps !== undefined)
          this.#measuredYawRate = { valueRadps: observation.yawRateRadps, seenS: busTimeS };
        return this.#observeSpeed(topic, 2, busTimeS, observation.speedMps, observation.timeS);
      case "chassis":
        return this.#observeChassis(topic, busTimeS, observation);
      case "steering":
        return this.#observeSteering(busTimeS, observation.wheelDeg);
      case "trajectory":
        return this.#observeTrajectory(topic, busTimeS, observation);
      case "control":
        return this.#observeControl(busTimeS, observation);
      case "obstacles":
        return this.#observeObstacles(busTimeS, observation);
      case "transforms": {
        const base = this.#transforms.update(observation.transforms);
        if (base === undefined) return;
        const { position, orientation, frame } = base;
        const { timeS } = observation;
        return this.#observePose(`${topic}:${frame}`, busTimeS, {
          kind: "pose",
          rank: PoseRank.transform,
          position,
          orientation,
          forwardAxis: "x",
          timeS,
        });
      }
      case "predictions":
        return this.#observePredictions(busTimeS, observation);
      case "cloud":
        return this.#observeCloud(topic, busTimeS, observation);
      case "notice":
        return this.#observeNotice(busTimeS, observation);
    }
  }

  /** Another recording: nothing is known of where and how it drives. */
  forget(timeS?: number): void {
    this.reset(timeS);
    this.#sources.clear();
    this.#projection = new MapProjection();
    this.#transforms = new TransformTree();
    this.#speedFrom = "";
  }

  /** Time has jumped: what was is not the past of what comes. */
  reset(timeS?: number): void {
    for (const source of this.#sources.values()) source.reset();
    this.#series.take();
    this.#obstacles.clear();
    this.#predictions = [];
    this.#perceivedS = Number.NEGATIVE_INFINITY;
    this.#cloud = undefined;
    this.#source = this.#pose = this.#chassis = this.#control = this.#trajectory = this.#fix = undefined;
    this.#trajectoryIsNew = this.#fixIsOwn = false;
    this.#speedSeenS = this.#obstaclesSeenS = Number.NEGATIVE_INFINITY;
    this.#acceleration = new Derivative(ACCELERATION_TAU_S);
    this.#yawRate = new Derivative(YAW_RATE_TAU_S);
    this.#measuredYawRate = undefined;
    this.#timeS = timeS;
    this.revision++;
  }

  /** The newest state. `whole`: with the trajectory even when it has not changed, for a page that has just come. */
  world(whole = false): World | undefined {
    if (this.#timeS === undefined) return undefined;
    if (this.#obstaclesExpire && this.#timeS - this.#obstaclesSeenS > OBSTACLES_SILENT_S) this.#obstacles.clear();
    const world: Draft<World> = { time_s: this.#timeS };
    if (this.#pose !== undefined) world.pose = this.#pose;
    if (this.#chassis !== undefined) world.chassis = this.#chassis;
    if (this.#control !== undefined) world.control = this.#control;
    if (this.#fix !== undefined) world.fix = this.#fix;
    if (this.#timeS - this.#predictionsSeenS > OBSTACLES_SILENT_S) this.#predictions = [];
    if (this.#predictions.length > 0) world.predictions = this.#predictions;
    if (this.#obstacles.size > 0) world.obstacles = [...this.#obstacles.values()];
    if (this.#trajectory !== undefined && (whole || this.#trajectoryIsNew)) world.trajectory = this.#trajectory;
    if (!whole) this.#trajectoryIsNew = false;
    return world;
  }

  takeSeries(): readonly Series[] {
    return this.#series.take();
  }

  /** The newest cloud that was not taken yet. */
  takeCloud(): PointCloud | undefined {
    const cloud = this.#cloud;
    this.#cloud = undefined;
    return cloud;
  }

  takeNotices(): readonly Notice[] {
    const notices = this.#notices;
    this.#notices = [];
    return notices;
  }

  #observePose(topic: string, busTimeS: number, observation: PoseObservation): void {
    let source = this.#sources.get(topic);
    if (source === undefined) {
      source = new PoseSource(topic, observation, this.#projection);
      this.#sources.set(topic, source);
    }
    const pose = source.locate(observation, busTimeS);
    if (!this.#follows(source, busTimeS)) return;
    this.#place(topic, busTimeS, pose);
  }

  /** Whether this source's pose is the one to show. */
  #follows(source: PoseSource, busTimeS: number): boolean {
    const current = this.#source;
    if (current === source) return true;
    const alive = current !== undefined && busTimeS - current.seenS < SILENT_S;
    if (alive && current.rank >= source.rank) return false;
    this.#source = source;
    this.#yawRate = new Derivative(YAW_RATE_TAU_S);
    return true;
  }

  #place(topic: string, busTimeS: number, pose: MapPose): void {
    const { timeS, headingRad, geodetic } = pose;
    this.#observeSpeed(topic, 1, busTimeS, pose.speedMps, timeS);
    const previous = this.#pose?.heading ?? headingRad;
    const derived = this.#yawRate.add(timeS, previous + normalizeAngle(headingRad - previous));
    const imu = this.#measuredYawRate;
    const measured = imu !== undefined && busTimeS - imu.seenS < SPEED_SILENT_S ? imu.valueRadps : undefined;
    if (pose.accelerationMps2 !== undefined) this.#series.add("acceleration", timeS, pose.accelerationMps2);
    this.#pose = {
      x: pose.x,
      y: pose.y,
      z: pose.z,
      heading: headingRad,
      pitch: pose.pitchRad,
      roll: pose.rollRad,
      speed_mps: pose.speedMps,
      acceleration_mps2: pose.accelerationMps2 ?? this.#acceleration.value,
      yaw_rate_radps: pose.yawRateRadps ?? measured ?? derived,
      source: topic,
      time_s: timeS,
      ...(pose.spread === undefined ? {} : { spread: shownSpread(pose.spread) }),
    };
    this.#series.add("localization_delay", timeS, (busTimeS - timeS) * 1000);
    const speedMps = this.#chassis?.speed_mps ?? pose.speedMps;
    if (Math.abs(speedMps) > CURVES_FROM_MPS)
      this.#series.add("curvature", timeS, this.#pose.yaw_rate_radps! / speedMps);
    this.#poseHasAcceleration = pose.accelerationMps2 !== undefined;
    this.#series.add("yaw_rate", timeS, this.#pose.yaw_rate_radps);
    this.#series.add("heading", timeS, headingRad);
    if (geodetic === undefined || this.#fixIsOwn) return;
    this.#fix = {
      latitude_deg: geodetic.latitudeRad * DEGREES,
      longitude_deg: geodetic.longitudeRad * DEGREES,
      altitude_m: geodetic.altitudeM,
    };
  }
  #observeFix(topic: string, busTimeS: number, observation: FixObservation): void {
    const { latitudeDeg, longitudeDeg, altitudeM, headingRad, timeS } = observation;
    if (Math.abs(latitudeDeg) > 84 || Math.abs(longitudeDeg) > 180) return; // not on a UTM map, or not on the globe
    this.#fix = { latitude_deg: latitudeDeg, longitude_deg: longitudeDeg, altitude_m: altitudeM };
    this.#fixIsOwn = true;
    const { x, y } = this.#projection.toMap(latitudeDeg, longitudeDeg);
    const position = [x, y, altitudeM] as const;
    const rank = PoseRank.fix;
    this.#observePose(topic, busTimeS, { kind: "pose", rank, position, forwardAxis: "x", headingRad, timeS });
  }

  /** `rank`: 3 chassis, 2 a topic of its own, 1 from a pose. */
  #observeSpeed(topic: string, rank: number, busTimeS: number, speedMps: number | undefined, stampS?: number): void {
    if (speedMps === undefined) return;
    const alive = busTimeS - this.#speedSeenS < SPEED_SILENT_S;
    if (alive && topic !== this.#speedFrom && rank <= this.#speedRank) return;
    if (topic !== this.#speedFrom) this.#acceleration = new Derivative(ACCELERATION_TAU_S);
    this.#speedFrom = topic;
    this.#speedRank = rank;
    this.#speedSeenS = busTimeS;
    const timeS = plausible(stampS, busTimeS);
    this.#chassis = { ...this.#chassis, speed_mps: speedMps, time_s: timeS };
    this.#series.add("speed", timeS, speedMps);
    const acceleration = this.#acceleration.add(timeS, speedMps);
    if (!this.#poseHasAcceleration) this.#series.add("acceleration", timeS, acceleration);
  }

  #observeChassis(topic: string, busTimeS: number, observation: ChassisObservation): void {
    const timeS = plausible(observation.timeS, busTimeS);
    this.#observeSpeed(topic, 3, busTimeS, observation.speedMps, timeS);
    this.#chassis = {
      ...this.#chassis,
      ...present({
        steering_percent: observation.steeringPercent,
        throttle_percent: observation.throttlePercent,
        brake_percent: observation.brakePercent,
        gear: observation.gear,
        driving_mode: observation.drivingMode,
        signal: observation.signal,
        error_code: observation.errorCode,
      }),
      time_s: timeS,
    };
    this.#series.add("steering", timeS, observation.steeringPercent);
    this.#series.add("throttle", timeS, observation.throttlePercent);
    this.#series.add("brake", timeS, observation.brakePercent);
  }

  #observeSteering(busTimeS: number, wheelDeg: number): void {
    const percent = (wheelDeg / FULL_LOCK_DEG) * 100;
    this.#chassis = {
      ...this.#chassis,
      steering_wheel_deg: wheelDeg,
      steering_percent: percent,
      time_s: busTimeS,
    };
    this.#series.add("steering", busTimeS, percent);
  }

  #observeTrajectory(topic: string, busTimeS: number, observation: TrajectoryObservation): void {
    this.#trajectory = {
      source: topic,
      x: observation.x,
      y: observation.y,
      speed_mps: observation.speedMps,
      relative_time_s: observation.relativeTimeS,
      header_time_s: plausible(observation.timeS, busTimeS),
      is_estop: observation.isEstop,
      acceleration_mps2: observation.accelerationMps2 ?? [],
      curvature_per_m: observation.curvaturePerM ?? [],
    };
    this.#trajectoryIsNew = true;
    this.#series.add("planning_latency", busTimeS, observation.latencyMs);
    if (observation.timeS !== undefined) this.#series.add("planning_delay", busTimeS, age(observation.timeS, busTimeS));
  }

  #observeControl(busTimeS: number, observation: ControlObservation): void {
    const timeS = plausible(observation.timeS, busTimeS);
    this.#control = {
      ...present({
        throttle_percent: observation.throttlePercent,
        brake_percent: observation.brakePercent,
        steering_target_percent: observation.steeringTargetPercent,
        lateral_error_m: observation.lateralErrorM,
        heading_error_rad: observation.headingErrorRad,
        station_error_m: observation.stationErrorM,
        speed_error_mps: observation.speedErrorMps,
      }),
      time_s: timeS,
    };
    this.#series.add("steering_target", timeS, observation.steeringTargetPercent);
    this.#series.add("throttle_target", timeS, observation.throttlePercent);
    this.#series.add("brake_target", timeS, observation.brakePercent);
    this.#series.add("speed_target", timeS, observation.speedReferenceMps);
    this.#series.add("lateral_error", timeS, observation.lateralErrorM);
    this.#series.add("heading_error", timeS, observation.headingErrorRad);
    this.#series.add("station_error", timeS, observation.stationErrorM);
    this.#series.add("speed_error", timeS, observation.speedErrorMps);
    this.#series.add("acceleration_target", timeS, observation.accelerationReferenceMps2);
    this.#series.add("curvature_target", timeS, observation.curvatureReferencePerM);
    this.#series.add("control_latency", timeS, observation.latencyMs);
    if (observation.timeS !== undefined) this.#series.add("control_delay", busTimeS, age(observation.timeS, busTimeS));
  }

  #observeObstacles(busTimeS: number, observation: ObstaclesObservation): void {
    this.#obstaclesSeenS = busTimeS;
    this.#perceivedS = busTimeS;
    this.#obstaclesExpire = observation.replaces === "all";
    if (observation.replaces === "all" || observation.deleteAll === true) this.#obstacles.clear();
    for (const id of observation.deleted ?? []) {
      for (let i = 1; this.#obstacles.delete(i === 1 ? id : `${id}#${i - 1}`); i++);
    }
    for (const obstacle of observation.obstacles) {
      if (this.#obstacles.size < MAX_OBSTACLES || this.#obstacles.has(obstacle.id))
        this.#obstacles.set(obstacle.id, shown(obstacle));
    }
  }

  /** Prediction repeats the obstacles; where perception itself is on the bus, its own are newer. */
  #observePredictions(busTimeS: number, { predictions, obstacles, timeS }: PredictionsObservation): void {
    this.#predictions = predictions.slice(0, MAX_OBSTACLES);
    this.#predictionsSeenS = busTimeS;
    if (obstacles === undefined || busTimeS - this.#perceivedS < OBSTACLES_SILENT_S) return;
    const perceivedS = this.#perceivedS;
    this.#observeObstacles(busTimeS, { kind: "obstacles", replaces: "all", obstacles, timeS });
    this.#perceivedS = perceivedS;
  }

  /** A cloud without a car has no place on the map. */
  #observeCloud(topic: string, busTimeS: number, observation: CloudObservation): void {
    const { x = 0, y = 0, z = 0, heading = 0 } = this.#pose ?? {};
    if (this.#pose === undefined) return;
    const timeS = plausible(observation.timeS, busTimeS);
    const inBase = this.#transforms.inBase(observation.frame.replace(/^\//, ""));
    this.#cloud = cloudOnMap(topic, observation, timeS, { x, y, z, heading }, inBase);
  }

  #observeNotice(busTimeS: number, { level, source, text, timeS }: NoticeObservation): void {
    if (this.#notices.length >= MAX_NOTICES) this.#notices.shift();
    this.#notices.push({ level: Notice.Level[LEVELS[level]], source, text, time_s: plausible(timeS, busTimeS) });
  }
}

/** A first-order filtered derivative. */
class Derivative {
  readonly #tauS: number;
  #timeS = Number.NaN;
  #last = 0;
  value = 0;

  constructor(tauS: number) {
    this.#tauS = tauS;
  }

  add(timeS: number, value: number): number {
    const stepS = timeS - this.#timeS;
    if (stepS <= 0) return this.value;
    if (stepS < 2)
      this.value += ((value - this.#last) / stepS - this.value) * Math.min(1, stepS / (this.#tauS + stepS));
    this.#timeS = timeS;
    this.#last = value;
    return this.value;
  }
}

/** The stamp in a message, unless it is of another clock. */
function plausible(stampS: number | undefined, busTimeS: number): number {
  return stampS !== undefined && Math.abs(stampS - busTimeS) < 30 ? stampS : busTimeS;
}

/** Without the parts that are undefined. */
function present<T extends object>(parts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** How old a message was when it came, ms; of another clock: nothing. */
function age(stampS: number, busTimeS: number): number | undefined {
  return plausible(stampS, busTimeS) === stampS ? (busTimeS - stampS) * 1000 : undefined;
}

function shownSpread({ majorM, minorM, headingRad }: Spread): delos.bridge.Spread {
  return { major_m: majorM, minor_m: minorM, heading: headingRad };
}

function shown(obstacle: ObservedObstacle): Obstacle {
  const { id, x, y, headingRad, lengthM, widthM, heightM, type, speedMps, courseRad } = obstacle;
  const size = { length_m: lengthM, width_m: widthM, height_m: heightM };
  return { id, x, y, heading: headingRad, ...size, type, ...present({ speed_mps: speedMps, course: courseRad }) };
}
