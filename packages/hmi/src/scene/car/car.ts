import {
  AdditiveBlending,
  type BufferGeometry,
  Color,
  CylinderGeometry,
  DoubleSide,
  Group,
  type Material,
  Mesh,
  MeshPhongMaterial,
  PlaneGeometry,
  ShaderMaterial,
  SphereGeometry,
} from "three";
import { turn } from "../../motion/pose-track.ts";
import type { SceneTheme } from "../theme.ts";
import { bodyGeometry, bodyPatch, floorGeometry, merge } from "./body.ts";
import { FRONT_M, LENGTH_M, REAR_M, WHEEL_RADIUS_M, WHEELBASE_M, WIDTH_M } from "./body-surface.ts";
import { greenhouse } from "./greenhouse.ts";
import { Lamps } from "./lamps.ts";
import { studioReflections } from "./reflections.ts";
import { makeWheel, type Wheel } from "./wheel.ts";

/** Road-wheel angle at full lock: 470° of steering wheel through a ratio of 16 (Lincoln MKZ). */
const FULL_LOCK_RAD = (470 / 16) * (Math.PI / 180);
const TRACK_M = 1.6;
const BLINK_S = 0.72;

export interface CarState {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly steeringPercent: number;
  readonly braking: boolean;
  readonly reversing: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

/** The own car, made from formulas; no model file. Rear axle at the group's origin, nose along +x. */
export class Car {
  readonly group = new Group();
  readonly #wheels: readonly Wheel[];
  readonly #front: readonly Wheel[];
  readonly #paint: MeshPhongMaterial;
  readonly #glossy: readonly MeshPhongMaterial[];
  readonly #lamps = new Lamps();
  readonly #beams: ShaderMaterial;
  readonly #beamMesh: Mesh;
  readonly #brakeGlow: ShaderMaterial;
  readonly #brakeGlowMesh: Mesh;
  readonly #shadow: ShaderMaterial;
  #last: { x: number; y: number; heading: number } | undefined;
  #brakeLevel = 0;
  #signature = "";

