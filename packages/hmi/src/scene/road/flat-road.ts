import type { LocalOrigin } from "../../motion/local-origin.ts";
import { AreaKind, LineKind, type MapTile } from "../../protocol/bridge.ts";
import type { SceneTheme } from "../theme.ts";
import { areaColours, LINE_WIDTHS, lineInks } from "./palette.ts";
import { beside, type Point, unpacked, zebra } from "./shapes.ts";

interface TilePaths {
  readonly tile: MapTile;
  /** By kind, in the order in which they are painted. */
  readonly areas: readonly (readonly [kind: number, Path2D])[];
  readonly lines: readonly (readonly [kind: number, Path2D])[];
}

/** Lanes first, then what lies on them. */
const AREA_ORDER: readonly number[] = [AreaKind.junction, AreaKind.lane, AreaKind.clear, AreaKind.crosswalk];
const DASHES: Readonly<Record<number, readonly number[]>> = {
  [LineKind.dottedWhite]: [3, 4.5],
  [LineKind.dottedYellow]: [3, 4.5],
  [LineKind.laneCenter]: [0.8, 2.4],
};

/** The HD map on a plain canvas, where there is no WebGL: surfaces and paint as in the picture, one path for each kind of a tile. */
export class FlatRoad {
  readonly #tiles = new Map<number, TilePaths>();

  /** The canvas counts metres from `origin`, y to the north. `scale`: pixels a metre. */
  draw(
    c: CanvasRenderingContext2D,
    tiles: ReadonlyMap<number, MapTile>,
    origin: LocalOrigin,
    theme: SceneTheme,
    scale: number,
  ): void {
    for (const id of this.#tiles.keys()) if (!tiles.has(id)) this.#tiles.delete(id);
    const shown = [...tiles].map(([id, tile]) => this.#pathsOf(id, tile));
    const [fills, inks] = [areaColours(theme), lineInks(theme)];
    const each = (draw: (paths: TilePaths) => void): void => {
      for (const paths of shown) {
        c.save();
        c.translate(paths.tile.x - origin.x, paths.tile.y - origin.y);
        draw(paths);
        c.restore();
      }
    };
    each(({ areas }) => {
      for (const [kind, path] of areas) {
        c.fillStyle = hex(fills[kind]!);
        c.fill(path);
      }
    });
    each(({ lines }) => {
      for (const [kind, path] of lines) {
        const { colour, opacity } = inks[kind]!;
        c.strokeStyle = hex(colour);
        c.globalAlpha = opacity;
        c.lineWidth = Math.max(LINE_WIDTHS[kind]!, 0.8 / scale);
        c.setLineDash((DASHES[kind] as number[] | undefined) ?? []);
        c.stroke(path);
      }
    });
    c.globalAlpha = 1;
  }

  #pathsOf(id: number, tile: MapTile): TilePaths {
    const known = this.#tiles.get(id);
    if (known?.tile === tile) return known;
    const paths = { tile, areas: areasOf(tile), lines: linesOf(tile) };
    this.#tiles.set(id, paths);
    return paths;
  }
}

function areasOf({ areas }: MapTile): [number, Path2D][] {
  const paths = AREA_ORDER.map((kind): [number, Path2D] => [kind, new Path2D()]);
  for (const { kind: sent, points } of areas) {
    const kind = Math.min(sent, AreaKind.clear);
    const path = paths[AREA_ORDER.indexOf(kind)]![1];
    const area = unpacked(points);
    for (const outline of kind === AreaKind.crosswalk ? zebra(area) : [area]) {
      trace(path, outline);
      path.closePath();
    }
  }
  return paths;
}

function linesOf({ lines }: MapTile): [number, Path2D][] {
  const paths = new Map<number, Path2D>();
  for (const { kind: sent, points: steps } of lines) {
    const kind = Math.min(sent, LineKind.bump);
    const path = paths.get(kind) ?? new Path2D();
    paths.set(kind, path);
    const points = unpacked(steps);
    for (const left of kind === LineKind.doubleYellow ? [-0.13, 0.13] : [0])
      trace(path, left === 0 ? points : beside(points, left));
  }
  return [...paths];
}

function trace(path: Path2D, points: readonly Point[]): void {
  points.forEach(({ x, y }, i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
}

function hex(colour: number): string {
  return `#${colour.toString(16).padStart(6, "0")}`;
}
