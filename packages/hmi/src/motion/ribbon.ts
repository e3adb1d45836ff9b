/**
 * Turns a line of points into a strip of the given width lying on the ground: two vertices a point, `x y z` each,
 * written to `out` from vertex `2·from`. Joints are mitred, at most to twice the half width, so that a sharp bend does
 * not throw a spike. Coordinates are counted from (originX, originY).
 */
export function writeStrip(
  out: Float32Array,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  count: number,
  widthM: number,
  originX: number,
  originY: number,
): void {
  const half = widthM / 2;
  for (let i = from; i < to; i++) {
    const before = Math.max(0, i - 1);
    const after = Math.min(count - 1, i + 1);
    const px = x[i]!;
    const py = y[i]!;
    let inX = px - x[before]!;
    let inY = py - y[before]!;
    let outX = x[after]! - px;
    let outY = y[after]! - py;
    const inLength = Math.hypot(inX, inY);
    const outLength = Math.hypot(outX, outY);
    if (inLength > 0) [inX, inY] = [inX / inLength, inY / inLength];
    if (outLength > 0) [outX, outY] = [outX / outLength, outY / outLength];
    if (inLength === 0) [inX, inY] = [outX, outY];
    if (outLength === 0) [outX, outY] = [inX, inY];
    let alongX = inX + outX;
    let alongY = inY + outY;
    const length = Math.hypot(alongX, alongY);
    if (length > 1e-6) [alongX, alongY] = [alongX / length, alongY / length];
    else [alongX, alongY] = [outX || 1, outY];
    const straightness = Math.max(0.5, alongX * outX + alongY * outY || 1);
    const sideX = (-alongY * half) / straightness;
    const sideY = (alongX * half) / straightness;
    const at = i * 6;
    out[at] = px - originX + sideX;
    out[at + 1] = py - originY + sideY;
    out[at + 2] = 0;
    out[at + 3] = px - originX - sideX;
    out[at + 4] = py - originY - sideY;
    out[at + 5] = 0;
  }
}
