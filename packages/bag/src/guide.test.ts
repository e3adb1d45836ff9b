import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as bag from "./index.ts";
import { rosbagOf } from "./recordings.test.support.ts";

/** Runs the TypeScript of docs/guides/recordings.md, all blocks as one program; a comment that is a value must be that value. */
const guide = readFileSync(new URL("../../../docs/guides/recordings.md", import.meta.url), "utf8");
const reference = readFileSync(new URL("../../../docs/reference/recordings.md", import.meta.url), "utf8");

test("the code of the guide runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "delos-guide-"));
  try {
    const topics = ["/apollo/canbus/chassis", "/tf"];
    const drive = rosbagOf(
      Array.from({ length: 400 }, (_, i) => ({
        topic: topics[i % 2]!,
        timeNs: 1_000_000_000n + BigInt(i) * 100_000_000n,
        data: Uint8Array.of(2, 0, 0, 0, 0x10, 1),
      })),
      { connection: { type: "pb_msgs/Chassis", md5sum: "", definition: new TextEncoder().encode("protobuf") } },
    );
    writeFileSync(join(folder, "drive.bag"), drive);
    const program = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)]
      .map(([, code]) => code!)
      .join("\n")
      .replace(/^import .*$/gm, "")
      .replace(/\busing (\w+) =/g, "const $1 = open_ =")
      .replaceAll("startNs!", "startNs")
      .replace(/"(drive\.bag|out\.mcap)"/g, (_, name: string) => JSON.stringify(join(folder, name)))
      .replace(/^(cursor\.(?:next|previous)\(\)); \/\/ true.*$/gm, "expect($1).toBe(true);");
    const names = Object.keys(bag);
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const run = new AsyncFunction(
      "expect",
      ...names,
      `let open_; ${program}; writer.close(); return { recording, cursor };`,
    );
    const result = (await (run as (...values: unknown[]) => Promise<unknown>)(expect, ...Object.values(bag))) as {
      recording: bag.FileRecording;
      cursor: bag.FileCursor;
    };
    expect(result.recording.messageCount).toBe(400);
    expect(result.cursor.channel.topic).toBe("/tf");
    expect(result.cursor.logTimeNs).toBe(11_100_000_000n);
    result.recording[Symbol.dispose]();
    using written = await bag.openRecording(join(folder, "out.mcap"));
    expect([...written.messages()].map((message) => new TextDecoder().decode(message.data))).toEqual(['{"x":1}']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every code of this package is in the reference", () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const codes: string[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes(".test."))
    .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(/"(BAG_[A-Z0-9_]+)"/g)])
    .map((match) => match[1]!);
  expect(codes.length).toBeGreaterThan(30);
  expect([...new Set(codes)].filter((code) => !reference.includes(`\`${code}\``))).toEqual([]);
});
