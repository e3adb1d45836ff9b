import { Color, type CubeTexture, Matrix4, ShaderMaterial, Vector2, Vector3 } from "three";
import { KINDS, type Kind, PARTS, type Part } from "./kinds.ts";

/** How much a surface mirrors when seen from the front and at a glancing angle (Schlick), as lacquer and glass do. */
const SHINE: Readonly<Partial<Record<Kind, readonly [number, number]>>> = {
  paint: [0.1, 1],
  glass: [0.12, 1],
  metal: [0.3, 0.6],
  dark: [0.01, 0.25],
  rubber: [0.01, 0.12],
  spoke: [0.14, 0.5],
};

/** Reflected light, linear. */
const TINT: Readonly<Partial<Record<Kind, readonly [number, number, number]>>> = {
  glass: [0.0015, 0.0024, 0.0037],
  metal: [0.485, 0.545, 0.604],
  dark: [0.002, 0.003, 0.003],
  rubber: [0.012, 0.013, 0.015],
  shade: [0.006, 0.007, 0.008],
  spoke: [0.5, 0.54, 0.58],
};

/**
 * One program for the whole car, so that it is one draw call. Light is computed at the vertices, which lie close together;
 * a pixel costs one look into the reflected surroundings. A processor that plays graphics card draws it in a third of the
 * time of a Phong material. Reflections belong to the car's frame, the sun to the world's.
 */
export class CarPaint {
  readonly material: ShaderMaterial;
  readonly #tints: readonly Color[] = KINDS.map((kind) => new Color().setRGB(...(TINT[kind] ?? [0, 0, 0])));
  readonly #glows: readonly Color[] = KINDS.map(() => new Color(0, 0, 0));
  readonly #parts: readonly Matrix4[] = PARTS.map(() => new Matrix4());

  constructor() {
    this.material = new ShaderMaterial({
      uniforms: {
        tints: { value: this.#tints },
        glows: { value: this.#glows },
        shines: { value: KINDS.map((kind) => new Vector2(...(SHINE[kind] ?? [0, 0]))) },
        parts: { value: this.#parts },
        surroundings: { value: null },
        sun: { value: new Vector3(-0.347, 0.52, 0.78) },
        sunlight: { value: 0 },
        fill: { value: new Vector3(0.559, -0.783, 0.28) },
        filling: { value: 0 },
        ambient: { value: 0 },
      },
      vertexShader: `
        attribute vec2 made;
        uniform vec3 tints[ ${KINDS.length} ]; uniform vec3 glows[ ${KINDS.length} ]; uniform vec2 shines[ ${KINDS.length} ];
        uniform mat4 parts[ ${PARTS.length} ];
        uniform vec3 sun; uniform float sunlight; uniform vec3 fill; uniform float filling; uniform float ambient;
        varying vec3 shade; varying vec3 mirror; varying float shine;
        void main() {
          int kind = int( made.x + 0.5 ); mat4 part = parts[ int( made.y + 0.5 ) ];
          vec4 inCar = part * vec4( position, 1.0 );
          vec3 normalInCar = mat3( part ) * normal;
          vec3 toEye = normalize( ( vec4( cameraPosition - modelMatrix[ 3 ].xyz, 0.0 ) * modelMatrix ).xyz - inCar.xyz );
          vec3 n = mat3( modelMatrix ) * normalInCar;
          float facing = 1.0 - clamp( dot( toEye, normalInCar ), 0.0, 1.0 );
          facing *= facing; facing *= facing;
          shine = mix( shines[ kind ].x, shines[ kind ].y, facing );
          vec3 sky = mix( vec3( 0.01, 0.014, 0.019 ), vec3( 0.738, 0.823, 0.888 ), 0.5 + 0.5 * n.z ) * ambient;
          vec3 light = sky + sunlight * max( dot( n, sun ), 0.0 ) + vec3( 0.428, 0.597, 0.791 ) * filling * max( dot( n, fill ), 0.0 );
          shade = tints[ kind ] * light * ( 1.0 - 0.6 * shine ) + glows[ kind ];
          mirror = reflect( -toEye, normalInCar );
          gl_Position = projectionMatrix * modelViewMatrix * inCar;
        }`,
      fragmentShader: `
        uniform samplerCube surroundings; varying vec3 shade; varying vec3 mirror; varying float shine;
        void main() {
          vec3 mirrored = textureLod( surroundings, mirror, 0.0 ).rgb;
          // Squares and roots stand for sRGB's curves: near enough, and a tenth of their cost.
          gl_FragColor = vec4( sqrt( shade + mirrored * mirrored * shine ), 1.0 );
        }`,
    });
  }

  tint(kind: Kind): Color {
    return this.#tints[KINDS.indexOf(kind)]!;
  }

  /** Light that the surface gives by itself, linear. */
  glow(kind: Kind): Color {
    return this.#glows[KINDS.indexOf(kind)]!;
  }

  /** Where a part is in the car's frame. */
  part(part: Part): Matrix4 {
    return this.#parts[PARTS.indexOf(part)]!;
  }

  /** Strengths of lights as three.js counts them: a white surface facing a light of strength π is white. */
  light(ambient: number, sun: number, fill: number, surroundings: CubeTexture): void {
    const { uniforms } = this.material;
    uniforms["ambient"]!.value = ambient / Math.PI;
    uniforms["sunlight"]!.value = sun / Math.PI;
    uniforms["filling"]!.value = fill / Math.PI;
    (uniforms["surroundings"]!.value as CubeTexture | null)?.dispose();
    uniforms["surroundings"]!.value = surroundings;
  }
}
