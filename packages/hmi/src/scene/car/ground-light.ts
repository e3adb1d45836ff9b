import {
  BufferAttribute,
  BufferGeometry,
  CustomBlending,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  ShaderMaterial,
} from "three";
import { FRONT_M, LENGTH_M, REAR_M, WIDTH_M } from "./body-surface.ts";
import { type CarShape, MKZ } from "./shape.ts";

/** What the car does to the ground: its shadow, the light of its headlights, the red of its brakes. */
type Effect = (x: number, y: number) => { readonly shadow?: number; readonly beam?: number; readonly brake?: number };

/**
 * Light on the ground around the car as one mesh whose vertices carry the strengths, computed once: a pixel costs nothing but
 * the blending. With premultiplied alpha the same blending darkens and lights up.
 */
export class GroundLight {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      transparent: true,
      depthWrite: false,
      blending: CustomBlending,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
      uniforms: { shadow: { value: 0.6 }, beam: { value: 0 }, brake: { value: 0 } },
      vertexShader: `
        attribute vec3 effect; uniform float shadow; uniform float beam; uniform float brake; varying vec4 light;
        void main() {
          light = vec4( vec3( 0.78, 0.88, 1.0 ) * effect.y * beam + vec3( 1.0, 0.1, 0.06 ) * effect.z * brake, effect.x * shadow );
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: "varying vec4 light; void main() { gl_FragColor = light; }",
    });
    const middle = (FRONT_M + REAR_M) / 2;
    this.mesh = new Mesh(
      grids([
        [middle - LENGTH_M / 2 - 0.9, middle + LENGTH_M / 2 + 0.9, WIDTH_M / 2 + 0.9, 10, 8, shadowAt],
        [FRONT_M - 0.3, FRONT_M + 19, 4.2, 12, 10, beamAt],
        [REAR_M - 3.2, REAR_M + 0.6, 2, 6, 6, brakeAt],
      ]),
      material,
    );
    this.mesh.position.z = 0.01;
    this.mesh.renderOrder = 2;
  }

  /** Stretched to the car's measures; its light reaches as much farther as the car is longer. */
  fit({ frontM, backM, widthM }: CarShape): void {
    const along = (frontM + backM) / LENGTH_M;
    this.mesh.scale.set(along, widthM / MKZ.widthM, 1);
    this.mesh.position.x = frontM - along * FRONT_M;
  }

  set(shadow: number, beam: number, brake: number): void {
    const { uniforms } = this.mesh.material;
    uniforms["shadow"]!.value = shadow;
    uniforms["beam"]!.value = beam;
    uniforms["brake"]!.value = brake;
  }
}

function shadowAt(x: number, y: number): { shadow: number } {
  const dx = Math.abs(x - (FRONT_M + REAR_M) / 2) - (LENGTH_M / 2 - 0.45);
  const dy = Math.abs(y) - (WIDTH_M / 2 - 0.4);
  const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
  return { shadow: (1 - smoothstep(-0.3, 1.3, outside)) ** 2 };
}

function beamAt(x: number, y: number): { beam: number } {
  const along = x - (FRONT_M - 0.3);
  const cone = (across: number): number => {
    const spread = Math.abs(across) / (0.5 + 0.16 * Math.max(0, along));
    return Math.exp(-spread * spread * 1.6) * smoothstep(0, 3, along) * Math.exp(-along * 0.14);
  };
  const edge = smoothstep(19, 14, along) * smoothstep(4.2, 3, Math.abs(y));
  return { beam: (cone(y - 0.62) + cone(y + 0.62)) * edge * 0.22 };
}

function brakeAt(x: number, y: number): { brake: number } {
  const light = Math.max(0, 1 - ((x - (REAR_M - 0.9)) / 2.3) ** 2 - (y / 2) ** 2);
  return { brake: 0.2 * light ** 3 };
}

type Grid = readonly [fromX: number, toX: number, halfWidth: number, along: number, across: number, effect: Effect];

function grids(all: readonly Grid[]): BufferGeometry {
  const positions: number[] = [];
  const effects: number[] = [];
  const index: number[] = [];
  for (const [fromX, toX, half, along, across, effect] of all) {
    const base = positions.length / 3;
    for (let i = 0; i <= along; i++) {
      for (let k = 0; k <= across; k++) {
        const x = fromX + ((toX - fromX) * i) / along;
        const y = -half + (2 * half * k) / across;
        const { shadow = 0, beam = 0, brake = 0 } = effect(x, y);
        positions.push(x, y, 0);
        effects.push(shadow, beam, brake);
        if (i === along || k === across) continue;
        if (!touches(effect, x, y, (toX - fromX) / along, (2 * half) / across)) continue;
        const a = base + i * (across + 1) + k;
        index.push(a, a + across + 1, a + 1, a + 1, a + across + 1, a + across + 2);
      }
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(positions), 3));
  geometry.setAttribute("effect", new BufferAttribute(new Float32Array(effects), 3));
  geometry.setIndex(index);
  return geometry;
}

/** Whether a cell with this corner has anything to draw. */
function touches(effect: Effect, x: number, y: number, length: number, width: number): boolean {
  return [0, 1].some((i) =>
    [0, 1].some((k) => {
      const { shadow = 0, beam = 0, brake = 0 } = effect(x + i * length, y + k * width);
      return Math.max(shadow, beam, brake) > 0.003;
    }),
  );
}

function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
