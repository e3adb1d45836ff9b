import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

test("works without Node's Buffer: strings, bytes, descriptors, registry", async () => {
  vi.stubGlobal("Buffer", undefined);
  vi.resetModules();
  const { apollo, google, messageTypes, rosMd5 } = await import("./index.ts");
  const { Header } = apollo.common;
  const value = { timestamp_sec: 1.5, module_name: "länger als zehn Zeichen" };
  expect(Header.decode(Header.encode(value))).toEqual(value);
  const any = { type_url: "a/b", value: Uint8Array.from({ length: 20_000 }, (_, i) => i) };
  expect(google.protobuf.Any.fromJSON(google.protobuf.Any.toJSON(any))).toEqual(any);
  expect(messageTypes.get("pb_msgs/Chassis").schema.data.length).toBeGreaterThan(1000);
  expect(rosMd5(apollo.canbus.Chassis)).toBe("d6a21658031a6a4615858d76f8b5178e");
});

test("only the reader of sources needs Node and protobufjs' parser", () => {
  const folder = new URL("./", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const needing = files.filter((name) =>
    /from "(node:|protobufjs|\.\/proto)/.test(readFileSync(new URL(name, folder), "utf8")),
  );
  expect(new Set(needing)).toEqual(new Set(["memory-writer.ts", "proto.ts", "proto-source.ts"]));
});

test("importing reads no descriptor and compiles nothing: start-up is paid type by type", async () => {
  vi.resetModules();
  const descriptors = vi.spyOn(Buffer, "from");
  const compiled = vi.fn();
  vi.stubGlobal(
    "Function",
    new Proxy(Function, {
      construct(target, args, newTarget) {
        compiled();
        return Reflect.construct(target, args, newTarget) as object;
      },
    }),
  );
  const { apollo, messageTypes } = await import("./index.ts");
  const read = (): number => descriptors.mock.calls.filter((call) => (call as unknown[])[1] === "base64").length;
  expect(messageTypes.names.length).toBeGreaterThan(300);
  expect([read(), compiled.mock.calls.length]).toEqual([0, 0]);
  apollo.common.PointENU.decode(new Uint8Array());
  expect([read(), compiled.mock.calls.length]).toEqual([1, 1]);
});
