import { BufferAttribute, type BufferGeometry, Color, DoubleSide, Mesh, PlaneGeometry, ShaderMaterial } from "three";
import { bodyPatch, merge } from "./body.ts";
import { REAR_M } from "./body-surface.ts";

/** All lamps in one mesh: each vertex knows which lamp it belongs to, and lamps are a table of colours. */
const LAMPS = ["head", "tail", "brake", "left", "right", "reverse"] as const;
export type Lamp = (typeof LAMPS)[number];

export class Lamps {
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #colours: readonly Color[] = LAMPS.map(() => new Color());

  constructor() {
    const parts: Readonly<Record<Lamp, BufferGeometry>> = {
      head: bodyPatch([3.5, 3.83], [0.1, 0.4], 0.008),
      tail: merge([
        bodyPatch([REAR_M + 0.015, -0.86], [0.2, 0.5], 0.008),
        new PlaneGeometry(1.24, 0.03)
          .rotateX(Math.PI / 2)
          .rotateZ(Math.PI / 2)
          .translate(REAR_M - 0.006, 0, 0.79),
      ]),
      brake: merge([
        bodyPatch([REAR_M + 0.004, -0.97], [0.2, 0.5], 0.014),
        new PlaneGeometry(0.03, 0.52).translate(-0.62, 0, 1.05),
      ]),
      left: blinker(1),
      right: blinker(-1),
      reverse: bodyPatch([REAR_M + 0.002, -1.0], [0.02, 0.12], 0.012),
    };
    const owners = LAMPS.flatMap((lamp, i) =>
      Array.from({ length: parts[lamp].getAttribute("position").count }, () => i),
    );
    const geometry = merge(LAMPS.map((lamp) => parts[lamp]));
    geometry.setAttribute("lamp", new BufferAttribute(new Float32Array(owners), 1));
    const material = new ShaderMaterial({
      side: DoubleSide,
      uniforms: { colours: { value: this.#colours } },
      vertexShader: `
        attribute float lamp; uniform vec3 colours[ ${LAMPS.length} ]; varying vec3 shine;
        void main() {
          shine = colours[ int( lamp + 0.5 ) ];
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: `
        varying vec3 shine;
        void main() {
          gl_FragColor = vec4( shine, 1.0 );
          #include <colorspace_fragment>
        }`,
    });
    this.mesh = new Mesh(geometry, material);
  }

  of(lamp: Lamp): Color {
    return this.#colours[LAMPS.indexOf(lamp)]!;
  }
}

/** Amber in the front corner and in the tail lamp of one side. */
function blinker(side: 1 | -1): BufferGeometry {
  return merge([
    bodyPatch([3.46, 3.62], [0.02, 0.1], 0.009, [side]),
    bodyPatch([-0.9, -0.76], [0.18, 0.4], 0.012, [side]),
  ]);
}
