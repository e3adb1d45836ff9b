import { delos } from "@delos/msgs";
import { type Node, type Topic, topic } from "@delos/runtime";
import type { CanFrame, CanPort } from "./can-frame.ts";

/** The CAN bus of a simulated car between threads: a topic each way. */
export const canToCarTopic: Topic<delos.CanFrame> = topic("/delos/sim/can/to_car", delos.CanFrame, { depth: 200 });
export const canFromCarTopic: Topic<delos.CanFrame> = topic("/delos/sim/can/from_car", delos.CanFrame, { depth: 200 });

/** One end of it: `program` sends commands and hears reports, `car` the other way round. It ends with its node. */
export function topicCanPort(node: Node, end: "program" | "car"): CanPort {
  const [out, into] = end === "program" ? [canToCarTopic, canFromCarTopic] : [canFromCarTopic, canToCarTopic];
  const publisher = node.publisher(out);
  const listeners = new Set<(frame: CanFrame) => void>();
  const frames = node.subscribe(into);
  frames.on(({ message }) => {
    const { id = 0, data = new Uint8Array() } = message;
    const frame = { id, data: data.slice(), timestampS: node.clock.nowMs() / 1000 };
    for (const listener of listeners) listener(frame);
  });
  let open = true;
  return {
    send({ id, data }) {
      return open && publisher.publish({ id, data }) !== "dropped";
    },
    onFrame(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]() {
      open = false;
      listeners.clear();
    },
  };
}
