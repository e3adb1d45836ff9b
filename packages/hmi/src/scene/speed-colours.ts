/**
 * Colours for speed: dark blue is slow, yellow is fast. Samples of cividis (Nuñez, Anderton, Renslow 2018), made to
 * look the same with and without red-green blindness, with the darkest end lifted for a dark ground. sRGB, 0 to 1.
 */
const STOPS: readonly (readonly [number, number, number])[] = [
  [0.16, 0.36, 0.72],
  [0.17, 0.5, 0.78],
  [0.2, 0.65, 0.74],
  [0.36, 0.78, 0.62],
  [0.66, 0.86, 0.45],
  [0.99, 0.9, 0.36],
];

/** Writes the colour for a part 0…1 of the range to out[at…at+2]. */
export function speedColour(part: number, out: { [index: number]: number }, at = 0): void {
  const position = Math.max(0, Math.min(1, Number.isFinite(part) ? part : 0)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(position));
  const rest = position - low;
  for (let c = 0; c < 3; c++) out[at + c] = STOPS[low]![c]! + rest * (STOPS[low + 1]![c]! - STOPS[low]![c]!);
}

/** The range as a CSS gradient, for the legend. */
export function speedGradient(): string {
  const stops = STOPS.map((stop) => `rgb(${stop.map((c) => Math.round(c * 255)).join(" ")})`);
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

/** A round upper end of the scale for the fastest speed planned: 5, 10, 20, 30 … m/s. */
export function speedScale(fastestMps: number): number {
  if (fastestMps <= 5) return 5;
  return Math.ceil(fastestMps / 10 - 1e-9) * 10;
}
