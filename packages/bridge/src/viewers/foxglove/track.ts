/** Farther than this from one place to the next the car has not driven: its time has jumped. */
const JUMP_M = 100;
/** Beyond it every second place goes, and the spacing doubles. */
const MAX_PLACES = 2000;
const FIRST_SPACING_M = 0.5;
const METRES_A_DEGREE = 111_320;
/** A centimetre. */
const DIGITS = 7;

type Place = readonly [longitudeDeg: number, latitudeDeg: number];

/**
 * Where the car has been, for Map panels: of a live source they show only where things are now. Bounded: a long way is drawn
 * with places farther apart.
 */
export class Track {
  #places: Place[] = [];
  #spacingM = FIRST_SPACING_M;
  #timeNs = 0n;

  /** Where the car is at a time. An earlier time than before begins a new track. */
  add(longitudeDeg: number, latitudeDeg: number, timeNs: bigint): void {
    if (timeNs < this.#timeNs) this.clear();
    this.#timeNs = timeNs;
    const place: Place = [Number(longitudeDeg.toFixed(DIGITS)), Number(latitudeDeg.toFixed(DIGITS))];
    const last = this.#places.at(-1);
    if (last !== undefined && distanceM(last, place) < this.#spacingM) return;
    this.#places.push(place);
    if (this.#places.length <= MAX_PLACES) return;
    this.#places = this.#places.filter((_, i) => i % 2 === 0);
    this.#spacingM *= 2;
  }

  clear(): void {
    this.#places = [];
    this.#spacingM = FIRST_SPACING_M;
    this.#timeNs = 0n;
  }

  /** A GeoJSON feature, lines of longitude and latitude; undefined before the car has moved. */
  get geojson(): string | undefined {
    const jumpM = Math.max(JUMP_M, 4 * this.#spacingM);
    const ways: Place[][] = [];
    let last: Place | undefined;
    for (const place of this.#places) {
      if (last === undefined || distanceM(last, place) > jumpM) ways.push([]);
      ways.at(-1)!.push(place);
      last = place;
    }
    const lines = ways.filter(({ length }) => length > 1);
    if (lines.length === 0) return undefined;
    const geometry = { type: "MultiLineString", coordinates: lines };
    return JSON.stringify({ type: "Feature", properties: { name: "driven" }, geometry });
  }
}

/** Of places near one another. */
function distanceM([longitudeA, latitudeA]: Place, [longitudeB, latitudeB]: Place): number {
  const eastDeg = (longitudeB - longitudeA) * Math.cos((latitudeA * Math.PI) / 180);
  return METRES_A_DEGREE * Math.hypot(eastDeg, latitudeB - latitudeA);
}
