import { CubeTexture, DataTexture, LinearFilter, RGBAFormat } from "three";

/**
 * What the paint and the glass mirror: a dark hall with a long light overhead and a bright horizon. Computed, since the
 * page loads no pictures. Bytes of sRGB; faces in the order of WebGL: +x −x +y −y +z −z, here with z up.
 */
const SIZE = 64;

export function studioReflections(horizon: [number, number, number], sky: [number, number, number]): CubeTexture {
  const faces = Array.from({ length: 6 }, (_, face) => {
    const data = new Uint8Array(SIZE * SIZE * 4);
    for (let row = 0; row < SIZE; row++) {
      for (let column = 0; column < SIZE; column++) {
        const direction = directionOf(face, (2 * (column + 0.5)) / SIZE - 1, (2 * (row + 0.5)) / SIZE - 1);
        data.set([...light(direction, horizon, sky), 255], (row * SIZE + column) * 4);
      }
    }
    const texture = new DataTexture(data, SIZE, SIZE, RGBAFormat);
    texture.needsUpdate = true;
    return texture;
  });
  const cube = new CubeTexture(faces as unknown as HTMLImageElement[]);
  cube.generateMipmaps = false;
  cube.minFilter = LinearFilter;
  cube.magFilter = LinearFilter;
  cube.needsUpdate = true;
  return cube;
}

function directionOf(face: number, s: number, t: number): [number, number, number] {
  const d: [number, number, number] = (
    [
      [1, -t, -s],
      [-1, -t, s],
      [s, 1, t],
      [s, -1, -t],
      [s, -t, 1],
      [-s, -t, -1],
    ] as [number, number, number][]
  )[face]!;
  const length = Math.hypot(...d);
  return [d[0] / length, d[1] / length, d[2] / length];
}

function light(
  [x, y, z]: [number, number, number],
  horizon: [number, number, number],
  sky: [number, number, number],
): [number, number, number] {
  const up = Math.max(0, z);
  const glow = Math.exp(-((z - 0.06) ** 2) / 0.02);
  const panel = smoothstep(0.62, 0.7, z) * smoothstep(0.5, 0.38, Math.abs(y)) * 0.75; // overhead, along the car
  const strip = Math.exp(-((z - 0.42) ** 2) / 0.004) * smoothstep(0.2, 0.5, Math.abs(y)) * 0.55;
  const ground = z < 0 ? 0.35 * Math.exp(z * 6) : 0;
  const warm = 0.5 + 0.5 * x;
  return [0, 1, 2].map((c) => {
    const base = sky[c]! * (0.35 + 0.65 * up) * (z >= 0 ? 1 : 0.25);
    const value = base + horizon[c]! * (glow * (0.6 + 0.2 * warm) + ground) + (panel + strip) * 235;
    return Math.max(0, Math.min(255, Math.round(value)));
  }) as [number, number, number];
}

function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
