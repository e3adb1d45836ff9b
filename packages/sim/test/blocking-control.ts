import { control } from "@delos/control/components";
import { delos } from "@delos/msgs";
import { type Component, topic } from "@delos/runtime";

/** Whoever says something here blocks control's event loop for ever. */
export const blockTopic = topic("/test/block", delos.Clock, { depth: 1 });

/** The control module, whose thread can be blocked for good. */
export const blockingControl: Component = {
  ...(control as Component),
  start(context) {
    context.node.subscribe(blockTopic).on(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
    return (control as Component).start(context);
  },
};
