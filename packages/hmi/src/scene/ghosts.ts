import { BoxGeometry, BufferAttribute, BufferGeometry, DoubleSide, Group, Mesh, type ShaderMaterial } from "three";
import type { LocalOrigin } from "../motion/local-origin.ts";
import { writeStrip } from "../motion/ribbon.ts";
import { FRONT_M, REAR_M, WIDTH_M } from "./car/body-surface.ts";
import { flatColour, setColour } from "./flat-colour.ts";
import { stripIndex } from "./trajectory-ribbon.ts";
import type { Ghost } from "./view.ts";

const PATH_WIDTH_M = 0.4;
const HEIGHT_M = 0.9;
const CABIN_M = { length: 2.4, width: 1.6, height: 0.55, x: 1.1 };

interface Drawn {
  readonly group: Group;
  readonly car: Group;
  readonly path: Mesh<BufferGeometry, ShaderMaterial>;
  /** What the path was written from. */
  key: readonly unknown[];
}

/** Cars of other runs: a plain shape one can see through, and the whole path on the ground. */
export class Ghosts {
  readonly group = new Group();
  readonly #drawn: Drawn[] = [];

  update(ghosts: readonly Ghost[], origin: LocalOrigin): void {
    while (this.#drawn.length < ghosts.length) this.#drawn.push(this.#make());
    this.#drawn.forEach((drawn, i) => {
      const ghost = ghosts[i];
      drawn.group.visible = ghost !== undefined;
      if (ghost !== undefined) place(drawn, ghost, origin);
    });
  }

  /** Of ghosts as they are to be drawn: cheap enough for every frame. */
  signatureOf(ghosts: readonly Ghost[]): string {
    return ghosts.map(({ colour, pose, x }) => `${colour}${x.length}${pose?.x},${pose?.y},${pose?.headingRad}`).join();
  }

  #make(): Drawn {
    const group = new Group();
    const path = new Mesh(new BufferGeometry(), flatColour({ side: DoubleSide }));
    path.renderOrder = 4;
    path.frustumCulled = false;
    path.position.z = 0.02;
    const car = new Group();
    const body = new Mesh(new BoxGeometry(FRONT_M - REAR_M, WIDTH_M, HEIGHT_M), flatColour({}));
    body.position.set((FRONT_M + REAR_M) / 2, 0, 0.25 + HEIGHT_M / 2);
    const { length, width, height, x } = CABIN_M;
    const cabin = new Mesh(new BoxGeometry(length, width, height), flatColour({}));
    cabin.position.set(x, 0, 0.25 + HEIGHT_M + height / 2);
    for (const part of [body, cabin]) part.renderOrder = 6;
    car.add(body, cabin);
    group.add(path, car);
    this.group.add(group);
    return { group, car, path, key: [] };
  }
}

function place(drawn: Drawn, { colour, x, y, pose }: Ghost, origin: LocalOrigin): void {
  const { car, path } = drawn;
  car.visible = pose !== undefined;
  if (pose !== undefined) {
    car.position.set(pose.x - origin.x, pose.y - origin.y, 0);
    car.rotation.z = pose.headingRad;
  }
  const key = [colour, x, origin.revision];
  if (key.every((part, i) => part === drawn.key[i])) return;
  drawn.key = key;
  const hex = Number.parseInt(colour.slice(1), 16);
  for (const [part, opacity] of [
    [path, 0.75],
    ...car.children.map((child) => [child, 0.5] as const),
  ] as readonly (readonly [Mesh<BufferGeometry, ShaderMaterial>, number])[]) {
    setColour(part.material.uniforms["colour"]!.value, hex);
    part.material.uniforms["opacity"]!.value = opacity;
  }
  const count = x.length;
  const positions = new Float32Array(count * 6);
  writeStrip(positions, x, y, 0, count, count, PATH_WIDTH_M, origin.x, origin.y);
  path.geometry.dispose();
  path.geometry = new BufferGeometry();
  path.geometry.setAttribute("position", new BufferAttribute(positions, 3));
  path.geometry.setIndex(stripIndex(count));
  path.visible = count > 1;
}
