import { DescriptorPool } from "./descriptor-pool.ts";
import { descriptors } from "./generated/descriptors.ts";
import { fromBase64 } from "./json.ts";
import type { MessageType } from "./message-type.ts";
import { TypeRegistry } from "./registry.ts";

const pool = new DescriptorPool();
const split = (names: string): string[] => (names === "" ? [] : names.split(" "));
for (const [file, messages, enums, base64] of descriptors)
  pool.addLazy(file, () => fromBase64(base64)!, [...split(messages), ...split(enums)]);

/**
 * Every message type that comes with Delos: `apollo.*` (1.0 and the later field sets), `apollo.cyber.*`, `foxglove.*`,
 * `google.protobuf.*`, `delos.*`. Descriptors are read when a type is first used.
 */
export const messageTypes: TypeRegistry = new TypeRegistry(
  pool,
  descriptors.flatMap(([, messages]) => split(messages)).sort(),
);

/** @internal For generated code: the one type of this name. */
export function $message<T>(name: string): MessageType<T> {
  return messageTypes.type(name) as unknown as MessageType<T>;
}

/** @internal For generated code: a type with the types declared inside it as properties. */
export function $nested<T, const N extends object>(type: MessageType<T>, nested: N): MessageType<T> & Readonly<N> {
  return Object.assign(type, nested);
}
