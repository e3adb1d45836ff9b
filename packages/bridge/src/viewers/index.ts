import { messageCodecs } from "@delos/bag";
import type { BridgeContext } from "../bridge-context.ts";
import type { SocketProtocol } from "../socket-protocol.ts";
import { FoxgloveProtocol } from "./foxglove/protocol.ts";
import { RosbridgeProtocol } from "./rosbridge/protocol.ts";
import type { ViewedBus } from "./viewed-bus.ts";

/** What viewers of others speak: Foxglove's WebSocket protocol and rosbridge 2. */
export function viewerProtocols(context: BridgeContext): readonly SocketProtocol[] {
  const { runtime, node, replay, server, clock, world, bus: watcher } = context;
  const bus: ViewedBus = {
    runtime,
    node,
    replay,
    server,
    codecs: messageCodecs(),
    world: () => {
      watcher.readPending();
      return world.world(true);
    },
  };
  return [new FoxgloveProtocol(bus), new RosbridgeProtocol(bus, clock)];
}
