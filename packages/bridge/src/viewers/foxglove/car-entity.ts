import { type delos, foxglove } from "@delos/msgs";

/** Around the reference point, which is on the ground in the middle of the rear axle. */
type Vehicle = delos.bridge.Vehicle;

/** The Lincoln MKZ (Apollo's mkz_config.pb.txt), as far as nothing else is said. */
const MKZ = { front_m: 3.89, back_m: 1.043, width_m: 2.11, height_m: 1.48, wheelbase_m: 2.85, wheel_radius_m: 0.335 };
const CLEARANCE_M = 0.15;
const WHEEL_WIDTH_M = 0.24;

const BODY = { r: 0.85, g: 0.87, b: 0.9, a: 1 };
const GLASS = { r: 0.12, g: 0.15, b: 0.2, a: 1 };
const TYRE = { r: 0.07, g: 0.07, b: 0.08, a: 1 };
const UPRIGHT = { x: 0, y: 0, z: 0, w: 1 };
const ON_ITS_SIDE = { x: Math.SQRT1_2, y: 0, z: 0, w: Math.SQRT1_2 };

/** The car, in the frame `frame_id` that goes with it: its body, its windows and its wheels, in the sizes of `vehicle`. */
export function carEntity(
  timestamp: foxglove.SceneEntity["timestamp"],
  frame_id: string,
  vehicle: Vehicle = {},
): foxglove.SceneEntity {
  const size = (field: keyof typeof MKZ): number => {
    const metres = vehicle[field] ?? 0;
    return metres > 0 ? metres : MKZ[field];
  };
  const [front, back, width, height] = [size("front_m"), size("back_m"), size("width_m"), size("height_m")];
  const wheel = 2 * size("wheel_radius_m");
  const length = front + back;
  const middle = (front - back) / 2;
  const shoulder = height * 0.6;
  const side = width / 2 - WHEEL_WIDTH_M;
  const axles = [size("wheelbase_m"), 0];
  return {
    ...(timestamp === undefined ? {} : { timestamp }),
    frame_id,
    id: "car",
    frame_locked: true,
    cubes: [
      {
        pose: { position: { x: middle, y: 0, z: (CLEARANCE_M + shoulder) / 2 }, orientation: UPRIGHT },
        size: { x: length, y: width - WHEEL_WIDTH_M, z: shoulder - CLEARANCE_M },
        color: BODY,
      },
      {
        pose: { position: { x: middle - 0.3, y: 0, z: (shoulder + height) / 2 }, orientation: UPRIGHT },
        size: { x: length * 0.5, y: width - 2 * WHEEL_WIDTH_M, z: height - shoulder },
        color: GLASS,
      },
    ],
    cylinders: axles.flatMap((x) =>
      [side, -side].map((y) => ({
        pose: { position: { x, y, z: wheel / 2 }, orientation: ON_ITS_SIDE },
        size: { x: wheel, y: wheel, z: WHEEL_WIDTH_M },
        bottom_scale: 1,
        top_scale: 1,
        color: TYRE,
      })),
    ),
  };
}
