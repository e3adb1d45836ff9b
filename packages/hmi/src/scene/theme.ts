/** Colours of the 3-D picture, by day and by night. Reflected colours are bytes of sRGB. */
export interface SceneTheme {
  readonly night: boolean;
  readonly sky: number;
  readonly horizon: number;
  readonly ground: number;
  readonly grid: number;
  readonly gridStrength: number;
  readonly car: number;
  readonly trail: number;
  readonly trailOpacity: number;
  readonly shadow: number;
  readonly ambient: number;
  readonly sun: number;
  readonly fill: number;
  readonly ribbonOpacity: number;
  readonly reflectedHorizon: [number, number, number];
  readonly reflectedSky: [number, number, number];
}

export const NIGHT: SceneTheme = {
  night: true,
  sky: 0x05080d,
  horizon: 0x1a2733,
  ground: 0x0d1319,
  grid: 0x4f6a80,
  gridStrength: 0.62,
  car: 0xd9dee3,
  trail: 0x8fa6b8,
  trailOpacity: 0.5,
  shadow: 0.85,
  ambient: 0.75,
  sun: 1.7,
  fill: 0.85,
  ribbonOpacity: 0.78,
  reflectedHorizon: [96, 128, 152],
  reflectedSky: [16, 24, 34],
};

export const DAY: SceneTheme = {
  night: false,
  sky: 0xb4c8d8,
  horizon: 0xe9eff3,
  ground: 0xd3dbe1,
  grid: 0x8ea3b3,
  gridStrength: 0.5,
  car: 0x2a4a66,
  trail: 0x51687a,
  trailOpacity: 0.55,
  shadow: 0.55,
  ambient: 1.5,
  sun: 2.4,
  fill: 0.9,
  ribbonOpacity: 0.85,
  reflectedHorizon: [225, 233, 238],
  reflectedSky: [150, 178, 198],
};
