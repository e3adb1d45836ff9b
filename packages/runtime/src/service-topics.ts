import type { QosOptions } from "@delos/transport";
import type { Service, Topic } from "./topic.ts";

/**
 * A service is two topics, named as ROS 2 names them on DDS: `/add` asks on `rq/addRequest` and answers on `rr/addReply`.
 * Answers name the request they belong to by its publisher and sequence number (`SampleExtras.related`); an answer that
 * reports a failure has no message but the attributes `error` (the code) and `message`.
 */
export function serviceTopics<Q, A>(
  service: Service<Q, A>,
): { readonly request: Topic<Q>; readonly response: Topic<A> } {
  const name = service.name.startsWith("/") ? service.name : `/${service.name}`;
  const qos: QosOptions = { depth: 10, ...service.qos };
  return {
    request: { name: `rq${name}Request`, type: service.request, qos },
    response: { name: `rr${name}Reply`, type: service.response, qos },
  };
}

/** The service a topic belongs to, or undefined. */
export function serviceOfTopic(
  topic: string,
): { readonly service: string; readonly part: "request" | "response" } | undefined {
  const match = /^rq(\/.+)Request$/.exec(topic) ?? /^rr(\/.+)Reply$/.exec(topic);
  return match === null ? undefined : { service: match[1]!, part: topic.startsWith("rq") ? "request" : "response" };
}