  constructor(theme: SceneTheme) {
    this.#paint = glossy(0xffffff, 0.1, 1);
    const glass = glossy(0x05080c, 0.12, 1);
    const metal = glossy(0xb9c3cc, 0.3, 0.6);
    const dark = glossy(0x07090b, 0.01, 0.25);
    const wheel = new MeshPhongMaterial({ vertexColors: true, shininess: 50, specular: 0x555b60, side: DoubleSide });
    this.#glossy = [this.#paint, glass, metal, dark];

    const cabin = greenhouse();
    this.#add(merge([bodyGeometry(), cabin.painted, ...mirrors()]), this.#paint);
    this.#add(cabin.glass, glass);
    this.#add(merge([floorGeometry(), trim(), sensor()]), dark);
    this.#add(chrome(), metal);
    this.group.add(this.#lamps.mesh);

    this.#wheels = [
      this.#wheel(WHEELBASE_M, 1, wheel),
      this.#wheel(WHEELBASE_M, -1, wheel),
      this.#wheel(0, 1, wheel),
      this.#wheel(0, -1, wheel),
    ];
    this.#front = this.#wheels.slice(0, 2);

    this.#shadow = softBox(LENGTH_M, WIDTH_M, 0.55);
    this.#flat(this.#shadow, LENGTH_M + 2.4, WIDTH_M + 2.4, (FRONT_M + REAR_M) / 2, 2);
    this.#beams = beams();
    this.#beamMesh = this.#flat(this.#beams, 26, 12, FRONT_M + 12.5, 5);
    this.#brakeGlow = glow();
    this.#brakeGlowMesh = this.#flat(this.#brakeGlow, 5, 4.4, REAR_M - 0.9, 5);
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    this.#paint.color.set(theme.car);
    this.#paint.envMap?.dispose();
    const reflections = studioReflections(theme.reflectedHorizon, theme.reflectedSky);
    for (const material of this.#glossy) material.envMap = reflections;
    this.#shadow.uniforms["strength"]!.value = theme.shadow;
    this.#beamMesh.visible = theme.night;
    this.#lamps.of("head").set(theme.night ? 0xf2f8ff : 0xd7e2ea);
    this.#brakeGlowMesh.visible = theme.night;
  }

  /** Moves the car to a local position. `wallS` drives what blinks and fades. */
  update(state: CarState, wallS: number, elapsedS: number): void {
    this.group.position.set(state.x, state.y, 0);
    this.group.rotation.z = state.heading;
    this.#roll(state);
    for (const wheel of this.#front) wheel.group.rotation.z = (state.steeringPercent / 100) * FULL_LOCK_RAD;

    this.#brakeLevel += ((state.braking ? 1 : 0) - this.#brakeLevel) * (1 - Math.exp(-elapsedS / 0.05));
    const on = wallS % BLINK_S < BLINK_S / 2;
    this.#lamps.of("brake").setRGB(0.1 + 0.9 * this.#brakeLevel, 0.004 + 0.045 * this.#brakeLevel, 0.01);
    this.#lamps.of("tail").setRGB(0.24 + 0.4 * this.#brakeLevel, 0.008, 0.014);
    this.#brakeGlow.uniforms["level"]!.value = this.#brakeLevel;
    this.#lamps.of("left").copy(state.left && on ? AMBER_ON : AMBER_OFF);
    this.#lamps.of("right").copy(state.right && on ? AMBER_ON : AMBER_OFF);
    this.#lamps.of("reverse").setScalar(state.reversing ? 0.95 : 0.16);
    const blinking = `${state.left && on} ${state.right && on} ${state.reversing}`;
    this.#signature = `${state.steeringPercent.toFixed(1)} ${this.#brakeLevel.toFixed(3)} ${blinking}`;
  }

  /** Changes when the car looks different in its own frame. */
  get signature(): string {
    return this.#signature;
  }

  #roll(state: CarState): void {
    const last = this.#last;
    this.#last = { x: state.x, y: state.y, heading: state.heading };
    if (last === undefined) return;
    const heading = last.heading + turn(last.heading, state.heading) / 2;
    const ahead = (state.x - last.x) * Math.cos(heading) + (state.y - last.y) * Math.sin(heading);
    if (Math.abs(ahead) > 10) return; // a new place or a new origin, not a movement
    for (const wheel of this.#wheels) {
      wheel.spin.rotation.y = (wheel.spin.rotation.y + ahead / WHEEL_RADIUS_M) % (2 * Math.PI);
    }
  }

  #wheel(x: number, side: 1 | -1, material: Material): Wheel {
    const wheel = makeWheel(side, material);
    wheel.group.position.set(x, (side * TRACK_M) / 2, WHEEL_RADIUS_M);
    this.group.add(wheel.group);
    return wheel;
  }

  #add(geometry: BufferGeometry, material: Material): Mesh {
    const mesh = new Mesh(geometry, material);
    this.group.add(mesh);
    return mesh;
  }

  /** Something painted on the ground under or around the car. */
  #flat(material: ShaderMaterial, length: number, width: number, x: number, order: number): Mesh {
    const mesh = new Mesh(new PlaneGeometry(length, width), material);
    mesh.position.set(x, 0, 0.01);
    mesh.renderOrder = order;
    this.group.add(mesh);
    return mesh;
  }
}

/** Paint and glass: mirrors little from the front and much at a glancing angle (Schlick), as lacquer does. */
function glossy(color: number, mirror: number, grazing: number): MeshPhongMaterial {
  const material = new MeshPhongMaterial({ color, shininess: 90, specular: 0x30363c, side: DoubleSide });
  // Uniforms, not constants: all glossy materials are then one program, compiled once.
  material.onBeforeCompile = (shader) => {
    shader.uniforms["mirror"] = { value: mirror };
    shader.uniforms["grazing"] = { value: grazing };
    shader.fragmentShader = `uniform float mirror;\nuniform float grazing;\n${shader.fragmentShader.replace(
      "#include <envmap_fragment>",
      `
      vec3 toEye = normalize( cameraPosition - vWorldPosition );
      vec3 worldNormal = inverseTransformDirection( normal, viewMatrix );
      float facing = clamp( dot( toEye, worldNormal ), 0.0, 1.0 );
      float fresnel = mirror + ( grazing - mirror ) * pow( 1.0 - facing, 4.0 );
      vec3 mirrored = textureCube( envMap, reflect( -toEye, worldNormal ) ).rgb;
      outgoingLight = outgoingLight * ( 1.0 - 0.6 * fresnel ) + mirrored * fresnel;
      `,
    )}`;
  };
  return material;
}

