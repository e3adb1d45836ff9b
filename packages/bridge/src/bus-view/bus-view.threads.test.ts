import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apollo } from "@delos/msgs";
import { open, parameter, service, topic } from "@delos/runtime";
import { codecFor, ros2Schema } from "@delos/wire";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { type Bridge, openBridge } from "../bridge.ts";
import { numberAt } from "./field-watch.ts";
import { type GraphState, readAsked, type Samples } from "./messages.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "delos-bus-view-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const Pose = topic("/apollo/localization/pose", apollo.localization.LocalizationEstimate);

class BusPage {
  readonly socket: WebSocket;
  readonly samples: Samples[] = [];
  graph: GraphState | undefined;
  #ids = 0;
  readonly #waiting: Map<number, (told: { answer?: unknown; error?: { code: string; text: string } }) => void> =
    new Map();

  constructor(bridge: Bridge) {
    this.socket = new WebSocket(`${bridge.url.replace("http", "ws")}bus`);
    this.socket.on("message", (data: Buffer) => {
      const told = JSON.parse(data.toString());
      if (told.graph !== undefined) this.graph = told.graph;
      if (told.samples !== undefined) this.samples.push(...told.samples);
      this.#waiting.get(told.id)?.(told);
    });
  }

  async ask(what: object): Promise<{ answer?: any; error?: { code: string; text: string } }> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, "open");
    const id = ++this.#ids;
    return await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, ...what }));
    });
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

const served = async (runtime: Awaited<ReturnType<typeof open>>): Promise<Bridge> =>
  await openBridge({ runtime, port: 0, page: folder });

describe("the bus view", () => {
  test("the graph: nodes, topics, who talks to whom by what, and why not", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using talker = runtime.node("talker");
    await using listener = runtime.node("listener");
    talker.publisher(Pose, { reliability: "best_effort" });
    listener.subscribe(Pose, { reliability: "reliable" });
    listener.subscribe(Pose, { reliability: "best_effort" });
    using page = new BusPage(bridge);
    await page.ask({ do: "watch", graph: true });
    const graph = await vi.waitFor(() => page.graph ?? Promise.reject(new Error("no graph")));
    expect(graph.nodes.find(({ name }) => name === "/talker")).toMatchObject({ vendor: "delos", place: "this thread" });
    expect(graph.topics.find(({ name }) => name === Pose.name)).toMatchObject({
      type: "apollo.localization.LocalizationEstimate",
      publishers: ["/talker"],
      subscribers: ["/bridge", "/listener"],
    });
    const links = graph.links.filter(({ to }) => to === "/listener");
    expect(links.map(({ transport, mismatches }) => [transport, mismatches.length])).toEqual([
      ["inprocess", 1],
      ["inprocess", 0],
    ]);
    expect(links[0]!.mismatches[0]).toMatch(/best_effort.*reliable/);
  });

  test("any numeric field is sampled as its messages come", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("car");
    const publisher = node.publisher(Pose);
    using page = new BusPage(bridge);
    await page.ask({
      do: "plot",
      fields: [
        { key: "x", topic: Pose.name, path: "pose.position.x" },
        { key: "number", topic: Pose.name, path: "header.sequence_num" },
        { key: "nothing", topic: Pose.name, path: "pose.constructor.length" },
      ],
    });
    for (let i = 0; i < 10; i++) {
      const sourceTimeNs = 1_000_000_000n * BigInt(i + 1);
      publisher.publish({ header: { sequence_num: i }, pose: { position: { x: i / 4 } } }, { sourceTimeNs });
    }
    const all = (key: string): number[][] =>
      page.samples.filter((each) => each.key === key).flatMap(({ t, v }) => t.map((time, i) => [time, v[i]!]));
    await vi.waitFor(() => expect(all("number").length).toBe(10));
    expect(all("x")).toEqual(Array.from({ length: 10 }, (_, i) => [i + 1, i / 4]));
    expect(all("nothing")).toEqual([]);
  });

  test("publishes by the schema, and says what does not fit", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("car");
    const pads: unknown[] = [];
    node.subscribeAny("/pad").on((sample) => void pads.push(sample.resolve(codecFor).schema.name));
    using page = new BusPage(bridge);
    const type = "apollo.control.PadMessage";
    const { answer: types } = await page.ask({ do: "types", topic: "/pad" });
    expect(types).toContain(type);
    const { answer: schema } = await page.ask({ do: "schema", topic: "/pad", type });
    expect(schema.properties.action.enum).toContain("START");
    const done = await page.ask({ do: "publish", topic: "/pad", type, message: { action: "START" } });
    expect(done.answer).toEqual({ subscribers: 2 });
    expect(pads).toEqual([type]);
    const wrong = await page.ask({ do: "publish", topic: "/pad", type, message: { action: "FLY" } });
    expect(wrong.error?.text).toMatch(/START/);
    expect((await page.ask({ do: "publish", topic: "/pad", type: "no.Such", message: {} })).error?.code).toBe(
      "BRIDGE_NO_SUCH",
    );
  });

  test("calls services; reads and sets parameters", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    await using node = runtime.node("/control");
    const [request, response] = [ros2Schema("a/srv/B_Request", "int32 a"), ros2Schema("a/srv/B_Response", "int32 b")];
    node.serve(service("/double", codecFor(request), codecFor(response)), ({ a }) => ({ b: (a as number) * 2 }));
    const own = node.parameters({ kp: parameter.number(1, { max: 10, unit: "1/s" }) });
    using page = new BusPage(bridge);
    await vi.waitFor(async () => expect((await page.ask({ do: "service", name: "/double" })).error).toBeUndefined());
    expect((await page.ask({ do: "call", name: "/double", request: { a: 21 } })).answer).toEqual({ b: 42 });
    const { answer } = await page.ask({ do: "parameters" });
    expect(answer).toEqual([
      { node: "/control", parameters: [{ name: "kp", kind: "number", default: 1, unit: "1/s", max: 10, value: 1 }] },
    ]);
    expect((await page.ask({ do: "set", node: "/control", name: "kp", value: 3 })).answer).toBeNull();
    expect(own.values.kp).toBe(3);
    expect((await page.ask({ do: "set", node: "/control", name: "kp", value: 30 })).error?.code).toBe(
      "PARAMETER_REFUSED",
    );
  });

  test("anything else is answered with an error, and too much of it ends the connection", async () => {
    await using runtime = await open();
    await using bridge = await served(runtime);
    using page = new BusPage(bridge);
    expect((await page.ask({ do: "explode" })).error?.code).toBe("BRIDGE_MALFORMED");
    const closed = once(page.socket, "close");
    for (let i = 0; i < 60; i++) page.socket.send("[]");
    expect((await closed)[0]).toBe(1008);
    expect(runtime.errors).toBe(0);
  });
});

test("whatever is asked is read or refused with a code", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.jsonValue().map((json) => JSON.stringify(json)),
      ),
      (text) => {
        try {
          readAsked(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "BRIDGE_MALFORMED" });
        }
      },
    ),
  );
});

test.for([
  ["a.b", { a: { b: 2 } }, 2],
  ["a[1]", { a: [1, 5n] }, 5],
  ["a", { a: true }, 1],
  ["a", { a: "1" }, undefined],
  ["__proto__.x", {}, undefined],
  ["a.b", { a: null }, undefined],
  ["a", { a: Number.NaN }, undefined],
] as const)("the number at %s", ([path, message, value]) => {
  expect(
    numberAt(
      message,
      path.split(/[.[\]]+/).filter((part) => part !== ""),
    ),
  ).toBe(value);
});
