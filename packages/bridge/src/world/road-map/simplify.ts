export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * The line with as few of its points as stay within `toleranceM` of all of them (Douglas and Peucker 1973). First and last
 * are kept. Without recursion: lanes of survey maps have thousands of points.
 */
export function simplified(points: readonly MapPoint[], toleranceM: number): MapPoint[] {
  if (points.length < 3) return [...points];
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const open: [number, number][] = [[0, points.length - 1]];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [from, to] = range;
    let [farthest, distance] = [-1, toleranceM];
    for (let i = from + 1; i < to; i++) {
      const away = distanceToSegment(points[i]!, points[from]!, points[to]!);
      if (away > distance) [farthest, distance] = [i, away];
    }
    if (farthest < 0) continue;
    keep[farthest] = 1;
    open.push([from, farthest], [farthest, to]);
  }
  return points.filter((_, i) => keep[i] === 1);
}

function distanceToSegment(p: MapPoint, a: MapPoint, b: MapPoint): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy;
  const part = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2));
  return Math.hypot(p.x - a.x - part * dx, p.y - a.y - part * dy);
}
