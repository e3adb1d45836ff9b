import type { Adapter, CloudObservation } from "../observation.ts";
import { field, fields, list, num, rosStampS, stampS, text } from "../read-value.ts";

/** More are left out, evenly: nobody sees more on a screen, and they cost the network and the page. */
export const MOST_POINTS = 120_000;

type Read = (view: DataView, at: number, little: boolean) => number;
/** sensor_msgs/PointField.msg datatypes; foxglove.PackedElementField.NumericType counts otherwise. */
const ROS_TYPES: Readonly<Record<number, readonly [bytes: number, read: Read]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  8: [8, (view, at, little) => view.getFloat64(at, little)],
};
const FOXGLOVE_TO_ROS: Readonly<Record<number, number>> = { 1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 7, 8: 8 };

interface Packed {
  readonly data: Uint8Array;
  readonly stride: number;
  readonly count: number;
  readonly little: boolean;
  /** Offset and type (ROS numbers) of x, y, z. */
  readonly axes: readonly (readonly [offset: number, type: number])[];
}

/** sensor_msgs/PointCloud2: rows may be padded, so points are found through row_step. */
export const pointCloud2: Adapter = {
  types: ["sensor_msgs/PointCloud2"],
  newestOnly: true,
  read: (message) => {
    const at = fields(message);
    const [width, height, stride] = [num(at["width"]) ?? 0, num(at["height"]) ?? 0, num(at["point_step"]) ?? 0];
    const rowStep = num(at["row_step"]) ?? 0;
    const data = bytesOf(at["data"]);
    const axes = axesOf(list(at["fields"]), (named) => num(field(named, "datatype")) ?? 0);
    if (axes === undefined || data === undefined) return [];
    const isDense = height <= 1 || rowStep === 0 || rowStep === width * stride;
    const count = isDense ? width * height : width; // of padded rows the first is shown
    const packed = { data, stride, count, little: at["is_bigendian"] !== true, axes };
    const frame = text(field(at["header"], "frame_id")) ?? "";
    return [cloudOf(packed, frame, rosStampS(message))].flat();
  },
};

/** foxglove.PointCloud: `pose` is of the cloud in its frame; one that turns it is rare, and its shift is kept. */
export const foxgloveCloud: Adapter = {
  types: ["foxglove.PointCloud", "foxglove_msgs/PointCloud"],
  newestOnly: true,
  read: (message) => {
    const at = fields(message);
    const stride = num(at["point_stride"]) ?? 0;
    const data = bytesOf(at["data"]);
    const axes = axesOf(list(at["fields"]), (named) => FOXGLOVE_TO_ROS[num(field(named, "type")) ?? 0] ?? 0);
    if (axes === undefined || data === undefined || stride <= 0) return [];
    const packed = { data, stride, count: Math.floor(data.length / stride), little: true, axes };
    const clouds = cloudOf(packed, text(at["frame_id"]) ?? "", stampS(at["timestamp"]));
    const shift = fields(field(at["pose"], "position"));
    const by = [num(shift["x"]) ?? 0, num(shift["y"]) ?? 0, num(shift["z"]) ?? 0];
    for (const { points } of clouds) for (let i = 0; i < points.length; i++) points[i]! += by[i % 3]!;
    return clouds;
  },
};

function axesOf(
  named: readonly unknown[],
  typeOf: (named: unknown) => number,
): readonly (readonly [number, number])[] | undefined {
  const axes = ["x", "y", "z"].map((name) => {
    const found = named.find((one) => text(field(one, "name")) === name);
    return [num(field(found, "offset")) ?? 0, found === undefined ? 0 : typeOf(found)] as const;
  });
  return axes.every(([, type]) => ROS_TYPES[type] !== undefined) ? axes : undefined;
}

/** Never past the end, whatever count, stride and offsets say; points that are not finite are left out. */
function cloudOf(
  { data, stride, count, little, axes }: Packed,
  frame: string,
  timeS: number | undefined,
): CloudObservation[] {
  if (!(stride > 0)) return [];
  const reach = Math.max(...axes.map(([offset, type]) => offset + ROS_TYPES[type]![0]));
  const there = Math.min(count, Math.floor((data.length - reach) / stride) + 1);
  if (there <= 0 || reach > stride) return [];
  const every = Math.max(1, Math.ceil(there / MOST_POINTS));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const points = new Float32Array(Math.ceil(there / every) * 3);
  const [[xAt, xType], [yAt, yType], [zAt, zType]] = axes as [[number, number], [number, number], [number, number]];
  const [readX, readY, readZ] = [ROS_TYPES[xType]![1], ROS_TYPES[yType]![1], ROS_TYPES[zType]![1]];
  let written = 0;
  for (let i = 0; i < there; i += every) {
    const at = i * stride;
    const [x, y, z] = [readX(view, at + xAt, little), readY(view, at + yAt, little), readZ(view, at + zAt, little)];
    if (!Number.isFinite(x + y + z)) continue;
    points[written++] = x;
    points[written++] = y;
    points[written++] = z;
  }
  return [{ kind: "cloud", frame, points: points.subarray(0, written), total: there, timeS }];
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) ? Uint8Array.from(value as number[]) : undefined;
}
