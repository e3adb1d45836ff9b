import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  Color,
  DynamicDrawUsage,
  EdgesGeometry,
  Group,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LinearSRGBColorSpace,
  LineSegments,
  Mesh,
  ShaderMaterial,
} from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import type { Obstacle } from "../protocol/bridge.ts";

const MOST = 512;
/** Okabe and Ito's colours, told apart with every kind of colour blindness. */
const COLOURS: readonly (readonly [RegExp, number])[] = [
  [/PEDESTRIAN/i, 0xf0e442],
  [/BICYCLE|CYCLIST/i, 0xcc79a7],
  [/VEHICLE|CAR|TRUCK|BUS/i, 0x56b4e9],
];
const OTHER = 0xe69f00;
/** An arrow is as long as what the obstacle goes in this time. */
const ARROW_S = 1;

const PLACE = `
  attribute vec4 placed; attribute vec3 sized; attribute vec4 tint; varying vec4 shade;
  vec4 inWorld( vec3 corner, float turned ) {
    vec2 axis = vec2( cos( turned ), sin( turned ) );
    return vec4( placed.xy + vec2( axis.x * corner.x - axis.y * corner.y, axis.y * corner.x + axis.x * corner.y ), corner.z, 1.0 );
  }`;
const PAINT = "varying vec4 shade; void main() { gl_FragColor = shade; }";

/** What stands around the car: translucent boxes with edges, arrows for their velocities. Three draw calls for all of them. */
export class ObstacleBoxes {
  readonly group = new Group();
  /** x y, heading, direction of movement. */
  readonly #placed = instanced(4);
  /** length width height. */
  readonly #sized = instanced(3);
  /** Colour, and the length of the arrow. */
  readonly #tint = instanced(4);
  readonly #geometries: readonly InstancedBufferGeometry[];
  readonly #arrows: Mesh;
  readonly #boxes: readonly (Mesh | LineSegments)[];
  #drawn: readonly Obstacle[] | undefined;
  #origin = -1;

  constructor() {
    const box = new BoxGeometry(1, 1, 1).translate(0, 0, 0.5);
    const shapes = [box, new EdgesGeometry(box), arrow()].map((shape) => this.#instances(shape));
    this.#geometries = shapes;
    const boxShader = (opacity: number): string => `${PLACE}
      void main() {
        shade = vec4( tint.rgb, ${opacity.toFixed(2)} );
        gl_Position = projectionMatrix * modelViewMatrix * inWorld( position * sized, placed.z );
      }`;
    const faces = new Mesh(shapes[0], shader(boxShader(0.22)));
    faces.renderOrder = 8;
    const edges = new LineSegments(shapes[1], shader(boxShader(1)));
    edges.renderOrder = 9;
    this.#arrows = new Mesh(
      shapes[2],
      shader(`${PLACE}
        void main() {
          shade = vec4( tint.rgb, 0.9 );
          // The shaft grows with the speed, the head does not.
          vec3 corner = vec3( position.x + position.z * tint.a, position.y, 0.03 );
          gl_Position = projectionMatrix * modelViewMatrix * inWorld( corner * step( 0.2, tint.a ), placed.w );
        }`),
    );
    this.#arrows.renderOrder = 7;
    this.#boxes = [faces, edges];
    for (const mesh of [faces, edges, this.#arrows]) {
      mesh.frustumCulled = false;
      this.group.add(mesh);
    }
  }

  update(obstacles: readonly Obstacle[], origin: LocalOrigin, withBoxes: boolean, withArrows: boolean): void {
    const any = obstacles.length > 0;
    for (const mesh of this.#boxes) mesh.visible = withBoxes && any;
    this.#arrows.visible = withArrows && withBoxes && any;
    if (obstacles === this.#drawn && origin.revision === this.#origin) return;
    this.#drawn = obstacles;
    this.#origin = origin.revision;
    const count = Math.min(MOST, obstacles.length);
    const colour = new Color();
    for (let i = 0; i < count; i++) {
      const { x, y, heading, course, length_m, width_m, height_m, type, speed_mps } = obstacles[i]!;
      this.#placed.setXYZW(i, x - origin.x, y - origin.y, heading, course ?? heading);
      this.#sized.setXYZ(i, length_m || 0.5, width_m || 0.5, height_m || 1);
      colour.setHex(COLOURS.find(([pattern]) => pattern.test(type))?.[1] ?? OTHER, LinearSRGBColorSpace);
      this.#tint.setXYZW(i, colour.r, colour.g, colour.b, (speed_mps ?? 0) * ARROW_S);
    }
    for (const geometry of this.#geometries) geometry.instanceCount = count;
    for (const attribute of [this.#placed, this.#sized, this.#tint]) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, count * attribute.itemSize);
      attribute.needsUpdate = true;
    }
  }

  #instances(shape: BufferGeometry): InstancedBufferGeometry {
    const geometry = new InstancedBufferGeometry();
    geometry.index = shape.getIndex();
    geometry.setAttribute("position", shape.getAttribute("position"));
    geometry.setAttribute("placed", this.#placed);
    geometry.setAttribute("sized", this.#sized);
    geometry.setAttribute("tint", this.#tint);
    geometry.instanceCount = 0;
    return geometry;
  }
}

function instanced(size: number): InstancedBufferAttribute {
  return new InstancedBufferAttribute(new Float32Array(MOST * size), size).setUsage(DynamicDrawUsage);
}

function shader(vertexShader: string): ShaderMaterial {
  return new ShaderMaterial({ transparent: true, depthWrite: false, vertexShader, fragmentShader: PAINT });
}

/** A flat arrow along +x from the origin; z says which corners move with its length. */
function arrow(): BufferGeometry {
  const [half, head, wide] = [0.07, 0.7, 0.32];
  const corners = [0, -half, 0, 0, half, 0, -head, -half, 1, -head, half, 1, -head, -wide, 1, -head, wide, 1, 0, 0, 1];
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3));
  geometry.setIndex([0, 2, 1, 1, 2, 3, 4, 6, 5]);
  return geometry;
}
