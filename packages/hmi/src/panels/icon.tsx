import type { JSX } from "preact";

/** Line drawings on a 24 × 24 grid, all of the same weight. */
const PATHS = {
  folder: "M3.5 6.5h6l2 2.5h9v9.5h-17zM3.5 9h8",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8 5.5v13M16 5.5v13",
  "step-forward": "M6 6v12l8.5-6zM18 6v12",
  "step-back": "M18 6v12l-8.5-6zM6 6v12",
  restart: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4.5v4.2h4.2",
  loop: "M17 3.5 20 6.5l-3 3M4 11.5v-1a4 4 0 0 1 4-4h12M7 20.5l-3-3 3-3M20 12.5v1a4 4 0 0 1-4 4H4",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  keyboard: "M3 6.5h18v11H3zM6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8",
  close: "M6 6l12 12M18 6L6 18",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20 20",
  chase: "M4 18.5 12 5l8 13.5M8.5 18.5h7",
  overhead: "M8 4h8a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM6 9h12M6 16h12",
  free: "M12 4v16M4 12h16M12 4l-2 2M12 4l2 2M12 20l-2-2M12 20l2-2M4 12l2-2M4 12l2 2M20 12l-2-2M20 12l-2 2",
  near: "M3.5 17.5v-4l2-5h13l2 5v4zM3.5 13.5h17M6.5 16h2M15.5 16h2",
  map: "M4 6.5l5-2 6 2 5-2v13l-5 2-6-2-5 2zM9 4.5v13M15 6.5v13",
  layers: "M12 4 3.5 8.5 12 13l8.5-4.5zM4.5 12.5 12 16.5l7.5-4M4.5 16 12 20l7.5-4",
  ruler: "M3.5 16 16 3.5 20.5 8 8 20.5zM6.5 13l2 2M9.5 10l2.5 2.5M12.5 7l2 2",
  chart: "M4 4.5v15h16M7.5 15l3.5-5 3 3 5-7",
  graph:
    "M7 6.5a2.5 2.5 0 1 0 0 .01M22 6.5a2.5 2.5 0 1 0 0 .01M14.5 18.5a2.5 2.5 0 1 0 0 .01M7.2 7.5h9.6M6 9l4.8 7.4M18 9l-4.8 7.4",
  left: "M11 5 4 12l7 7v-4.2h9V9.2h-9z",
  right: "m13 5 7 7-7 7v-4.2H4V9.2h9z",
  stop: "M7 7h10v10H7z",
  record: "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12",
  octagon: "M8.3 3.5h7.4l4.8 4.8v7.4l-4.8 4.8H8.3l-4.8-4.8V8.3zM12 7.5v5.5M12 16.2v.3",
  hand: "M8 12V6.2a1.5 1.5 0 0 1 3 0V11V4.7a1.5 1.5 0 0 1 3 0V11V6.2a1.5 1.5 0 0 1 3 0V14a6.5 6.5 0 0 1-6.5 6.5c-2.6 0-4-1.2-5.2-3.2L3.6 14a1.5 1.5 0 0 1 2.5-1.6L8 14.5",
  wheel:
    "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4M3.8 10.5c3.5.3 5 .6 6.2 1.1M20.2 10.5c-3.5.3-5 .6-6.2 1.1M12 14v6.3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M7 7l10 10M17 7L7 17",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.5l3 2",
  unknown: "M12 12h.01M7 12h.01M17 12h.01",
  warn: "M12 4 21 19.5H3zM12 10v4.5M12 17v.2",
  reset: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4.5v4.2h4.2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
