import { Color, LinearSRGBColorSpace, ShaderMaterial } from "three";

/**
 * One colour, as the screen takes it. Everything in the picture but the car's paint is mixed in screen colours: turning
 * them into linear light and back costs more than all the rest of a pixel where a processor plays graphics card.
 */
export function flatColour(options: ConstructorParameters<typeof ShaderMaterial>[0] = {}): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    vertexShader: "void main() { gl_Position = projectionMatrix * modelViewMatrix * vec4( position, 1.0 ); }",
    fragmentShader:
      "uniform vec3 colour; uniform float opacity; void main() { gl_FragColor = vec4( colour, opacity ); }",
    ...options,
    uniforms: { colour: { value: new Color() }, opacity: { value: 1 }, ...options.uniforms },
  });
}

/** Bytes of sRGB as they are. */
export function setColour(target: unknown, hex: number): void {
  (target as Color).setHex(hex, LinearSRGBColorSpace);
}
