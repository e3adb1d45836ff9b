export {
  type Action,
  action,
  GOAL,
  type GoalId,
  type GoalInfo,
  type GoalStatus,
  goalStatusName,
  type Stamp,
} from "./action.ts";
export { ActionClient, actionClient, type GoalHandle, type GoalOptions, type GoalOutcome } from "./action-client.ts";
export { type ActionHandler, ActionServer, type GoalContext, serveAction } from "./action-server.ts";
export { ApproximateTime, type ApproximateTimeOptions } from "./approximate-time.ts";
export { Executor, type Task } from "./executor.ts";
export { type Fused, Fusion, type FusionPolicy, type FusionStats } from "./fusion.ts";
export type { Connection, Graph, ServiceGraph, TopicGraph } from "./graph.ts";
export { type Component, type ComponentContext, type ComponentPorts, defineComponent } from "./launch/component.ts";
export { ConfigError, ConfigFields, type ConfigPath } from "./launch/config-fields.ts";
export { eventLoopTopic } from "./launch/event-loop.ts";
export { Heartbeat } from "./launch/heartbeat.ts";
export {
  describeLaunch,
  Launch,
  type LaunchEvents,
  type LaunchOptions,
  launch,
  type ModuleDescription,
  type ModuleState,
  type ModuleStatus,
} from "./launch/launch.ts";
export {
  type LaunchSpec,
  type ModulePlacement,
  type ModuleSpec,
  parseLaunch,
  type RespawnPolicy,
  readLaunchFile,
} from "./launch/launch-file.ts";
export type { ModuleCrash, PortInfo } from "./launch/module-host.ts";
export { LOOP_STATE, WatchdogBlock } from "./launch/watchdog-block.ts";
export { logTopic } from "./log-topic.ts";
export { type EndpointChoices, Node, type SubscribeOptions } from "./node.ts";
export {
  type ParameterDefinition,
  ParameterError,
  type ParameterKind,
  type ParameterProblem,
  type ParameterValue,
  parameter,
  parameterFromMessage,
} from "./parameter.ts";
export { type ParameterServices, parameterEvents, parameterServices } from "./parameter-topics.ts";
export {
  type Definitions,
  type ParameterChange,
  Parameters,
  type ParameterValidator,
  type ValuesOf,
} from "./parameters.ts";
export {
  Publisher,
  type PublisherEvents,
  type PublisherLoan,
  type PublisherStats,
  type PublishOptions,
} from "./publisher.ts";
export { clockTopic } from "./recorded-clock.ts";
export { type ParameterDescription, RemoteParameters } from "./remote-parameters.ts";
export { open, Runtime, type RuntimeEvents, type RuntimeOptions } from "./runtime.ts";
export type { Overflow, StreamOptions } from "./sample-stream.ts";
export { type CallOptions, ServiceClient } from "./service-client.ts";
export {
  type ServeOptions,
  type ServiceCall,
  type ServiceHandler,
  ServiceServer,
  type ServiceServerStats,
} from "./service-server.ts";
export { serviceOfTopic, serviceTopics } from "./service-topics.ts";
export { statisticsTopic } from "./statistics.ts";
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
