import type { PlotKind } from "../plots/plot-store.ts";

type MonitorId = "speed" | "acceleration" | "curvature" | "lateral" | "heading" | "station" | "speedError" | "latency";

/** Curves of planning and control against time. A target is dashed, what the car does is not, whatever their colours. */
export const MONITOR_PLOTS: readonly (PlotKind & { readonly id: MonitorId })[] = [
  {
    id: "speed",
    unit: "m/s",
    digits: 2,
    atLeast: [0, 5],
    curves: [
      { id: "speed", colour: "--blue", factor: 1 },
      { id: "speed_target", colour: "--orange", factor: 1, dashed: true },
    ],
  },
  {
    id: "acceleration",
    unit: "m/s²",
    digits: 2,
    atLeast: [-1, 1],
    curves: [
      { id: "acceleration", colour: "--blue", factor: 1 },
      { id: "acceleration_target", colour: "--orange", factor: 1, dashed: true },
    ],
  },
  {
    id: "curvature",
    unit: "1/m",
    digits: 4,
    atLeast: [-0.02, 0.02],
    curves: [
      { id: "curvature", colour: "--blue", factor: 1 },
      { id: "curvature_target", colour: "--orange", factor: 1, dashed: true },
    ],
  },
  {
    id: "lateral",
    unit: "m",
    digits: 3,
    atLeast: [-0.2, 0.2],
    curves: [{ id: "lateral_error", colour: "--purple", factor: 1 }],
  },
  {
    id: "heading",
    unit: "rad",
    digits: 4,
    atLeast: [-0.02, 0.02],
    curves: [{ id: "heading_error", colour: "--purple", factor: 1 }],
  },
  {
    id: "station",
    unit: "m",
    digits: 2,
    atLeast: [-0.5, 0.5],
    curves: [{ id: "station_error", colour: "--green", factor: 1 }],
  },
  {
    id: "speedError",
    unit: "m/s",
    digits: 2,
    atLeast: [-0.5, 0.5],
    curves: [{ id: "speed_error", colour: "--green", factor: 1 }],
  },
  {
    id: "latency",
    unit: "ms",
    digits: 1,
    atLeast: [0, 20],
    curves: [
      { id: "planning_latency", colour: "--blue", factor: 1 },
      { id: "control_latency", colour: "--orange", factor: 1 },
      { id: "localization_delay", colour: "--purple", factor: 1, dashed: true },
    ],
  },
];
