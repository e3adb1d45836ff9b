import { SimulatedClock } from "@delos/core";
import { apollo, delos } from "@delos/msgs";
import { open, topic } from "@delos/runtime";
import { describe, expect, test } from "vitest";
import { Lags } from "./lags.ts";
import type { ControlledModule } from "./module-control.ts";
import { Operation, type SelectionSource } from "./operation.ts";

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis);
const { Verb } = delos.bridge.ModuleAction;

/** An operation with one module and a vehicle to choose, whose choosing can be held up. */
async function operated() {
  const clock = new SimulatedClock(1_000_000_000_000n);
  const runtime = await open({ clock, log: () => {} });
  const node = runtime.node("/bridge");
  const chassis = runtime.node("/car").publisher(Chassis);
  let state: ControlledModule["state"] = "stopped";
  let hold = Promise.resolve();
  const chosen: string[] = [];
  const vehicle: SelectionSource = {
    kind: "vehicle",
    choices: ["MKZ", "Shuttle", "Wreck"],
    chosen: "MKZ",
    async choose(choice) {
      await hold;
      if (choice === "Wreck") throw new Error("no wheels");
      chosen.push(choice);
    },
  };
  const operation = new Operation(
    { runtime, node, clock, lags: new Lags(node, () => clock.monotonicMs()) },
    {
      modules: {
        get modules() {
          return [{ name: "helper", state, placement: "thread", restarts: 0, crash: undefined }];
        },
        start: async () => void (state = "running"),
        stop: async () => void (state = "stopped"),
        restart: async () => void (state = "running"),
        events: { on: () => ({ [Symbol.dispose]: () => {} }) },
      },
      needed: [],
      selections: [vehicle],
      vehicle: () => ({ name: vehicle.chosen, front_m: vehicle.chosen === "MKZ" ? 3.89 : 3.18 }),
    },
    () => {},
  );
  return {
    clock,
    chassis,
    vehicle,
    chosen,
    operation,
    select: (choice: string, kind = "vehicle") =>
      operation.perform({ id: 1, select: { kind, chosen: choice } }).then(
        () => "done",
        (error: unknown) => (error as { code?: string }).code ?? (error as Error).message,
      ),
    become: (next: ControlledModule["state"]) => void (state = next),
    holdUntil: (until: Promise<void>) => void (hold = until),
    [Symbol.asyncDispose]: async () => {
      await operation[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

describe("another vehicle", () => {
  test("is chosen while nothing runs, and the page is told its size", async () => {
    await using one = await operated();
    expect(one.operation.state.vehicle).toEqual({ name: "MKZ", front_m: 3.89 });
    const { revision } = one.operation;
    expect(await one.select("Shuttle")).toBe("done");
    expect(one.operation.revision).toBeGreaterThan(revision);
    expect(one.operation.state.vehicle).toEqual({ name: "Shuttle", front_m: 3.18 });
    expect(one.operation.state.selections?.[0]).toMatchObject({ kind: "vehicle", chosen: "Shuttle" });
  });

  test("that does not exist, or of another kind, is refused", async () => {
    await using one = await operated();
    expect(await one.select("Bus")).toBe("BRIDGE_NO_SUCH");
    expect(await one.select("MKZ", "weather")).toBe("BRIDGE_NO_SUCH");
    expect(one.chosen).toEqual([]);
  });

  test("whose files are broken is refused, and the old one stays", async () => {
    await using one = await operated();
    expect(await one.select("Wreck")).toBe("no wheels");
    expect(one.vehicle.chosen).toBe("MKZ");
    expect(await one.select("Shuttle")).toBe("done"); // and nothing is left hanging
  });

  test.for(["starting", "running", "stopping", "waiting"] as const)(
    "is refused while a module is %s",
    async (state) => {
      await using one = await operated();
      one.become(state); // none that setup needs: any module holds the old files
      expect(await one.select("Shuttle")).toBe("BRIDGE_NOT_NOW");
      expect(one.vehicle.chosen).toBe("MKZ");
      one.become("crashed");
      expect(await one.select("Shuttle")).toBe("done");
    },
  );

  test("is refused while the car drives by itself, whoever leads it", async () => {
    await using one = await operated();
    const { COMPLETE_AUTO_DRIVE } = apollo.canbus.Chassis.DrivingMode;
    one.chassis.publish({ driving_mode: COMPLETE_AUTO_DRIVE });
    one.clock.advance(10);
    expect(one.operation.driving.mode).toBe("COMPLETE_AUTO_DRIVE");
    expect(await one.select("Shuttle")).toBe("BRIDGE_NOT_NOW");
  });

  test("is not changed twice at once, and nothing starts in between", async () => {
    await using one = await operated();
    let go = (): void => {};
    one.holdUntil(new Promise((resolve) => (go = resolve)));
    const first = one.select("Shuttle");
    expect(await one.select("MKZ")).toBe("BRIDGE_NOT_NOW");
    const start = one.operation.perform({ id: 2, module: { name: "helper", verb: Verb.START } });
    await expect(start).rejects.toMatchObject({ code: "BRIDGE_NOT_NOW" });
    // Stopping is always possible.
    await one.operation.perform({ id: 3, module: { name: "helper", verb: Verb.STOP } });
    go();
    expect(await first).toBe("done");
    await one.operation.perform({ id: 4, module: { name: "helper", verb: Verb.START } });
  });
});
