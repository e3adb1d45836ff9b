import { type UtmProjection, utm } from "@delos/math";
import { type delos, foxglove } from "@delos/msgs";
import type { Obstacle, Pose, Trajectory, World } from "../../protocol.ts";
import { carEntity } from "./car-entity.ts";
import { Track } from "./track.ts";

/*
 * The car and what is around it in Foxglove's own messages, so that the 3-D and map panels of viewers show them without any
 * set-up, whatever types the bus speaks. Right-handed frames, z up, metres:
 *
 *   map        as localization has it (UTM: x east, y north, hundreds of kilometres from its origin)
 *   local      parallel to map, its origin near the first pose, on its ground: drawing with 32-bit floats is exact here
 *   base_link  the car: x forward, y left, origin where localization says the car is
 */
export const MAP = "map";
export const LOCAL = "local";
export const BASE = "base_link";

const PLAN = { r: 0.1, g: 0.55, b: 0.95, a: 0.8 };
const STOP = { r: 0.9, g: 0.2, b: 0.15, a: 0.9 };
const OBSTACLE = { r: 0.95, g: 0.6, b: 0.1, a: 0.7 };
const UPRIGHT = { x: 0, y: 0, z: 0, w: 1 };
/** A zone of UTM is this wide; its south end is nowhere that cars drive, and no map of a robot's own begins so far away. */
const [MIN_EASTING_M, MAX_EASTING_M] = [100_000, 900_000];
const [MIN_NORTHING_M, MAX_NORTHING_M] = [10_000, 10_000_000];
/** The local frame's origin lies on a grid of this size, and moves when the car is this many times as far away. */
const GRID_M = 100;
const MOVE_AFTER = 200;

/** Which zone the map's coordinates are of, where they are UTM ones. */
export interface UtmZone {
  readonly zone: number;
  readonly hemisphere: "north" | "south";
}

/** Apollo's own: `proj4_text` of its GNSS driver ("+proj=utm +zone=10 …"). */
export const APOLLO_ZONE: UtmZone = { zone: 10, hemisphere: "north" };

/** Of the local frame, in the map's. */
type Origin = readonly [xM: number, yM: number, zM: number];
type Stamp = { readonly seconds: bigint; readonly nanos: number };

export const worldTopics = {
  transforms: { name: "/delos/viewer/tf", type: foxglove.FrameTransforms },
  pose: { name: "/delos/viewer/pose", type: foxglove.PoseInFrame },
  location: { name: "/delos/viewer/location", type: foxglove.LocationFix },
  track: { name: "/delos/viewer/track", type: foxglove.GeoJSON },
  scene: { name: "/delos/viewer/scene", type: foxglove.SceneUpdate },
} as const;

/** Turns the state of the world into Foxglove's messages. Remembers where the local frame is, what it has drawn, and the way. */
export class WorldConverter {
  readonly #utm: UtmProjection;
  readonly #vehicle: () => delos.bridge.Vehicle | undefined;
  readonly #track: Track = new Track();
  #origin: Origin | undefined;
  #drawn: ReadonlySet<string> = new Set();

  /** `vehicle`: the car as it is chosen now; a Lincoln MKZ where none is. */
  constructor(
    { zone, hemisphere }: UtmZone = APOLLO_ZONE,
    vehicle: () => delos.bridge.Vehicle | undefined = () => undefined,
  ) {
    this.#vehicle = vehicle;
    this.#utm = utm(zone, hemisphere);
  }

  /** Undefined before there is a pose. */
  transforms({ pose }: World, timeNs: bigint): foxglove.FrameTransforms | undefined {
    if (pose === undefined) return undefined;
    const timestamp = stampOf(timeNs);
    const [x, y, z] = this.#originFor(pose);
    const local = { x: (pose.x ?? 0) - x, y: (pose.y ?? 0) - y, z: (pose.z ?? 0) - z };
    return {
      transforms: [
        { timestamp, parent_frame_id: MAP, child_frame_id: LOCAL, translation: { x, y, z }, rotation: UPRIGHT },
        {
          timestamp,
          parent_frame_id: LOCAL,
          child_frame_id: BASE,
          translation: local,
          rotation: orientationOf(pose),
        },
      ],
    };
  }

  pose({ pose }: World, timeNs: bigint): foxglove.PoseInFrame | undefined {
    if (pose === undefined) return undefined;
    const position = { x: pose.x ?? 0, y: pose.y ?? 0, z: pose.z ?? 0 };
    return { timestamp: stampOf(timeNs), frame_id: MAP, pose: { position, orientation: orientationOf(pose) } };
  }

  /** As a receiver says it; else out of the pose, where that can only be UTM. Undefined when neither tells. */
  location(world: World, timeNs: bigint): foxglove.LocationFix | undefined {
    const place = this.#placeOf(world);
    if (place === undefined) return undefined;
    // Clockwise from north.
    const { heading: yaw } = world.pose ?? {};
    const heading = yaw === undefined ? {} : { heading: Math.PI / 2 - yaw };
    return { timestamp: stampOf(timeNs), frame_id: BASE, ...place, ...heading };
  }

