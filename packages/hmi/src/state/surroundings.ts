import type { Frame, MapTile, PointCloud, Prediction } from "../protocol/bridge.ts";

/** What is around the car besides obstacles, for the picture. Bounded: the server sends only what is near. */
const MOST_TILES = 2000;

export class Surroundings {
  /** Tiles of the HD map by their number; a changed map is another object. */
  readonly tiles = new Map<number, MapTile>();
  tilesRevision = 0;
  predictions: readonly Prediction[] = [];
  cloud: PointCloud | undefined;
  /** Clouds received. */
  clouds = 0;

  frame({ tiles, cloud, world }: Frame): void {
    for (const tile of tiles) {
      if (this.tiles.size >= MOST_TILES) this.tiles.delete(this.tiles.keys().next().value!);
      this.tiles.set(tile.id, tile);
      this.tilesRevision++;
    }
    if (world !== undefined) this.predictions = world.predictions;
    if (cloud !== undefined) {
      this.cloud = cloud;
      this.clouds++;
    }
  }

  /** Time has jumped: the map stays. */
  jumped(): void {
    this.predictions = [];
    this.cloud = undefined;
  }

  /** Another server: perhaps another map. */
  clear(): void {
    this.jumped();
    this.tiles.clear();
    this.tilesRevision++;
  }
}
