import { Color, Mesh, RingGeometry, ShaderMaterial, Vector2 } from "three";
import { setColour } from "./flat-colour.ts";
import type { SceneTheme } from "./theme.ts";

/**
 * The ground with a grid of 5 m and 50 m, fading into the horizon. Drawn first and without depth: everything that lies
 * on the ground is painted over it in order, so that nothing can flicker for being equally far away.
 */
const RADIUS_M = 900;
const AROUND = 20;
/** Rings of vertices, which carry the shade: closer together where it changes. */
const RINGS_M = [7, 14, 23, 36, 56, 90, 150, 250, 420, RADIUS_M];

export class Ground {
  readonly mesh: Mesh<RingGeometry, ShaderMaterial>;

  constructor(theme: SceneTheme) {
    const material = new ShaderMaterial({
      depthWrite: false,
      depthTest: false,
      uniforms: {
        ground: { value: new Color() },
        horizon: { value: new Color() },
        grid: { value: new Color() },
        strength: { value: 0.4 },
        offset: { value: new Vector2() },
        fade: { value: 1e-4 },
        lift: { value: 0 },
      },
      vertexShader: `
        uniform vec2 offset; uniform vec3 ground; uniform vec3 horizon; uniform float strength; uniform float fade; uniform float lift;
        varying vec2 cell; varying vec3 shade; varying float ink;
        void main() {
          cell = ( position.xy + offset ) * 0.2;
          float far2 = dot( position.xy, position.xy );
          float haze = clamp( far2 * 6.0e-6 - 0.01, 0.0, 1.0 );
          shade = mix( ground * ( 1.0 + lift / ( 1.0 + far2 * 0.003 ) ), horizon, haze );
          ink = strength * ( 1.0 - haze ) / ( 1.0 + far2 * fade );
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: `
        uniform vec3 grid; varying vec2 cell; varying vec3 shade; varying float ink;
        void main() {
          vec2 w = fwidth( cell );
          vec2 perCell = 1.0 / w;
          vec2 fine = abs( fract( cell - 0.5 ) - 0.5 ) * perCell;
          vec2 bold = abs( fract( cell * 0.1 - 0.5 ) - 0.5 ) * perCell * 10.0;
          float widest = max( w.x, w.y );
          float line = max(
            clamp( 1.0 - min( fine.x, fine.y ), 0.0, 1.0 ) * clamp( 0.5 - widest, 0.0, 0.38 ),
            clamp( 1.4 - min( bold.x, bold.y ), 0.0, 1.0 ) * clamp( 1.2 - 0.24 * widest, 0.0, 0.9 ) );
          gl_FragColor = vec4( mix( shade, grid, line * ink ), 1.0 );
        }`,
    });
    this.mesh = new Mesh(new RingGeometry(0, RADIUS_M, AROUND, RINGS_M.length), material);
    bendRings(this.mesh.geometry);
    this.mesh.renderOrder = -10;
    this.mesh.frustumCulled = false;
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    const { uniforms } = this.mesh.material;
    setColour(uniforms["ground"]!.value, theme.ground);
    setColour(uniforms["horizon"]!.value, theme.horizon);
    setColour(uniforms["grid"]!.value, theme.grid);
    uniforms["strength"]!.value = theme.gridStrength;
    uniforms["lift"]!.value = theme.night ? 0.28 : 0.03;
  }

  /** Keeps the disc under the car; the grid stays where it is on the map. */
  follow(x: number, y: number, viewDistanceM: number): void {
    this.mesh.position.set(x, y, 0);
    (this.mesh.material.uniforms["offset"]!.value as Vector2).set(x % 50, y % 50);
    this.mesh.material.uniforms["fade"]!.value = Math.max(110, viewDistanceM * 3) ** -2;
  }
}

/** RingGeometry spaces its rings evenly. */
function bendRings(geometry: RingGeometry): void {
  const position = geometry.getAttribute("position");
  for (let i = 0; i < position.count; i++) {
    const [x, y] = [position.getX(i), position.getY(i)];
    const ring = Math.round((Math.hypot(x, y) / RADIUS_M) * RINGS_M.length);
    const scale = ring === 0 ? 0 : RINGS_M[ring - 1]! / Math.hypot(x, y);
    position.setXY(i, x * scale, y * scale);
  }
}
