export { apolloRos, cyberRt, ROS_META_MESSAGE, UNDERLAY_MESSAGE } from "./conventions.ts";
export { ENGINE_LIMITS, Engine, type EngineListener, type EngineOptions } from "./engine.ts";
export type { Naming } from "./names.ts";
export { freshPrefix, Participant, type ParticipantIdentity, type ParticipantOptions } from "./participant.ts";
export { type RtpsOptions, RtpsTransport, rtps } from "./rtps-transport.ts";
export { type MessageHeader, type RtpsMessage, readMessage, type Submessage, writeMessage } from "./wire/message.ts";
