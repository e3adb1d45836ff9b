import { multiplyQuaternions, type Quaternion, rotate, type Vector3 } from "@delos/math";
import type { Transform } from "./observation.ts";

/** The names a car's own frame goes by, best first (REP 105 and habit). */
const BASE_FRAMES = ["base_link", "base_footprint", "base", "vehicle", "ego_vehicle", "ego", "localization", "novatel"];
/** Frames that stand still: a chain of transforms must begin in one of them to say where the car is. */
const FIXED_FRAMES = /^(map|odom|world|earth|ecef|utm|local|enu|global)(_|$)/;
const MAX_FRAMES = 1000;
const MAX_DEPTH = 32;

export interface BasePose {
  readonly frame: string;
  readonly position: Vector3;
  readonly orientation: Quaternion;
}

/** The newest transform to each frame from its parent. */
export class TransformTree {
  readonly #byChild = new Map<string, Transform>();
  #base: string | undefined;

  /** Where the base is in the fixed frame, when one of `transforms` has changed that. */
  update(transforms: readonly Transform[]): BasePose | undefined {
    for (const transform of transforms) {
      if (this.#byChild.size < MAX_FRAMES || this.#byChild.has(transform.child))
        this.#byChild.set(transform.child, transform);
    }
    this.#base ??= this.#findBase();
    if (this.#base === undefined) return undefined;
    const chain = this.#chain(this.#base);
    if (chain === undefined || !transforms.some((transform) => chain.includes(transform))) return undefined;
    return { frame: this.#base, ...joined(chain) };
  }

  /** Where a frame is in the base; undefined when it hangs on neither the base nor on what carries it. */
  inBase(frame: string): Omit<BasePose, "frame"> | undefined {
    if (frame === this.#base) return joined([]);
    const chain: Transform[] = [];
    for (let at = frame; chain.length < MAX_DEPTH; ) {
      const transform = this.#byChild.get(at);
      if (transform === undefined) return undefined;
      chain.push(transform);
      at = transform.parent;
      if (at === this.#base || (this.#base === undefined && BASE_FRAMES.includes(at))) return joined(chain);
    }
    return undefined;
  }

  /** A base by name; or else the first child of a fixed frame that is no fixed frame itself. */
  #findBase(): string | undefined {
    const named = BASE_FRAMES.find((name) => this.#byChild.has(name) && this.#chain(name) !== undefined);
    if (named !== undefined) return named;
    for (const { parent, child } of this.#byChild.values())
      if (FIXED_FRAMES.test(parent) && !FIXED_FRAMES.test(child)) return child;
    return undefined;
  }

  /** From the base up to a fixed frame; undefined when it hangs on none. */
  #chain(base: string): Transform[] | undefined {
    const chain: Transform[] = [];
    for (let frame = base; chain.length < MAX_DEPTH; ) {
      const transform = this.#byChild.get(frame);
      if (transform === undefined) return FIXED_FRAMES.test(frame) && chain.length > 0 ? chain : undefined;
      chain.push(transform);
      frame = transform.parent;
    }
    return undefined;
  }
}

/** Transforms one after the other, innermost first. */
function joined(chain: readonly Transform[]): Omit<BasePose, "frame"> {
  let position: Vector3 = [0, 0, 0];
  let orientation: Quaternion = { w: 1, x: 0, y: 0, z: 0 };
  for (const { translation, rotation } of chain) {
    const [x, y, z] = rotate(rotation, position);
    position = [x + translation[0], y + translation[1], z + translation[2]];
    orientation = multiplyQuaternions(rotation, orientation);
  }
  return { position, orientation };
}

/** Whether points in this frame are where they are on the map. */
export function isFixedFrame(frame: string): boolean {
  return FIXED_FRAMES.test(frame.replace(/^\//, ""));
}
