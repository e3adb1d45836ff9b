import { normalizeAngle, rotate, type Vector3 } from "@delos/math";
import { attitudeOf, type Geodetic, geodeticOf, isEarthCentred, type MapProjection, toEastNorthUp } from "./frames.ts";
import { HeadingChoice, MOVING_MPS } from "./heading.ts";
import type { PoseObservation, Spread } from "./observation.ts";

/** A pose in the map with everything the page shows of it. */
export interface MapPose {
  readonly timeS: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly headingRad: number;
  readonly pitchRad: number;
  readonly rollRad: number;
  readonly speedMps: number;
  /** Along the heading; undefined when the source does not say. */
  readonly accelerationMps2: number | undefined;
  readonly yawRateRadps: number | undefined;
  /** Where the map is on the globe, as far as this source knows. */
  readonly geodetic: Geodetic | undefined;
  readonly spread: Spread | undefined;
}

interface Place {
  readonly timeS: number;
  readonly x: number;
  readonly y: number;
}

/** Velocities from places are taken over at least and at most this long. */
const SHORTEST_BASE_S = 0.15;
const LONGEST_BASE_S = 3;

/** One topic that says where the car is: puts its poses into the map and adds what they leave out. */
export class PoseSource {
  readonly topic: string;
  readonly rank: number;
  readonly #projection: MapProjection;
  readonly #heading: HeadingChoice;
  #places: Place[] = [];
  #lastStampS = Number.NEGATIVE_INFINITY;
  #lastHeadingRad = 0;
  /** Bus time of the newest pose. */
  seenS = Number.NEGATIVE_INFINITY;

  constructor(topic: string, observation: PoseObservation, projection: MapProjection) {
    this.topic = topic;
    this.rank = observation.rank;
    this.#projection = projection;
    this.#heading = new HeadingChoice(observation.forwardAxis);
  }

  /** Time has jumped: places before and after are not neighbours. */
  reset(): void {
    this.#places = [];
    this.#lastStampS = Number.NEGATIVE_INFINITY;
    this.seenS = Number.NEGATIVE_INFINITY;
  }

  locate(observation: PoseObservation, busTimeS: number): MapPose {
    const timeS = this.#timeOf(observation, busTimeS);
    this.seenS = busTimeS;
    const { orientation } = observation;
    const geodetic = isEarthCentred(observation.position) ? geodeticOf(observation.position) : undefined;
    const upright = (v: Vector3): Vector3 => (geodetic === undefined ? v : toEastNorthUp(v, geodetic));
    const [x, y, z] = geodetic === undefined ? observation.position : this.#onMap(geodetic);
    const velocity = observation.velocity === undefined ? undefined : upright(observation.velocity);
    const travelled = this.#travel({ timeS, x, y });
    const motion = velocity ?? travelled;
    const speedOfMotion = motion === undefined ? 0 : Math.hypot(motion[0], motion[1]);
    const motionRad = speedOfMotion > MOVING_MPS ? Math.atan2(motion![1], motion![0]) : undefined;

    let headingRad = observation.headingRad;
    if (headingRad === undefined && orientation !== undefined) {
      const axis = (v: Vector3): number => {
        const [east, north] = upright(rotate(orientation, v));
        return Math.atan2(north, east);
      };
      headingRad = this.#heading.choose({ x: axis([1, 0, 0]), y: axis([0, 1, 0]) }, motionRad);
    }
    headingRad = normalizeAngle(headingRad ?? motionRad ?? this.#lastHeadingRad);
    this.#lastHeadingRad = headingRad;
    const axis = this.#heading.axis;
    const attitude =
      orientation === undefined || axis === undefined ? undefined : attitudeOf(orientation, axis, upright);
    const acceleration = observation.acceleration === undefined ? undefined : upright(observation.acceleration);
    return {
      timeS,
      x,
      y,
      z,
      headingRad,
      pitchRad: attitude?.pitchRad ?? 0,
      rollRad: attitude?.rollRad ?? 0,
      speedMps: observation.forwardSpeedMps ?? speedOfMotion,
      accelerationMps2:
        acceleration === undefined
          ? undefined
          : acceleration[0] * Math.cos(headingRad) + acceleration[1] * Math.sin(headingRad),
      yawRateRadps: observation.yawRateRadps,
      geodetic,
      spread: geodetic === undefined ? observation.spread : undefined, // else its axes are not those of the map
    };
  }

  /** The stamp in the message, unless it is of another clock or stands still. */
  #timeOf({ timeS }: PoseObservation, busTimeS: number): number {
    if (timeS === undefined || Math.abs(timeS - busTimeS) > 30 || timeS <= this.#lastStampS) return busTimeS;
    this.#lastStampS = timeS;
    return timeS;
  }

  #onMap(geodetic: Geodetic): Vector3 {
    const degrees = 180 / Math.PI;
    const { x, y } = this.#projection.toMap(geodetic.latitudeRad * degrees, geodetic.longitudeRad * degrees);
    return [x, y, geodetic.altitudeM];
  }

  /** Velocity from the places of the last moments; undefined before there are two. */
  #travel(here: Place): Vector3 | undefined {
    const places = this.#places;
    while (places.length > 1 && here.timeS - places[1]!.timeS >= SHORTEST_BASE_S) places.shift();
    const from = places[0];
    places.push(here);
    if (from === undefined) return undefined;
    const spanS = here.timeS - from.timeS;
    if (spanS > LONGEST_BASE_S || spanS < 0) this.#places = [here];
    if (spanS <= 0 || spanS > LONGEST_BASE_S) return undefined;
    return [(here.x - from.x) / spanS, (here.y - from.y) / spanS, 0];
  }
}
