import type { BufferGeometry } from "three";
import { geometry } from "./body.ts";
import type { Detail } from "./body-surface.ts";

/** Windows and roof: rings of rounded rectangles from the belt line to the roof, each shorter and narrower. */
const BELT_M = 0.9;
const ROOF_M = 1.48;
const RING: Readonly<Record<Detail, number>> = { fine: 56, coarse: 32 };
const LEVELS: Readonly<Record<Detail, readonly number[]>> = {
  fine: [0, 0.3, 0.6, 0.8, 0.93, 1],
  coarse: [0, 0.5, 0.92, 1],
};

interface Ring {
  readonly z: number;
  readonly back: number;
  readonly front: number;
  readonly half: number;
  readonly roundness: number;
}

function ring(part: number): Ring {
  const ease = part ** 1.12;
  const crown = Math.sqrt(Math.max(0, 1 - part));
  return {
    z: BELT_M + (ROOF_M - 0.045 - BELT_M) * part,
    back: -0.82 + 1.02 * ease ** 0.92,
    front: 2.5 - 1.14 * ease,
    half: 0.845 - 0.2 * part ** 1.25 - 0.012 * (1 - crown),
    roundness: 4.6 - 1.1 * part,
  };
}

function corner({ z, back, front, half, roundness }: Ring, angle: number): [number, number, number] {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const power = 2 / roundness;
  const x = (front + back) / 2 + ((front - back) / 2) * Math.sign(cos) * Math.abs(cos) ** power;
  return [x, half * Math.sign(sin) * Math.abs(sin) ** power, z];
}

export interface Greenhouse {
  readonly glass: BufferGeometry;
  /** Roof and the pillars at the corners, in the colour of the body. */
  readonly painted: BufferGeometry;
}

export function greenhouse(detail: Detail): Greenhouse {
  const levels = LEVELS[detail];
  const sides = RING[detail];
  const glass = new Shell(sides);
  const painted = new Shell(sides);
  for (let i = 0; i + 1 < levels.length; i++) {
    for (let k = 0; k < sides; k++) {
      const angle = ((k + 0.5) / sides) * 2 * Math.PI;
      const isRim = levels[i]! > 0.9;
      (isRim || isPillar(angle) ? painted : glass).quad(levels[i]!, levels[i + 1]!, k);
    }
  }
  painted.roof();
  return { glass: glass.finish(), painted: painted.finish() };
}

/** By direction from the middle of the cabin: the pillars beside windscreen and rear window. */
function isPillar(angle: number): boolean {
  const fromAhead = Math.abs(angle > Math.PI ? angle - 2 * Math.PI : angle);
  const inBand = (degrees: number, width: number): boolean =>
    Math.abs((fromAhead * 180) / Math.PI - degrees) < width / 2;
  return inBand(41, 7) || inBand(140, 13);
}

class Shell {
  readonly #sides: number;
  readonly #positions: number[] = [];
  readonly #normals: number[] = [];
  readonly #index: number[] = [];

  constructor(sides: number) {
    this.#sides = sides;
  }

  quad(low: number, high: number, k: number): void {
    const base = this.#positions.length / 3;
    for (const [level, side] of [
      [low, k],
      [low, k + 1],
      [high, k],
      [high, k + 1],
    ] as const) {
      const angle = (side / this.#sides) * 2 * Math.PI;
      this.#positions.push(...corner(ring(level), angle));
      this.#normals.push(...normalAt(level, angle));
    }
    this.#index.push(base, base + 1, base + 2, base + 1, base + 3, base + 2);
  }

  /** A shallow dome over the last ring. */
  roof(): void {
    const last = ring(1);
    const rows = this.#sides > 40 ? 4 : 2;
    const base = this.#positions.length / 3;
    for (let i = 0; i <= rows; i++) {
      const inward = 1 - i / rows;
      for (let k = 0; k <= this.#sides; k++) {
        const [x, y] = corner(last, (k / this.#sides) * 2 * Math.PI);
        const middle = (last.front + last.back) / 2;
        const z = last.z + 0.045 * (1 - inward ** 2.4);
        this.#positions.push(middle + (x - middle) * inward, y * inward, z);
        const slope = 0.1 * inward ** 1.4;
        const length = Math.hypot(((x - middle) / 0.6) * slope, (y / 0.6) * slope, 1);
        this.#normals.push((((x - middle) / 0.6) * slope) / length, ((y / 0.6) * slope) / length, 1 / length);
      }
    }
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < this.#sides; k++) {
        const a = base + i * (this.#sides + 1) + k;
        this.#index.push(a, a + 1, a + this.#sides + 1, a + 1, a + this.#sides + 2, a + this.#sides + 1);
      }
    }
  }

  finish(): BufferGeometry {
    return geometry(this.#positions, this.#normals, this.#index);
  }
}

function normalAt(level: number, angle: number): [number, number, number] {
  const d = 1e-3;
  const a = corner(ring(level), angle - d);
  const b = corner(ring(level), angle + d);
  const low = corner(ring(Math.max(0, level - d)), angle);
  const high = corner(ring(Math.min(1, level + d)), angle);
  const around = [b[0] - a[0], b[1] - a[1], b[2] - a[2]] as const;
  const up = [high[0] - low[0], high[1] - low[1], high[2] - low[2]] as const;
  const n = [
    around[1] * up[2] - around[2] * up[1],
    around[2] * up[0] - around[0] * up[2],
    around[0] * up[1] - around[1] * up[0],
  ] as const;
  const length = Math.hypot(...n) || 1;
  return [n[0] / length, n[1] / length, n[2] / length];
}
