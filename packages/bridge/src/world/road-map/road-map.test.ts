import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apollo, delos } from "@delos/msgs";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { elementsOf } from "./elements.ts";
import { RoadMap, type RoadMapTile, readRoadMap } from "./road-map.ts";
import { simplified } from "./simplify.ts";

const demo = fileURLToPath(
  new URL("../../../../../../shared/apollo/data/v1.5.0/modules/map/data/demo/", import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), "delos-map-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const curve = (points: readonly (readonly [number, number])[]): apollo.hdmap.Curve => ({
  segment: [{ line_segment: { point: points.map(([x, y]) => ({ x, y })) } }],
});
const { LaneBoundaryType, Signal, Subsignal } = apollo.hdmap;
const { MapArea, MapLine, MapSign } = delos.bridge;
const nameOf = (names: Readonly<Record<string, number>>, kind = 0): string =>
  Object.keys(names).find((name) => names[name] === kind) ?? String(kind);

/** A straight lane of 40 m to the east, whose left line is dotted for 15 m and then solid. */
const map: apollo.hdmap.Map = {
  lane: [
    {
      id: { id: "1" },
      central_curve: curve([
        [0, 0],
        [10, 0],
        [20, 0.001],
        [40, 0],
      ]),
      left_boundary: {
        curve: curve([
          [0, 2],
          [40, 2],
        ]),
        boundary_type: [
          { s: 0, types: [LaneBoundaryType.Type.DOTTED_WHITE] },
          { s: 15, types: [LaneBoundaryType.Type.SOLID_YELLOW] },
        ],
      },
      right_boundary: {
        curve: curve([
          [0, -2],
          [40, -2],
        ]),
      },
    },
  ],
  crosswalk: [
    {
      polygon: {
        point: [
          { x: 30, y: -2 },
          { x: 33, y: -2 },
          { x: 33, y: 2 },
          { x: 30, y: 2 },
        ],
      },
    },
  ],
  signal: [
    {
      type: Signal.Type.SINGLE,
      subsignal: [{ type: Subsignal.Type.CIRCLE, location: { x: 36, y: 0, z: 5 } }],
      stop_line: [
        curve([
          [29, -2],
          [29, 2],
        ]),
      ],
    },
  ],
  stop_sign: [
    {
      stop_line: [
        curve([
          [39, -2],
          [39, 2],
        ]),
      ],
    },
  ],
};

/** The tile as a page puts it together again. */
function decoded({ frame }: RoadMapTile): { kinds: string[]; points: [number, number][][] } {
  const [tile] = delos.bridge.Frame.decode(frame).tiles!;
  const all = [...(tile!.lines ?? []), ...(tile!.areas ?? [])].map(({ points = [] }) => {
    let [x, y] = [tile!.x ?? 0, tile!.y ?? 0];
    return Array.from({ length: points.length / 2 }, (_, i): [number, number] => {
      x += points[2 * i]! / 100;
      y += points[2 * i + 1]! / 100;
      return [x, y];
    });
  });
  const kinds = [
    ...(tile!.lines ?? []).map(({ kind }) => `line ${nameOf(MapLine.Kind, kind)}`),
    ...(tile!.areas ?? []).map(({ kind }) => `area ${nameOf(MapArea.Kind, kind)}`),
    ...(tile!.signs ?? []).map(({ kind }) => `sign ${nameOf(MapSign.Kind, kind)}`),
  ];
  return { kinds, points: all };
}

