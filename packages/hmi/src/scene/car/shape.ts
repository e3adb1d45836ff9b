import type { Vehicle } from "../../protocol/bridge.ts";

/** Measures of a car, from the middle of its rear axle on the ground: x forward, metres. */
export interface CarShape {
  readonly frontM: number;
  readonly backM: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly wheelbaseM: number;
  readonly wheelRadiusM: number;
  /** Of the steering wheel, and of the front wheels. */
  readonly lockDeg: number;
  readonly wheelLockRad: number;
}

/** The Lincoln MKZ of Apollo 1.0 (mkz_config.pb.txt): what is drawn where nobody says what drives. */
export const MKZ: CarShape = {
  frontM: 3.89,
  backM: 1.043,
  widthM: 2.11,
  heightM: 1.48,
  wheelbaseM: 2.85,
  wheelRadiusM: 0.335,
  lockDeg: 470,
  wheelLockRad: (470 / 16) * (Math.PI / 180),
};

/** Of what the server says of the car; what it leaves out, or what cannot be, is the MKZ's. */
export function shapeOf(vehicle: Vehicle | undefined): CarShape {
  if (vehicle === undefined) return MKZ;
  const metres = (value: number, otherwise: number): number => (value > 0.05 && value < 30 ? value : otherwise);
  const lockDeg = vehicle.steering_lock_deg > 0 ? vehicle.steering_lock_deg : MKZ.lockDeg;
  const ratio = vehicle.steering_ratio > 0 ? vehicle.steering_ratio : 16;
  const frontM = metres(vehicle.front_m, MKZ.frontM);
  return {
    frontM,
    backM: metres(vehicle.back_m, MKZ.backM),
    widthM: metres(vehicle.width_m, MKZ.widthM),
    heightM: metres(vehicle.height_m, MKZ.heightM),
    wheelbaseM: Math.min(metres(vehicle.wheelbase_m, MKZ.wheelbaseM), frontM),
    wheelRadiusM: metres(vehicle.wheel_radius_m, MKZ.wheelRadiusM),
    lockDeg,
    wheelLockRad: Math.min(1.2, (lockDeg / ratio) * (Math.PI / 180)),
  };
}

/** Taller than wide: a van or a shuttle, not a sedan. */
export function isTall({ heightM, widthM }: CarShape): boolean {
  return heightM > widthM;
}
