import { InProcessBus, inProcess } from "@delos/transport";
import { wellKnownRosAction } from "@delos/wire";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ActionHandler, action, actionClient, open, type Runtime, serveAction } from "./index.ts";

type Goal = { order: number };
type Sequence = { sequence: readonly number[] };
const Fibonacci = action<Goal, Sequence, Sequence>(
  "/fibonacci",
  "example_interfaces/action/Fibonacci",
  wellKnownRosAction("example_interfaces/action/Fibonacci")!,
);

let [server, client]: Runtime[] = [];
beforeEach(async () => {
  const wire = new InProcessBus();
  [server, client] = await Promise.all([0, 1].map(() => open({ transports: [inProcess(wire)], log: () => {} })));
});
afterEach(() => Promise.all([server!, client!].map((runtime) => runtime[Symbol.asyncDispose]())));

const serve = (handler: ActionHandler<Goal, Sequence, Sequence>) =>
  serveAction(server!.node("/counter"), Fibonacci, handler);
const numbers = (count: number): number[] => {
  const all = [0, 1];
  while (all.length <= count) all.push(all.at(-1)! + all.at(-2)!);
  return all.slice(0, count + 1);
};
const plain = ({ sequence }: Sequence): number[] => [...sequence];

test("a goal is accepted, tells how far it is, and has a result", async () => {
  serve({
    execute: ({ order }, goal) => {
      for (let n = 1; n < order; n++) goal.feedback({ sequence: numbers(n) });
      return { sequence: numbers(order) };
    },
  });
  const seen: number[][] = [];
  const goals = actionClient(client!.node("/user"), Fibonacci);
  const goal = await goals.send({ order: 5 }, { onFeedback: (feedback) => seen.push(plain(feedback)) });
  const { status, result } = await goal.result();
  expect([status, plain(result)]).toEqual(["succeeded", [0, 1, 1, 2, 3, 5]]);
  expect(seen).toEqual([1, 2, 3, 4].map(numbers));
  // Asked again, the answer is the same.
  expect(plain((await goal.result()).result)).toEqual([0, 1, 1, 2, 3, 5]);
});

test("a goal that is not accepted, and one that fails", async () => {
  serve({
    accept: ({ order }) => order >= 0,
    execute: () => {
      throw new Error("no");
    },
  });
  const goals = actionClient(client!.node("/user"), Fibonacci);
  await expect(goals.send({ order: -1 })).rejects.toMatchObject({ code: "ACTION_REJECTED" });
  expect((await (await goals.send({ order: 1 })).result()).status).toBe("aborted");
});

test("a goal is cancelled by its handle, by its signal, and with its server", async () => {
  const action = serve({
    execute: (_, { signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve({ sequence: [7] }))),
  });
  const goals = actionClient(client!.node("/user"), Fibonacci);
  const first = await goals.send({ order: 1 });
  expect(await first.cancel()).toBe(true);
  const { status, result } = await first.result();
  expect([status, plain(result)]).toEqual(["canceled", [7]]);
  expect(await first.cancel()).toBe(false);

  const stop = new AbortController();
  const second = await goals.send({ order: 1 });
  const ended = second.result({ signal: stop.signal });
  stop.abort();
  await expect(ended).rejects.toMatchObject({ code: "ABORTED" });
  await expect.poll(() => action.running).toBe(0);

  await goals.send({ order: 1 });
  expect(action.running).toBe(1);
  await action[Symbol.asyncDispose]();
  await expect.poll(() => action.running).toBe(0);
});

test("the status of all goals is there for who comes late", async () => {
  serve({ execute: () => ({ sequence: [] }) });
  const node = client!.node("/user");
  await (await actionClient(node, Fibonacci).send({ order: 1 })).result();
  const status = node.subscribe(Fibonacci.status, { durability: "transient_local", depth: 1 });
  await expect.poll(() => status.latest()?.message.status_list.map((goal) => goal.status)).toEqual([4]);
});

test("a result of a goal that nobody knows", async () => {
  serve({ execute: () => ({ sequence: [] }) });
  const answer = await client!.node("/user").call(Fibonacci.getResult, { goal_id: { uuid: new Uint8Array(16) } });
  expect(answer.status).toBe(0);
});
