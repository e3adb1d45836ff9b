import { expect, test } from "vitest";
import { ChannelCodecs, openRecording } from "./index.ts";
import { mcapOf, type PlainMessage, rosbagOf } from "./recordings.test.support.ts";

/** Each kind of bad input by itself: which code, which place, and that nothing is taken that the file only claims. */
const messages: readonly PlainMessage[] = [1n, 2n, 3n, 4n].map((timeNs) => ({
  topic: "/a",
  timeNs,
  data: new TextEncoder().encode('{"x":1}'),
}));
const utf8 = new TextEncoder();

async function openError(bytes: Uint8Array): Promise<unknown> {
  return openRecording(bytes).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test("what is no recording has a code for why", async () => {
  for (const [bytes, code] of [
    [new Uint8Array(0), "BAG_EMPTY_FILE"],
    [utf8.encode("hello"), "BAG_UNKNOWN_FORMAT"],
    [new Uint8Array(5000), "BAG_UNKNOWN_FORMAT"],
    [Uint8Array.of(0x89, 0x4d, 0x43), "BAG_UNKNOWN_FORMAT"],
    [utf8.encode("#ROSBAG V1.2\n# old"), "BAG_VERSION"],
    [utf8.encode("#ROSBAG V3.0\n"), "BAG_VERSION"],
  ] as const) {
    expect(await openError(bytes)).toMatchObject({ code, details: { offset: 0 } });
  }
  expect(await openError(utf8.encode("#ROSBAG V1.2\n# old"))).toHaveProperty(
    "message",
    expect.stringContaining("rosbag fix"),
  );
  await expect(openRecording("/nowhere/at/all.bag")).rejects.toMatchObject({ code: "BAG_IO" });
  await expect(openRecording("/")).rejects.toMatchObject({ code: "BAG_IO" });
});

test("an encrypted bag says so", async () => {
  const bytes = rosbagOf(messages);
  const field = utf8.encode("encryptor=rosbag/AesCbcEncryptor");
  const length = new DataView(bytes.buffer).getUint32(13, true);
  // The header grows into its own padding.
  const view = new DataView(bytes.buffer);
  view.setUint32(13, length + 4 + field.length, true);
  view.setUint32(17 + length, field.length, true);
  bytes.set(field, 17 + length + 4);
  view.setUint32(17 + length + 4 + field.length, 4096 - length - 4 - field.length, true);
  expect(await openError(bytes)).toMatchObject({
    code: "BAG_ENCRYPTED",
    message: expect.stringContaining("rosbag/AesCbcEncryptor") as string,
  });
});

/** Where the first chunk's record begins, by its opcode and the file's layout (magic, header with two empty-ish strings). */
function firstChunk(mcap: Uint8Array): number {
  const view = new DataView(mcap.buffer);
  return 8 + 9 + Number(view.getBigUint64(9, true));
}

test("a chunk that declares more than it can hold is refused before memory is taken", async () => {
  for (const compression of ["lz4", "zstd"] as const) {
    for (const [size, code] of [
      [2n ** 40n, "BAG_CHUNK_TOO_LARGE"],
      [200n * 2n ** 20n, "BAG_CHUNK_SIZE"],
      [1n, "BAG_(CHUNK_SIZE|LZ4|ZSTD)"],
    ] as const) {
      const bytes = await mcapOf(messages, { compression, flushEvery: 2 });
      const at = firstChunk(bytes);
      new DataView(bytes.buffer).setBigUint64(at + 9 + 16, size, true);
      const before = process.memoryUsage();
      using recording = await openRecording(bytes);
      recording.verify();
      const after = process.memoryUsage();
      expect(recording.problems).toEqual([
        expect.objectContaining({ code: expect.stringMatching(new RegExp(`^${code}$`)) as string, offset: at }),
      ]);
      expect(recording.messageCount).toBe(2);
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(50 * 2 ** 20);
    }
  }
});

test("a bomb, honest about its size, is refused at the limit and read below it", async () => {
  const zeros = [{ topic: "/a", timeNs: 1n, data: new Uint8Array(4 * 2 ** 20) }];
  for (const compression of ["lz4", "zstd"] as const) {
    const bytes = await mcapOf(zeros, { compression });
    expect(bytes.length).toBeLessThan(50_000);
    using strict = await openRecording(bytes, { maxChunkBytes: 2 ** 20 });
    expect([...strict.messages()]).toEqual([]);
    expect(strict.problems).toEqual([expect.objectContaining({ code: "BAG_CHUNK_TOO_LARGE" })]);
    using generous = await openRecording(bytes);
    expect(generous.messageCount).toBe(1);
    expect(Buffer.compare([...generous.messages()][0]!.data, zeros[0]!.data)).toBe(0);
  }
});

test("a wrong checksum costs the chunk and nothing else", async () => {
  const bytes = await mcapOf(messages, { compression: "none", flushEvery: 2 });
  const at = firstChunk(bytes);
  bytes[at + 9 + 24] = bytes[at + 9 + 24]! ^ 1;
  using skipping = await openRecording(bytes);
  expect([...skipping.messages()].map((message) => message.logTimeNs)).toEqual([3n, 4n]);
  expect(skipping.problems).toEqual([expect.objectContaining({ code: "BAG_CHUNK_CRC", offset: at })]);
  expect(skipping.complete).toBe(false);
  using strict = await openRecording(bytes, { skipBadChunks: false });
  expect([...strict.messages()]).toEqual([]);
  expect(strict.messageCount).toBe(0);
});

test("an unknown compression is named", async () => {
  const bytes = await mcapOf(messages, { compression: "lz4", flushEvery: 2 });
  const at = firstChunk(bytes);
  bytes.set(utf8.encode("br4"), at + 9 + 28 + 4);
  using recording = await openRecording(bytes);
  recording.verify();
  expect(recording.problems).toEqual([
    { code: "BAG_COMPRESSION_UNKNOWN", offset: at, message: 'unknown compression "br4"', file: "(bytes)" },
  ]);
  expect(recording.messageCount).toBe(2);
});

test("an index that hides the compression of a chunk does not stop the reader", async () => {
  // A process that has not loaded zstd yet must not stumble; here it has, so the chunk is simply read.
  const bytes = await mcapOf(messages, { compression: "zstd", features: { chunkIndexes: false } });
  using recording = await openRecording(bytes);
  expect(recording.messageCount).toBe(4);
  expect(recording.compression).toEqual(["zstd"]);
});

test("a channel whose schema is missing keeps its messages raw", async () => {
  const bytes = await mcapOf(messages, { compression: "none", chunkBytes: 0, features: { repeatedChannels: false } });
  // Schema id 1 in the Channel record, the second record of the data section: now 9, which nobody defined.
  const schemaAt = firstChunk(bytes);
  const channelAt = schemaAt + 9 + Number(new DataView(bytes.buffer).getBigUint64(schemaAt + 1, true));
  expect(bytes[channelAt]).toBe(4);
  bytes[channelAt + 9 + 2] = 9;
  using recording = await openRecording(bytes);
  expect(recording.problems).toContainEqual(
    expect.objectContaining({ code: "BAG_MISSING_SCHEMA", offset: channelAt + 9 }),
  );
  expect(recording.messageCount).toBe(4);
  expect([...recording.messages()][0]!.data).toEqual(messages[0]!.data);
});

test("messages of a channel that nobody defined are told, once", async () => {
  const bytes = await mcapOf(messages, { compression: "none", chunkBytes: 0, features: { repeatedChannels: false } });
  const schemaAt = firstChunk(bytes);
  const view = new DataView(bytes.buffer);
  const channelAt = schemaAt + 9 + Number(view.getBigUint64(schemaAt + 1, true));
  bytes[channelAt] = 0x77; // an opcode of a later version: skipped
  using recording = await openRecording(bytes);
  expect(recording.messageCount).toBe(0);
  expect(recording.problems.filter((problem) => problem.code === "BAG_UNKNOWN_CHANNEL")).toHaveLength(1);
});

test("an index that places chunks over one another is not believed", async () => {
  const bytes = await mcapOf(messages, { compression: "none", flushEvery: 2 });
  const text = Buffer.from(bytes);
  // The first ChunkIndex of the summary: let it point where the second chunk is.
  const summaryStart = Number(text.readBigUInt64LE(bytes.length - 8 - 20));
  let at = summaryStart;
  while (bytes[at] !== 8) at += 9 + Number(text.readBigUInt64LE(at + 1));
  const second = at + 9 + Number(text.readBigUInt64LE(at + 1));
  text.writeBigUInt64LE(text.readBigUInt64LE(second + 9 + 16), at + 9 + 16);
  text.writeUInt32LE(0, bytes.length - 8 - 4); // no summary checksum
  using recording = await openRecording(new Uint8Array(text));
  expect(recording.problems[0]).toMatchObject({ code: "BAG_INDEX_WRONG" });
  expect([...recording.messages()].map((message) => message.logTimeNs)).toEqual([1n, 2n, 3n, 4n]);
});

test("an index that lies about times loses nothing", async () => {
  const bytes = await mcapOf(messages, { compression: "none", flushEvery: 2 });
  const text = Buffer.from(bytes);
  let at = Number(text.readBigUInt64LE(bytes.length - 8 - 20));
  while (bytes[at] !== 8) at += 9 + Number(text.readBigUInt64LE(at + 1));
  text.writeBigUInt64LE(100n, at + 9); // start …
  text.writeBigUInt64LE(200n, at + 17); // … and end of the first chunk
  text.writeUInt32LE(0, bytes.length - 8 - 4);
  using recording = await openRecording(new Uint8Array(text));
  expect(new Set([...recording.messages()].map((message) => message.logTimeNs))).toEqual(new Set([1n, 2n, 3n, 4n]));
  expect(recording.problems).toEqual([expect.objectContaining({ code: "BAG_INDEX_WRONG" })]);
  // Once the truth is known, it is kept to.
  expect([...recording.messages()].map((message) => message.logTimeNs)).toEqual([1n, 2n, 3n, 4n]);
  expect(recording.endNs).toBe(4n);
});

test("messages that the index does not know are found all the same", async () => {
  const chunked = await mcapOf(messages.slice(0, 2), { compression: "none" });
  const loose = await mcapOf(messages.slice(2), { compression: "none", chunkBytes: 0 });
  // The loose messages go between the chunk's message index and DataEnd; everything behind moves.
  const view = new DataView(chunked.buffer);
  const isMessage = (at: number): boolean => loose[at] === 5;
  let from = firstChunk(loose);
  while (!isMessage(from)) from += 9 + Number(new DataView(loose.buffer).getBigUint64(from + 1, true));
  const stray = loose.subarray(from, from + 2 * (9 + 22 + 7));
  let dataEnd = firstChunk(chunked);
  while (chunked[dataEnd] !== 15) dataEnd += 9 + Number(view.getBigUint64(dataEnd + 1, true));
  const bytes = Uint8Array.of(...chunked.subarray(0, dataEnd), ...stray, ...chunked.subarray(dataEnd));
  const footer = new DataView(bytes.buffer, bytes.length - 8 - 20);
  footer.setBigUint64(0, footer.getBigUint64(0, true) + BigInt(stray.length), true);
  footer.setBigUint64(8, 0n, true);
  footer.setUint32(16, 0, true);
  using recording = await openRecording(bytes);
  expect([...recording.messages()].map((message) => message.logTimeNs)).toEqual([1n, 2n, 3n, 4n]);
  expect(recording.problems[0]).toMatchObject({ code: "BAG_INDEX_WRONG", offset: dataEnd });
  expect(recording.complete).toBe(true);
});

test("bzip2 chunks are read", async () => {
  // `connection and message records` as bzip2 wrote them: a bag of one chunk, none turned into bz2 by hand.
  const bag = Buffer.from(rosbagOf(messages.slice(0, 2), { compression: "none" }));
  const chunkAt = 4117;
  const headerLength = bag.readUInt32LE(chunkAt);
  const dataAt = chunkAt + 8 + headerLength;
  const content = bag.subarray(dataAt, dataAt + bag.readUInt32LE(dataAt - 4));
  expect(content.toString("hex")).toBe(BZ2_CONTENT);
  const packed = Buffer.from(BZ2, "base64");
  const header = Buffer.concat(
    ["compression=bz2", "op=\x05", `size=${String.fromCharCode(content.length & 0xff, content.length >> 8, 0, 0)}`].map(
      (field) => Buffer.concat([u32(field.length), Buffer.from(field, "latin1")]),
    ),
  );
  const head = Buffer.from(bag.subarray(0, chunkAt));
  head.fill(0, head.indexOf("index_pos=") + 10, head.indexOf("index_pos=") + 18); // no index: the bag is read through
  const bytes = Buffer.concat([head, u32(header.length), header, u32(packed.length), packed]);
  using recording = await openRecording(bytes);
  expect(recording.compression).toEqual(["bz2"]);
  expect([...recording.messages()].map((message) => message.data)).toEqual(messages.slice(0, 2).map((m) => m.data));
  bytes[bytes.length - 20] = bytes[bytes.length - 20]! ^ 1;
  using damaged = await openRecording(bytes);
  expect(damaged.problems).toContainEqual(expect.objectContaining({ code: "BAG_BZ2", offset: chunkAt }));
});

const u32 = (value: number): Buffer => Buffer.from([value, value >> 8, value >> 16, value >> 24]);
const BZ2_CONTENT =
  "2100000009000000636f6e6e3d00000000040000006f703d0708000000746f7069633d2f61990000001500000063616c6c657269643d2f7075626c69736865725f300a0000006c61746368696e673d30270000006d643573756d3d39393263653861313638376365633863386264383833656337336361343164311f0000006d6573736167655f646566696e6974696f6e3d737472696e6720646174610a08000000746f7069633d2f6114000000747970653d7374645f6d7367732f537472696e672600000009000000636f6e6e3d00000000040000006f703d020d00000074696d653d0000000001000000070000007b2278223a317d2100000009000000636f6e6e3d01000000040000006f703d0708000000746f7069633d2f61990000001500000063616c6c657269643d2f7075626c69736865725f310a0000006c61746368696e673d30270000006d643573756d3d39393263653861313638376365633863386264383833656337336361343164311f0000006d6573736167655f646566696e6974696f6e3d737472696e6720646174610a08000000746f7069633d2f6114000000747970653d7374645f6d7367732f537472696e672600000009000000636f6e6e3d01000000040000006f703d020d00000074696d653d0000000002000000070000007b2278223a317d";
const BZ2 =
  "QlpoOTFBWSZTWWNAoBIAAFJ7oHTyBgDxgP/yCAC/595qACAwARgBgNAaAADTQaAaANBgNAaAADTQaAaANAVVPUyJoymyMpihtQB6TQMm2mpzIoopiJRhfEaNq0ub2C4vXmDBeFDBCEKIa0kjLv+jFCaTxaM2iSx1XKOkI8lr5ujo/DoqVr3kmeKb9Jli5903oepWam9/1at+XVJWzTbWt3oVOqpU7LFKGZ5vi83J3JHFueqxU9HNuVuDg7k2LNk1Nzio8HEsWnJeg2M0lrWyUsVrkmyQxajsmIIbSo2EzRB8G8mcGLJsVOZ2YFa5WgpaKXFJ8lybwWPYXckU4UJBjQKASA==";

test("Apollo's protobuf inside ROS bags: the length belongs to the data, not to the message", async () => {
  const codecs = new ChannelCodecs();
  const payload = Uint8Array.of(0x10, 0x01);
  const data = Uint8Array.of(2, 0, 0, 0, ...payload);
  const bytes = rosbagOf([{ topic: "/apollo/canbus/chassis", timeNs: 1n, data }], {
    connection: {
      type: "pb_msgs/Chassis",
      md5sum: "d6a21658031a6a4615858d76f8b5178e",
      definition: utf8.encode("protobuf"),
    },
  });
  using recording = await openRecording(bytes);
  const [message] = [...recording.messages()];
  expect(message!.channel).toMatchObject({ payloadOffset: 4, schema: { messageEncoding: "protobuf" } });
  expect(message!.data).toEqual(data);
  expect(codecs.codecFor(message!.channel).schema.name).toBe("apollo.canbus.Chassis");
  expect(codecs.decode(message!.channel, message!.data)).toBeTypeOf("object");
  data[0] = 3;
  expect(() => codecs.decode(message!.channel, data)).toThrow(expect.objectContaining({ code: "BAG_PAYLOAD_LENGTH" }));
});

test("a type that nobody knows is an error with the topic's name, not a crash", async () => {
  const bytes = rosbagOf([{ topic: "/odd", timeNs: 1n, data: Uint8Array.of(0, 0, 0, 0) }], {
    connection: { type: "pb_msgs/NoSuchThing", md5sum: "", definition: utf8.encode("protobuf") },
  });
  using recording = await openRecording(bytes);
  const [message] = [...recording.messages()];
  expect(() => new ChannelCodecs().decode(message!.channel, message!.data)).toThrow(
    expect.objectContaining({ code: "BAG_NO_TYPE", message: expect.stringContaining("/odd") as string }),
  );
});
