import { UsageError } from "@delos/core";
import { inProcess } from "@delos/transport";
import { describe, expect, expectTypeOf, test } from "vitest";
import { ParameterError, parameter, parameterProblem } from "./parameter.ts";
import { parameterEvents } from "./parameter-topics.ts";
import { open, type RuntimeOptions } from "./runtime.ts";

const quiet: RuntimeOptions = { log: () => {} };
const definitions = {
  kp: parameter.number(1.2, { min: 0, max: 10, unit: "1/s", description: "proportional gain" }),
  cycles: parameter.integer(3, { min: 1, max: 9, step: 2 }),
  mode: parameter.oneOf(["auto", "manual"]),
  enabled: parameter.boolean(true),
  label: parameter.string("x", { readOnly: true }),
  weights: parameter.numbers([1, 2], { min: 0 }),
  names: parameter.strings([]),
};

describe("a node's own parameters", () => {
  test("are typed by their definitions", async () => {
    await using runtime = await open(quiet);
    const parameters = runtime.node("n").parameters(definitions);
    expectTypeOf(parameters.values.kp).toEqualTypeOf<number>();
    expectTypeOf(parameters.values.mode).toEqualTypeOf<"auto" | "manual">();
    expectTypeOf(parameters.values.enabled).toEqualTypeOf<boolean>();
    expectTypeOf(parameters.values.weights).toEqualTypeOf<readonly number[]>();
    expect(parameters.values).toEqual({
      kp: 1.2,
      cycles: 3,
      mode: "auto",
      enabled: true,
      label: "x",
      weights: [1, 2],
      names: [],
    });
  });

  test("are set all or none, and every problem is named", async () => {
    await using runtime = await open(quiet);
    const parameters = runtime.node("n").parameters(definitions);
    const before = parameters.values;
    expect(() => parameters.set({ kp: 5, cycles: 4, mode: "reverse" as never })).toThrow(ParameterError);
    expect(parameters.values).toBe(before);
    expect(parameters.problems({ cycles: 4, mode: "reverse", kq: 1 }).map((p) => [p.name, p.code])).toEqual([
      ["cycles", "PARAMETER_RANGE"],
      ["mode", "PARAMETER_CHOICE"],
      ["kq", "PARAMETER_UNKNOWN"],
    ]);
    expect(() => parameters.set({ label: "y" })).toThrow("label: it can only be set where the node is started");
    parameters.set({ kp: 5, mode: "manual" });
    expect(parameters.values).toMatchObject({ kp: 5, mode: "manual" });
    expect(before.kp).toBe(1.2);
  });

  test("tell watchers what changed, and nobody of what did not", async () => {
    await using runtime = await open(quiet);
    const parameters = runtime.node("n").parameters(definitions);
    const changes: unknown[] = [];
    parameters.on("change", ({ changed, values, previous }) => changes.push([changed, previous.kp, values.kp]));
    parameters.set({ kp: 1.2, weights: [1, 2] });
    parameters.set({ kp: 2, weights: [1, 2], enabled: false });
    expect(changes).toEqual([[["kp", "enabled"], 1.2, 2]]);
  });

  test("a validator judges them together, also the ones given at the start", async () => {
    const low = { min: parameter.number(0), max: parameter.number(1) };
    const ordered = (v: { min: number; max: number }): string | undefined =>
      v.min <= v.max ? undefined : "min is above max";
    await using runtime = await open({ ...quiet, parameters: { "/bad": { min: 2 }, good: { min: 2, max: 3 } } });
    const parameters = runtime.node("n").parameters(low, ordered);
    expect(() => parameters.set({ min: 5 })).toThrow("min: min is above max");
    parameters.set({ min: 5, max: 6 });
    expect(parameters.values).toEqual({ min: 5, max: 6 });
    expect(() => runtime.node("bad").parameters(low, ordered)).toThrow("min is above max");
    expect(runtime.node("good").parameters(low, ordered).values).toEqual({ min: 2, max: 3 });
  });

  test("names are declared once and have no odd characters", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("n");
    node.parameters({ kp: parameter.number(1) });
    expect(() => node.parameters({ kp: parameter.number(1) })).toThrow(UsageError);
    expect(() => node.parameters({ "k p": parameter.number(1) })).toThrow(UsageError);
    expect(() => node.parameters({ wrong: parameter.number(5, { max: 1 }) })).toThrow("5 is not within [-Infinity, 1]");
  });

  test.for([
    [parameter.boolean(true), 1],
    [parameter.integer(1), 1.5],
    [parameter.integer(1), 2 ** 60],
    [parameter.number(1), Number.NaN],
    [parameter.number(1), "1"],
    [parameter.string(""), 1],
    [parameter.numbers([]), [1, "2"]],
    [parameter.strings([]), [1]],
    [parameter.number(1), 1n],
    [parameter.string(""), undefined],
  ] as const)("%o refuses %o as being of another type", ([definition, value]) => {
    expect(parameterProblem("p", definition, value)?.code).toBe("PARAMETER_TYPE");
  });
});

