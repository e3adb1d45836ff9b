import { CircleGeometry, Color, Mesh, ShaderMaterial, Vector2 } from "three";
import type { SceneTheme } from "./theme.ts";

/**
 * The ground with a grid of 5 m and 50 m, fading into the horizon. Drawn first and without depth: everything that lies
 * on the ground is painted over it in order, so that nothing can flicker for being equally far away.
 */
const RADIUS_M = 900;

export class Ground {
  readonly mesh: Mesh<CircleGeometry, ShaderMaterial>;

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
        fadeM: { value: 120 },
        lift: { value: 0 },
      },
      vertexShader: `
        uniform vec2 offset; varying vec2 at; varying vec2 fromCar;
        void main() {
          fromCar = position.xy; at = position.xy + offset;
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: `
        uniform vec3 ground; uniform vec3 horizon; uniform vec3 grid; uniform float strength; uniform float fadeM; uniform float lift;
        varying vec2 at; varying vec2 fromCar;
        float lines( vec2 p, vec2 w, float widthPx ) {
          vec2 d = abs( fract( p - 0.5 ) - 0.5 ) / w;
          float line = clamp( widthPx + 0.5 - min( d.x, d.y ), 0.0, 1.0 );
          return line * clamp( 1.3 - 2.6 * max( w.x, w.y ), 0.0, 1.0 );
        }
        void main() {
          float far2 = dot( fromCar, fromCar );
          vec2 w = fwidth( at ) * 0.2;
          float near = 1.0 / ( 1.0 + far2 / ( fadeM * fadeM ) );
          float line = max( lines( at * 0.2, w, 0.5 ) * 0.38, lines( at * 0.02, w * 0.1, 0.9 ) * 0.9 );
          vec3 lit = ground * ( 1.0 + lift / ( 1.0 + far2 * 0.003 ) );
          vec3 colour = mix( lit, grid, line * strength * near );
          gl_FragColor = vec4( mix( colour, horizon, clamp( far2 * 6.0e-6 - 0.01, 0.0, 1.0 ) ), 1.0 );
          #include <colorspace_fragment>
        }`,
    });
    this.mesh = new Mesh(new CircleGeometry(RADIUS_M, 48), material);
    this.mesh.renderOrder = -10;
    this.mesh.frustumCulled = false;
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    const { uniforms } = this.mesh.material;
    (uniforms["ground"]!.value as Color).set(theme.ground);
    (uniforms["horizon"]!.value as Color).set(theme.horizon);
    (uniforms["grid"]!.value as Color).set(theme.grid);
    uniforms["strength"]!.value = theme.gridStrength;
    uniforms["lift"]!.value = theme.night ? 0.55 : 0.06;
  }

  /** Keeps the disc under the car; the grid stays where it is on the map. */
  follow(x: number, y: number, viewDistanceM: number): void {
    this.mesh.position.set(x, y, 0);
    (this.mesh.material.uniforms["offset"]!.value as Vector2).set(x % 50, y % 50);
    this.mesh.material.uniforms["fadeM"]!.value = Math.max(110, viewDistanceM * 3);
  }
}
