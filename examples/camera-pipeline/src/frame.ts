import process from "node:process";
import type { MessageCodec } from "@delos/core";
import { topic } from "delos";

export const WIDTH = 1920;
export const HEIGHT = 1080;
export const FRAME_BYTES = WIDTH * HEIGHT * 3;
export const RATE_HZ = 60;

/** A frame is its pixels, RGB, row by row: the bytes are the message. */
const frame: MessageCodec<Uint8Array> = {
  schema: { name: "example.Frame", messageEncoding: "rgb8", schemaEncoding: "", data: new Uint8Array() },
  encode: (pixels) => pixels,
  decode: (bytes) => bytes,
  toJSON: (pixels) => ({ bytes: pixels.length }),
  fromJSON: () => new Uint8Array(FRAME_BYTES),
};

export const Camera = topic("/camera/front", frame, { reliability: "best_effort", depth: 1 });

/** One clock for all threads of the process. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** What a driver's DMA would do: the camera writes a new picture into the memory it was given. Here a bar moves. */
export function expose(pixels: Uint8Array, number: number): void {
  const row = number % HEIGHT;
  pixels.fill(number & 255, row * WIDTH * 3, (row + 1) * WIDTH * 3);
  const corner = new DataView(pixels.buffer, pixels.byteOffset);
  corner.setUint32(0, number, true);
  corner.setFloat64(8, nowMs(), true);
}

export const ageMs = (pixels: Uint8Array): number =>
  nowMs() - new DataView(pixels.buffer, pixels.byteOffset).getFloat64(8, true);

/** A reader's work: it looks at one pixel of each row. */
export function look(pixels: Uint8Array): number {
  let sum = 0;
  for (let row = 0; row < HEIGHT; row++) sum += pixels[row * WIDTH * 3 + WIDTH]!;
  return sum;
}

export const numberOf = (pixels: Uint8Array): number =>
  new DataView(pixels.buffer, pixels.byteOffset).getUint32(0, true);
