import {
  BoxGeometry,
  Color,
  EdgesGeometry,
  Group,
  LineBasicMaterial,
  LineSegments,
  type Material,
  Mesh,
  MeshBasicMaterial,
} from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import type { Obstacle } from "../protocol/bridge.ts";

const MOST = 256;
/** Okabe and Ito's colours, told apart with every kind of colour blindness. */
const COLOURS: readonly (readonly [RegExp, number])[] = [
  [/PEDESTRIAN/i, 0xf0e442],
  [/BICYCLE|CYCLIST/i, 0xcc79a7],
  [/VEHICLE|CAR|TRUCK|BUS/i, 0x56b4e9],
];
const OTHER = 0xe69f00;

/** What stands around the car, as translucent boxes with edges. Boxes are kept and used again. */
export class ObstacleBoxes {
  readonly group = new Group();
  readonly #box = new BoxGeometry(1, 1, 1).translate(0, 0, 0.5);
  readonly #edges = new EdgesGeometry(this.#box);
  readonly #materials = new Map<number, { readonly face: Material; readonly edge: Material }>();
  readonly #shown: { readonly face: Mesh; readonly edge: LineSegments }[] = [];

  update(obstacles: readonly Obstacle[], origin: LocalOrigin): void {
    const count = Math.min(MOST, obstacles.length);
    for (let i = 0; i < count; i++) {
      const obstacle = obstacles[i]!;
      const { face, edge } = (this.#shown[i] ??= this.#make());
      const { face: faceMaterial, edge: edgeMaterial } = this.#material(obstacle.type);
      face.material = faceMaterial;
      edge.material = edgeMaterial;
      for (const part of [face, edge]) {
        part.visible = true;
        part.position.set(obstacle.x - origin.x, obstacle.y - origin.y, 0);
        part.rotation.z = obstacle.heading;
        part.scale.set(obstacle.length_m || 0.5, obstacle.width_m || 0.5, obstacle.height_m || 1);
      }
    }
    for (const { face, edge } of this.#shown.slice(count)) face.visible = edge.visible = false;
  }

  #make(): { face: Mesh; edge: LineSegments } {
    const made = { face: new Mesh(this.#box), edge: new LineSegments(this.#edges) };
    made.face.renderOrder = 8;
    made.edge.renderOrder = 9;
    this.group.add(made.face, made.edge);
    return made;
  }

  #material(type: string): { readonly face: Material; readonly edge: Material } {
    const colour = COLOURS.find(([pattern]) => pattern.test(type))?.[1] ?? OTHER;
    let pair = this.#materials.get(colour);
    if (pair === undefined) {
      pair = {
        face: new MeshBasicMaterial({ color: new Color(colour), transparent: true, opacity: 0.22, depthWrite: false }),
        edge: new LineBasicMaterial({ color: new Color(colour) }),
      };
      this.#materials.set(colour, pair);
    }
    return pair;
  }
}
