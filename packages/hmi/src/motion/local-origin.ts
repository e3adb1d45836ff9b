/**
 * A point of the map near the car that the picture counts from. Map coordinates (UTM) reach millions of metres, where
 * the graphics card's 32-bit numbers step by half a metre; within some kilometres of an origin they step by less than
 * a millimetre.
 */
export const REACH_M = 4096;

export class LocalOrigin {
  x = 0;
  y = 0;
  /** Grows with every move: whoever has stored local coordinates must compute them again. */
  revision = 0;
  #placed = false;

  /** Moves the origin near the car when it is too far, always by whole kilometres so that the grid stays where it is. */
  follow(x: number, y: number): boolean {
    if (this.#placed && Math.abs(x - this.x) < REACH_M && Math.abs(y - this.y) < REACH_M) return false;
    this.#placed = true;
    this.x = Math.round(x / 1000) * 1000;
    this.y = Math.round(y / 1000) * 1000;
    this.revision++;
    return true;
  }
}
