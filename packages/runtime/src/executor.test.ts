import { SimulatedClock } from "@delos/core";
import { delos } from "@delos/msgs";
import { expect, test } from "vitest";
import { Executor, type Task } from "./executor.ts";
import { open } from "./runtime.ts";
import { topic } from "./topic.ts";

const Log = topic("/t", delos.Log);

function recording(budget = Infinity): {
  executor: Executor;
  ran: string[];
  task: (name: string, then?: () => void) => Task;
} {
  const ran: string[] = [];
  const executor = new Executor({ budget, onError: (error) => ran.push(String(error)) });
  return {
    executor,
    ran,
    task: (name, then) => ({
      run: () => {
        ran.push(name);
        then?.();
      },
    }),
  };
}

test("work posted from outside runs at once, work posted by work runs behind what waits", () => {
  const { executor, ran, task } = recording();
  executor.post(
    task("a", () => {
      executor.post(task("b", () => executor.post(task("d"))));
      executor.post(task("c"));
      expect(ran).toEqual(["a"]);
    }),
  );
  expect(ran).toEqual(["a", "b", "c", "d"]);
  expect(executor.dispatched).toBe(4);
});

test("inside a bracket everything waits for its end; only the outermost one ends it", () => {
  const { executor, ran, task } = recording();
  expect(executor.hold()).toBe(true);
  expect(executor.hold()).toBe(false);
  executor.post(task("a"));
  executor.post(task("b"));
  expect(ran).toEqual([]);
  executor.release();
  expect(ran).toEqual(["a", "b"]);
});

test("an error of a task does not stop the next", () => {
  const { executor, ran, task } = recording();
  executor.hold();
  executor.post({
    run: () => {
      throw new Error("mine");
    },
  });
  executor.post(task("b"));
  executor.release();
  expect(ran).toEqual(["Error: mine", "b"]);
});

test("work without end lets the event loop turn after its budget, and keeps its order", async () => {
  const { executor, ran, task } = recording(3);
  let more = 7;
  const again = (): void => void (more-- > 0 && executor.post(task(`t${more}`, again)));
  again();
  expect(ran).toHaveLength(3);
  expect(executor.waiting).toBe(1);
  await executor.settled();
  expect(ran).toEqual(["t6", "t5", "t4", "t3", "t2", "t1", "t0"]);
});

test("work ahead of the rest runs with all its consequences first", () => {
  const { executor, ran, task } = recording();
  executor.post(
    task("a", () => {
      executor.post(task("later"));
      executor.ahead(() => {
        executor.post(task("b", () => executor.post(task("c"))));
        executor.post(task("d"));
      });
      ran.push("end of a");
    }),
  );
  expect(ran).toEqual(["a", "b", "c", "d", "end of a", "later"]);
});

test("closed, it runs nothing any more", () => {
  const { executor, ran, task } = recording(1);
  executor.hold();
  executor.post(task("a"));
  executor.post(task("b"));
  executor.release();
  executor.close();
  executor.post(task("c"));
  expect([ran, executor.waiting]).toEqual([["a"], 0]);
});

test("all subscribers of a sample come before what the first of them publishes", async () => {
  await using runtime = await open({ log: () => {}, clock: new SimulatedClock() });
  const node = runtime.node("n");
  const publisher = node.publisher(Log);
  const order: string[] = [];
  for (const name of ["a", "b"]) {
    node.subscribe(Log).on(({ message: { message } }) => {
      order.push(`${name} ${message}`);
      if (name === "a" && message === "1") expect(publisher.publish({ message: "2" })).toBe("sent");
    });
  }
  publisher.publish({ message: "1" });
  expect(order).toEqual(["a 1", "b 1", "a 2", "b 2"]);
});
