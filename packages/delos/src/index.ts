// The front door: what a robot program imports. The packages behind it offer more, each under its own name.
export { DelosError, type MessageCodec, SimulatedClock, SystemClock } from "@delos/core";
export {
  type Node,
  open,
  type Publisher,
  parameter,
  type Runtime,
  type RuntimeOptions,
  type Service,
  type Subscription,
  service,
  type Tick,
  type Topic,
  topic,
} from "@delos/runtime";