describe("another node's parameters", () => {
  test("are listed with their limits, read, set and watched by services", async () => {
    const bus = inProcess();
    await using there = await open({ ...quiet, transports: [bus] });
    await using here = await open({ ...quiet, transports: [bus] });
    const own = there.node("control").parameters(definitions);
    const remote = here.node("tool").parametersOf("/control");
    const list = await remote.list();
    expect(list.map((p) => [p.name, p.kind])).toEqual([
      ["cycles", "integer"],
      ["enabled", "boolean"],
      ["kp", "number"],
      ["label", "string"],
      ["mode", "string"],
      ["names", "strings"],
      ["weights", "numbers"],
    ]);
    expect(list[2]).toEqual({
      name: "kp",
      kind: "number",
      default: 1.2,
      min: 0,
      max: 10,
      unit: "1/s",
      description: "proportional gain",
    });
    expect(list[4]).toMatchObject({ choices: ["auto", "manual"] });
    expect(await remote.list("k")).toHaveLength(1);
    const seen: unknown[] = [];
    remote.watch((changed) => seen.push(changed));
    await remote.set({ kp: 3, cycles: 5, weights: [4], names: ["a"] });
    expect(own.values).toMatchObject({ kp: 3, cycles: 5, weights: [4], names: ["a"] });
    expect(await remote.get(["kp", "cycles", "nothing"])).toEqual({ kp: 3, cycles: 5 });
    expect(await remote.get()).toMatchObject({ kp: 3, mode: "auto", enabled: true });
    expect(seen).toEqual([{ kp: 3, cycles: 5, weights: [4], names: ["a"] }]);
  });

  test("refuse what does not fit, as a whole", async () => {
    await using runtime = await open(quiet);
    const own = runtime.node("control").parameters(definitions);
    const remote = runtime.node("tool").parametersOf("/control");
    const wrong = remote.set({ kp: 3, cycles: 5.5, nothing: 1 });
    await expect(wrong).rejects.toThrow(ParameterError);
    await expect(wrong).rejects.toThrow("5.5 is no whole number");
    await expect(remote.set({ label: "y" })).rejects.toThrow("it can only be set");
    expect(own.values.kp).toBe(1.2);
  });

  test("a request that is not atomic sets what fits", async () => {
    await using runtime = await open(quiet);
    const node = runtime.node("control");
    const own = node.parameters(definitions);
    const { parameterServices } = await import("./parameter-topics.ts");
    const { results } = await runtime.node("tool").call(parameterServices("/control").set, {
      parameters: [
        { name: "kp", value: { double_value: 4 } },
        { name: "cycles", value: { integer_value: 100n } },
      ],
    });
    expect(results).toMatchObject([
      { name: "kp", successful: true },
      { name: "cycles", successful: false, code: "PARAMETER_RANGE" },
    ]);
    expect(own.values.kp).toBe(4);
  });

  test("every change is an event on the bus", async () => {
    await using runtime = await open(quiet);
    const own = runtime.node("control").parameters(definitions);
    const events = runtime.node("tool").subscribe(parameterEvents);
    own.set({ cycles: 7 });
    expect(events.latest()?.json).toMatchObject({
      node: "/control",
      changed: [{ name: "cycles", value: { integer_value: "7" } }],
    });
  });
});