const AMBER_ON = new Color(1, 0.5, 0.02);
const AMBER_OFF = new Color(0.16, 0.07, 0.02);
function mirrors(): BufferGeometry[] {
  return [1, -1].map((side) =>
    new SphereGeometry(0.5, 10, 7).scale(0.19, 0.28, 0.15).translate(1.95, side * 0.92, 0.985),
  );
}

/** Grille, intake, diffuser, sills, pillars between the doors and door lines. */
function trim(): BufferGeometry {
  const lines = [-0.28, 0.72, 1.86].map((x) => bodyPatch([x, x + 0.016], [-0.8, 0], 0.007));
  return merge([
    facing(FRONT_M + 0.006, 0.82, 0.12, 0.475),
    facing(FRONT_M + 0.006, 0.94, 0.07, 0.345),
    facing(REAR_M - 0.006, 1.16, 0.13, 0.44),
    bodyPatch([0.42, 2.43], [-1, -0.84], 0.009),
    ...lines,
  ]);
}

/** An upright rectangle across the car, seen from ahead or behind. */
function facing(x: number, width: number, height: number, z: number): BufferGeometry {
  return new PlaneGeometry(width, height)
    .rotateX(Math.PI / 2)
    .rotateZ(Math.PI / 2)
    .translate(x, 0, z);
}

function chrome(): BufferGeometry {
  const handles = [0.5, 1.62].map((x) => bodyPatch([x - 0.2, x], [0.26, 0.3], 0.016));
  return merge([facing(REAR_M - 0.008, 0.46, 0.11, 0.66), facing(FRONT_M + 0.008, 0.82, 0.014, 0.475), ...handles]);
}

/** A lidar on the roof: this car drives itself. */
function sensor(): BufferGeometry {
  return merge([
    new CylinderGeometry(0.15, 0.17, 0.05, 16).rotateX(Math.PI / 2).translate(0.85, 0, 1.49),
    new CylinderGeometry(0.115, 0.115, 0.16, 16).rotateX(Math.PI / 2).translate(0.85, 0, 1.58),
  ]);
}

const LOCAL =
  "varying vec2 at; void main() { at = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 ); }";

function softBox(length: number, width: number, softness: number): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    uniforms: { strength: { value: 0.6 } },
    vertexShader: LOCAL,
    fragmentShader: `
      uniform float strength; varying vec2 at;
      void main() {
        vec2 d = abs( at ) - vec2( ${(length / 2 - 0.45).toFixed(3)}, ${(width / 2 - 0.4).toFixed(3)} );
        float outside = length( max( d, 0.0 ) ) + min( max( d.x, d.y ), 0.0 );
        float dark = 1.0 - smoothstep( -0.3, ${(softness + 0.75).toFixed(3)}, outside );
        gl_FragColor = vec4( 0.0, 0.0, 0.0, strength * dark * dark );
      }`,
  });
}

function beams(): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
    vertexShader: LOCAL,
    fragmentShader: `
      varying vec2 at;
      float cone( vec2 p ) {
        float along = p.x;
        float spread = abs( p.y ) / ( 0.5 + 0.16 * along );
        return exp( -spread * spread * 1.6 ) * smoothstep( 0.0, 3.0, along ) * exp( -along * 0.14 );
      }
      void main() {
        vec2 p = vec2( at.x + 12.8, at.y );
        float light = cone( p - vec2( 0.0, 0.62 ) ) + cone( p + vec2( 0.0, -0.62 + 1.24 ) );
        float edge = smoothstep( 13.0, 9.0, at.x ) * smoothstep( 6.0, 4.0, abs( at.y ) );
        gl_FragColor = vec4( vec3( 0.78, 0.88, 1.0 ) * light * edge * 0.22, 1.0 );
      }`,
  });
}

function glow(): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
    uniforms: { level: { value: 0 } },
    vertexShader: LOCAL,
    fragmentShader: `
      uniform float level; varying vec2 at;
      void main() {
        vec2 d = at / vec2( 2.3, 2.0 );
        float light = max( 0.0, 1.0 - dot( d, d ) );
        gl_FragColor = vec4( vec3( 1.0, 0.1, 0.06 ) * light * light * light * level * 0.2, 1.0 );
      }`,
  });
}
