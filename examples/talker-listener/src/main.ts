import { apollo } from "@delos/msgs";
import { open, topic } from "delos";

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 20 });

await using runtime = await open();
await using talker = runtime.node("talker");
await using listener = runtime.node("listener");

const chassis = listener.subscribe(Chassis);

// One: a callback for every message.
chassis.on(({ message, sequence }) => console.log(`callback: ${sequence}: ${message.speed_mps} m/s`));

// Two: the newest message, looked at when it is needed.
listener.every(250, () => {
  const newest = chassis.latest({ maxAgeMs: 200 });
  if (newest !== undefined) console.log("observer: the car is", (newest.message.speed_mps ?? 0) < 2 ? "slow" : "fast");
});

const publisher = talker.publisher(Chassis);
talker.every(100, ({ seq }) => publisher.publish({ speed_mps: seq / 2 }));

// Three: a loop. It ends by `break`, and the program with it.
for await (const { message } of chassis.stream()) {
  if (message.speed_mps === 4.5) break;
}
const { received, dropped, lost } = chassis.stats;
console.log(`received ${received}, dropped ${dropped}, lost ${lost}`);
