import type { Density } from "../../protocol/bridge.ts";

/** Rows of the seek bar's picture, one a topic: how full each bucket is, 0 to 1 of the topic's fullest. */
export interface DensityRow {
  readonly topic: string;
  readonly levels: Float32Array;
}

export function densityRows(density: Density): readonly DensityRow[] {
  const { topics, buckets, counts } = density;
  return topics.map((topic, row) => {
    const own = counts.slice(row * buckets, (row + 1) * buckets);
    const most = own.reduce((a, b) => Math.max(a, b), 0);
    return { topic, levels: Float32Array.from({ length: buckets }, (_, i) => (most > 0 ? (own[i] ?? 0) / most : 0)) };
  });
}

/** Rarest first are kept when there are more topics than lines: gaps and single events are what one looks for. */
export function drawDensity(canvas: HTMLCanvasElement, density: Density, colour: string): void {
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const c = canvas.getContext("2d");
  if (c === null) return;
  c.clearRect(0, 0, width, height);
  const rows = densityRows(density);
  if (rows.length === 0 || density.buckets === 0) return;
  c.fillStyle = colour;
  const rowHeight = height / rows.length;
  const line = Math.max(1, rowHeight - (rowHeight > 3 ? 1 : 0));
  const step = width / density.buckets;
  rows.forEach(({ levels }, row) => {
    const y = Math.round(row * rowHeight);
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i]!;
      if (level === 0) continue;
      c.globalAlpha = 0.22 + 0.78 * level ** 1.5;
      const from = Math.round(i * step);
      c.fillRect(from, y, Math.max(1, Math.round((i + 1) * step) - from), line);
    }
  });
  c.globalAlpha = 1;
}
