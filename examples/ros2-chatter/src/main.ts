import process from "node:process";
import { rtps } from "@delos/transport-rtps";
import { codecFor, ros2Schema } from "@delos/wire";
import { open, topic } from "delos";

// What ROS 2 calls std_msgs/msg/String. The names on the wire, rt/chatter and std_msgs::msg::dds_::String_, follow from it.
const Chatter = topic("/chatter", codecFor(ros2Schema("std_msgs/msg/String", "string data")), { depth: 10 });

const domain = Number(process.env["ROS_DOMAIN_ID"] ?? 0);

// Two runtimes, so that even alone they talk over the network, as two programs would.
await using here = await open({ name: "talker", transports: [rtps({ domain })] });
await using there = await open({ name: "listener", transports: [rtps({ domain })] });

const heard = there.node("listener").subscribe(Chatter).stream();

const talker = here.node("talker");
const publisher = talker.publisher(Chatter);
publisher.on("matched", ({ node, participant }) => {
  console.log(`talking to ${node || "a node without a name"} (${participant.vendor})`);
  if (publisher.sequence > 0) return;
  talker.every(100, ({ seq }) => publisher.publish({ data: `Hello World: ${seq + 1}` }));
});

for await (const { message } of heard) {
  console.log(`I heard: [${String(message["data"])}]`);
  if (message["data"] === "Hello World: 10") break;
}
