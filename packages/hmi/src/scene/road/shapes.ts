export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A tile's points: pairs of centimetres, each from the one before; metres from the tile's corner. */
export function unpacked(steps: readonly number[]): Point[] {
  let [x, y] = [0, 0];
  return Array.from({ length: steps.length >> 1 }, (_, i) => {
    x += steps[2 * i]!;
    y += steps[2 * i + 1]!;
    return { x: x / 100, y: y / 100 };
  });
}

/** The pieces of a broken line: `onM` painted, `offM` not, and so on to its end. */
export function dashes(points: readonly Point[], onM: number, offM: number): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] | undefined = points[0] === undefined ? undefined : [points[0]];
  let left = onM;
  for (let i = 1; i < points.length; i++) {
    let from = points[i - 1]!;
    const to = points[i]!;
    let length = Math.hypot(to.x - from.x, to.y - from.y);
    while (length > left) {
      const part = left / length;
      const at = { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
      if (piece === undefined) piece = [at];
      else {
        pieces.push([...piece, at]);
        piece = undefined;
      }
      length -= left;
      left = piece === undefined ? offM : onM;
      from = at;
    }
    left -= length;
    piece?.push(to);
  }
  if (piece !== undefined && piece.length > 1) pieces.push(piece);
  return pieces;
}

/** The line moved to its left. Joints are not mitred: lane lines bend slowly. */
export function beside(points: readonly Point[], leftM: number): Point[] {
  return points.map(({ x, y }, i) => {
    const [before, after] = [points[Math.max(0, i - 1)]!, points[Math.min(points.length - 1, i + 1)]!];
    const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
    return { x: x - ((after.y - before.y) / length) * leftM, y: y + ((after.x - before.x) / length) * leftM };
  });
}

/** Bars across a crosswalk's longer direction, `barM` painted and as much not. For convex areas, as crosswalks are. */
export function zebra(area: readonly Point[], barM = 0.5): Point[][] {
  if (area.length < 3) return [];
  const along = longerDirection(area);
  const reach = area.map(({ x, y }) => x * along.x + y * along.y);
  const [min, max] = [Math.min(...reach), Math.max(...reach)];
  const count = Math.max(1, Math.min(200, Math.round((max - min) / (2 * barM))));
  const step = (max - min) / count;
  return Array.from({ length: count }, (_, i) => {
    const from = min + i * step + step / 4;
    return clipped(clipped(area, along, from, 1), along, from + step / 2, -1);
  }).filter((bar) => bar.length > 2);
}

function longerDirection(area: readonly Point[]): Point {
  let best = { x: 1, y: 0, length: 0 };
  area.forEach(({ x, y }, i) => {
    const next = area[(i + 1) % area.length]!;
    const length = Math.hypot(next.x - x, next.y - y);
    if (length > best.length) best = { x: (next.x - x) / length, y: (next.y - y) / length, length };
  });
  return best;
}

/** The part of a convex area beyond (`side` 1) or before (−1) a line across `along` (Sutherland and Hodgman 1974). */
function clipped(area: readonly Point[], along: Point, at: number, side: 1 | -1): Point[] {
  const inside = ({ x, y }: Point): number => side * (x * along.x + y * along.y - at);
  return area.flatMap((from, i) => {
    const to = area[(i + 1) % area.length]!;
    const [here, there] = [inside(from), inside(to)];
    const kept = here >= 0 ? [from] : [];
    if (here * there >= 0) return kept;
    const part = here / (here - there);
    return [...kept, { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) }];
  });
}
