/** Entity ids as 32-bit numbers, big-endian on the wire: three bytes of key and one of kind. DDSI-RTPS 2.5 §9.3.1.2. */
export const PARTICIPANT = 0x000001c1;
export const SPDP_WRITER = 0x000100c2;
export const SPDP_READER = 0x000100c7;
export const PUBLICATIONS_WRITER = 0x000003c2;
export const PUBLICATIONS_READER = 0x000003c7;
export const SUBSCRIPTIONS_WRITER = 0x000004c2;
export const SUBSCRIPTIONS_READER = 0x000004c7;
export const LIVELINESS_WRITER = 0x000200c2;
export const LIVELINESS_READER = 0x000200c7;
/** Of Delos, in the vendors' own range of kinds: the nodes of a participant, told by the built-in protocols. */
export const NODES_WRITER = 0x00010043;
export const NODES_READER = 0x00010044;

/** Kinds of user endpoints: the last byte. */
export const KEYED_WRITER = 0x02;
export const KEYLESS_WRITER = 0x03;
export const KEYLESS_READER = 0x04;
export const KEYED_READER = 0x07;

/**
 * Bits of BUILTIN_ENDPOINT_SET that this implementation has. §9.3.2, table 9.4. The two highest, which have no meaning there, are
 * Delos' endpoints for nodes.
 */
export const BUILTIN_ENDPOINTS = 0xc000_0c3f;

export const isKeyedEntity = (entityId: number): boolean => {
  const kind = entityId & 0x3f;
  return kind === KEYED_WRITER || kind === KEYED_READER;
};

export const isBuiltinEntity = (entityId: number): boolean =>
  (entityId & 0xc0) === 0xc0 || entityId === NODES_WRITER || entityId === NODES_READER;

export const entityIdHex = (entityId: number): string => (entityId >>> 0).toString(16).padStart(8, "0");
