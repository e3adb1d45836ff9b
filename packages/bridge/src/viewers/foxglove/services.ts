import { DelosError, type JsonValue } from "@delos/core";
import { type Service, service as serviceOf } from "@delos/runtime";
import { isHiddenTopic } from "../../bus/bus-watcher.ts";
import { jsonSchemaOf } from "../json-schema.ts";
import type { ViewedBus } from "../viewed-bus.ts";

/** As a viewer is told of it. */
export interface AdvertisedService {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly request: ServiceSide;
  readonly response: ServiceSide;
}

interface ServiceSide {
  readonly encoding: "json";
  readonly schemaName: string;
  readonly schemaEncoding: "jsonschema";
  readonly schema: string;
}

/**
 * With the schemas where viewers before 2024 look for them (Foxglove Studio 1). Those of today warn of a server that sends
 * them: they are for `foxglove.websocket.v1` alone.
 */
export function withOldSchemas(
  service: AdvertisedService,
): AdvertisedService & Record<"requestSchema" | "responseSchema", string> {
  return { ...service, requestSchema: service.request.schema, responseSchema: service.response.schema };
}

const TIMEOUT_MS = 10_000;
/** Services of Delos itself: the parameters of nodes have messages of their own in this protocol. */
const OWN = /\/parameters\/(list|get|set)$/;

/** The services on the bus, called in JSON. Ids are never used again. */
export class ServiceList {
  readonly #bus: ViewedBus;
  readonly #services: Map<string, { readonly advertised: AdvertisedService; readonly service: Service }> = new Map();
  #ids = 0;

  constructor(bus: ViewedBus) {
    this.#bus = bus;
  }

  get services(): readonly AdvertisedService[] {
    return [...this.#services.values()].map(({ advertised }) => advertised);
  }

  /** Looks at the bus again. Returns what is new and what has gone. */
  refresh(): { readonly added: readonly AdvertisedService[]; readonly removed: readonly number[] } {
    const added: AdvertisedService[] = [];
    const there = new Set<string>();
    for (const { name, request, response, servers } of this.#bus.runtime.graph.services) {
      if (servers.length === 0 || OWN.test(name) || isHiddenTopic(name)) continue;
      const [asked, answered] = [request && this.#bus.codecs(request), response && this.#bus.codecs(response)];
      if (asked === undefined || answered === undefined) continue;
      const known = this.#services.get(name);
      const type = asked.schema.name.replace(/[._]?Request$/, "");
      there.add(name);
      if (known !== undefined && known.advertised.type === type) continue;
      if (known !== undefined) there.delete(name);
      else {
        const advertised: AdvertisedService = {
          id: ++this.#ids,
          name,
          type,
          request: sideOf(asked),
          response: sideOf(answered),
        };
        this.#services.set(name, { advertised, service: serviceOf(name, asked, answered) });
        added.push(advertised);
      }
    }
    const removed: number[] = [];
    for (const [name, { advertised }] of this.#services) {
      if (there.has(name)) continue;
      this.#services.delete(name);
      removed.push(advertised.id);
    }
    return { added, removed };
  }

  find(id: number): AdvertisedService | undefined {
    return this.services.find((each) => each.id === id);
  }

  /** @throws {DelosError} `FOXGLOVE_ENCODING`, `MSG_WRONG_VALUE`, what the server says, no answer in 10 s */
  async call({ name }: AdvertisedService, encoding: string, request: Uint8Array): Promise<Uint8Array> {
    if (encoding !== "json") {
      const details = { encoding };
      throw new DelosError("FOXGLOVE_ENCODING", `services are called in json here, not in ${encoding}`, { details });
    }
    const found = this.#services.get(name);
    if (found === undefined) throw new DelosError("FOXGLOVE_SERVICE", `nobody serves ${name} any more`);
    const { service } = found;
    const message = service.request.fromJSON(parse(request));
    const answer = await this.#bus.node.call(service, message, { timeoutMs: TIMEOUT_MS });
    return Buffer.from(JSON.stringify(service.response.toJSON(answer)));
  }
}

export function parse(json: Uint8Array): JsonValue {
  try {
    return json.length === 0 ? {} : (JSON.parse(Buffer.from(json).toString()) as JsonValue);
  } catch (cause) {
    throw new DelosError("FOXGLOVE_MALFORMED", "the message is no JSON", { cause });
  }
}

function sideOf(codec: Parameters<typeof jsonSchemaOf>[0]): ServiceSide {
  const schema = JSON.stringify(jsonSchemaOf(codec));
  return { encoding: "json", schemaName: codec.schema.name, schemaEncoding: "jsonschema", schema };
}
