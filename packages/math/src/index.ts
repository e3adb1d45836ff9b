export { angleDifference, normalizeAngle, wrapAngle } from "./angle.ts";
export { slerpAngle } from "./angle-interpolation.ts";
export { butterworthLowPass, filtfilt } from "./butterworth.ts";
export {
  DigitalFilter,
  type FilterCoefficients,
  HysteresisFilter,
  lowPassCoefficients,
  MeanFilter,
} from "./filters.ts";
export { identity, invert, multiply, solve, transpose } from "./matrix.ts";
export {
  type EulerZxy,
  eulerZxyOf,
  headingOf,
  multiplyQuaternions,
  normalizeQuaternion,
  type Quaternion,
  quaternionOfEulerZxy,
  quaternionOfHeading,
  quaternionOfRotationVector,
  rotate,
  rotationMatrix,
  type Vector3,
} from "./quaternion.ts";
export { type Random, seededRandom } from "./random.ts";
export { RiccatiSolver } from "./riccati.ts";
export { clamp, goldenSectionSearch, lerp, lowerBound, multiplyAdd } from "./scalar.ts";
export { CubicSpline } from "./spline.ts";
export { interpolateLinear, Table2d } from "./table.ts";
export { type UtmProjection, utm, utmZoneOf } from "./utm.ts";
