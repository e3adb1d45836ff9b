import { fileURLToPath } from "node:url";
import { apollo } from "@delos/msgs";
import { launch } from "@delos/runtime";
import { inProcess } from "@delos/transport";
import { sharedMemory } from "@delos/transport-shm";
import { open, topic } from "delos";

const Monitor = topic("/apollo/monitor", apollo.common.monitor.MonitorMessage, { depth: 10 });

await using runtime = await open({ transports: [inProcess(), sharedMemory()] });
const warnings = runtime.node("operator").subscribe(Monitor);
await using robot = await launch(fileURLToPath(new URL("../robot.launch.yaml", import.meta.url)), {
  args: { limit: 9 },
});
for (const { name, state, inputs, outputs } of robot.modules) {
  const ports = `hears ${inputs.map(({ topic: t }) => t).join(" ") || "nothing"}, says ${outputs.map(({ topic: t }) => t).join(" ")}`;
  console.log(`${name} is ${state}, ${ports}`);
}
let seen = 0;
for await (const { message } of warnings.stream()) {
  console.log(message.item![0]!.msg);
  if (++seen === 2) break;
}
await robot.stop("speed_limit");
console.log(`speed_limit is ${robot.status("speed_limit").state}`);
