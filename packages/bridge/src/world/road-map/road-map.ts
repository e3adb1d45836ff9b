import { readFile } from "node:fs/promises";
import { DelosError, describeError } from "@delos/core";
import { apollo, type delos } from "@delos/msgs";
import { Frame } from "../../protocol.ts";
import { elementsOf, type MapElement } from "./elements.ts";
import type { MapPoint } from "./simplify.ts";

const TILE_M = 300;

/** One square of the map, encoded once for all pages: bytes of a Frame. */
export interface RoadMapTile {
  readonly id: number;
  readonly frame: Uint8Array;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** An HD map cut into tiles, so that a page gets what is near its car first and only that of a large map. */
export class RoadMap {
  readonly tiles: readonly RoadMapTile[];

  constructor(map: apollo.hdmap.Map) {
    this.tiles = tilesOf(elementsOf(map));
  }

  /** Tiles that begin within `reachM` of a place, nearest first. */
  near(x: number, y: number, reachM: number): RoadMapTile[] {
    const away = (tile: RoadMapTile): number =>
      Math.hypot(Math.max(tile.minX - x, 0, x - tile.maxX), Math.max(tile.minY - y, 0, y - tile.maxY));
    return this.tiles.filter((tile) => away(tile) <= reachM).sort((a, b) => away(a) - away(b));
  }
}

/**
 * Apollo's map as text format (`base_map.txt`, `.pb.txt`) or binary protobuf (`.bin`), told apart by their first bytes.
 * @throws {DelosError} `BRIDGE_MAP` when it cannot be read
 */
export async function readRoadMap(file: string): Promise<RoadMap> {
  try {
    const bytes = await readFile(file);
    const map = isText(bytes) ? apollo.hdmap.Map.fromText(bytes.toString("utf8")) : apollo.hdmap.Map.decode(bytes);
    const road = new RoadMap(map);
    if (road.tiles.length === 0) throw new Error("it holds no lanes, crossings or signs");
    return road;
  } catch (error) {
    throw new DelosError("BRIDGE_MAP", `${file} is no map that can be shown: ${describeError(error)}`, {
      cause: error,
    });
  }
}

/** A binary map begins with a tag and a length; text with a name of a field, a comment or a blank. */
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function tilesOf(elements: readonly MapElement[]): RoadMapTile[] {
  const groups = new Map<string, MapElement[]>();
  for (const element of elements) {
    const { minX, maxX, minY, maxY } = boundsOf(element.points);
    const key = `${Math.floor((minX + maxX) / 2 / TILE_M)} ${Math.floor((minY + maxY) / 2 / TILE_M)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [element]);
    else group.push(element);
  }
  return [...groups.values()].map((group, i) => {
    const bounds = boundsOf(group.flatMap(({ points }) => points));
    return { id: i + 1, frame: Frame.encode({ tiles: [encoded(i + 1, group, bounds)] }), ...bounds };
  });
}

function encoded(
  id: number,
  group: readonly MapElement[],
  { minX: x, minY: y }: { readonly minX: number; readonly minY: number },
): delos.bridge.MapTile {
  const lines: delos.bridge.MapLine[] = [];
  const areas: delos.bridge.MapArea[] = [];
  const signs: delos.bridge.MapSign[] = [];
  for (const element of group) {
    if (element.is === "line") lines.push({ kind: element.kind, points: steps(element.points, x, y) });
    else if (element.is === "area") areas.push({ kind: element.kind, points: steps(element.points, x, y) });
    else {
      const [at] = element.points;
      signs.push({ kind: element.kind, x: at.x, y: at.y, heading: element.headingRad });
    }
  }
  return { id, x, y, lines, areas, signs };
}

/** Centimetres, each point from the one before; rounded absolutely, so that errors do not add up. */
function steps(points: readonly MapPoint[], originX: number, originY: number): number[] {
  let [lastX, lastY] = [0, 0];
  return points.flatMap(({ x, y }) => {
    const [toX, toY] = [Math.round((x - originX) * 100), Math.round((y - originY) * 100)];
    const step = [toX - lastX, toY - lastY];
    [lastX, lastY] = [toX, toY];
    return step;
  });
}

interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

function boundsOf(points: readonly MapPoint[]): Bounds {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    [minX, maxX] = [Math.min(minX, x), Math.max(maxX, x)];
    [minY, maxY] = [Math.min(minY, y), Math.max(maxY, y)];
  }
  return { minX, minY, maxX, maxY };
}
