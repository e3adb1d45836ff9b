export { apolloRos, cyberRt, ROS_META_MESSAGE, UNDERLAY_MESSAGE } from "./conventions.ts";
export { Engine } from "./engine.ts";
export { ENGINE_LIMITS, type EngineListener, type EngineOptions } from "./engine-options.ts";
export type { Naming } from "./names.ts";
export { freshPrefix, Participant, type ParticipantIdentity, type ParticipantOptions } from "./participant.ts";
export { rosReach } from "./ros-environment.ts";
export { type RtpsOptions, RtpsTransport, rtps } from "./rtps-transport.ts";
export { type MessageHeader, type RtpsMessage, readMessage, type Submessage, writeMessage } from "./wire/message.ts";
