import { rtps } from "@delos/transport-rtps";
import { codecFor, idlSchema } from "@delos/wire";
import { Add, Fibonacci, ros } from "./example-interfaces.test-support.ts";
import { actionClient, type Node, open, parameter, serveAction, topic } from "./index.ts";

/*
 * Two participants on loopback, one with a thread of its own, that say to each other all that Delos can say by RTPS: packed and
 * fragmented samples, keyed ones and the end of their instances, both representations of services, parameters, actions, nodes
 * and types that others know, and goodbyes. Prints "done" when all of it has arrived.
 */
const domain = 7;
const IDL = `module m { struct Reading { @key long id; string text; }; struct Named { @key string name; unsigned long n; };
  struct Blob { unsigned long n; sequence<octet> data; }; };`;
const Text = topic("/text", ros("std_msgs/msg/String"), { history: "keep_all" });
const Pose = topic("/pose", ros("geometry_msgs/msg/PoseStamped"), { reliability: "best_effort" });
const Reading = topic("reading", codecFor(idlSchema("m::Reading", IDL)), {
  durability: "transient_local",
  history: "keep_all",
});
const Named = topic("named", codecFor(idlSchema("m::Named", IDL)), { partition: ["a", "b"], deadlineMs: 60_000 });
const Blob = topic("blob", codecFor(idlSchema("m::Blob", IDL)), {
  history: "keep_all",
  livelinessLeaseMs: 60_000,
  lifespanMs: 60_000,
});

async function side(name: string, thread: boolean): Promise<Node> {
  const runtime = await open({ transports: [rtps({ domain, interfaces: ["127.0.0.1"], thread })], log: () => {} });
  ends.push(() => runtime[Symbol.asyncDispose]());
  return runtime.node(name);
}
const ends: (() => Promise<void>)[] = [];
const [car, desk, third] = [await side("/car", true), await side("/desk", false), await side("/third", false)];

const subscribed = [desk.subscribe(Text), third.subscribe(Text)];
const [texts, blobs] = [car.publisher(Text), car.publisher(Blob)];
const blobsThere = desk.subscribe(Blob);
const readings = car.publisher(Reading);
const names = car.publisher(Named);
const namesThere = desk.subscribe(Named);
const poses = car.publisher(Pose);
const posesThere = desk.subscribe(Pose);
await until(() => texts.matched.length === 2 && blobs.matched.length === 1 && names.matched.length === 1);
for (let n = 0; n < 500; n++) texts.publish({ data: `text ${n}` });
for (let n = 0; n < 3; n++) blobs.publish({ n, data: new Uint8Array(400_000).fill(n) });
for (let id = 0; id < 5; id++) readings.publish({ id, text: "late joiners get it" });
readings.publish({ id: 3, text: "" }, { extras: { instanceState: "disposed" } });
for (const name of ["short", "a name of more than sixteen bytes"]) {
  names.publish({ name, n: 1 });
  names.publish({ name, n: 1 }, { extras: { instanceState: "unregistered" } });
}
const late = desk.subscribe(Reading);
await until(() => late.stats.received >= 5 && namesThere.stats.received >= 4);
await until(() => blobsThere.stats.received === 3 && subscribed.every(({ stats }) => stats.received === 500));
await until(() => {
  poses.publish({ header: { stamp: { sec: 1, nanosec: 2 }, frame_id: "map" } });
  return posesThere.stats.received > 0;
});

car.serve(Add, ({ a, b }) => ({ sum: (a as bigint) + (b as bigint) }));
await desk.call(Add, { a: 1n, b: 2n }, { timeoutMs: 30_000 });
car.parameters({ speed: parameter.number(1.5, { min: 0, max: 10 }) });
const remote = desk.parametersOf("/car");
await remote.list("", { timeoutMs: 30_000 });
await remote.set({ speed: 2 }, { timeoutMs: 30_000 });
serveAction(car, Fibonacci, {
  execute: async ({ order }, goal) => {
    goal.feedback({ sequence: [0, 1] });
    return { sequence: Array.from({ length: order }, (_, i) => i) };
  },
});
const goal = await actionClient(desk, Fibonacci).send({ order: 5 }, { timeoutMs: 30_000 });
await goal.result({ timeoutMs: 30_000 });
for (const end of ends) await end();
process.stdout.write("done\n");

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}
