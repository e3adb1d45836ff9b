import { control as controlModule } from "@delos/control/components";
import { apollo } from "@delos/msgs";
import { type Component, type ComponentContext, type ConfigFields, topic } from "@delos/runtime";
import { canToCarTopic } from "@delos/vehicle";
import { canbus as canbusModule } from "@delos/vehicle/components";

/**
 * Rows of numbers in shared memory that one thread writes: `[count, row, row, …]`, `WIDTH` words each.
 *
 *   commands  stamp of the chassis that control used · start of control's cycle · when canbus had the command · its frame on the bus
 *   chassis   stamp of a chassis · when control's thread had it · – · –
 *
 * All in Unix ms of the threads' own clocks.
 */
export const WIDTH = 4;

export class Rows {
  readonly #words: Float64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Float64Array(buffer);
  }

  static bytes(rows: number): number {
    return (1 + rows * WIDTH) * 8;
  }

  add(...values: readonly number[]): number {
    const row = this.#words[0]!;
    const at = 1 + row * WIDTH;
    if (at + WIDTH > this.#words.length) return row;
    for (const [i, value] of values.entries()) this.#words[at + i] = value;
    this.#words[0] = row + 1;
    return row;
  }

  set(row: number, column: number, value: number): void {
    this.#words[1 + row * WIDTH + column] = value;
  }

  get all(): readonly (readonly number[])[] {
    return Array.from({ length: this.#words[0]! }, (_, row) =>
      Array.from(this.#words.subarray(1 + row * WIDTH, 1 + (row + 1) * WIDTH)),
    );
  }
}

const Chassis = topic("/apollo/canbus/chassis", apollo.canbus.Chassis, { depth: 10 });
const Guardian = topic("/apollo/guardian", apollo.control.ControlCommand, { depth: 10 });

/** The shipped module, and an ear beside it in its thread; callbacks run in the order of subscription: the module's first. */
function probed<C>(
  module: Component<C>,
  listen: (context: ComponentContext<C>, rows: Rows) => void,
): Component<unknown> {
  const buffers = new WeakMap<object, SharedArrayBuffer>();
  return {
    ...module,
    configure(fields: ConfigFields) {
      const config = module.configure(fields);
      buffers.set(config as object, fields.raw("probe") as SharedArrayBuffer);
      return config;
    },
    ports: (config) => module.ports(config as C),
    async start(context) {
      const own = context as ComponentContext<C>;
      const running = await module.start(own);
      listen(own, new Rows(buffers.get(own.config as object)!));
      return running;
    },
  };
}

export const control: Component = probed(controlModule, ({ node }, rows) => {
  node.subscribe(Chassis).on(({ message }) => {
    rows.add(message.header!.timestamp_sec! * 1000, node.clock.nowMs());
  });
});

export const canbus: Component = probed(canbusModule, ({ node }, rows) => {
  let waiting: number | undefined;
  node.subscribe(Guardian).on(({ message }) => {
    const used = message.debug?.input_debug?.canbus_header?.timestamp_sec;
    if (used === undefined || message.header?.module_name !== "control") return;
    waiting = rows.add(used * 1000, message.header.timestamp_sec! * 1000, node.clock.nowMs());
  });
  node.subscribe(canToCarTopic, { depth: 100 }).on(({ message }) => {
    if (message.id !== 0x64 || waiting === undefined) return;
    rows.set(waiting, 3, node.clock.nowMs());
    waiting = undefined;
  });
});
