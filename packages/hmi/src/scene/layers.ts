/** What can be shown and hidden in the picture, in the order of the menu. */
export const LAYERS = [
  "map",
  "signs",
  "plan",
  "trail",
  "target",
  "errors",
  "uncertainty",
  "obstacles",
  "velocities",
  "predictions",
  "cloud",
] as const;
export type Layer = (typeof LAYERS)[number];
export type Layers = Readonly<Record<Layer, boolean>>;

/** All but what hides the road where it is good. */
export const FIRST_LAYERS: Layers = Object.fromEntries(LAYERS.map((layer) => [layer, true])) as Record<Layer, boolean>;

/** What was stored, as far as it is known here; anything else is as at first. */
export function readLayers(stored: string | null): Layers {
  let chosen: unknown;
  try {
    chosen = JSON.parse(stored ?? "null");
  } catch {
    return FIRST_LAYERS;
  }
  if (typeof chosen !== "object" || chosen === null) return FIRST_LAYERS;
  const known = Object.entries(chosen).filter(([layer, on]) => layer in FIRST_LAYERS && typeof on === "boolean");
  return { ...FIRST_LAYERS, ...(Object.fromEntries(known) as Partial<Layers>) };
}
