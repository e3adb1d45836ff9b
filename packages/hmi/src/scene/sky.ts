import { BackSide, Color, Mesh, ShaderMaterial, SphereGeometry } from "three";
import type { SceneTheme } from "./theme.ts";

/** The upper half of a dome, from the horizon's colour to the sky's. It follows the camera. */
export class Sky {
  readonly mesh: Mesh<SphereGeometry, ShaderMaterial>;

  constructor(theme: SceneTheme) {
    const material = new ShaderMaterial({
      side: BackSide,
      depthWrite: false,
      depthTest: false,
      uniforms: { sky: { value: new Color() }, horizon: { value: new Color() } },
      vertexShader: `
        varying float height;
        void main() {
          height = position.z;
          gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 );
        }`,
      fragmentShader: `
        uniform vec3 sky; uniform vec3 horizon; varying float height;
        void main() {
          gl_FragColor = vec4( mix( horizon, sky, smoothstep( 0.0, 0.42, height ) ), 1.0 );
          #include <colorspace_fragment>
        }`,
    });
    this.mesh = new Mesh(
      new SphereGeometry(1, 12, 16, 0, 2 * Math.PI, 0, Math.PI * 0.56).rotateX(Math.PI / 2),
      material,
    );
    this.mesh.scale.setScalar(100);
    this.mesh.renderOrder = -20;
    this.mesh.frustumCulled = false;
    this.restyle(theme);
  }

  restyle(theme: SceneTheme): void {
    (this.mesh.material.uniforms["sky"]!.value as Color).set(theme.sky);
    (this.mesh.material.uniforms["horizon"]!.value as Color).set(theme.horizon);
  }
}
