import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BusGraph } from "./bus-link.ts";
import { FieldStore } from "./field-store.ts";
import { placed, shapeOf, shortened, visible } from "./graph-layout.ts";
import { initial, type Json, kindOf, numberOf, pathText, type Schema, valueAt, withValue } from "./schema-form.ts";

const node = (name: string): BusGraph["nodes"][number] => ({ name, participant: "p", vendor: "delos", place: "" });
const GRAPH: BusGraph = {
  nodes: [node("/localization"), node("/control"), node("/bridge")],
  topics: [
    {
      name: "/pose",
      type: "Pose",
      encoding: "protobuf",
      publishers: ["/localization"],
      subscribers: ["/control", "/bridge"],
    },
    { name: "/delos/log", type: "Log", encoding: "protobuf", publishers: ["/control"], subscribers: ["/bridge"] },
  ],
  links: [
    { topic: "/pose", from: "/localization", to: "/control", transport: "shm", mismatches: [] },
    { topic: "/pose", from: "/localization", to: "/bridge", transport: "rtps", mismatches: ["reliability"] },
  ],
  services: [],
};

describe("the graph", () => {
  test("goes from publishers through topics to subscribers, without overlapping boxes", () => {
    const { boxes, lines, width, height } = placed(visible(GRAPH, true, ""));
    const at = (id: string) => boxes.find((box) => box.id === id)!;
    expect(boxes.map(({ id }) => id).sort()).toEqual(["n:/control", "n:/localization", "t:/pose"]);
    expect(at("n:/localization").x).toBeLessThan(at("t:/pose").x);
    expect(at("t:/pose").x).toBeLessThan(at("n:/control").x);
    expect(lines.map(({ transports, isBroken }) => [transports, isBroken])).toEqual([
      [["shm"], false],
      [["shm"], false],
    ]);
    for (const { x, y, width: w, height: h } of boxes) {
      expect(x - w / 2).toBeGreaterThanOrEqual(0);
      expect(x + w / 2).toBeLessThanOrEqual(width);
      expect(y + h / 2).toBeLessThanOrEqual(height);
    }
  });

  test("shows Delos' own when asked, and who does not talk", () => {
    const { boxes, lines } = placed(visible(GRAPH, false, ""));
    expect(boxes.length).toBe(5);
    expect(lines.find(({ id }) => id === "t:/pose n:/bridge")).toMatchObject({ transports: [], isBroken: true });
  });

  test("the filter keeps what it names and its neighbours", () => {
    const { nodes, topics } = visible(GRAPH, true, "LOCAL");
    expect(topics.map(({ name }) => name)).toEqual(["/pose"]);
    expect(nodes.map(({ name }) => name)).toEqual(["/localization", "/control"]);
  });

  test("rates do not move it", () => {
    const faster = { ...GRAPH, topics: GRAPH.topics.map((topic) => ({ ...topic, rateHz: 100 })) };
    expect(shapeOf(faster)).toBe(shapeOf(GRAPH));
  });

  test("a hundred nodes are placed, cycles too", () => {
    const names = Array.from({ length: 100 }, (_, i) => `/node${i}`);
    const topics = names.map((name, i) => ({
      name: `/topic${i}`,
      type: "T",
      encoding: "cdr",
      publishers: [name],
      subscribers: [names[(i * 7 + 1) % 100]!, name],
    }));
    expect(placed({ nodes: names.map(node), topics, links: [], services: [] }).boxes.length).toBe(200);
  });

  test("long names keep both ends", () => {
    const name = `/a/${"x".repeat(100)}/end`;
    expect(shortened(name).length).toBeLessThanOrEqual(44);
    expect(shortened(name)).toMatch(/^\/a\/.*…x*\/end$/);
  });
});

describe("forms", () => {
  test("kinds and beginnings", () => {
    const cases: [Schema, string, Json][] = [
      [{ type: "number" }, "number", 0],
      [{ type: "integer" }, "integer", 0],
      [{ type: "boolean" }, "boolean", false],
      [{ type: "string" }, "string", ""],
      [{ type: "string", pattern: "^-?\\d+$" }, "int64", "0"],
      [{ type: "string", contentEncoding: "base64" }, "bytes", ""],
      [{ type: "string", enum: ["A", "B"] }, "enum", "A"],
      [{ type: "array", items: { type: "number" } }, "number[]", []],
      [{ type: "object", title: "apollo.common.Header", properties: {} }, "Header", {}],
    ];
    for (const [schema, kind, value] of cases) expect([kindOf(schema), initial(schema)]).toEqual([kind, value]);
  });

  test("values are set and taken away at any path, and nothing else changes", () => {
    const path = fc.array(fc.oneof(fc.constantFrom("a", "b"), fc.nat({ max: 2 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(path, fc.integer(), (where, value) => {
        const message = withValue({}, where, value);
        expect(valueAt(message, where)).toBe(value);
        const without = withValue(message, where, undefined);
        expect(valueAt(without, where)).toBeUndefined();
      }),
    );
    const before = { a: { x: 1 }, b: [1, 2, 3] };
    expect(withValue(before, ["b", 1], undefined)).toEqual({ a: { x: 1 }, b: [1, 3] });
    expect(before).toEqual({ a: { x: 1 }, b: [1, 2, 3] });
  });

  test("paths and numbers as people write them", () => {
    expect(pathText(["pose", "position", "x"])).toBe("pose.position.x");
    expect(pathText(["wheel", 0, "speed"])).toBe("wheel[0].speed");
    expect([numberOf("1,5"), numberOf("-2e3"), numberOf(""), numberOf("x")]).toEqual([
      1.5,
      -2000,
      undefined,
      undefined,
    ]);
  });
});

describe("plotted fields", () => {
  const field = { key: "a", topic: "/t", path: "a" };

  test("half a minute is kept; time that goes back begins anew", () => {
    const store = new FieldStore();
    store.toggle(field);
    for (let t = 0; t <= 100; t++) store.add([{ key: "a", t: [t], v: [t * 2] }]);
    expect(store.read("a").t).toEqual(Array.from({ length: 31 }, (_, i) => 70 + i));
    store.add([
      { key: "a", t: [5], v: [1] },
      { key: "unknown", t: [1], v: [1] },
    ]);
    expect(store.read("a")).toMatchObject({ t: [5], v: [1] });
    store.toggle(field);
    expect(store.fields).toEqual([]);
  });
});
