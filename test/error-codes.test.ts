import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Codes as they stand in the sources: the literal that an error or a problem is made with. */
function codesOf(source: string): string[] {
  const made =
    /(?:Error\(|code:|code =|[pP]roblem\w*\(|malformed\(|fail\w*\(|refuse\w*\(|\? |: )\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g;
  return [...source.matchAll(made)].map(([, code]) => code!);
}

const PREFIXES =
  /^(BAG|BUS|MSG|WIRE|QOS|RING|RTPS|REPLAY|BRIDGE|FOXGLOVE|ROSBRIDGE|SHM|RUNTIME|NODE|TOPIC|PARAMETER|SERVICE|TRANSPORT|PLAYER|CONTROL|CAN|CANBUS|PATH|LOCALIZATION|PLANNING|VEHICLE|SIM|FLAG|INPUT|SAFETY|LAUNCH|NOT)_/;

const sources = readdirSync("packages", { recursive: true, encoding: "utf8" })
  .filter((file) =>
    /^[^/]+\/(src|bin)\/.*(?<!\.test|test-support|test\.support)\.(ts|mjs)$/.test(file.replaceAll("\\", "/")),
  )
  .filter((file) => !/generated|hmi/.test(file))
  .map((file) => readFileSync(`packages/${file}`, "utf8"));
const made = new Set(sources.flatMap(codesOf).filter((code) => PREFIXES.test(code)));
const page = readFileSync("docs/reference/errors.md", "utf8");
const documented = new Set([...page.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map(([, code]) => code!));

test("every code that is made stands on the page", () => {
  expect(made.size).toBeGreaterThan(80);
  expect([...made].filter((code) => !documented.has(code)).sort()).toEqual([]);
});

test("every code on the page is made somewhere", () => {
  const all = sources.join("\n");
  expect(
    [...documented].filter((code) => PREFIXES.test(code) && !all.includes(`"${code}"`) && !all.includes(`${code}:`)),
  ).toEqual([]);
});
