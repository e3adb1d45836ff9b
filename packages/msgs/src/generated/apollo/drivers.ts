// Made from proto/ by `npm run generate -w @delos/msgs`; changes are made there.

import { $message } from "../../builtin.ts";
import type { MessageType } from "../../message-type.ts";
import type * as $apollo_common from "./common.ts";
import type * as $apollo_drivers from "./drivers.ts";
export * as gnss from "./drivers/gnss.ts";

export interface PointXYZIT {
  /** m */
  readonly x?: number | undefined;
  /** m */
  readonly y?: number | undefined;
  /** m */
  readonly z?: number | undefined;
  readonly intensity?: number | undefined;
  /** ns */
  readonly timestamp?: bigint | undefined;
}
export const PointXYZIT: MessageType<PointXYZIT> = $message<PointXYZIT>("apollo.drivers.PointXYZIT");

export interface PointCloud {
  readonly header?: $apollo_common.Header | undefined;
  readonly frame_id?: string | undefined;
  readonly is_dense?: boolean | undefined;
  readonly point?: readonly $apollo_drivers.PointXYZIT[] | undefined;
  readonly measurement_time?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}
export const PointCloud: MessageType<PointCloud> = $message<PointCloud>("apollo.drivers.PointCloud");

export const PixelFormat = {
  RGB8: 1001,
  RGBA8: 1002,
  RGB16: 1003,
  RGBA16: 1004,
  BGR8: 1005,
  BGRA8: 1006,
  BGR16: 1007,
  BGRA16: 1008,
  MONO8: 1009,
  MONO16: 1010,
  TYPE_8UC1: 2001,
  TYPE_8UC2: 2002,
  TYPE_8UC3: 2003,
  TYPE_8UC4: 2004,
  TYPE_8SC1: 2005,
  TYPE_8SC2: 2006,
  TYPE_8SC3: 2007,
  TYPE_8SC4: 2008,
  TYPE_16UC1: 2009,
  TYPE_16UC2: 2010,
  TYPE_16UC3: 2011,
  TYPE_16UC4: 2012,
  TYPE_16SC1: 2013,
  TYPE_16SC2: 2014,
  TYPE_16SC3: 2015,
  TYPE_16SC4: 2016,
  TYPE_32SC1: 2017,
  TYPE_32SC2: 2018,
  TYPE_32SC3: 2019,
  TYPE_32SC4: 2020,
  TYPE_32FC1: 2021,
  TYPE_32FC2: 2022,
  TYPE_32FC3: 2023,
  TYPE_32FC4: 2024,
  TYPE_64FC1: 2025,
  TYPE_64FC2: 2026,
  TYPE_64FC3: 2027,
  TYPE_64FC4: 2028,
  BAYER_RGGB8: 3001,
  BAYER_BGGR8: 3002,
  BAYER_GBRG8: 3003,
  BAYER_GRBG8: 3004,
  BAYER_RGGB16: 3005,
  BAYER_BGGR16: 3006,
  BAYER_GBRG16: 3007,
  BAYER_GRBG16: 3008,
  YUV422: 4001,
} as const;
export type PixelFormat = (typeof PixelFormat)[keyof typeof PixelFormat];

export interface Image {
  readonly header?: $apollo_common.Header | undefined;
  readonly frame_id?: string | undefined;
  readonly measurement_time?: number | undefined;
  readonly height?: number | undefined;
  readonly width?: number | undefined;
  readonly encoding?: string | undefined;
  readonly step?: number | undefined;
  readonly data?: Uint8Array | undefined;
}
export const Image: MessageType<Image> = $message<Image>("apollo.drivers.Image");

export interface CompressedImage {
  readonly header?: $apollo_common.Header | undefined;
  readonly frame_id?: string | undefined;
  readonly format?: string | undefined;
  readonly data?: Uint8Array | undefined;
  readonly measurement_time?: number | undefined;
  readonly frame_type?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}
export const CompressedImage: MessageType<CompressedImage> = $message<CompressedImage>("apollo.drivers.CompressedImage");
