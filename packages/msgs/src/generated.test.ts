import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { expect, test } from "vitest";
import { generate, generatedFolder } from "../scripts/generate.ts";
import * as api from "./index.ts";

const committed = new Map(
  readdirSync(generatedFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [name.split(sep).join("/"), readFileSync(join(generatedFolder, name), "utf8")]),
);

test("src/generated is what proto/ gives now: otherwise `npm run generate -w @delos/msgs`", () => {
  const made = generate();
  expect(new Set(committed.keys())).toEqual(new Set(made.keys()));
  expect([...made].filter(([name, text]) => committed.get(name) !== text).map(([name]) => name)).toEqual([]);
});

test("the front door", () => {
  expect(Object.keys(api).sort()).toEqual([
    "MessageType",
    "SchemaTypes",
    "TypeRegistry",
    "apollo",
    "delos",
    "fieldReader",
    "foxglove",
    "google",
    "loadDescriptorSet",
    "loadProtoDesc",
    "messageTypes",
    "protoDefinition",
    "protoDescToSet",
    "rosMd5",
    "rosName",
    "unknownFields",
  ]);
});

test("every message type is there under its full name", () => {
  const missing = api.messageTypes.names.filter((name) => {
    const found = name.split(".").reduce<unknown>((place, part) => (place as Record<string, unknown>)?.[part], api);
    return found !== api.messageTypes.get(name);
  });
  expect(missing).toEqual([]);
});
