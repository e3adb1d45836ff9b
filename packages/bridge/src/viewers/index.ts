import { messageCodecs } from "@delos/bag";
import type { BridgeContext } from "../bridge-context.ts";
import { BusViewProtocol } from "../bus-view/bus-view-protocol.ts";
import type { SocketProtocol } from "../socket-protocol.ts";
import { FoxgloveProtocol } from "./foxglove/protocol.ts";
import type { UtmZone } from "./foxglove/world-topics.ts";
import { RosbridgeProtocol } from "./rosbridge/protocol.ts";
import type { ViewedBus } from "./viewed-bus.ts";

/** What is spoken beside the page's own protocol: its bus view's, Foxglove's and rosbridge. */
export function viewerProtocols(context: BridgeContext, utmZone?: UtmZone): readonly SocketProtocol[] {
  const { runtime, node, server, clock, world, bus: watcher } = context;
  const bus: ViewedBus = {
    runtime,
    node,
    get replay() {
      return context.replay;
    },
    onExchange: (listener) => context.onExchange(listener),
    server,
    codecs: messageCodecs(),
    world: () => {
      watcher.readPending();
      return world.world(true);
    },
    vehicle: () => context.operation?.vehicle,
  };
  return [new BusViewProtocol(bus, watcher), new FoxgloveProtocol(bus, utmZone), new RosbridgeProtocol(bus, clock)];
}
