/**
 * Makes the plots of docs/guides/control.md from runs of our own: `npx tsx --conditions=@delos/source packages/sim/scripts/plot-control.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { apollo } from "@delos/msgs";
import { loopTrack, simulateDrive } from "@delos/sim";

interface Curve {
  readonly name: string;
  readonly color: string;
  readonly y: readonly number[];
}

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 52;
const DURATION_S = 60;

function plot(title: string, unit: string, times: readonly number[], curves: readonly Curve[]): string {
  const values = curves.flatMap((curve) => curve.y);
  const [low, high] = [Math.min(...values, 0), Math.max(...values, 0)];
  const margin = (high - low) * 0.08 || 1;
  const x = (t: number): number => LEFT + ((WIDTH - LEFT - 10) * t) / DURATION_S;
  const y = (v: number): number => HEIGHT - 24 - ((HEIGHT - 60) * (v - low + margin)) / (high - low + 2 * margin);
  const grid = [low, (low + high) / 2, high].map(
    (v) =>
      `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${y(v).toFixed(1)}" y2="${y(v).toFixed(1)}" stroke="#8884"/>` +
      `<text x="${LEFT - 6}" y="${(y(v) + 4).toFixed(1)}" text-anchor="end">${Number(v.toPrecision(2))}</text>`,
  );
  const ticks = [0, 10, 20, 30, 40, 50, 60].map(
    (t) => `<text x="${x(t)}" y="${HEIGHT - 6}" text-anchor="middle">${t} s</text>`,
  );
  const lines = curves.map(
    ({ color, y: ys }) =>
      `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${ys
        .map((v, i) => `${x(times[i]!).toFixed(1)},${y(v).toFixed(1)}`)
        .join(" ")}"/>`,
  );
  const legend = curves.map(
    ({ name, color }, i) => `<text x="${LEFT + 200 + i * 170}" y="16" fill="${color}">${name}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" ` +
    `fill="#888"><text x="${LEFT}" y="16" font-weight="bold">${title} [${unit}]</text>` +
    `${[...grid, ...ticks, ...lines, ...legend].join("\n")}</svg>\n`
  );
}

const times: number[] = [];
const lat: apollo.control.SimpleLateralDebug[] = [];
const lon: apollo.control.SimpleLongitudinalDebug[] = [];
let count = 0;
await simulateDrive({ path: loopTrack(DURATION_S + 12), durationS: DURATION_S }, ({ topic, message }) => {
  if (topic !== "/apollo/control") return;
  const { debug } = message as apollo.control.ControlCommand;
  if (debug?.simple_lat_debug === undefined || debug.simple_lon_debug === undefined || count++ % 10 > 0) return;
  times.push(count / 100);
  lat.push(debug.simple_lat_debug);
  lon.push(debug.simple_lon_debug);
});
const of = <T>(rows: readonly T[], field: keyof T): number[] => rows.map((row) => Number(row[field]));
mkdirSync("docs/images/control", { recursive: true });
const save = (name: string, svg: string): void => writeFileSync(`docs/images/control/${name}.svg`, svg);
save(
  "lateral-error",
  plot("Lateral error", "m", times, [{ name: "measured", color: "#2a7de1", y: of(lat, "lateral_error") }]),
);
save(
  "steering",
  plot("Steering", "% of lock", times, [
    { name: "commanded", color: "#2a7de1", y: of(lat, "steer_angle") },
    { name: "feed-forward", color: "#e8912d", y: of(lat, "steer_angle_feedforward") },
    { name: "feedback", color: "#2aa876", y: of(lat, "steer_angle_feedback") },
  ]),
);
save(
  "speed",
  plot("Speed", "m/s", times, [
    { name: "reference", color: "#e8912d", y: of(lon, "speed_reference") },
    { name: "vehicle", color: "#2a7de1", y: of(lon, "speed_lookup") },
  ]),
);
save(
  "pedals",
  plot("Pedals", "%", times, [
    { name: "throttle", color: "#2aa876", y: of(lon, "throttle_cmd") },
    { name: "brake", color: "#d64545", y: of(lon, "brake_cmd") },
  ]),
);
