import { Color, Mesh, type PerspectiveCamera, PlaneGeometry, ShaderMaterial } from "three";
import { setColour } from "./flat-colour.ts";
import type { SceneTheme } from "./theme.ts";

/** The far edge of the ground lies a little below the horizon. */
const OVERLAP = 0.04;

/**
 * The sky from the horizon's colour to its own: a sheet over that part of the screen that lies above the horizon (the
 * camera never rolls, so it is a straight line), coloured at its corners. Seen from above there is none.
 */
export class Sky {
  readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>;

  constructor(theme: SceneTheme) {
    const material = new ShaderMaterial({
      depthWrite: false,
      depthTest: false,
      uniforms: {
        sky: { value: new Color() },
        horizon: { value: new Color() },
        low: { value: 0 },
        forwardZ: { value: 0 },
        upZ: { value: 1 },
        tangents: { value: { x: 1, y: 1 } },
      },
      vertexShader: `
        uniform vec3 sky; uniform vec3 horizon; uniform float low; uniform float forwardZ; uniform float upZ; uniform vec2 tangents;
        varying vec3 shade;
        void main() {
          vec2 at = vec2( position.x, mix( low, 1.0, position.y + 0.5 ) );
          vec2 d = at * tangents;
          float height = ( forwardZ + d.y * upZ ) * inversesqrt( 1.0 + dot( d, d ) );
          shade = mix( horizon, sky, smoothstep( 0.0, 0.42, height ) );
          gl_Position = vec4( at, 1.0, 1.0 );
        }`,
      fragmentShader: "varying vec3 shade; void main() { gl_FragColor = vec4( shade, 1.0 ); }",
    });
    this.mesh = new Mesh(new PlaneGeometry(2, 1, 6, 8), material);
    this.mesh.renderOrder = -20;
    this.mesh.frustumCulled = false;
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    setColour(this.mesh.material.uniforms["sky"]!.value, theme.sky);
    setColour(this.mesh.material.uniforms["horizon"]!.value, theme.horizon);
  }

  /** Call once the camera is where it shall be. */
  follow(camera: PerspectiveCamera): void {
    camera.updateMatrixWorld();
    const matrix = camera.matrixWorld.elements;
    const [upZ, forwardZ] = [matrix[6]!, -matrix[10]!];
    const tangent = Math.tan((camera.fov / 2) * (Math.PI / 180));
    const { uniforms } = this.mesh.material;
    const low = upZ < 1e-3 ? 1 : -forwardZ / upZ / tangent - OVERLAP;
    this.mesh.visible = low < 1;
    uniforms["low"]!.value = Math.max(-1, low);
    uniforms["forwardZ"]!.value = forwardZ;
    uniforms["upZ"]!.value = upZ;
    uniforms["tangents"]!.value = { x: tangent * camera.aspect, y: tangent };
  }
}
