import { DiscoveryTable, type EndpointId } from "@delos/transport";
import type { EndpointEntry, SegmentHandle } from "./endpoint-bus.ts";

/** The endpoints that a bus has heard of, with the memory of those that have some. */
export class KnownEndpoints {
  readonly discovery: DiscoveryTable = new DiscoveryTable();
  readonly entries: Map<EndpointId, EndpointEntry> = new Map();

  /** Whether it was news: an endpoint, or its first memory. */
  learn(entry: EndpointEntry): boolean {
    const known = this.entries.get(entry.info.id);
    if (known !== undefined && (known.segments !== undefined || entry.segments === undefined)) return false;
    this.entries.set(entry.info.id, entry);
    this.discovery.addEndpoint(entry.info);
    return true;
  }

  /** A publication has put its large payloads elsewhere. */
  renewSegment(writer: EndpointId, generation: number, buffer: SegmentHandle): void {
    const entry = this.entries.get(writer);
    if (entry?.segments === undefined) return;
    this.entries.set(writer, { info: entry.info, segments: { log: entry.segments.log, pin: { generation, buffer } } });
  }

  forget(id: EndpointId): void {
    this.entries.delete(id);
    this.discovery.removeEndpoint(id);
  }
}