describe("a map for the page", () => {
  test("holds lanes with their paint, areas, stop lines and signs", () => {
    const { tiles } = new RoadMap(map);
    expect(tiles.flatMap((tile) => decoded(tile).kinds).sort()).toEqual(
      [
        "line LANE_CENTER",
        "line DOTTED_WHITE",
        "line SOLID_YELLOW",
        "line BORDER",
        "line STOP",
        "line STOP",
        "area LANE",
        "area CROSSWALK",
        "sign SIGNAL",
        "sign STOP",
      ].sort(),
    );
  });

  test("paint changes where the map says it does", () => {
    const pieces = elementsOf(map).filter(
      (element) => element.is === "line" && element.points.every(({ y }) => y === 2),
    );
    expect(pieces.map(({ points }) => points.map(({ x }) => x))).toEqual([
      [0, 15],
      [15, 40],
    ]);
  });

  test("a signal looks at who waits before it", () => {
    const signal = elementsOf(map).find((element) => element.is === "sign" && element.kind === MapSign.Kind.SIGNAL);
    expect(signal).toMatchObject({ points: [{ x: 36, y: 0 }], headingRad: Math.PI });
  });

  test("coordinates of a whole country keep their centimetres", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 250, noNaN: true }), fc.double({ min: 0, max: 250, noNaN: true })), {
          minLength: 3,
          maxLength: 40,
        }),
        (points) => {
          const far = points.map(([x, y]) => ({ x: x + 586_000, y: y + 4_140_000 }));
          const [tile] = new RoadMap({ crosswalk: [{ polygon: { point: far } }] }).tiles;
          const [back] = decoded(tile!).points;
          back!.forEach(([x, y], i) => {
            expect(Math.abs(x - far[i]!.x)).toBeLessThan(0.0051);
            expect(Math.abs(y - far[i]!.y)).toBeLessThan(0.0051);
          });
        },
      ),
    );
  });

  test("tiles come by distance, those far away not at all", () => {
    const crosswalkAt = (x: number): apollo.hdmap.Crosswalk => ({
      polygon: {
        point: [
          { x, y: 0 },
          { x: x + 3, y: 0 },
          { x: x + 3, y: 3 },
        ],
      },
    });
    const road = new RoadMap({ crosswalk: [5000, 0, 700, 1400].map(crosswalkAt) });
    expect(road.tiles).toHaveLength(4);
    expect(road.near(1500, 0, 900).map(({ minX }) => minX)).toEqual([1400, 700]);
  });

  test("a line keeps its shape with fewer points", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.integer({ min: 0, max: 99 }), y: fc.integer({ min: 0, max: 99 }) })),
        (line) => {
          const kept = simplified(line, 1);
          expect(kept.length).toBeLessThanOrEqual(line.length);
          expect(kept[0]).toEqual(line[0]);
          expect(kept.at(-1)).toEqual(line.at(-1));
          expect(simplified(line, 0).length).toBeLessThanOrEqual(line.length);
        },
      ),
    );
    const straight = Array.from({ length: 1000 }, (_, i) => ({ x: i, y: 0.01 * Math.sin(i) }));
    expect(simplified(straight, 0.05)).toHaveLength(2);
  });
});

describe("reading a map", () => {
  const textFile = join(folder, "map.txt");
  const binaryFile = join(folder, "map.bin");
  writeFileSync(textFile, apollo.hdmap.Map.toText(map));
  writeFileSync(binaryFile, apollo.hdmap.Map.encode(map));

  test("text and binary are the same map", async () => {
    const [text, binary] = await Promise.all([readRoadMap(textFile), readRoadMap(binaryFile)]);
    expect(text.tiles.map(({ frame }) => [...frame])).toEqual(binary.tiles.map(({ frame }) => [...frame]));
  });

  test.for([
    ["no-such-file.txt", undefined],
    ["empty.txt", ""],
    ["words.txt", "this is no map"],
    ["picture.bin", "\u0089PNG\u0000\u0001\u0002"],
  ] as const)("%s is refused with a name and a reason", async ([name, content]) => {
    const file = join(folder, name);
    if (content !== undefined) writeFileSync(file, content, "latin1");
    await expect(readRoadMap(file)).rejects.toMatchObject({
      code: "BRIDGE_MAP",
      message: expect.stringContaining(name),
    });
  });

  test.skipIf(!existsSync(`${demo}base_map.txt`))(
    "Apollo's demo map: its lane and its stop sign, small enough to send",
    async () => {
      const road = await readRoadMap(`${demo}base_map.txt`);
      const kinds = road.tiles.flatMap((tile) => decoded(tile).kinds);
      expect(kinds).toContain("area LANE");
      expect(kinds).toContain("line LANE_CENTER");
      expect(kinds).toContain("line STOP");
      expect(kinds).toContain("sign STOP");
      const sent = road.tiles.reduce((sum, { frame }) => sum + frame.length, 0);
      expect(sent).toBeLessThan(readFileSync(`${demo}base_map.txt`).length / 50);
      expect(road.near(586_392, 4_140_673, 50).length).toBeGreaterThan(0);
    },
  );
});
