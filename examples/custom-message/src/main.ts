import { open } from "delos";
import { Inflate, TirePressures } from "./tires.ts";

await using runtime = await open();

// The sensor publishes a latched topic, which whoever comes later gets too, and answers a service.
await using sensor = runtime.node("sensor");
const pressuresKpa = [240, 241, 180, 239];
const publisher = sensor.publisher(TirePressures);
const publish = () =>
  publisher.publish({ tires: pressuresKpa.map((pressure_kpa, position) => ({ position, pressure_kpa })) });
sensor.serve(Inflate, ({ position = 0, target_kpa = 0 }) => {
  pressuresKpa[position] = target_kpa;
  publish();
  return { pressure_kpa: target_kpa };
});
publish();

// The monitor knows the type: a misspelt field would not compile.
await using monitor = runtime.node("monitor");
for await (const { message } of monitor.subscribe(TirePressures).stream()) {
  const flat = message.tires?.find(({ pressure_kpa = 0 }) => pressure_kpa < 200);
  if (flat === undefined) break;
  console.log(`tire ${flat.position} has ${flat.pressure_kpa} kPa`);
  const answer = await monitor.call(Inflate, { position: flat.position ?? 0, target_kpa: 240 });
  console.log(`inflated to ${answer.pressure_kpa} kPa`);
}

// The tool does not know the type. Its description travels with the topic, so it reads the message all the same.
await using tool = runtime.node("tool");
for await (const { schema, json } of tool.subscribeAny("/tires", { durability: "transient_local" }).stream()) {
  console.log(`${schema.name}: ${JSON.stringify(json)}`);
  break;
}
