import { type MessageCodec, UsageError } from "@delos/core";
import type { QosOptions } from "@delos/transport";

/** A topic is a value: publishers, subscribers, recorders and tools all take it, and the message's type comes with it. */
export interface Topic<T = unknown> {
  readonly name: string;
  readonly type: MessageCodec<T>;
  /** What endpoints of this topic have unless they say otherwise. */
  readonly qos: QosOptions;
}

/**
 * @param name as given on the wire, usually absolute: `/apollo/control`
 * @throws {UsageError} when the name is empty or has spaces or control characters in it
 */
export function topic<T>(name: string, type: MessageCodec<T>, qos: QosOptions = {}): Topic<T> {
  checkName("topic", name);
  return { name, type, qos };
}

/** A call with an answer. */
export interface Service<Request = unknown, Response = unknown> {
  readonly name: string;
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
  readonly qos: QosOptions;
}

export function service<Request, Response>(
  name: string,
  request: MessageCodec<Request>,
  response: MessageCodec<Response>,
  qos: QosOptions = {},
): Service<Request, Response> {
  checkName("service", name);
  return { name, request, response, qos };
}

export function checkName(what: string, name: string): void {
  // oxlint-disable-next-line no-control-regex
  if (/^[^\s\u0000-\u001f\u007f]{1,255}$/.test(name)) return;
  throw new UsageError(`"${name}" is no name for a ${what}: 1 to 255 characters, no spaces`, { details: { name } });
}
