import { DoubleSide, Mesh, PlaneGeometry, type ShaderMaterial } from "three";
import { flatColour, setColour } from "./flat-colour.ts";
import type { SceneTheme } from "./theme.ts";

/** Where the car is in nineteen of twenty cases: 2.45 standard deviations in two dimensions (χ² with two degrees). */
export const CERTAIN_95 = 2.4477;

export interface SpreadOnMap {
  readonly major_m: number;
  readonly minor_m: number;
  readonly heading: number;
}

/** The ellipse of localization's uncertainty around the car's reference point. */
export class Uncertainty {
  readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>;

  constructor(theme: SceneTheme) {
    const material = flatColour({
      side: DoubleSide,
      depthTest: false,
      vertexShader:
        "varying vec2 at; void main() { at = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 ); }",
      fragmentShader: `
        uniform vec3 colour; uniform float opacity; varying vec2 at;
        void main() {
          float r = length( at );
          float edge = fwidth( r );
          float rim = smoothstep( 1.0 - 3.5 * edge, 1.0 - 2.0 * edge, r );
          gl_FragColor = vec4( colour, opacity * ( 0.22 + 0.78 * rim ) * ( 1.0 - smoothstep( 1.0 - edge, 1.0, r ) ) );
        }`,
    });
    this.mesh = new Mesh(new PlaneGeometry(2, 2), material);
    this.mesh.renderOrder = 1;
    this.mesh.visible = false;
    this.restyle(theme);
  }

  restyle({ night }: SceneTheme): void {
    setColour(this.mesh.material.uniforms["colour"]!.value, night ? 0xcf8fc2 : 0x8d4a80);
    this.mesh.material.uniforms["opacity"]!.value = 0.75;
  }

  update(spread: SpreadOnMap | undefined, x: number, y: number): void {
    this.mesh.visible = spread !== undefined && spread.major_m > 0;
    if (spread === undefined) return;
    this.mesh.position.set(x, y, 0);
    this.mesh.rotation.z = spread.heading;
    this.mesh.scale.set(spread.major_m * CERTAIN_95, Math.max(0.01, spread.minor_m) * CERTAIN_95, 1);
  }
}
