import proj4 from "proj4";

/** Universal transverse Mercator on WGS-84, through proj4. Eastings and northings in m, longitude and latitude in degrees. */
export interface UtmProjection {
  readonly zone: number;
  forward(longitudeDeg: number, latitudeDeg: number): { readonly eastingM: number; readonly northingM: number };
  inverse(eastingM: number, northingM: number): { readonly longitudeDeg: number; readonly latitudeDeg: number };
}

/** @throws RangeError for a zone outside 1…60 */
export function utm(zone: number, hemisphere: "north" | "south" = "north"): UtmProjection {
  if (!Number.isInteger(zone) || zone < 1 || zone > 60) throw new RangeError(`UTM zone ${zone}: 1 to 60 was expected`);
  const converter = proj4(
    `+proj=utm +zone=${zone}${hemisphere === "south" ? " +south" : ""} +ellps=WGS84 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs`,
  );
  return {
    zone,
    forward(longitudeDeg, latitudeDeg) {
      const [eastingM, northingM] = converter.forward([longitudeDeg, latitudeDeg]) as [number, number];
      return { eastingM, northingM };
    },
    inverse(eastingM, northingM) {
      const [longitudeDeg, latitudeDeg] = converter.inverse([eastingM, northingM]) as [number, number];
      return { longitudeDeg, latitudeDeg };
    },
  };
}

/** The zone that holds a longitude (without the exceptions around Norway and Svalbard). */
export function utmZoneOf(longitudeDeg: number): number {
  return (((Math.floor((longitudeDeg + 180) / 6) % 60) + 60) % 60) + 1;
}
