import type { EndpointId, Incompatibility } from "@delos/transport";
import type { NodeContext } from "./node-context.ts";

type Known = Map<EndpointId, Incompatibility>;

/** Remembers a peer that does not match and says so in the log: once, where both sides are in one runtime. */
export function noteIncompatible(known: Known, event: Incompatibility, context: NodeContext): void {
  for (const id of known.keys()) if (!isThere(id, context)) known.delete(id);
  known.set(event.remote.id, event);
  const { local, remote } = event;
  if (local.kind === "subscription" || local.participant.id !== remote.participant.id)
    context.log.warn(event.explain());
}

/** Those of the known that have not left the bus. */
export function stillThere(known: Known, context: NodeContext): Incompatibility[] {
  return [...known.values()].filter((event) => isThere(event.remote.id, context));
}

const isThere = (id: EndpointId, { transports }: NodeContext): boolean =>
  transports.some(({ discovery }) => discovery.endpoints.has(id));
