import { type Quaternion, rotate, type UtmProjection, utm, utmZoneOf, type Vector3 } from "@delos/math";

/** WGS-84. */
const SEMI_MAJOR_M = 6_378_137;
const FLATTENING = 1 / 298.257_223_563;
const ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING);

export interface Geodetic {
  readonly latitudeRad: number;
  readonly longitudeRad: number;
  readonly altitudeM: number;
}

/**
 * Whether a position can only be earth-centred, earth-fixed: as far from the origin as the ground is from the centre of the
 * earth (−12 km … +20 km), with a z that no local map has. UTM northings of up to 10 000 km pass neither test.
 */
export function isEarthCentred([x, y, z]: Vector3): boolean {
  const radius = Math.hypot(x, y, z);
  return Math.abs(z) > 50_000 && radius > SEMI_MAJOR_M * (1 - FLATTENING) - 12_000 && radius < SEMI_MAJOR_M + 20_000;
}

/** Bowring's method with two refinements: below a millimetre anywhere near the ground. */
export function geodeticOf([x, y, z]: Vector3): Geodetic {
  const p = Math.hypot(x, y);
  let latitudeRad = Math.atan2(z, p * (1 - ECCENTRICITY_2));
  let altitudeM = 0;
  for (let i = 0; i < 5; i++) {
    const sin = Math.sin(latitudeRad);
    const primeVerticalM = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_2 * sin * sin);
    altitudeM = p / Math.cos(latitudeRad) - primeVerticalM;
    latitudeRad = Math.atan2(z, p * (1 - (ECCENTRICITY_2 * primeVerticalM) / (primeVerticalM + altitudeM)));
  }
  return { latitudeRad, longitudeRad: Math.atan2(y, x), altitudeM };
}

/** A vector of the earth-centred frame in east, north, up at a place. */
export function toEastNorthUp([x, y, z]: Vector3, { latitudeRad, longitudeRad }: Geodetic): Vector3 {
  const [sinLat, cosLat] = [Math.sin(latitudeRad), Math.cos(latitudeRad)];
  const [sinLon, cosLon] = [Math.sin(longitudeRad), Math.cos(longitudeRad)];
  return [
    -sinLon * x + cosLon * y,
    -sinLat * cosLon * x - sinLat * sinLon * y + cosLat * z,
    cosLat * cosLon * x + cosLat * sinLon * y + sinLat * z,
  ];
}

/** Puts places of the globe on one flat map: UTM, in the zone of the first of them for ever, so that no border tears it. */
export class MapProjection {
  #projection: UtmProjection | undefined;

  toMap(latitudeDeg: number, longitudeDeg: number): { readonly x: number; readonly y: number } {
    this.#projection ??= utm(utmZoneOf(longitudeDeg), latitudeDeg < 0 ? "south" : "north");
    const { eastingM, northingM } = this.#projection.forward(longitudeDeg, latitudeDeg);
    return { x: eastingM, y: northingM };
  }
}

export interface Attitude {
  readonly headingRad: number;
  /** Positive nose up. */
  readonly pitchRad: number;
  /** Positive right side down. */
  readonly rollRad: number;
}

/**
 * Heading, pitch and roll of a body in a frame with z up. The body's up axis is z or, for the axes of aviation (z down), −z,
 * whichever points up: cars do not drive on their roofs.
 */
export function attitudeOf(
  orientation: Quaternion,
  forwardAxis: "x" | "y",
  toUpright: (v: Vector3) => Vector3 = (v) => v,
): Attitude {
  const forward = toUpright(rotate(orientation, forwardAxis === "x" ? [1, 0, 0] : [0, 1, 0]));
  let up = toUpright(rotate(orientation, [0, 0, 1]));
  if (up[2] < 0) up = [-up[0], -up[1], -up[2]];
  const leftZ = up[0] * forward[1] - up[1] * forward[0];
  const pitchRad = Math.asin(Math.max(-1, Math.min(1, forward[2])));
  return {
    headingRad: Math.atan2(forward[1], forward[0]),
    pitchRad,
    rollRad: Math.atan2(leftZ, up[2]),
  };
}
