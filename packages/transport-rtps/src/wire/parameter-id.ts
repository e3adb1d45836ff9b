/** Parameter ids, DDSI-RTPS 2.5 §9.6.4.2.1 (table 9.17) and DDS-XTypes 1.3 §7.6.3.2. */
export const PID = {
  PAD: 0x0000,
  SENTINEL: 0x0001,
  PARTICIPANT_LEASE_DURATION: 0x0002,
  TIME_BASED_FILTER: 0x0004,
  TOPIC_NAME: 0x0005,
  OWNERSHIP_STRENGTH: 0x0006,
  TYPE_NAME: 0x0007,
  DOMAIN_ID: 0x000f,
  PROTOCOL_VERSION: 0x0015,
  VENDORID: 0x0016,
  RELIABILITY: 0x001a,
  LIVELINESS: 0x001b,
  DURABILITY: 0x001d,
  DURABILITY_SERVICE: 0x001e,
  OWNERSHIP: 0x001f,
  PRESENTATION: 0x0021,
  DEADLINE: 0x0023,
  DESTINATION_ORDER: 0x0025,
  LATENCY_BUDGET: 0x0027,
  PARTITION: 0x0029,
  LIFESPAN: 0x002b,
  USER_DATA: 0x002c,
  GROUP_DATA: 0x002d,
  TOPIC_DATA: 0x002e,
  UNICAST_LOCATOR: 0x002f,
  MULTICAST_LOCATOR: 0x0030,
  DEFAULT_UNICAST_LOCATOR: 0x0031,
  METATRAFFIC_UNICAST_LOCATOR: 0x0032,
  METATRAFFIC_MULTICAST_LOCATOR: 0x0033,
  CONTENT_FILTER_PROPERTY: 0x0035,
  HISTORY: 0x0040,
  RESOURCE_LIMITS: 0x0041,
  EXPECTS_INLINE_QOS: 0x0043,
  DEFAULT_MULTICAST_LOCATOR: 0x0048,
  TRANSPORT_PRIORITY: 0x0049,
  PARTICIPANT_GUID: 0x0050,
  CONTENT_FILTER_INFO: 0x0055,
  COHERENT_SET: 0x0056,
  DIRECTED_WRITE: 0x0057,
  BUILTIN_ENDPOINT_SET: 0x0058,
  PROPERTY_LIST: 0x0059,
  ENDPOINT_GUID: 0x005a,
  TYPE_MAX_SIZE_SERIALIZED: 0x0060,
  ORIGINAL_WRITER_INFO: 0x0061,
  ENTITY_NAME: 0x0062,
  KEY_HASH: 0x0070,
  STATUS_INFO: 0x0071,
  DATA_REPRESENTATION: 0x0073,
  TYPE_CONSISTENCY: 0x0074,
  TYPE_INFORMATION: 0x0075,
  RELATED_SAMPLE_IDENTITY: 0x0083,
  DOMAIN_TAG: 0x4014,
  /** Vendor eProsima: the same value as RELATED_SAMPLE_IDENTITY, which its releases of ROS 2 still go by. */
  FAST_RELATED_SAMPLE_IDENTITY: 0x800f,
  /** Vendor Delos: the publisher's own number of a sample where it differs from the wire's. SequenceNumber. */
  DELOS_SEQUENCE: 0x8001,
  /** Vendor Delos: small text facts beside a message. sequence<{string, string}>. */
  DELOS_ATTRIBUTES: 0x8002,
  /** Vendor Delos: an endpoint's schema. Four CDR strings (message encoding, schema encoding, name, md5sum), then its data. */
  DELOS_SCHEMA: 0x8003,
  /** Vendor Delos: an endpoint's node. string. */
  DELOS_NODE: 0x8004,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(PID));

/** §9.6.2.2.1: a parameter with bit 0x4000 that is neither known nor a vendor's makes its whole list unusable. */
export const mustUnderstandUnknown = (pid: number): boolean =>
  (pid & 0xc000) === 0x4000 && !KNOWN.has(pid) && !KNOWN.has(pid & 0x3fff);
