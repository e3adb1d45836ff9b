import { apollo, type delos } from "@delos/msgs";
import { type MapPoint, simplified } from "./simplify.ts";

type Line = delos.bridge.MapLine.Kind;
type Area = delos.bridge.MapArea.Kind;
type Sign = delos.bridge.MapSign.Kind;

/** One thing of a map, in map coordinates. */
export type MapElement =
  | { readonly is: "line"; readonly kind: Line; readonly points: readonly MapPoint[] }
  | { readonly is: "area"; readonly kind: Area; readonly points: readonly MapPoint[] }
  | { readonly is: "sign"; readonly kind: Sign; readonly points: readonly [MapPoint]; readonly headingRad: number };

/** Nobody sees five centimetres from where a page shows a map. */
const TOLERANCE_M = 0.05;

const { Type } = apollo.hdmap.LaneBoundaryType;
/** LaneBoundaryType.Type by number is MapLine.Kind, but for the unknown. */
const BORDER = 7 as Line;
const [LANE_CENTER, STOP_LINE, BUMP] = [0 as Line, 8 as Line, 9 as Line];
const [LANE, CROSSWALK, JUNCTION, CLEAR] = [0, 1, 2, 3] as [Area, Area, Area, Area];
const [SIGNAL, STOP, YIELD] = [0, 1, 2] as [Sign, Sign, Sign];

/** What a page draws of an HD map (modules/map/proto/map.proto). Parts without points are left out. */
export function elementsOf(map: apollo.hdmap.Map): MapElement[] {
  const elements: MapElement[] = [];
  const line = (kind: Line, points: readonly MapPoint[]): void => {
    if (points.length > 1) elements.push({ is: "line", kind, points: simplified(points, TOLERANCE_M) });
  };
  const area = (kind: Area, points: readonly MapPoint[]): void => {
    if (points.length > 2) elements.push({ is: "area", kind, points });
  };
  for (const lane of map.lane ?? []) {
    const [left, right] = [curvePoints(lane.left_boundary?.curve), curvePoints(lane.right_boundary?.curve)];
    if (left.length > 1 && right.length > 1)
      area(LANE, [...simplified(left, TOLERANCE_M), ...simplified(right, TOLERANCE_M).reverse()]);
    line(LANE_CENTER, curvePoints(lane.central_curve));
    for (const boundary of [lane.left_boundary, lane.right_boundary])
      for (const { kind, points } of painted(boundary)) line(kind, points);
  }
  for (const { polygon } of map.junction ?? []) area(JUNCTION, polygonPoints(polygon));
  for (const { polygon } of map.clear_area ?? []) area(CLEAR, polygonPoints(polygon));
  for (const { polygon } of map.crosswalk ?? []) area(CROSSWALK, polygonPoints(polygon));
  for (const { position } of map.speed_bump ?? []) for (const curve of position ?? []) line(BUMP, curvePoints(curve));
  const signs: readonly (readonly [Sign, readonly apollo.hdmap.StopSign[]])[] = [
    [STOP, map.stop_sign ?? []],
    [YIELD, map.yield ?? []],
  ];
  for (const [kind, all] of signs) {
    for (const { stop_line = [] } of all) {
      for (const curve of stop_line) line(STOP_LINE, curvePoints(curve));
      const sign = besideLine(curvePoints(stop_line[0]));
      if (sign !== undefined) elements.push({ is: "sign", kind, ...sign });
    }
  }
  for (const { stop_line = [], boundary, subsignal = [] } of map.signal ?? []) {
    for (const curve of stop_line) line(STOP_LINE, curvePoints(curve));
    const lamps = subsignal.flatMap(({ location }) => (location === undefined ? [] : [pointOf(location)]));
    const place = middle(lamps.length > 0 ? lamps : polygonPoints(boundary));
    if (place === undefined) continue;
    const stopAt = middle(curvePoints(stop_line[0]));
    const headingRad = stopAt === undefined ? 0 : Math.atan2(stopAt.y - place.y, stopAt.x - place.x);
    elements.push({ is: "sign", kind: SIGNAL, points: [place], headingRad });
  }
  return elements;
}

/** A boundary in pieces of one paint each: the types hold from their `s` on. */
function painted(boundary: apollo.hdmap.LaneBoundary | undefined): { kind: Line; points: MapPoint[] }[] {
  const points = curvePoints(boundary?.curve);
  if (points.length < 2) return [];
  const changes = (boundary?.boundary_type ?? [])
    .map(({ s = 0, types = [] }) => ({ s, kind: kindOf(types[0]) }))
    .sort((a, b) => a.s - b.s);
  const pieces: { kind: Line; points: MapPoint[] }[] = [{ kind: changes[0]?.kind ?? BORDER, points: [points[0]!] }];
  const rest = changes.slice(1);
  let along = 0;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    while (rest.length > 0 && rest[0]!.s <= along + length) {
      const { s, kind } = rest.shift()!;
      const part = length === 0 ? 0 : Math.max(0, s - along) / length;
      const at = { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
      pieces.at(-1)!.points.push(at);
      pieces.push({ kind, points: [at] });
    }
    along += length;
    pieces.at(-1)!.points.push(to);
  }
  return pieces;
}

function kindOf(type: number | undefined): Line {
  return type === undefined || type === Type.UNKNOWN || type > Type.CURB ? BORDER : (type as number as Line);
}

/** Where the sign of a stop line stands: at its right end as seen by who drives towards it. The line gives no direction. */
function besideLine(points: readonly MapPoint[]): { points: [MapPoint]; headingRad: number } | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const headingRad = Math.atan2(last.y - first.y, last.x - first.x) + Math.PI / 2;
  return { points: [first], headingRad };
}

function curvePoints(curve: apollo.hdmap.Curve | undefined): MapPoint[] {
  return (curve?.segment ?? []).flatMap(({ line_segment }) => (line_segment?.point ?? []).map(pointOf));
}

function polygonPoints(polygon: apollo.hdmap.Polygon | undefined): MapPoint[] {
  return (polygon?.point ?? []).map(pointOf);
}

function pointOf({ x = 0, y = 0 }: apollo.common.PointENU): MapPoint {
  return { x, y };
}

function middle(points: readonly MapPoint[]): MapPoint | undefined {
  if (points.length === 0) return undefined;
  const sum = points.reduce((at, p) => ({ x: at.x + p.x, y: at.y + p.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}
