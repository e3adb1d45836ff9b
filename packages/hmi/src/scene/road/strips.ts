import { BufferAttribute, BufferGeometry } from "three";
import type { Point } from "./shapes.ts";

/** One strip to be: its line, its width, and a number that its material knows. */
export interface Strip {
  readonly points: readonly Point[];
  readonly widthM: number;
  readonly kind: number;
}

/**
 * Lines of a width as one geometry. Attributes: `position` on the middle of the line, `across` from there to the border for a
 * half width of one, `made`: half width and kind. The vertex shader widens: a line must not get thinner than a pixel.
 */
export function stripsGeometry(strips: readonly Strip[]): BufferGeometry {
  const positions: number[] = [];
  const across: number[] = [];
  const made: number[] = [];
  const index: number[] = [];
  for (const { points, widthM, kind } of strips) {
    const base = positions.length / 3;
    points.forEach(({ x, y }, i) => {
      const [before, after] = [points[Math.max(0, i - 1)]!, points[Math.min(points.length - 1, i + 1)]!];
      const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
      const [sideX, sideY] = [-(after.y - before.y) / length, (after.x - before.x) / length];
      positions.push(x, y, 0, x, y, 0);
      across.push(sideX, sideY, -sideX, -sideY);
      made.push(widthM / 2, kind, widthM / 2, kind);
      if (i === 0) return;
      const a = base + 2 * (i - 1);
      index.push(a, a + 1, a + 2, a + 2, a + 1, a + 3);
    });
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute("across", new BufferAttribute(new Float32Array(across), 2));
  geometry.setAttribute("made", new BufferAttribute(new Float32Array(made), 2));
  geometry.setIndex(index);
  return geometry;
}

/** The vertex shader's part: where a corner of a strip is, and how strong its colour, being wider than it should. */
export const STRIP_CORNER = `
  attribute vec2 across; attribute vec2 made; uniform float pixel;
  vec4 stripCorner( out float strength ) {
    vec4 middle = modelViewMatrix * vec4( position, 1.0 );
    float needed = 0.6 * pixel * max( 0.1, -middle.z );
    float half_ = max( made.x, needed );
    strength = made.x / half_;
    return projectionMatrix * modelViewMatrix * vec4( position.xy + across * half_, position.z, 1.0 );
  }`;
