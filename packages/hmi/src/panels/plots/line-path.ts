import type uPlot from "uplot";

/**
 * Draws a column as a line that is broken where values are missing (NaN, which uPlot itself would draw across). At most four
 * points a pixel column are kept: first, lowest, highest, last.
 */
export const linePath: uPlot.Series.PathBuilder = (plot, seriesIndex, from, to) => {
  const times = plot.data[0] as unknown as Float64Array;
  const values = plot.data[seriesIndex] as unknown as Float64Array;
  const stroke = new Path2D();
  const { left, top, width, height } = plot.bbox;
  const { min: minX = 0, max: maxX = 1 } = plot.scales["x"]!;
  const { min: minY = 0, max: maxY = 1 } = plot.scales["y"]!;
  const scaleX = width / (maxX! - minX!);
  const scaleY = height / (maxY! - minY!);
  forEachPoint(
    times,
    values,
    from,
    to,
    (time) => Math.round(left + (time - minX!) * scaleX),
    (x, value, begins) => {
      const y = top + height - (value - minY!) * scaleY;
      if (begins) stroke.moveTo(x, y);
      else stroke.lineTo(x, y);
    },
  );
  return { stroke, fill: null, clip: null, flags: 0 };
};

/** `draw` gets the points worth drawing; `begins` is true for the first one after a gap. */
export function forEachPoint(
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  pixelOf: (time: number) => number,
  draw: (pixel: number, value: number, begins: boolean) => void,
): void {
  let pixel = Number.NaN;
  let first = 0;
  let low = 0;
  let high = 0;
  let last = 0;
  let begins = true;
  const flush = (): void => {
    if (Number.isNaN(pixel)) return;
    draw(pixel, first, begins);
    begins = false;
    if (low < Math.min(first, last)) draw(pixel, low, false);
    if (high > Math.max(first, last)) draw(pixel, high, false);
    if (last !== first) draw(pixel, last, false);
    pixel = Number.NaN;
  };
  for (let i = from; i <= to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      flush();
      begins = true;
      continue;
    }
    const at = pixelOf(times[i]!);
    if (at === pixel) {
      if (value < low) low = value;
      if (value > high) high = value;
      last = value;
    } else {
      flush();
      pixel = at;
      first = low = high = last = value;
    }
  }
  flush();
}