  /** Notes where the car is, for its track. */
  observe(world: World, timeNs: bigint): void {
    const place = this.#placeOf(world);
    if (place !== undefined) this.#track.add(place.longitude, place.latitude, timeNs);
  }

  /** The way of the car as far as it was observed. */
  track(): foxglove.GeoJSON | undefined {
    const { geojson } = this.#track;
    return geojson === undefined ? undefined : { geojson };
  }

  /** Another recording: what was before has nothing to do with it. */
  forget(): void {
    this.#track.clear();
  }

  /** The whole scene: who begins to look now sees all of it. */
  scene(world: World, timeNs: bigint): foxglove.SceneUpdate | undefined {
    const { pose, trajectory, obstacles = [] } = world;
    if (pose === undefined) return undefined;
    const timestamp = stampOf(timeNs);
    const origin = this.#originFor(pose);
    const groundM = (pose.z ?? 0) - origin[2];
    const entities: foxglove.SceneEntity[] = [carEntity(timestamp, BASE, this.#vehicle())];
    if (trajectory !== undefined && (trajectory.x?.length ?? 0) > 1)
      entities.push(planEntity(timestamp, trajectory, origin, groundM));
    for (const obstacle of obstacles) entities.push(obstacleEntity(timestamp, obstacle, origin, groundM));
    const drawn = new Set(entities.map(({ id }) => id!));
    const gone = [...this.#drawn].filter((id) => !drawn.has(id));
    this.#drawn = drawn;
    const type = foxglove.SceneEntityDeletion.Type.MATCHING_ID;
    return { deletions: gone.map((id) => ({ timestamp, type, id })), entities };
  }

  #placeOf({ fix, pose }: World): { latitude: number; longitude: number; altitude: number } | undefined {
    if (fix !== undefined) {
      const { latitude_deg: latitude = 0, longitude_deg: longitude = 0, altitude_m: altitude = 0 } = fix;
      return { latitude, longitude, altitude };
    }
    const { x = 0, y = 0, z: altitude = 0 } = pose ?? {};
    if (!(x > MIN_EASTING_M && x < MAX_EASTING_M && y > MIN_NORTHING_M && y < MAX_NORTHING_M)) return undefined;
    const { latitudeDeg: latitude, longitudeDeg: longitude } = this.#utm.inverse(x, y);
    return { latitude, longitude, altitude };
  }

  #originFor({ x = 0, y = 0, z = 0 }: Pose): Origin {
    const origin = this.#origin;
    const far = GRID_M * MOVE_AFTER;
    if (origin !== undefined && Math.abs(x - origin[0]) < far && Math.abs(y - origin[1]) < far) return origin;
    this.#origin = [Math.round(x / GRID_M) * GRID_M, Math.round(y / GRID_M) * GRID_M, Math.round(z)];
    return this.#origin;
  }
}

export function stampOf(timeNs: bigint): Stamp {
  const seconds = timeNs / 1_000_000_000n;
  return { seconds, nanos: Number(timeNs - seconds * 1_000_000_000n) };
}

/** Rz(heading) · Ry(−pitch) · Rx(roll): nose up and right side down are positive in the world's state. */
function orientationOf({ heading = 0, pitch = 0, roll = 0 }: Pose): foxglove.Quaternion {
  const [cz, sz] = [Math.cos(heading / 2), Math.sin(heading / 2)];
  const [cy, sy] = [Math.cos(-pitch / 2), Math.sin(-pitch / 2)];
  const [cx, sx] = [Math.cos(roll / 2), Math.sin(roll / 2)];
  return {
    w: cx * cy * cz + sx * sy * sz,
    x: sx * cy * cz - cx * sy * sz,
    y: cx * sy * cz + sx * cy * sz,
    z: cx * cy * sz - sx * sy * cz,
  };
}

function planEntity(
  timestamp: Stamp,
  { x = [], y = [], is_estop }: Trajectory,
  [x0, y0]: Origin,
  z: number,
): foxglove.SceneEntity {
  return {
    timestamp,
    frame_id: LOCAL,
    id: "plan",
    lines: [
      {
        type: foxglove.LinePrimitive.Type.LINE_STRIP,
        pose: { position: { x: 0, y: 0, z: z + 0.05 }, orientation: UPRIGHT },
        thickness: 0.3,
        points: x.map((each, i) => ({ x: each - x0, y: (y[i] ?? 0) - y0, z: 0 })),
        color: is_estop === true ? STOP : PLAN,
      },
    ],
  };
}

function obstacleEntity(
  timestamp: Stamp,
  { id = "", x = 0, y = 0, heading = 0, length_m = 1, width_m = 1, height_m = 1 }: Obstacle,
  [x0, y0]: Origin,
  z: number,
): foxglove.SceneEntity {
  const orientation = { x: 0, y: 0, z: Math.sin(heading / 2), w: Math.cos(heading / 2) };
  return {
    timestamp,
    frame_id: LOCAL,
    id: `obstacle ${id}`,
    cubes: [
      {
        pose: { position: { x: x - x0, y: y - y0, z: z + height_m / 2 }, orientation },
        size: { x: length_m, y: width_m, z: height_m },
        color: OBSTACLE,
      },
    ],
  };
}
