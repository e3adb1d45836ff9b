import { completeQos, type QosOptions } from "@delos/transport";
import { type EndpointData, writeEndpointData } from "./endpoint-data.ts";
import type { Engine } from "./engine.ts";
import { plainEndpointData, type SimulatedNetwork } from "./simulated-network.test-support.ts";
import * as entity from "./wire/entity-id.ts";
import { writeGuid } from "./wire/guid.ts";
import { type Locator, writeLocator } from "./wire/locator.ts";
import { readMessage, type SubmessageBody, VENDOR_CYCLONE, writeMessage } from "./wire/message.ts";
import { PID } from "./wire/parameter-id.ts";
import { ParameterListBuilder } from "./wire/parameter-list.ts";

export const HOME: Locator = { address: "10.8.8.8", port: 7411 };
export const PREFIX = "0110aabbccddeeff00112233";
export const [READER, WRITER]: readonly [number, number] = [0x00000204, 0x00000203];

/** One endpoint of a participant that is a Cyclone DDS, wired to the engine by hand. */
export class Foreign {
  readonly net: SimulatedNetwork;
  readonly engine: Engine;
  readonly heard: SubmessageBody[] = [];
  onSubmessage: ((submessage: SubmessageBody) => void) | undefined;
  /** Of the datagrams that came. */
  readonly sizes: number[] = [];

  constructor(net: SimulatedNetwork, engine: Engine, kind: EndpointData["kind"], qos: QosOptions = {}) {
    this.net = net;
    this.engine = engine;
    net.onSend = (bytes, _, to) => {
      if (to.address !== HOME.address) return;
      this.sizes.push(bytes.length);
      for (const submessage of readMessage(bytes).submessages) {
        this.heard.push(submessage);
        this.onSubmessage?.(submessage);
      }
    };
    const guid = { prefix: PREFIX, entityId: kind === "subscription" ? READER : WRITER };
    const about = new ParameterListBuilder()
      .add(PID.PARTICIPANT_GUID, (value) => writeGuid(value, { prefix: PREFIX, entityId: entity.PARTICIPANT }))
      .add(PID.BUILTIN_ENDPOINT_SET, (value) => value.uint32(entity.BUILTIN_ENDPOINTS))
      .add(PID.METATRAFFIC_UNICAST_LOCATOR, (value) => writeLocator(value, HOME))
      .add(PID.DEFAULT_UNICAST_LOCATOR, (value) => writeLocator(value, HOME));
    this.send(discovery(entity.SPDP_WRITER, about.finish()));
    net.advance(10);
    const endpoint = plainEndpointData({ guid, kind, topic: "t", qos: completeQos(qos) });
    const writerId = kind === "subscription" ? entity.SUBSCRIPTIONS_WRITER : entity.PUBLICATIONS_WRITER;
    this.send(discovery(writerId, writeEndpointData(endpoint)));
    net.advance(10);
  }

  /** Says something to the engine; at once, whatever the weather. */
  send(...submessages: SubmessageBody[]): void {
    const to: SubmessageBody = { kind: "INFO_DST", prefix: this.engine.prefix };
    const all = [to, ...submessages].map((submessage) => ({ ...submessage, littleEndian: true }));
    const message = { version: 0x0201, vendor: VENDOR_CYCLONE, prefix: PREFIX, submessages: all };
    this.engine.receive(writeMessage(message), HOME);
    this.net.settle();
  }

  last<K extends SubmessageBody["kind"]>(kind: K, writerId: number): Extract<SubmessageBody, { kind: K }> | undefined {
    return this.heard.findLast(
      (submessage): submessage is Extract<SubmessageBody, { kind: K }> =>
        submessage.kind === kind && "writerId" in submessage && submessage.writerId === writerId,
    );
  }
}

function discovery(writerId: number, list: Uint8Array): SubmessageBody {
  const payload = new Uint8Array(4 + list.length);
  payload[1] = 3;
  payload.set(list, 4);
  return { kind: "DATA", readerId: 0, writerId, sn: 1, inlineQos: undefined, payload, isKey: false };
}
