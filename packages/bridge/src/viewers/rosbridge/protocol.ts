import type { Clock } from "@delos/core";
import type { WebSocket } from "ws";
import type { Peer } from "../../security/peer.ts";
import type { SocketProtocol } from "../../socket-protocol.ts";
import { TopicFeeds } from "../topic-feeds.ts";
import type { ViewedBus } from "../viewed-bus.ts";
import { RosbridgeSession } from "./session.ts";

/**
 * rosbridge 2, as pages with roslib speak it: topics, services and parameters of the bus, and the services of rosapi. Types
 * are those of the bus: ROS's own by their fields, protobuf messages in their JSON form.
 */
export class RosbridgeProtocol implements SocketProtocol {
  readonly name = "rosbridge";
  /** roslib offers no subprotocol; `/` is where its pages connect. */
  readonly paths: readonly string[] = ["/", "/rosbridge"];
  readonly maxMessageBytes: number = 4 * 1024 * 1024;
  readonly maxPeers = 100;
  readonly limits = { perS: 1000, atOnce: 2000 };
  readonly bus: ViewedBus;
  readonly clock: Clock;
  readonly feeds: TopicFeeds;
  readonly #sessions: Set<RosbridgeSession> = new Set();

  /** `clock`: the machine's, for throttles. */
  constructor(bus: ViewedBus, clock: Clock) {
    this.bus = bus;
    this.clock = clock;
    this.feeds = new TopicFeeds(bus);
  }

  accept(socket: WebSocket, peer: Peer): void {
    const session = new RosbridgeSession(socket, peer, this);
    this.#sessions.add(session);
    socket.on("close", () => {
      this.#sessions.delete(session);
      session[Symbol.dispose]();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session[Symbol.dispose]();
    await this.feeds[Symbol.asyncDispose]();
  }
}
