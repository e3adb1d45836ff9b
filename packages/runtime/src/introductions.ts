import { nearestTransport, type ParticipantInfo, type Transport } from "@delos/transport";

/**
 * What one transport finds out helps the others: a participant of this host that RTPS hears of is one that memory can be shared
 * with. Each is introduced to the transport that would serve it, if another has found it. `added`: those that are new.
 */
export function introduceTo(
  self: ParticipantInfo,
  transports: readonly Transport[],
  added: readonly Transport[] = transports,
): void {
  const introduce = (found: ParticipantInfo, by: Transport): void => {
    if (found.id === self.id) return;
    const nearest = nearestTransport(self, found);
    for (const other of transports) if (other !== by && other.name === nearest?.name) other.meet?.(found);
  };
  for (const transport of transports) {
    for (const found of Array.from(transport.discovery.participants.values())) introduce(found, transport);
  }
  for (const transport of added) {
    transport.discovery.events.on("participantJoined", (found) => introduce(found, transport));
  }
}
