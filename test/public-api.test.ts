import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/**
 * The front doors: what each package exports by name, values and types. A change here is a change of the public interface:
 * look at it, then `npx vitest run test/public-api.test.ts -u`.
 */
const packages = readdirSync("packages").filter(
  (name) => existsSync(`packages/${name}/package.json`) && existsSync(`packages/${name}/src/index.ts`),
);

describe.for(packages)("packages/%s", (folder) => {
  const { exports = {} } = JSON.parse(readFileSync(`packages/${folder}/package.json`, "utf8")) as {
    readonly exports?: Readonly<Record<string, Readonly<Record<string, string>> | string>>;
  };
  const doors = Object.entries(exports)
    .map(([path, target]) => [path, typeof target === "string" ? target : target["@delos/source"]] as const)
    .filter((door): door is readonly [string, string] => door[1]?.endsWith(".ts") === true);

  test.for(doors)("%s", ([path, source]) => {
    const names = exportedNames(`packages/${folder}/${source}`);
    expect(names).toMatchSnapshot(path);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** Names that a module exports; `export * from` is followed, `export * as` is one name. */
function exportedNames(file: string): string[] {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  const names = [
    ...[...text.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)].flatMap(([, list]) =>
      list!
        .split(",")
        .map((entry) => entry.trim().replace(/^type\s+/, ""))
        .filter((entry) => entry !== "")
        .map((entry) => entry.split(/\s+as\s+/).at(-1)!),
    ),
    ...[
      ...text.matchAll(
        /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type|enum)\s+([\w$]+)/gm,
      ),
    ].map(([, name]) => name!),
    ...[...text.matchAll(/^export\s+\*\s+as\s+([\w$]+)/gm)].map(([, name]) => name!),
    ...[...text.matchAll(/^export\s+\*\s+from\s+"(\.[^"]+)"/gm)].flatMap(([, target]) =>
      exportedNames(new URL(target!, new URL(file, "file:///")).pathname.slice(1)),
    ),
  ];
  return [...new Set(names)].sort();
}
