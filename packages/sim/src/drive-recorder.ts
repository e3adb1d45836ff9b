import { hash } from "node:crypto";
import type { McapWriter } from "@delos/bag";
import type { MessageType } from "@delos/msgs";
import type { DriveMessage } from "./simulate-drive.ts";

/** Digests the messages of a drive, as `delos bag digest` does, and writes them where there is a file. */
export class DriveRecorder implements Disposable {
  readonly #writer: McapWriter | undefined;
  readonly #schemas = new Map<string, number>();
  readonly #channels = new Map<string, { readonly id: number; sequence: number }>();
  readonly #hashes: string[] = [];
  #scratch = Buffer.alloc(1 << 17);

  /** The recorder owns `writer` and closes it. */
  constructor(writer?: McapWriter) {
    this.#writer = writer;
  }

  add({ topic, type, timeNs, message }: DriveMessage): void {
    const data = type.encode(message as never);
    this.#hashes.push(this.#hash(topic, timeNs, data));
    if (this.#writer === undefined) return;
    const channel = this.#channel(this.#writer, topic, type);
    this.#writer.writeMessage(channel.id, channel.sequence++, timeNs, timeNs, data);
  }

  /** Completes the file and returns the digest of its content. */
  finish(): string {
    this.#writer?.close();
    return hash("sha256", this.#hashes.sort().join("\n"), "hex");
  }

  [Symbol.dispose](): void {
    this.#writer?.[Symbol.dispose]();
  }

  #channel(writer: McapWriter, topic: string, type: MessageType<never>): { readonly id: number; sequence: number } {
    let channel = this.#channels.get(topic);
    if (channel === undefined) {
      const { name, schemaEncoding: encoding, data, messageEncoding } = type.schema;
      const schemaId = this.#schemas.get(name) ?? writer.addSchema({ name, encoding, data });
      this.#schemas.set(name, schemaId);
      channel = { id: writer.addChannel({ topic, schemaId, messageEncoding }), sequence: 0 };
      this.#channels.set(topic, channel);
    }
    return channel;
  }

  #hash(topic: string, timeNs: bigint, data: Uint8Array): string {
    const length = topic.length * 3 + 13 + data.length;
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(2 * length);
    const at = this.#scratch.write(topic);
    this.#scratch[at] = 0;
    this.#scratch.writeBigUInt64LE(timeNs, at + 1);
    this.#scratch.writeUInt32LE(data.length, at + 9);
    this.#scratch.set(data, at + 13);
    return hash("sha256", this.#scratch.subarray(0, at + 13 + data.length), "hex");
  }
}
