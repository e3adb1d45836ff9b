export { Executor, type Task } from "./executor.ts";
export { type EndpointChoices, Node, type SubscribeOptions } from "./node.ts";
export {
  Publisher,
  type PublisherEvents,
  type PublisherLoan,
  type PublisherStats,
  type PublishOptions,
} from "./publisher.ts";
export { open, Runtime, type RuntimeEvents, type RuntimeOptions } from "./runtime.ts";
export type { Overflow, SampleStream, StreamOptions } from "./sample-stream.ts";
export {
  type SampleCallback,
  Subscription,
  type SubscriptionEvents,
  type SubscriptionStats,
} from "./subscription.ts";
export {
  type OverrunPolicy,
  type Tick,
  Timer,
  type TimerEvents,
  type TimerOptions,
  type TimerStats,
} from "./timer.ts";
export { type Service, service, type Topic, topic } from "./topic.ts";
