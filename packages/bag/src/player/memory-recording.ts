import type { Channel, MessageCursor, Query, RecordedMessage, Recording } from "../recording.ts";

/** A recording of given messages, for tests of what plays it. */
export function memoryRecording(
  messages: readonly { readonly topic: string; readonly logTimeNs: bigint; readonly data?: Uint8Array }[],
  metadata: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Recording {
  const topics = [...new Set([...messages.map((message) => message.topic), ...Object.keys(metadata)])];
  const channels = topics.map(
    (topic, index): Channel => ({
      index,
      topic,
      schema: { name: "test/Bytes", messageEncoding: "json", schemaEncoding: "", data: new Uint8Array() },
      messageCount: messages.filter((message) => message.topic === topic).length,
      metadata: new Map(Object.entries(metadata[topic] ?? {})),
    }),
  );
  const all = messages
    .map(
      (message, order): RecordedMessage => ({
        channel: channels[topics.indexOf(message.topic)]!,
        logTimeNs: message.logTimeNs,
        publishTimeNs: message.logTimeNs,
        sequence: order,
        data: message.data ?? new TextEncoder().encode(String(order)),
      }),
    )
    .sort((a, b) => Number(a.logTimeNs - b.logTimeNs) || a.sequence - b.sequence);
  return {
    files: ["memory"],
    format: "mcap",
    complete: true,
    size: all.reduce((sum, message) => sum + message.data.length, 0),
    compression: ["none"],
    channels,
    startNs: all[0]?.logTimeNs,
    endNs: all.at(-1)?.logTimeNs,
    messageCount: all.length,
    problems: [],
    cursor: (query) => memoryCursor(all, query),
    *messages(query) {
      using cursor = memoryCursor(all, query);
      while (cursor.next()) yield { ...cursor.current };
    },
    [Symbol.dispose]: () => {},
  };
}

function memoryCursor(
  all: readonly RecordedMessage[],
  query: Query = {},
): MessageCursor & { readonly current: RecordedMessage } {
  const topics = query.topics === undefined ? undefined : new Set(query.topics);
  const found = all.filter(
    (message) =>
      message.logTimeNs >= (query.startNs ?? message.logTimeNs) &&
      message.logTimeNs <= (query.endNs ?? message.logTimeNs) &&
      (topics?.has(message.channel.topic) ?? true),
  );
  if (query.reverse === true) found.reverse();
  let place = 0;
  let current: RecordedMessage | undefined;
  const get = (): RecordedMessage => {
    if (current === undefined) throw new Error("the cursor stands at no message");
    return current;
  };
  return {
    next: () => {
      current = place < found.length ? found[place++] : undefined;
      return current !== undefined;
    },
    previous: () => {
      current = place > 0 ? found[--place] : undefined;
      return current !== undefined;
    },
    seek: (timeNs) => {
      const at = found.findIndex((message) => message.logTimeNs >= timeNs);
      place = at < 0 ? found.length : at;
      current = undefined;
    },
    get current() {
      return get();
    },
    get channel() {
      return get().channel;
    },
    get logTimeNs() {
      return get().logTimeNs;
    },
    get publishTimeNs() {
      return get().publishTimeNs;
    },
    get sequence() {
      return get().sequence;
    },
    get data() {
      return get().data;
    },
    [Symbol.dispose]: () => {},
  };
}
